"""By how much the ranks of photographs on a page wobble, among the references and among each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lwise_core.batch.ranking import ENOUGH, RankedPhotograph, Ranking
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.wobble import Wobble


def wobbles_of(photographs: Iterable[RankedPhotograph], guide: GuideModel) -> Iterator[Mapping[str, Wobble]]:
    """Yield SHA-256 → wobble of the photographs so far, one more each time; stop iterating to cancel.

    The squares that the ranking kept are looked at: at most 320 px, moved a little, mirrored, and saved as JPEG.
    """
    found: dict[str, Wobble] = {}
    for photograph in photographs:
        target = guide.class_index(photograph.class_name)
        found = {**found, photograph.sha256: Wobble.of(guide, photograph.square, target=target)}
        yield found


def wobble_words(photograph: RankedPhotograph, wobble: Wobble, ranking: Ranking) -> str:
    """Return by how much the place of a photograph wobbles, and how often the guide sees its class.

    Against the references where there are enough, else among the others of its class here, else its logit alone.
    """
    seen = f"seen in {wobble.seen} of {len(wobble.ranks)} looks"
    if wobble.shares is not None:
        easiest, hardest = wobble.shares
        return f"Wobbles from {easiest:.0%} to {hardest:.0%} of the references; {seen}."
    others = [p.logit for p in ranking.by_class()[photograph.class_name] if p.sha256 != photograph.sha256]
    if len(others) + 1 < ENOUGH:
        return f"Its logit wobbles from {wobble.lowest:.2f} to {wobble.highest:.2f}; {seen}."
    fewest, most = (sum(logit > look for logit in others) for look in (wobble.highest, wobble.lowest))
    return f"Wobbles from harder than {fewest} to harder than {most} of the {len(others)} others here; {seen}."
