"""Where a training run starts: a new network, or the network of a guide."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from lwise_core._utils.class_names import canonical
from lwise_core.guides import catalog
from lwise_core.guides.architectures import by_timm, fill, named, recognise, timm_has
from lwise_core.guides.blueprints import ArchitectureError, Blueprint, Triple
from lwise_core.guides.checkpoints import blueprint_for, read_weights
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, GuideModel, Normaliser
from lwise_core.guides.learnt_hashes import learnt_by
from lwise_core.images.perceptual_hash import Hashes, no_hashes
from lwise_core.training.recipes import RecipeError

_STEM_2_FROM = 64
"""From this input size on, a CompactResNet begins with a stride of 2."""

_HEADS = ("head", "fc", "classifier")
"""What CompactResNet and timm's convolutional networks call their last linear layer."""


@dataclass(frozen=True, eq=False)
class InitialNetwork:
    """A network about to be trained, and what goes with it.

    ``classes`` is empty until it is known what the network is to tell apart. ``origin`` says in words where its weights
    come from, ``learnt`` has the perceptual hashes ``(N,)`` of pictures that they are known to have learnt.
    """

    network: nn.Module
    normaliser: Normaliser
    input_size: int
    classes: tuple[str, ...]
    origin: str
    width: int | None = None
    architecture: str | None = None
    learnt: Hashes = field(default_factory=no_hashes)

    def fresh(self) -> InitialNetwork:
        """Return the same start with a network of its own, as training changes it."""
        return replace(self, network=copy.deepcopy(self.network))

    def plain(self) -> dict[str, object]:
        """Return what tells this start from another."""
        return {"origin": self.origin, "classes": list(self.classes), "input_size": self.input_size}

    def statistics(self) -> tuple[Triple, Triple]:
        """Return mean and std of the normaliser."""
        mean, std = (t.flatten().tolist() for t in (self.normaliser.mean, self.normaliser.std))
        return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])

    def renamed(self, names: Mapping[str, str]) -> InitialNetwork:
        """Return the same start, each class called what ``names`` says, or as before."""
        return replace(self, classes=tuple(names.get(c, c) for c in self.classes))

    def blueprint(self) -> Blueprint:
        """Return how to build the network again.

        Raises:
            ArchitectureError: The network is of no known architecture.
        """
        state = self.network.state_dict()
        found = named(self.architecture, state) if self.architecture else recognise(state)
        if found is None:
            raise ArchitectureError("The network is of no known architecture.")
        mean, std = self.statistics()
        return replace(found, input_size=self.input_size, mean=mean, std=std)

    def for_classes(self, classes: tuple[str, ...], *, seed: int, largest: int) -> InitialNetwork:
        """Return the start with an output for each class: the ones it has where the names agree, else new ones.

        Raises:
            RecipeError: The finished weight file would have more than ``largest`` bytes.
        """
        order = _same(self.classes, classes)
        if order:
            ready = replace(self, classes=order)
        else:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                ready = replace(self, network=self._with_outputs(len(classes)), classes=classes)
        size = 2 * sum(t.numel() for t in ready.network.state_dict().values())
        if size > largest:
            raise RecipeError(
                f"The weight file would have about {size:,} bytes, more than {largest:,}: make the network "
                "narrower, or allow more with --largest."
            )
        return ready

    def _with_outputs(self, count: int) -> nn.Module:
        if self.width is not None:
            return CompactResNet(width=self.width, num_classes=count, stem_stride=_stem_stride(self.input_size))
        if self.architecture is not None and isinstance(self.network, nn.Identity):
            return by_timm(self.architecture, num_classes=count)
        network = copy.deepcopy(self.network)
        for name in _HEADS:
            old = getattr(network, name, None)
            if isinstance(old, nn.Linear):
                setattr(network, name, nn.Linear(old.in_features, count))
                return network
        known = ", ".join(f"“{name}”" for name in _HEADS)
        raise RecipeError(f"This network has no linear layer that could be replaced, called one of {known}.")


