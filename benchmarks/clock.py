"""Fair timing: contenders take turns within each round, so that a slow minute of the machine meets all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import torch

HOPELESS = 1.5
"""A peer this many times slower than the fastest peer sits out after the first round: it cannot become the fastest."""


@dataclass(frozen=True)
class Contender:
    """One way of doing the work of a row; ``run`` is timed whole, and what it returns is looked at afterwards."""

    name: str
    run: Callable[[], torch.Tensor]
    ours: bool = False


@dataclass(frozen=True)
class Timed:
    """What one contender took, seconds a round, and what it returned the last time.

    ``times_its_job`` is above 1 where the seconds were not waited for but computed from a job that was.
    """

    name: str
    ours: bool
    seconds: tuple[float, ...]
    result: torch.Tensor
    times_its_job: float = 1.0

    @property
    def median(self) -> float:
        """Median seconds."""
        return median(self.seconds)

    def scaled(self, factor: float) -> Timed:
        """Return what ``factor`` such jobs would take."""
        seconds = tuple(s * factor for s in self.seconds)
        return replace(self, seconds=seconds, times_its_job=self.times_its_job * factor)


def interleaved(contenders: Sequence[Contender], *, rounds: int) -> tuple[Timed, ...]:
    """Let every contender run once a round, in an order that is rotated from round to round.

    Raises:
        ValueError: ``rounds`` is below 1.
    """
    if rounds < 1:
        raise ValueError(f"At least one round is needed, not {rounds}.")
    seconds: dict[str, tuple[float, ...]] = {c.name: () for c in contenders}
    results: dict[str, torch.Tensor] = {}
    racing = list(contenders)
    for turn in range(rounds):
        start = turn % len(racing)
        for contender in racing[start:] + racing[:start]:
            began = perf_counter()
            results[contender.name] = contender.run()
            seconds[contender.name] += (perf_counter() - began,)
        if turn == 0:
            racing = _within_reach(racing, seconds)
    return tuple(Timed(c.name, c.ours, seconds[c.name], results[c.name]) for c in contenders)


def _within_reach(contenders: Sequence[Contender], seconds: dict[str, tuple[float, ...]]) -> list[Contender]:
    peers = [seconds[c.name][0] for c in contenders if not c.ours]
    limit = HOPELESS * min(peers, default=float("inf"))
    return [c for c in contenders if c.ours or seconds[c.name][0] <= limit]
