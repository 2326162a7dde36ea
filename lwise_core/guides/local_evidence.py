"""Local evidence: what each place of a picture says for each class, where the logit is the mean of what places say.

A network that ends in average pooling and one linear layer gives its logit as an exact mean over places,
z_y(x) = mean over p of e_p(y; x) with e_p(y; x) = w_y · φ_p(x) + b_y, where φ is what enters the pooling (class
activation maps: Zhou et al., CVPR 2016, with the bias). One forward pass, no baseline. Which networks are of that kind
is found by comparing numbers, not by a list of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from lwise_core._utils.arrays import Counts
from lwise_core._utils.errors import LWiseError
from lwise_core.guides.evidence_nulls import EvidenceNulls, thresholds_of
from lwise_core.guides.feature_grids import is_grid, laid_out, noise, recorded_outputs
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.shared_weights import copy_sharing_weights

TOLERANCE = 1e-5
"""Largest relative difference, in float32, between the mean over places and what it must be."""
OTHERS = 3
"""How many of the largest other classes a place's evidence is compared with."""
_PROBES = 2
_BATCH = 16


class NotLocal(LWiseError):
    """A network whose logits are no mean over places. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class _Readout:
    """How evidence follows from features ``(N, C, h, h)``: by ``weight`` ``(K, C)`` and ``bias`` ``(K,)``.

    Both None where the features are evidence already, one channel a class.
    """

    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None

    def of(self, features: torch.Tensor) -> torch.Tensor:
        """Return the evidence ``(N, K, h, h)``, float64: sums over channels cancel."""
        wide = features.double()
        if self.weight is None:
            return wide
        said = torch.einsum("kc,nchw->nkhw", self.weight.double(), wide)
        return said if self.bias is None else said + self.bias.double()[None, :, None, None]


@dataclass(frozen=True, eq=False)
class _Place:
    """Where in a network the features pass, by the ``module``'s name, and how evidence follows from them.

    ``takes_input`` tells whether the features are what the module is given, or what it returns.
    """

    module: str
    takes_input: bool
    readout: _Readout


_FOUND: WeakKeyDictionary[nn.Module, dict[int, _Place | None]] = WeakKeyDictionary()
"""Where features pass in each network, at each input size; None where its logits are no mean. Networks don't change."""


