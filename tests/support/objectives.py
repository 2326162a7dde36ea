"""A further objective, registered as any other: what shell, pages, courses and manifests must show without a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch

from lwise_core.enhancement import objectives
from lwise_core.enhancement.objectives import register_objective


def register_margin() -> None:
    """Offer the objective ``margin``: the ground-truth logit above its strongest rival."""

    @register_objective(
        "margin", label="Raise it above the strongest rival", raises="the class's margin", takes_rivals=True
    )
    @dataclass(frozen=True)
    class Margin:
        rivals: tuple[int, ...]
        name: str = "margin"

        def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            target = logits.gather(1, targets[:, None])
            others = logits.scatter(1, targets[:, None], -torch.inf)[:, list(self.rivals)]
            return others.amax(dim=1) - target.squeeze(1)


@pytest.fixture
def margin() -> Iterator[str]:
    """The objective's name, while it is registered."""
    register_margin()
    yield "margin"
    del objectives._ENTRIES["margin"]
