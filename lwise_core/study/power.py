"""How many people a study needs: the size of two groups whose mean test accuracies are compared.

A person's test accuracy varies for two reasons. People differ, with a standard deviation σ of their true accuracies;
and each is seen in m test trials only, each right or wrong. A person of true accuracy π is seen with variance
π(1 − π)/m, whose mean over people of mean accuracy μ is (μ(1 − μ) − σ²)/m, because E[π²] = μ² + σ². Together

    s² = σ² + (μ(1 − μ) − σ²)/m.

The difference of the means of two groups of n and r·n people then has variance s²·(1 + 1/r)/n. It is found at level α,
two-sided, with power 1 − β when the effect d is z(1 − α/2) + z(1 − β) of its standard errors, so

    n = (1 + 1/r) · (s/d)² · (z(1 − α/2) + z(1 − β))².

With σ = 13 points, m = 40 trials and μ near 50%, s is 15 points: 36 people a group for an effect of 10 points, 143 for
5. That is the normal approximation; Student's t asks for about one person more, and drop-outs come on top. (Cohen,
Statistical Power Analysis, 1988, section 2.4.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8
BETWEEN_PEOPLE = 0.13
"""Usual standard deviation of true accuracies between people."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much people's test accuracies vary; shares, not points.

    ``between`` is the standard deviation of their true accuracies, ``accuracy`` the mean of these, and ``test_trials``
    how many each is seen in.

    Raises:
        ValueError: No people could vary so much.
    """

    between: float = BETWEEN_PEOPLE
    accuracy: float = 0.5
    test_trials: int = 40

    def __post_init__(self) -> None:
        if not 0 < self.accuracy < 1:
            raise ValueError("The accuracy to expect lies between 0% and 100%; choose one inside.")
        if self.test_trials < 1:
            raise ValueError("People are compared in test trials; ask for at least one.")
        most = math.sqrt(self.accuracy * (1 - self.accuracy))
        if not 0 <= self.between <= most:
            raise ValueError(
                f"At a mean accuracy of {self.accuracy:.0%}, people differ by an SD of 0 to {100 * most:.0f} points; "
                "choose one in between."
            )

    @property
    def noise(self) -> float:
        """Standard deviation that the small number of test trials adds."""
        return math.sqrt((self.accuracy * (1 - self.accuracy) - self.between**2) / self.test_trials)

    @property
    def total(self) -> float:
        """Standard deviation of the accuracies that are seen."""
        return math.hypot(self.between, self.noise)


def people_needed(
    effect: float, spread: Spread, *, alpha: float = ALPHA, power: float = POWER, control_ratio: float = 1.0
) -> int:
    """Return how many people each group needs, so that an ``effect`` is found with ``power``.

    Args:
        effect: Difference of mean test accuracies, a share above 0.
        spread: How much people vary.
        alpha: Two-sided level. For k groups compared with control by Holm, ``alpha / k`` is on the safe side.
        power: The chance of finding it.
        control_ratio: How many times as large the control group is; 2 in the paper.

    Raises:
        ValueError: An argument lies outside its range.
    """
    if not 0 < effect <= 1:
        raise ValueError("The effect to look for lies above 0 and up to 100 points.")
    return max(2, math.ceil(_variance(spread, control_ratio) * (_deviates(alpha, power) / effect) ** 2 - 1e-9))


def effect_found(
    people: int, spread: Spread, *, alpha: float = ALPHA, power: float = POWER, control_ratio: float = 1.0
) -> float:
    """Return the smallest difference of mean test accuracies, a share, that ``people`` a group find with ``power``.

    Raises:
        ValueError: There are fewer than 2 people, or an argument lies outside its range.
    """
    if people < 2:
        raise ValueError("A group needs at least 2 people.")
    return _deviates(alpha, power) * math.sqrt(_variance(spread, control_ratio) / people)


def found_with(spread: float, people: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the smallest difference of two means of ``people`` each that is found, where both have the SD ``spread``.

    Raises:
        ValueError: There are fewer than 2 people, or an argument lies outside its range.
    """
    if people < 2:
        raise ValueError("A group needs at least 2 people.")
    return _deviates(alpha, power) * spread * math.sqrt(2 / people)


def sentence(people: int, spread: Spread, *, effect: float, groups: int = 2) -> str:
    """Return what a plan of ``groups`` groups of ``people`` each says, with what it rests on."""
    return (
        f"{people} people a group, {people * groups} in all, find a difference of {100 * effect:.0f} points with a "
        f"power of {POWER:.0%} (two-sided, α = {ALPHA}), if test accuracies have an SD of "
        f"{100 * spread.total:.0f} points: {100 * spread.between:.0f} between people, the rest from having "
        f"{spread.test_trials} test trials each."
    )


def _variance(spread: Spread, control_ratio: float) -> float:
    """Return the variance of the difference of two means, times the people of the smaller group."""
    if not (math.isfinite(control_ratio) and control_ratio > 0):
        raise ValueError("The control group is larger than none; choose a ratio above 0.")
    return (1 + 1 / control_ratio) * spread.total**2


def _deviates(alpha: float, power: float) -> float:
    if not 0 < alpha < 1 or not alpha / 2 < power < 1:
        raise ValueError("The level lies between 0 and 1, and the power above half of it and below 1.")
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
