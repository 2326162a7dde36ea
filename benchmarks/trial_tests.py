"""How often two equal groups are called different, by trial and by person: `python -m benchmarks.trial_tests`.

People's true accuracies are Beta-distributed with an SD of 13 points; each is seen in 40 test trials. Nothing was
taught to either group, so 5% of studies should find a difference at p < 0.05.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Counts
from lwise_core._utils.intervals import wilson_interval
from lwise_core.study.comparisons import permutation_p, trial_p
from lwise_core.study.power import Spread, people_needed

STUDIES = 2000
LEVEL = 0.05
_PERMUTATIONS = 999
_SEED = 20


@dataclass(frozen=True, kw_only=True)
class FalsePositives:
    """Shares of ``studies`` without any effect that were called different."""

    by_trial: float
    by_person: float
    studies: int

    def __str__(self) -> str:
        lines = [("chi-square by trial (the paper's)", self.by_trial), ("permutation of people", self.by_person)]
        intervals = [wilson_interval(share, self.studies) for _, share in lines]
        return "\n".join(
            f"{name:34} {share:6.1%}  ({low:.1%} to {high:.1%})"
            for (name, share), (low, high) in zip(lines, intervals, strict=True)
        )


def simulated_group(random: np.random.Generator, spread: Spread, *, people: int) -> Counts:
    """Return ``(people, trials)``, 1 right and 0 wrong, of people whose true accuracies vary as ``spread`` says."""
    shapes = spread.accuracy * (1 - spread.accuracy) / spread.between**2 - 1 if spread.between else np.inf
    true = (
        random.beta(spread.accuracy * shapes, (1 - spread.accuracy) * shapes, people)
        if np.isfinite(shapes)
        else np.full(people, spread.accuracy)
    )
    return (random.random((people, spread.test_trials)) < true[:, None]).astype(np.int64)


def false_positives(spread: Spread, *, people: int, studies: int = STUDIES, seed: int = _SEED) -> FalsePositives:
    """Return how often two groups of ``people`` each, both drawn from the same, are called different."""
    found = np.array(list(_studies(spread, people=people, studies=studies, seed=seed)))
    by_trial, by_person = (found < LEVEL).mean(axis=0)
    return FalsePositives(by_trial=float(by_trial), by_person=float(by_person), studies=studies)


def _studies(spread: Spread, *, people: int, studies: int, seed: int) -> Iterator[tuple[float, float]]:
    for one in range(studies):
        random = np.random.default_rng([seed, one])
        groups = [simulated_group(random, spread, people=people) for _ in range(2)]
        chi_square = trial_p(groups[0].ravel(), groups[1].ravel())
        means = [g.mean(axis=1) for g in groups]
        yield (
            1.0 if chi_square is None else chi_square,
            permutation_p(means[0], means[1], seed=one, permutations=_PERMUTATIONS),
        )


def main() -> None:
    usual = Spread(accuracy=0.476)
    people = people_needed(0.10, usual)
    print(
        f"{STUDIES} studies of two equal groups of {people} people, {usual.test_trials} test trials each, p < {LEVEL}:"
    )
    for between in (usual.between, 0.0):
        spread = Spread(between=between, accuracy=usual.accuracy, test_trials=usual.test_trials)
        print(f"\nSD between people {100 * between:.0f} points\n{false_positives(spread, people=people)}")


if __name__ == "__main__":
    main()