@dataclass(frozen=True, eq=False)
class LocalEvidence:
    """What reads local evidence: a twin of the guide's network, and the module through which its features pass.

    ``takes_input`` tells whether the features are what the module is given, or what it returns.
    """

    guide: GuideModel
    _network: nn.Module
    _module: nn.Module
    _takes_input: bool
    _readout: _Readout

    @classmethod
    def of(cls, guide: GuideModel) -> LocalEvidence:
        """Return what reads the local evidence of ``guide``.

        Takes one forward pass of two pictures of noise the first time; what was found is kept with the network.

        Raises:
            NotLocal: Its logits are not a mean over places, to a relative 1e-5.
        """
        known = _FOUND.setdefault(guide.network, {})
        if guide.input_size not in known:
            known[guide.input_size] = _place_in(guide)
        place = known[guide.input_size]
        if place is None:
            raise NotLocal(
                f"The logits of “{guide.name}” are no mean over places of the picture, as those of networks that end "
                "in average pooling and one linear layer are, so what each place says cannot be told."
            )
        twin = copy_sharing_weights(guide.network)
        return cls(guide, twin, twin.get_submodule(place.module), place.takes_input, place.readout)

    def read(self, images: torch.Tensor) -> torch.Tensor:
        """Return the evidence ``(N, K, h, h)`` of ``images`` ``(N, 3, H, H)`` in [0, 1], float64 on the CPU.

        Its mean over the places is the guide's logits ``(N, K)``.
        """
        return torch.cat([self._read(batch) for batch in torch.split(images, _BATCH)])

    def _read(self, images: torch.Tensor) -> torch.Tensor:
        taken: list[torch.Tensor] = []

        def take(_module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            taken.append(inputs[0] if self._takes_input else output)

        hook = self._module.register_forward_hook(take)
        try:
            with torch.no_grad():
                self._network(self.guide.normaliser(images.to(self.guide.device)))
        finally:
            hook.remove()
        return self._readout.of(laid_out(taken[-1])).cpu()


def contrasts(evidence: torch.Tensor) -> torch.Tensor:
    """Return the local contrast of every class, ``(N, K, h, h)``, of ``evidence`` of the same shape.

    c_p(y) = e_p(y) less the mean of the min(3, K − 1) largest other e_p: what a place says for y beside what it says
    for anything. With one class alone, e_p itself.
    """
    count = min(OTHERS, evidence.shape[1] - 1)
    if not count:
        return evidence
    falling = evidence.topk(count + 1, dim=1).values
    largest, next_one = falling[:, :count].sum(dim=1, keepdim=True), falling[:, count:]
    among_them = evidence >= falling[:, count - 1 : count]
    return evidence - torch.where(among_them, largest - evidence + next_one, largest) / count


def contrast(evidence: torch.Tensor, *, target: int) -> torch.Tensor:
    """Return the local contrast ``(N, h, h)`` of the class ``target``; see :func:`contrasts`."""
    return contrasts(evidence)[:, target]


def nulls_of(guide: GuideModel, batches: Iterable[tuple[torch.Tensor, torch.Tensor]], *, basis: str) -> EvidenceNulls:
    """Return the nulls of ``guide``, from held-out pictures that it was never trained on.

    Args:
        guide: The guide.
        batches: Pictures ``(N, 3, H, H)`` in [0, 1] with the indices of their classes ``(N,)``.
        basis: Which pictures they are, in words.

    Raises:
        NotLocal: Its logits are not a mean over places.
    """
    reader = LocalEvidence.of(guide)
    found = [(contrasts(reader.read(images)).float(), targets) for images, targets in batches]
    shown = torch.cat([targets for _, targets in found]).numpy()
    return nulls_from(guide, torch.cat([c for c, _ in found]).numpy(), shown, basis=basis)


def nulls_from(
    guide: GuideModel, found: npt.NDArray[np.floating], shown: Sequence[int] | Counts, *, basis: str
) -> EvidenceNulls:
    """Return the nulls of ``guide``, from contrasts ``found`` ``(N, K, h, h)``.

    ``shown`` ``(N,)`` are the classes that the pictures show, and ``basis`` says which these are, never trained on.
    """
    places, pictures, counts = thresholds_of(found, shown)
    return EvidenceNulls(guide.provenance.sha256, guide.input_size, places, pictures, counts, basis)


def _place_in(guide: GuideModel) -> _Place | None:
    """Return where in the guide's network what its logits are the mean of passes, None where there is no such place."""
    network = copy_sharing_weights(guide.network)
    outputs, inputs = recorded_outputs(network), _recorded_inputs(network)
    with torch.no_grad():
        logits = network(guide.normaliser(noise(guide, count=_PROBES)))
    readouts = tuple(_readouts(outputs, inputs, logits))
    for module, takes_input, grid in reversed(_grids(outputs, inputs)):
        for readout in readouts:
            if _is_mean_of(readout, grid, logits):
                name = next(n for n, m in network.named_modules() if m is module)
                return _Place(name, takes_input, readout)
    return None


def _recorded_inputs(network: nn.Module) -> dict[nn.Module, list[torch.Tensor]]:
    """Return what the modules below ``network`` will have been given, in the order in which they begin."""
    given: dict[nn.Module, list[torch.Tensor]] = {}

    def record(module: nn.Module, inputs: tuple[object, ...]) -> None:
        if inputs and isinstance(inputs[0], torch.Tensor):
            given.setdefault(module, []).append(inputs[0])

    for name, module in network.named_modules():
        if name:
            module.register_forward_pre_hook(record)
    return given


def _grids(
    outputs: dict[nn.Module, list[torch.Tensor]], inputs: dict[nn.Module, list[torch.Tensor]]
) -> list[tuple[nn.Module, bool, torch.Tensor]]:
    """Return the features on a grid that each module was given last, and then those that each returned last."""
    given = [(m, True, laid_out(seen[-1])) for m, seen in inputs.items() if is_grid(seen[-1])]
    returned = [(m, False, laid_out(seen[-1])) for m, seen in outputs.items() if is_grid(seen[-1])]
    return [*given, *returned]


def _readouts(
    outputs: dict[nn.Module, list[torch.Tensor]], inputs: dict[nn.Module, list[torch.Tensor]], logits: torch.Tensor
) -> Iterator[_Readout]:
    """Yield the ways in which the logits may follow from a mean over places: by a linear layer, or as they are."""
    for module, seen in reversed(outputs.items()):
        linear = isinstance(module, nn.Linear) or (isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1))
        if linear and seen[-1].numel() == logits.numel() and torch.equal(seen[-1].flatten(1), logits):
            assert isinstance(module, nn.Linear | nn.Conv2d)  # noqa: S101  said above, in the way mypy understands
            if inputs[module][-1].numel() == module.weight[0].numel() * len(logits):
                yield _Readout(module.weight.flatten(1), module.bias)
    yield _Readout()


def _is_mean_of(readout: _Readout, grid: torch.Tensor, logits: torch.Tensor) -> bool:
    """Tell whether ``logits`` are the mean over the places of what ``readout`` makes of ``grid``."""
    channels = logits.shape[1] if readout.weight is None else readout.weight.shape[1]
    if grid.shape[1] != channels or len(grid) != len(logits) or not bool(grid.any()):
        return False
    mean = readout.of(grid).mean(dim=(2, 3))
    return bool((mean - logits).abs().max() <= TOLERANCE * logits.abs().max())
