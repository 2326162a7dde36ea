"""Fast mode: a folded, packed copy of the guide in bf16 and channels last, trusted only after a check on itself.

A bf16 path is 2 to 3 times as fast, and for robust networks nearly the same path. “Nearly” is measured, not hoped: once
per weight file and hardware, on the bundled samples towards several classes at the largest ε, the worst pair counts.
Until it has passed, everything is computed in fp32.
"""

from __future__ import annotations

import copy
import hashlib
import json
import platform
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import fx, nn
from torch.fx.experimental.optimization import fuse
from torch.nn import functional as F

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import make_folder
from lwise_core._utils.precision import native_bf16
from lwise_core.enhancement.packed_convolutions import can_pack, packed
from lwise_core.enhancement.path import Enhancement, EnhancementPath, PathRequest, ascend
from lwise_core.enhancement.taped_network import linear, taped
from lwise_core.guides import catalog
from lwise_core.guides.grouped_guide import outputs_of
from lwise_core.guides.guide import GuideModel

LEAST_COSINE = 0.999
"""Least cosine between the fast and the exact perturbation, of the worst pair."""

LARGEST_GAIN_ERROR = 0.01
"""Largest relative difference of the logit gain, scored in fp32 for both, of the worst pair."""

_CLASSES_CHECKED = 8


class FloatHead(nn.Module):
    """A classifier that stays in fp32, since logits of 16 to 32 have a bf16 spacing of 0.125.

    The forward pass takes features ``(N, D)`` and returns logits ``(N, C)``, float32.
    """

    def __init__(self, head: nn.Linear) -> None:
        super().__init__()
        self.head = head.float()

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(features.float())
        return logits


class FastNetwork(nn.Module):
    """A network in bf16 and channels last that takes images ``(N, 3, H, W)`` and returns logits ``(N, C)``, float32."""

    def __init__(self, network: nn.Module, *, dtype: torch.dtype) -> None:
        super().__init__()
        self.network = network
        self.dtype = dtype

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        prepared = images.to(dtype=self.dtype, memory_format=torch.channels_last)
        logits: torch.Tensor = self.network(prepared).float()
        return logits


def fast_dtype(device: torch.device) -> torch.dtype | None:
    """Return bf16 where this hardware computes in it natively, else None."""
    return torch.bfloat16 if native_bf16(device) else None


def fast_twin(guide: GuideModel, *, dtype: torch.dtype) -> GuideModel:
    """Return ``guide`` with a folded, packed copy of its network in ``dtype``, channels last; it stays as it is."""
    network = folded(guide.network).to(dtype=dtype).to(memory_format=torch.channels_last)
    _keep_heads_exact(network, guide.network, classes=outputs_of(guide))
    if isinstance(network, fx.GraphModule) and can_pack(guide.device, dtype):
        example = torch.zeros(1, 3, guide.input_size, guide.input_size, dtype=dtype)
        network = packed(network, example.to(memory_format=torch.channels_last))
        network = taped(network, heads={FloatHead: lambda float_head: linear(float_head.head)})
    return replace(guide, network=FastNetwork(network, dtype=dtype))


def folded(network: nn.Module) -> nn.Module:
    """Return a copy of ``network`` with every BatchNorm folded into the convolution before it.

    Networks that cannot be traced are copied unfolded: the result is the same, only slower.
    """
    try:
        fused = fuse(network)
    except Exception:  # noqa: BLE001 - tracing runs foreign code, which fails in as many ways as there are networks
        return copy.deepcopy(network)
    return fused.eval().requires_grad_(False)


def _keep_heads_exact(network: nn.Module, original: nn.Module, *, classes: int) -> None:
    """Replace each linear layer that gives the logits by its fp32 original."""
    for name, module in list(original.named_modules()):
        if isinstance(module, nn.Linear) and module.out_features == classes:
            parent, _, child = name.rpartition(".")
            setattr(network.get_submodule(parent), child, FloatHead(copy.deepcopy(module)))


def precision_of(twin: GuideModel) -> str:
    """Return the name of the arithmetic that ``twin`` computes in, such as “bfloat16”."""
    dtype = twin.network.dtype if isinstance(twin.network, FastNetwork) else torch.float32
    return str(dtype).removeprefix("torch.")


