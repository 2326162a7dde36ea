"""References: the guide's ground-truth logits of held-out images, which a logit of another picture is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from lwise_core._utils.intervals import wilson_interval

ENOUGH_FOR_DIFFICULTY = 30
"""Below this many reference images of a class, a picture of it gets no percentile."""

ENOUGH_FOR_EVIDENCE = 100
"""Below this many reference images of a class, indicators that need them cannot judge a picture of it."""


@dataclass(frozen=True)
class Percentile:
    """“Harder than ``share`` of ``n`` references”, mid-rank for ties, with the 95% Wilson interval (all in [0, 1])."""

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class References:
    """Ground-truth logits (no unit, higher is easier) of held-out images, by the name of their class.

    ``source`` says which images they are, and ``calibrated`` of which classes they are others, with a phrase on these.
    A class without references has none; no question about it is an error.
    """

    logits: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""
    calibrated: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, class_name: str) -> tuple[float, ...]:
        """Return the reference logits of a class, in no particular order."""
        return self.logits.get(class_name, ())

    def count(self, class_name: str) -> int:
        """Return how many references a class has."""
        return len(self.of(class_name))

    def standing(self, logit: float, *, class_name: str) -> Percentile | None:
        """Return the share of a class's references that are easier than a picture with the ground-truth ``logit``.

        Easier is a higher logit; ties count half. None below :data:`ENOUGH_FOR_DIFFICULTY` references.
        """
        values = np.asarray(self.of(class_name))
        if len(values) < ENOUGH_FOR_DIFFICULTY:
            return None
        share = float((values > logit).mean() + (values == logit).mean() / 2)
        low, high = wilson_interval(share, len(values))
        return Percentile(share=share, low=low, high=high, n=len(values))

    def conformal_p(self, logit: float, *, class_name: str) -> float:
        """Return (1 + how many of a class's references are not above ``logit``)/(1 + how many there are), in (0, 1].

        If the picture is one of the class like the references, p ≤ 0.05 happens to at most 5% (Vovk et al. 2005).
        It is computed however few references there are, and cannot be less than 1/(1 + their number).
        """
        values = np.asarray(self.of(class_name))
        return (1 + int((values <= logit).sum())) / (1 + len(values))

    def spread(self, class_name: str) -> float | None:
        """Return the standard deviation of a class's reference logits, the unit in which guides' gains are compared.

        None below :data:`ENOUGH_FOR_EVIDENCE` references, or where all of them are equal.
        """
        values = self.of(class_name)
        return (float(np.std(values)) or None) if len(values) >= ENOUGH_FOR_EVIDENCE else None

    def for_card(self) -> dict[str, object]:
        """Return the references as ``card.json`` holds them."""
        return {"source": self.source, "logits": {name: list(values) for name, values in self.logits.items()}}