def new_start(architecture: str | None, *, width: int, size: int) -> InitialNetwork:
    """Return a network with fresh weights: a CompactResNet of ``width``, or timm's ``architecture``.

    Raises:
        RecipeError: timm has no such architecture, or the size does not fit.
    """
    normaliser = Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD)
    if architecture is not None and not timm_has(architecture):
        raise RecipeError(f"timm has no architecture “{architecture}”.")
    _refuse_odd_size(size)
    return InitialNetwork(
        network=nn.Identity(),
        normaliser=normaliser,
        input_size=size,
        classes=(),
        origin=architecture or f"new CompactResNet, width {width}",
        width=None if architecture else width,
        architecture=architecture,
    )


def start_from_file(path: Path, architecture: str | None, *, size: int | None = None) -> InitialNetwork:
    """Return the network of a weight file as a start, to see pictures of ``size`` px (by default its architecture's).

    ``architecture`` is timm's name, or None where the file's keys give it away. A network that learnt many things
    without attacks is a start too: what it knows of pictures is learnt anew under attack in far less time.

    Raises:
        CheckpointError: The file is damaged, or its network is unknown.
        RecipeError: It cannot see pictures of that size.
    """
    weights = read_weights(path)
    blueprint = blueprint_for(weights, architecture)
    mean, std = weights.normaliser or (blueprint.mean, blueprint.std)
    own = InitialNetwork(
        network=fill(blueprint, weights.state),
        normaliser=Normaliser(mean=mean, std=std),
        input_size=blueprint.input_size,
        classes=(),
        origin=f"the weight file {path.name}, SHA-256 {weights.sha256}",
        architecture=architecture,
    )
    return own if size is None or size == own.input_size else _at_size(own, size)


def start_from(name: str, *, size: int | None = None) -> InitialNetwork:
    """Return the guide ``name`` of the catalogue as a start, to see pictures of ``size`` px (by default its own size).

    Raises:
        GuideUnavailable: There is none, or it is damaged.
        RecipeError: Another size than its own is wanted of a network that is tied to it, or does not fit.
    """
    guide = catalog.load(name)
    learnt = learnt_by(catalog.entries(), weights_sha256=guide.provenance.weights_sha256)
    start = replace(of_guide(guide), learnt=learnt)
    return start if size is None or size == start.input_size else _at_size(start, size)


def _at_size(start: InitialNetwork, size: int) -> InitialNetwork:
    """Return ``start`` at ``size`` px: a convolutional network averages over all places."""
    if _tied_to_its_size(start.network):
        raise RecipeError("Only a convolutional network can be tuned for another input size.")
    _refuse_odd_size(size)
    return replace(start, input_size=size, origin=f"{start.origin}, now at {size} px")


def _tied_to_its_size(network: nn.Module) -> bool:
    """Tell whether ``network`` may hold weights for each place: all but those of convolutions, norms and the head."""
    free = (nn.modules.conv._ConvNd, nn.modules.batchnorm._NormBase, nn.Linear)
    return any(list(m.parameters(recurse=False)) and not isinstance(m, free) for m in network.modules())


def _refuse_odd_size(size: int) -> None:
    if size < 16 or size % 16:
        raise RecipeError(f"The input size must be a multiple of 16 px, not {size}.")


def of_guide(guide: GuideModel) -> InitialNetwork:
    """Return a copy of ``guide`` as a start, with its classes, size and normaliser."""
    return InitialNetwork(
        network=copy.deepcopy(guide.network),
        normaliser=copy.deepcopy(guide.normaliser),
        input_size=guide.input_size,
        classes=guide.classes,
        origin=f"the guide {guide.name}, SHA-256 {guide.provenance.sha256}",
        architecture=None if isinstance(guide.network, CompactResNet) else _by_name(guide.provenance.architecture),
    )


def _by_name(architecture: str) -> str | None:
    """Return ``architecture`` where it is a name of timm's, by which the tuned network is built again."""
    return architecture if timm_has(architecture) else None


def _stem_stride(size: int) -> int:
    return 2 if size >= _STEM_2_FROM else 1


def _same(own: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``wanted`` in the order of ``own`` when both are the same names, else nothing."""
    spelt = {canonical(c): c for c in wanted}
    if {canonical(c) for c in own} != spelt.keys():
        return ()
    return tuple(spelt[canonical(c)] for c in own)