@dataclass(frozen=True)
class TwinCheck:
    """How the fast mode of one guide compares with fp32, worst pair of image and class.

    ``gain_error`` is ``|gain_fast / gain_exact − 1|`` with both results scored in fp32.
    """

    cosine: float
    gain_error: float
    pairs: int

    @property
    def passes(self) -> bool:
        """Whether the fast mode may be used."""
        return self.cosine >= LEAST_COSINE and self.gain_error <= LARGEST_GAIN_ERROR

    def with_pairs(self, pairs: int, *, cosine: float, gain_error: float) -> TwinCheck:
        """Return the verdict with the worst of some more pairs; what is not a number stays so, and does not pass."""
        return TwinCheck(
            cosine=float(np.minimum(self.cosine, cosine)),
            gain_error=float(np.maximum(self.gain_error, gain_error)),
            pairs=self.pairs + pairs,
        )


def check(guide: GuideModel, twin: GuideModel, images: torch.Tensor) -> Iterator[TwinCheck]:
    """Yield the verdict of the pairs compared so far, at every step: ``images`` ``(N, 3, H, W)`` × several classes.

    Each pair is walked to the largest ε. To stop iterating is to cancel; only the last verdict counts.
    """
    classes = torch.linspace(0, len(guide.classes) - 1, min(_CLASSES_CHECKED, len(guide.classes))).round().long()
    verdict = TwinCheck(cosine=1.0, gain_error=0.0, pairs=0)
    for target in classes.tolist():
        request = PathRequest(images, torch.full((len(images),), target))
        exact = yield from _furthest(guide, request, so_far=verdict)
        fast = yield from _furthest(twin, request, so_far=verdict)
        with torch.no_grad():
            logits = [guide.logits(x.to(guide.device))[:, target] for x in (images, exact.images, fast.images)]
        by_exact, by_fast = ((r.images.cpu() - images).flatten(1) for r in (exact, fast))
        cosine = float(F.cosine_similarity(by_exact, by_fast).min())
        error = float(((logits[2] - logits[0]) / (logits[1] - logits[0]) - 1).abs().max())
        verdict = verdict.with_pairs(len(images), cosine=cosine, gain_error=error)
        yield verdict


def check_steps(guide: GuideModel) -> int:
    """Return about how many values :func:`check` yields."""
    return 2 * min(_CLASSES_CHECKED, len(guide.classes)) * (guide.epsilon_scale.steps + 1)


def _furthest(guide: GuideModel, request: PathRequest, *, so_far: TwinCheck) -> Generator[TwinCheck, None, Enhancement]:
    """Return the result at the largest ε; yield ``so_far`` at every step, so that others get their turns."""
    scale = guide.epsilon_scale
    path = EnhancementPath(guide, request, scale.step, frames=())
    for frame in ascend(guide, request, step=scale.step, steps=scale.steps):
        path = replace(path, frames=(*path.frames, frame))
        yield so_far
    return path.at(path.reach)


@dataclass(frozen=True)
class TwinChecks:
    """The verdicts kept in one folder, a small JSON file for each weight file and hardware."""

    folder: Path

    @classmethod
    def of_this_machine(cls) -> TwinChecks:
        """Return the verdicts in the user's data folder."""
        return cls(catalog.home() / "verdicts")

    def read(self, guide: GuideModel) -> TwinCheck | None:
        """Return the verdict for ``guide`` on this hardware, or None when there is none that can be read."""
        try:
            kept = json.loads(self._file(guide).read_text())
            return TwinCheck(float(kept["cosine"]), float(kept["gain_error"]), int(kept["pairs"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, guide: GuideModel, verdict: TwinCheck) -> None:
        """Write ``verdict``, whole or not at all."""
        make_folder(self.folder)
        write_whole(self._file(guide), f"{json.dumps(asdict(verdict), allow_nan=False)}\n".encode())

    def _file(self, guide: GuideModel) -> Path:
        words = (guide.provenance.sha256, guide.domain.value, hardware(guide.device), torch.__version__)
        return self.folder / f"{hashlib.sha256('|'.join(words).encode()).hexdigest()[:24]}.json"


def hardware(device: torch.device) -> str:
    """Return what the speed and the rounding of this machine depend on, in words."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def trusted_twin(guide: GuideModel, verdicts: TwinChecks) -> GuideModel | None:
    """Return the fast twin of ``guide`` where a check on this hardware has passed, else None."""
    dtype, verdict = fast_dtype(guide.device), verdicts.read(guide)
    return fast_twin(guide, dtype=dtype) if dtype is not None and verdict is not None and verdict.passes else None
