"""Reading weight files, ours and foreign, safely, and building guides from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError

from lwise_core.architectures import ArchitectureError, Blueprint, State, fill
from lwise_core.guide import Domain, GuideModel, Normaliser, Provenance, best_device


class CheckpointError(ValueError):
    """A weight file that is refused. The message is one sentence: what, why, and what to do."""


@dataclass(frozen=True, eq=False)
class Weights:
    """What a weight file holds: the network's own keys, float32 on the CPU, and what else it said."""

    state: State
    layout: str
    sha256: str
    normaliser: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None
    epoch: int | None = None
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """What a weight file does not say about itself."""

    name: str
    blueprint: Blueprint
    classes: tuple[str, ...]
    domain: Domain = Domain.UNKNOWN
    training_epsilon: float | None = None
    bundled: bool = False
    references: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def read_weights(source: Path | bytes) -> Weights:
    """Return what the weight file ``source`` holds."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    try:
        state = safetensors.torch.load(data)
    except SafetensorError as error:
        raise CheckpointError("The weight file is damaged.") from error
    return Weights({k: v.float() for k, v in state.items()}, "safetensors", hashlib.sha256(data).hexdigest())


def build_guide(weights: Weights, description: Description) -> GuideModel:
    """Return the guide that ``weights`` and ``description`` make together."""
    blueprint = description.blueprint
    try:
        network = fill(blueprint, weights.state)
    except ArchitectureError as error:
        raise CheckpointError(str(error)) from error
    mean, std = weights.normaliser or (blueprint.mean, blueprint.std)
    return GuideModel(
        name=description.name,
        network=network,
        normaliser=Normaliser(mean=mean, std=std),
        classes=description.classes,
        input_size=blueprint.input_size,
        domain=description.domain,
        provenance=Provenance(
            sha256=weights.sha256,
            training_epsilon=description.training_epsilon,
            bundled=description.bundled,
            architecture=blueprint.name,
        ),
        references=description.references,
        device=best_device(),
    )
