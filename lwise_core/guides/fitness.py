"""Whether a guide is fit to guide at all, by what its card says was measured on labelled images.

A network that knows nothing paints nothing that means anything, and one that is not robust paints noise. The criterion:
a guide is unfit when its clean accuracy is hardly above chance (95%), or when its accuracy under a 20-step attack is
below half of the clean one. The attack is as large as those that the paper trains robust guides of the domain with
(``Domain.attack_224``): ε₂₂₄ = 1 throughout, as first planned, called a non-robust twin of 32 px fit (63.6% of 81.5%).
Hardly above chance is less than a tenth of the way from there to certainty: whatever a network that was trained on
random labels computes agrees with the true ones a little better or worse than chance, by luck that the interval of its
accuracy does not know of (11.6%, 10.4 to 13.0, of ten classes: “above chance”, as first planned, called it fit).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

HARDLY = 0.1
"""Below this share of the way from chance to certainty a guide knows nothing that is worth painting."""


class Fit(StrEnum):
    """What can be said."""

    FIT = "fit"
    UNFIT = "unfit"
    CANNOT_JUDGE = "cannot judge"


@dataclass(frozen=True)
class Fitness:
    """What can be said of a guide, and the sentence that says why."""

    state: Fit
    sentence: str


UNKNOWN = Fitness(
    Fit.CANNOT_JUDGE,
    "Whether this guide is fit to guide cannot be judged: no accuracy on labelled images, clean and under attack, is "
    "known of it.",
)


def fitness_of(measured: Mapping[str, Any], *, epsilon: float, classes: int) -> Fitness:
    """Return what a card's ``measured`` says of a guide of so many ``classes``.

    ``epsilon`` is the attack's size in the guide's units. Accuracy falls with the attack, so one that is
    still high enough under a larger one decides too, and one that is too low under a smaller one.
    """
    clean, low = _share(measured.get("clean_accuracy"))
    if clean is None or low is None:
        return UNKNOWN
    chance = max(1 / classes, _commonest(measured.get("per_class")))
    if low <= chance + HARDLY * (1 - chance):
        return Fitness(
            Fit.UNFIT,
            f"This guide is unfit to guide: its accuracy, {clean:.0%}, is hardly above chance ({chance:.0%}). What it "
            "paints means nothing.",
        )
    for size, accuracy in sorted(_attacks(measured.get("accuracy_under_20_step_attack"))):
        if size <= epsilon * 1.001 and accuracy < clean / 2:
            return Fitness(
                Fit.UNFIT,
                f"This guide is unfit to guide: it is not robust. Its accuracy falls from {clean:.0%} to "
                f"{accuracy:.0%} under an attack of ε = {size:.2g}, so what it paints may be noise.",
            )
        if size >= epsilon * 0.999 and accuracy >= clean / 2:
            return Fitness(
                Fit.FIT,
                f"Guide check passed: {clean:.0%} right on test pictures{_by_class(measured, clean)}, {accuracy:.0%} "
                f"when they are disturbed by ε = {size:.2g} (at least {clean / 2:.0%} needed).",
            )
    return UNKNOWN


def _by_class(measured: Mapping[str, Any], clean: float) -> str:
    """Return what else stands beside ``clean``, which counts pictures, where the mean of classes is another figure."""
    mean = _number(measured.get("balanced_accuracy"))
    if mean is None or not 0 <= mean <= 1 or f"{mean:.0%}" == f"{clean:.0%}":
        return ""
    return f" ({mean:.0%} as the mean of its classes)"


def _share(value: object) -> tuple[float | None, float | None]:
    """Return a share and the lower end of its interval, None where the card has no such thing."""
    if not isinstance(value, Mapping):
        return None, None
    interval = value.get("interval_95")
    low = interval[0] if isinstance(interval, list) and interval else None
    return _number(value.get("value")), _number(low)


def _commonest(per_class: object) -> float:
    """Return the share of the commonest class, the accuracy of always naming it; 0 when not given."""
    if not isinstance(per_class, Mapping):
        return 0.0
    counts = [_number(c.get("images")) or 0.0 for c in per_class.values() if isinstance(c, Mapping)]
    return max(counts) / sum(counts) if sum(counts) > 0 else 0.0


def _attacks(value: object) -> Iterator[tuple[float, float]]:
    """Yield size and accuracy of every L2 attack."""
    for name, accuracy in value.items() if isinstance(value, Mapping) else ():
        share, _ = _share(accuracy)
        try:
            size = float(str(name).removeprefix("l2_"))
        except ValueError:
            continue
        if share is not None:
            yield size, share


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
