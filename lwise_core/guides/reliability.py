"""Reliability: how often a guide was right when it gave its first choice a probability like this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwise_core._utils.intervals import wilson_interval

CALIBRATION_BINS = 15
"""Bins of equal width over [0, 1], as in Guo et al. 2017."""

_NOTHING = "How often a probability like this was right has not been measured for this guide."


@dataclass(frozen=True)
class ReliabilityBin:
    """Images whose first class got a probability in one bin: how many, its mean, and how often it was right."""

    images: int
    confidence: float
    accuracy: float

    @property
    def number(self) -> int:
        """Which of the bins it is, from 0."""
        return bin_of(self.confidence)


@dataclass(frozen=True)
class Reliability:
    """What was found on one set of pictures. ``source`` names them in a few words, ``bins`` lack the empty ones."""

    source: str
    bins: tuple[ReliabilityBin, ...]

    @property
    def error(self) -> float:
        """The expected calibration error, in [0, 1]: the mean distance of probabilities from how often they are right.

        0 where there are no bins.
        """
        images = sum(b.images for b in self.bins)
        return sum(abs(b.confidence - b.accuracy) * b.images for b in self.bins) / max(1, images)

    def like(self, probability: float) -> ReliabilityBin | None:
        """Return the bin of a ``probability`` in [0, 1], None where no picture got one like it."""
        return next((b for b in self.bins if b.number == bin_of(probability)), None)


def bin_of(probability: float) -> int:
    """Return the number of the bin, from 0, that a ``probability`` in [0, 1] falls into."""
    return min(int(probability * CALIBRATION_BINS), CALIBRATION_BINS - 1)


def read_reliability(measured: Mapping[str, Any], *, source: str) -> Reliability | None:
    """Return the reliability in a card's ``measured``, which may hold anything; None where it holds none that is one.

    ``source`` names in a few words the pictures that it was measured on.
    """
    rows = measured.get("reliability")
    bins = tuple(map(_bin, rows)) if isinstance(rows, list) else ()
    return Reliability(source, tuple(b for b in bins if b is not None)) if bins and None not in bins else None


def _bin(row: object) -> ReliabilityBin | None:
    """Return one row ``[images, mean probability, share that was right]``, None where it is no such thing."""
    values = row if isinstance(row, list) else []
    numbers = [x for x in values if isinstance(x, int | float) and not isinstance(x, bool)]
    if (len(values), len(numbers)) != (3, 3) or numbers[0] < 1 or not all(0 <= x <= 1 for x in numbers[1:]):
        return None
    return ReliabilityBin(int(numbers[0]), float(numbers[1]), float(numbers[2]))


def reliability_sentence(known: Sequence[Reliability], probability: float) -> str:
    """Return the sentence that belongs beside a first choice's ``probability`` in [0, 1].

    It says how often such a probability was right on each set that is ``known``, with the 95% Wilson interval.
    """
    if not known:
        return _NOTHING
    low = bin_of(probability) / CALIBRATION_BINS
    measured = [(one.source, found) for one in known if (found := one.like(probability)) is not None]
    silent = [one.source for one in known if one.like(probability) is None]
    said = ""
    if measured:
        shares = " and ".join(_share(found, source) for source, found in measured)
        said = f"When its first choice got {low:.0%} to {low + 1 / CALIBRATION_BINS:.0%}, it was right for {shares}."
    return f"{said} {_silence(silent)}".strip()


def reliability_in_short(known: Sequence[Reliability], probability: float) -> str:
    """Return a few words for the brackets beside a first choice's ``probability`` in [0, 1]: how often it was right.

    That is said for each set that is ``known``, without intervals, and that it is unknown where no picture got one like
    it.
    """
    measured = [(one.source, found) for one in known if (found := one.like(probability)) is not None]
    if not measured:
        return "how often that is right is not known"
    shares = " and ".join(f"{found.accuracy:.0%} of {found.images:,} {source}" for source, found in measured)
    return f"right for {shares}"


def calibration_sentence(known: Sequence[Reliability]) -> str:
    """Return the sentence on how far probabilities are from how often they are right, on each set that is ``known``.

    The distance is the expected calibration error.
    """
    if not known:
        return _NOTHING
    said = " and ".join(f"{one.error * 100:.0f} percentage points for {one.source}" for one in known)
    return f"Its probabilities are on average {said} from how often they are right."


def _share(found: ReliabilityBin, source: str) -> str:
    low, high = wilson_interval(found.accuracy, found.images)
    return f"{found.accuracy:.0%} of {found.images:,} {source} (95% interval {low:.0%} to {high:.0%})"


def _silence(sources: Sequence[str]) -> str:
    return f"None of the {' or of the '.join(sources)} got a probability like this." if sources else ""
