"""The floor: how long the arithmetic of a step must take at the rate at which this machine multiplies matrices."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.ours import Engine
from benchmarks.tasks import Task

SIDE = 4096
_TRIES = 5


@dataclass(frozen=True)
class MatrixRates:
    """Operations a second in the product of two square matrices, the fastest of some tries."""

    fp32: float
    bf16: float

    @classmethod
    def measured(cls, *, side: int = SIDE) -> MatrixRates:
        """Measure both on this machine."""
        return cls(fp32=_rate(torch.float32, side=side), bf16=_rate(torch.bfloat16, side=side))


def _rate(dtype: torch.dtype, *, side: int) -> float:
    random = torch.Generator().manual_seed(0)
    a, b = (torch.randn(side, side, generator=random).to(dtype) for _ in range(2))
    fastest = float("inf")
    for _ in range(_TRIES):
        began = perf_counter()
        a @ b
        fastest = min(fastest, perf_counter() - began)
    return 2 * side**3 / fastest


@dataclass(frozen=True)
class Floor:
    """One step for ``images`` images: its arithmetic (FLOP, all images together) and the seconds that it took."""

    guide: str
    images: int
    work: float
    seconds: float
    rate: float

    @property
    def floor(self) -> float:
        """Seconds that the arithmetic alone would take."""
        return self.work / self.rate

    @property
    def share(self) -> float:
        """Share of the time that the arithmetic accounts for: 1 would be all of it."""
        return self.floor / self.seconds


def step_floor(engine: Engine, task: Task, *, rates: MatrixRates) -> Floor:
    """Return the floor of one step of ``task`` beside the time of a step of the twin."""
    rate = rates.bf16 if next(engine.twin.network.parameters()).dtype == torch.bfloat16 else rates.fp32
    seconds = engine.step_seconds(task)
    return Floor(engine.guide.name, len(task.images), step_work(task), seconds, rate)


def step_work(task: Task) -> float:
    """Return the FLOP of one forward pass and the gradient with respect to the images, folding or not."""
    images = task.images.clone().requires_grad_(True)
    counter = FlopCounterMode(display=False)
    with counter:
        task.guide.logits(images).sum().backward()  # the counter refuses autograd.grad
    return float(counter.get_total_flops())
