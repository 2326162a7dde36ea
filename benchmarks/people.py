"""What people answered, and how well a number about a picture goes with their errors.

Every interval is a bootstrap over images (or what else the rows are), 95%, with a fixed seed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study import error_statistics

BOOTSTRAPS = 1000
_SEED = 42  # as in the paper's notebooks
_SPLITS = 100


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})".replace("-", "−")


@dataclass(frozen=True, eq=False)
class Answers:
    """How many people called each picture what. ``index`` ``(N,)``, ``counts`` ``(N, C)``, ``targets`` ``(N,)``."""

    index: Counts
    counts: Counts
    targets: Counts
    classes: tuple[str, ...]

    @property
    def correct(self) -> Counts:
        """People who named the ground truth, ``(N,)``."""
        rows: Counts = self.counts[np.arange(len(self.counts)), self.targets]
        return rows

    @property
    def wrong(self) -> Counts:
        """People who did not, ``(N,)``."""
        others: Counts = self.counts.sum(axis=1) - self.correct
        return others

    @property
    def error(self) -> Values:
        """Share of people who erred, ``(N,)``."""
        share: Values = self.wrong / self.counts.sum(axis=1)
        return share


def read_answers(file: Path) -> Answers:
    """Return the answers in a CSV with the columns ``index``, ``class`` and ``n_<class>`` for each class."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    classes = tuple(c.removeprefix("n_") for c in rows[0] if c.startswith("n_"))
    return Answers(
        index=np.array([int(r["index"]) for r in rows]),
        counts=np.array([[int(r[f"n_{c}"]) for c in classes] for r in rows]),
        targets=np.array([classes.index(r["class"]) for r in rows]),
        classes=classes,
    )


def spearman(a: Values, b: Values) -> Estimate:
    """Return the rank correlation of two numbers a picture."""
    found = error_statistics.spearman(a, b, seed=_SEED, resamples=BOOTSTRAPS)
    return Estimate(found.value, found.low, found.high)


def spearman_difference(a: Values, other: Values, b: Values) -> Estimate:
    """Return by how much more ``a`` goes with ``b`` than ``other`` does: |ρ(a, b)| − |ρ(other, b)|."""

    def difference(rows: Counts) -> float:
        return abs(_rank_correlation(a[rows], b[rows])) - abs(_rank_correlation(other[rows], b[rows]))

    return _bootstrapped(difference, len(a))


def mean(values: Values) -> Estimate:
    """Return the mean of one number a picture."""
    return _bootstrapped(lambda rows: float(values[rows].mean()), len(values))


def _rank_correlation(a: Values, b: Values) -> float:
    return float(spearmanr(a, b).statistic)


def _bootstrapped(statistic: Callable[[Counts], float], n: int) -> Estimate:
    random = np.random.default_rng(_SEED)
    draws = [statistic(random.integers(0, n, n)) for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(draws, (0.025, 0.975))
    return Estimate(statistic(np.arange(n)), float(low), float(high))


@dataclass(frozen=True)
class Ceiling:
    """How well people go with other people: the split-half rank correlation, and what a perfect number could reach."""

    split_half: float
    reachable: float


def noise_ceiling(answers: Answers) -> Ceiling:
    """Return the ceiling: people are split in two at random, many times; the halves are brought to full length.

    The reliability of all answers together is 2r/(1 + r) (Spearman–Brown); a number without noise of its own reaches at
    most the square root of that.
    """
    random = np.random.default_rng(_SEED)
    halves = []
    for _ in range(_SPLITS):
        size = answers.counts.sum(axis=1) // 2
        wrong = random.hypergeometric(answers.wrong, answers.correct, size)
        rest = answers.wrong - wrong
        halves.append(_rank_correlation(wrong / size, rest / (answers.counts.sum(axis=1) - size)))
    split_half = float(np.mean(halves))
    return Ceiling(split_half, float(np.sqrt(2 * split_half / (1 + split_half))))


@dataclass(frozen=True, eq=False)
class Votes:
    """The paper's robust ground-truth logits beside how much seven pathologists disagreed, 0 (all one) to 1."""

    logits: Values
    disagreement: Values


def read_votes(file: Path) -> Votes:
    """Return the votes in MHIST's dirmap of the paper."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    chosen = np.array([float(r["Number of Annotators who Selected SSA (Out of 7)"]) for r in rows])
    logits = np.array([float(r["robust_gt_logit"]) for r in rows])
    return Votes(logits, 1 - np.abs(chosen - 3.5) / 3.5)
