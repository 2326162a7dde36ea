"""Rings for feedback that shows where: what spoke for a picture's class, and spoke for it more when it was enhanced.

They are made with the course, from the ledger of the path towards the class (lwise_core/inspection/evidence_ledger.py):
a ring stands only where the original had evidence for its class and enhancement raised it. Where a guide allows no
ledger there are none, and feedback shows the two pictures alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.evidence_ledger import LEAST_GAIN, SUPPORTED, EvidenceLedger, ledger_of

MOST_RINGS = 3
LEAST_SHARE = 0.1
"""A ring stands for at least this share of everything that was gained."""

_AROUND = 0.75  # of a place's side: a ring runs through its corners


@dataclass(frozen=True)
class EvidenceRing:
    """A ring in a picture: its centre and its radius, in shares of the picture's side."""

    x: float
    y: float
    radius: float


def rings_on(path: EnhancementPath) -> tuple[EvidenceRing, ...]:
    """Return the rings of the first picture of ``path`` at its end, those that stand for most first."""
    ledger = ledger_of(path)
    return () if ledger is None else rings_of(ledger, step=path.best_steps()[-1])


def rings_of(ledger: EvidenceLedger, *, step: int) -> tuple[EvidenceRing, ...]:
    """Return the rings after ``step`` steps, those that stand for most first; a place beside another's has none."""
    total = ledger.gained(step)
    if total < LEAST_GAIN:
        return ()
    rises = np.where(ledger.support <= SUPPORTED, ledger.gains[step].clip(min=0), 0.0)
    side = len(rises)
    rings: list[EvidenceRing] = []
    while len(rings) < MOST_RINGS and rises.max() >= LEAST_SHARE * total:
        row, column = map(int, np.unravel_index(rises.argmax(), rises.shape))
        rings.append(EvidenceRing((column + 0.5) / side, (row + 0.5) / side, _AROUND / side))
        rises[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = 0.0
    return tuple(rings)
