"""How well the photographs chosen for a lesson cover those that there are: in difficulty, and on the guide's map.

Of each class it is the share of its photographs that have a chosen one of the same class close by: within a tenth of
the class's range of logits, and within a tenth of the width of the map. A choice that leaves a kind of picture out
shows, and one that leaves out what is nearly the same is not blamed. The tenths are a choice, not a measurement.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Values
from lwise_core.batch.ranking import RankedPhotograph, Ranking
from lwise_core.batch.ranking_map import RankingMap

CLOSE_BY = 0.1
"""The share of a range within which a photograph is close to another."""


@dataclass(frozen=True)
class ClassCoverage:
    """Of a class: so many of its ``total`` photographs are ``chosen``, and the shares that have one close by.

    ``difficulty`` and ``on_map`` are in [0, 1]; ``on_map`` is None without a map.
    """

    class_name: str
    chosen: int
    total: int
    difficulty: float
    on_map: float | None

    @property
    def least(self) -> float:
        """The smaller one of the shares."""
        return self.difficulty if self.on_map is None else min(self.difficulty, self.on_map)

    def __str__(self) -> str:
        """One sentence: how many are chosen, and for how many a chosen one is close by."""
        where = "" if self.on_map is None else f", for {self.on_map:.0%} one lies near on the map"
        return (
            f"{self.class_name}: {self.chosen} of {self.total} chosen; for {self.difficulty:.0%} of its photographs a "
            f"chosen one is about as hard{where}."
        )


def coverage_of(
    ranking: Ranking, chosen: Collection[str], ranking_map: RankingMap | None = None
) -> tuple[ClassCoverage, ...]:
    """Return how well the photographs of the SHA-256 ``chosen`` cover each class of a ranking, the least covered first.

    ``ranking_map`` is a map of all its photographs.
    """
    width = None if ranking_map is None else _width(ranking_map)
    found = [
        ClassCoverage(
            name,
            sum(p.sha256 in chosen for p in of_class),
            len(of_class),
            _covered(_logits(of_class), _are(of_class, chosen), within=CLOSE_BY * float(np.ptp(_logits(of_class)))),
            None
            if ranking_map is None or width is None
            else _covered(_places(of_class, ranking_map), _are(of_class, chosen), within=CLOSE_BY * width),
        )
        for name, of_class in ranking.by_class().items()
    ]
    return tuple(sorted(found, key=lambda c: (c.least, c.class_name)))


def _covered(places: Values, chosen: Values, *, within: float) -> float:
    """Return the share of ``places`` ``(N, D)`` that lie ``within`` a distance of one that is ``chosen``."""
    taken = places[chosen]
    if not len(taken):
        return 0.0
    nearest = [np.linalg.norm(taken - place, axis=1).min() for place in places]
    return float(np.mean(np.array(nearest) <= within))


def _are(photographs: Sequence[RankedPhotograph], chosen: Collection[str]) -> Values:
    return np.array([p.sha256 in chosen for p in photographs], dtype=bool)


def _logits(photographs: Sequence[RankedPhotograph]) -> Values:
    return np.array([[p.logit] for p in photographs], dtype=np.float64)


def _places(photographs: Sequence[RankedPhotograph], ranking_map: RankingMap) -> Values:
    return np.array([ranking_map.places[p.sha256] for p in photographs], dtype=np.float64)


def _width(ranking_map: RankingMap) -> float:
    """Return the larger one of the map's two sides."""
    places = np.array(list(ranking_map.places.values())).reshape(-1, 2)
    return float(np.ptp(places, axis=0).max()) if len(places) else 0.0
