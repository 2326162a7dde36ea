"""What a person looks at of a ranking: filtered, sorted within class, and chosen many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lwise_core.batch.ranking import RankedPhotograph, Ranking


@dataclass(frozen=True)
class RankingView:
    """Which photographs of a ranking are shown, and which of each class come ``first``.

    ``class_name`` None is every class; ``words`` stand in the name, whatever their case; ``which`` “odd” are those
    unlike what the guide learnt, of doubtful or guessed labels, or with near-duplicates, “mistaken” those that the
    guide takes for another class than they are filed under, however surely. ``percentiles`` are the lowest
    and the highest share of its class here that may be easier than a photograph, in percent. ``among`` are the SHA-256
    of those that were marked elsewhere, such as on a map; None where none were.
    """

    class_name: str | None = None
    words: str = ""
    which: Literal["all", "odd", "mistaken"] = "all"
    percentiles: tuple[int, int] = (0, 100)
    first: Literal["easiest", "hardest"] = "hardest"
    among: frozenset[str] | None = None

    def of(self, ranking: Ranking) -> tuple[RankedPhotograph, ...]:
        """Return the photographs one class after another, each by its logits, since classes differ in them."""
        places = ranking.standing()
        low, high = self.percentiles
        found = [
            p
            for p in ranking.photographs
            if self.class_name in (None, p.class_name)
            and self.words.casefold() in p.name.casefold()
            and low <= 100 * places[p.sha256].share <= high
            and _is_wanted(p, ranking, self.which)
            and (self.among is None or p.sha256 in self.among)
        ]
        found.sort(key=lambda p: (places[p.sha256].share, p.name), reverse=self.first == "hardest")
        found.sort(key=lambda p: p.class_name)
        return tuple(found)


def is_odd(photograph: RankedPhotograph, ranking: Ranking) -> bool:
    """Return whether something about a photograph of ``ranking`` asks for a look."""
    return (
        photograph.novelty.flagged
        or photograph.guessed
        or photograph.sha256 in ranking.issues
        or photograph.sha256 in ranking.duplicates
    )


def is_mistaken(photograph: RankedPhotograph, ranking: Ranking) -> bool:
    """Return whether the guide takes a photograph for another class than a person filed it under, however surely."""
    return not photograph.guessed and (
        photograph.choice != photograph.class_name or photograph.sha256 in ranking.issues
    )


def _is_wanted(photograph: RankedPhotograph, ranking: Ranking, which: str) -> bool:
    if which == "mistaken":
        return is_mistaken(photograph, ranking)
    return which == "all" or is_odd(photograph, ranking)


def odd_in_words(ranking: Ranking) -> str:
    """Return how many photographs are odd, and why, in a sentence that goes on from them; empty where none is."""
    found = ranking.photographs
    reasons = (
        (sum(p.sha256 in ranking.issues for p in found), "a label that may be wrong"),
        (sum(p.guessed for p in found), "a label that the guide guessed"),
        (sum(p.novelty.flagged for p in found), "nothing like it in what the guide learnt"),
        (sum(p.sha256 in ranking.duplicates for p in found), "nearly the same picture as another"),
    )
    said = [f"{count:,} with {reason}" for count, reason in reasons if count]
    return f"Not among these, as they are no example of either: {', '.join(said)}." if said else ""


def hardest_of_each(photographs: Sequence[RankedPhotograph], count: int) -> frozenset[str]:
    """Return the SHA-256 of the ``count`` photographs of each class with the lowest logits; all of a smaller class."""
    met: Counter[str] = Counter()
    found = set[str]()
    for photograph in sorted(photographs, key=lambda p: (p.logit, p.name)):
        if met[photograph.class_name] < count:
            found.add(photograph.sha256)
        met[photograph.class_name] += 1
    return frozenset(found)


def ends_of(ranking: Ranking, *, room: int) -> tuple[tuple[RankedPhotograph, ...], tuple[RankedPhotograph, ...]]:
    """Return the hardest photographs and the easiest ones, about ``room`` of each and of every class alike.

    The classes take turns, each from its end on, so that none is shown twice. What is odd is left out: where something
    speaks against a label or a difficulty, it is no example of either.
    """
    plain = [[p for p in found if not is_odd(p, ranking)] for found in ranking.by_class().values()]
    of_each = max(1, room // max(1, len(plain)))
    counts = [min(of_each, len(found) // 2) for found in plain]
    hardest = [p for found, n in zip(plain, counts, strict=True) for p in found[::-1][:n]]
    easiest = [p for found, n in zip(plain, counts, strict=True) for p in found[:n]]
    return tuple(hardest[:room]), tuple(easiest[:room])
