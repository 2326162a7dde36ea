"""What this session ranks: its photographs, the rankings by one guide and another, and what was chosen of each.

Streamlit forgets what an uploader holds once it is not drawn, so the photographs are kept here from the moment on that
they are ranked. All of it is gone with the session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

import streamlit as st

from lwise_core.batch.file_reading import THUMBNAIL
from lwise_core.batch.ranking import BYTES_A_PHOTOGRAPH, Ranking
from lwise_core.batch.ranking_map import RankingMap
from lwise_core.batch.ranking_session import RankingSession
from lwise_core.guides.wobble import Wobble
from pages.parts.rank.upload import Intake
from pages.parts.session.memory import free, hold, when_closed

_RANKINGS = "rankings"
_MOST = 2
"""Rankings that are kept: two guides can be compared, and no session fills the memory."""


@dataclass(frozen=True, eq=False)
class GuideRanking:
    """A ranking by the guide of that name, with its chosen photographs and the wobbles asked for, by their hashes.

    ``generation`` counts how often many were chosen at once: the boxes of each are others. ``map`` is where the
    photographs lie once that was asked for, and ``marked`` what a person drew around on it.
    """

    ranking: Ranking
    guide: str
    chosen: set[str]
    generation: int = 0
    wobbles: dict[str, Wobble] = field(default_factory=dict)
    map: RankingMap | None = None
    marked: frozenset[str] = frozenset()


@dataclass
class _Kept:
    """The photographs, and their rankings by the weights of the guides, the last one last.

    ``coming`` has the bytes that rankings under way will take at most, ``session`` what a person did another day,
    ``relabelling`` the hash of the photograph that is getting another label, and ``closer`` that of the last one that
    was opened in the Studio, with the weights that ranked it.
    """

    guide: str | None = None
    photographs: Intake | None = None
    begun: set[str] = field(default_factory=set)
    rankings: dict[str, GuideRanking] = field(default_factory=dict)
    coming: dict[str, int] = field(default_factory=dict)
    session: RankingSession | None = None
    relabelling: str | None = None
    closer: tuple[str, str] | None = None

    @property
    def size(self) -> int:
        """Bytes of the rankings, without those that are coming; squares that they share count once."""
        rankings = (ranked.ranking for ranked in self.rankings.values())
        kept = [p for ranking in rankings for p in (*ranking.photographs, *ranking.set_aside)]
        return sum({id(p.square): p.square.nbytes for p in kept}.values()) + 3 * THUMBNAIL**2 * len(kept)

    def clear(self) -> None:
        self.photographs = self.session = self.relabelling = self.closer = None
        self.begun.clear()
        self.coming.clear()
        self.rankings.clear()


def guide_wanted() -> str | None:
    """Return the name of the guide that was chosen last on this page, None before there was one."""
    return _mine().guide


def want_guide(name: str) -> None:
    """Remember which guide was chosen: widgets are forgotten when another page is opened."""
    _mine().guide = name


def photographs() -> Intake | None:
    """Return the photographs that are ranked, None before there are any."""
    return _mine().photographs


def make_room(*, weights: str, count: int) -> None:
    """Count the memory of ``count`` photographs that these weights are going to rank.

    Raises:
        MemoryFull: It is more than there is.
    """
    coming = {**_mine().coming, weights: count * BYTES_A_PHOTOGRAPH}
    hold(_RANKINGS, _mine().size + sum(coming.values()))
    _mine().coming = coming


def begin(photographs: Intake, *, weights: str) -> None:
    """Keep the photographs, which these weights begin to rank."""
    _mine().photographs = photographs
    when_closed(_RANKINGS, _mine().clear)
    _mine().begun.add(weights)


def begun() -> frozenset[str]:
    """Return the weights that have begun to rank the photographs."""
    return frozenset(_mine().begun)


def keep(ranking: Ranking, *, weights: str, guide: str) -> None:
    """Keep a ranking, with every photograph chosen that nothing speaks against; the oldest makes room for it.

    Labels, choices and marks of another day come back where a person brought their file.
    """
    rankings = _mine().rankings
    rankings.pop(weights, None)
    ranking, chosen = _sharing(ranking), ranking.presumed()
    session = _mine().session
    if session is not None:
        ranking, chosen = session.laid_over(ranking, chosen)
    rankings[weights] = GuideRanking(ranking, guide, set(chosen))
    mark(weights, () if session is None else session.marked)
    while len(rankings) > _MOST:
        del rankings[next(iter(rankings))]
    _mine().coming.pop(weights, None)
    hold(_RANKINGS, _mine().size + sum(_mine().coming.values()))


def _sharing(ranking: Ranking) -> Ranking:
    """Return the ranking with the squares of photographs that another one holds already: they are the same."""
    rankings = (ranked.ranking for ranked in _mine().rankings.values())
    there = {p.sha256: p for known in rankings for p in (*known.photographs, *known.set_aside)}
    found = (replace(p, square=there.get(p.sha256, p).square) for p in ranking.photographs)
    return replace(ranking, photographs=tuple(found))


def kept(weights: str) -> GuideRanking | None:
    """Return the ranking that was made with these weights, None where there is none."""
    return _mine().rankings.get(weights)


def guides_that_ranked() -> tuple[str, ...]:
    """Return the names of the guides whose rankings are kept."""
    return tuple(ranked.guide for ranked in _mine().rankings.values())


def clear() -> None:
    """Forget the photographs and their rankings."""
    free(_RANKINGS)
    _mine().clear()


def choose(weights: str, sha256: str, *, chosen: bool) -> None:
    """Put a photograph among the chosen ones of a ranking, or take it out."""
    among = _mine().rankings[weights].chosen
    (among.add if chosen else among.discard)(sha256)


def choose_only(weights: str, chosen: Iterable[str]) -> None:
    """Make these photographs the chosen ones of a ranking."""
    ranked = _mine().rankings[weights]
    _mine().rankings[weights] = replace(ranked, chosen=set(chosen), generation=ranked.generation + 1)


def keep_map(weights: str, found: RankingMap) -> RankingMap:
    """Keep and return the map of a ranking."""
    _mine().rankings[weights] = replace(_mine().rankings[weights], map=found)
    return found


def mark(weights: str, hashes: Collection[str]) -> None:
    """Mark these photographs of a ranking, and no others; what is not of it is passed over."""
    ranked = _mine().rankings[weights]
    there = frozenset(p.sha256 for p in ranked.ranking.photographs)
    _mine().rankings[weights] = replace(ranked, marked=there.intersection(hashes))


def marked(weights: str) -> frozenset[str]:
    """Return the hashes of the marked photographs of a ranking."""
    return _mine().rankings[weights].marked


def relabel(weights: str, sha256: str, *, class_name: str) -> None:
    """Say what a photograph of a ranking shows, or that it is something else; what was found of its old label goes."""
    ranked = _mine().rankings[weights]
    ranking = ranked.ranking.relabelled({sha256: class_name})
    wobbles = {sha: wobble for sha, wobble in ranked.wobbles.items() if sha != sha256}
    _mine().rankings[weights] = replace(ranked, ranking=ranking, wobbles=wobbles)
    _mine().relabelling = None


def take_back(weights: str, sha256: str) -> None:
    """Put a photograph that was set aside back into its class."""
    ranked = _mine().rankings[weights]
    there = ranked.map if ranked.map is not None and sha256 in ranked.map.places else None  # else it is drawn anew
    _mine().rankings[weights] = replace(ranked, ranking=ranked.ranking.taken_back(sha256), map=there)


def begin_relabelling(sha256: str) -> None:
    """Let a person choose another label for a photograph."""
    _mine().relabelling = sha256


def end_relabelling() -> None:
    """Let every label be as it is."""
    _mine().relabelling = None


def relabelling() -> str | None:
    """Return the hash of the photograph that is getting another label, None while none is."""
    return _mine().relabelling


def look_closer(weights: str, sha256: str) -> None:
    """Remember which photograph of a ranking is opened in the Studio."""
    _mine().closer = weights, sha256


def looked_closer_at(weights: str) -> str | None:
    """Return the hash of the photograph of a ranking that was opened in the Studio last, None where none was."""
    closer = _mine().closer
    return closer[1] if closer is not None and closer[0] == weights else None


def ranking_of(sha256: str) -> GuideRanking | None:
    """Return the ranking from which a photograph was opened in the Studio last, None where it was opened elsewhere."""
    closer = _mine().closer
    return kept(closer[0]) if closer is not None and closer[1] == sha256 else None


def resume(session: RankingSession) -> None:
    """Remember what a person did another day, for the rankings to come."""
    _mine().session = session


def resumed() -> RankingSession | None:
    """Return what a person did another day, None where they brought no file of it."""
    return _mine().session


@st.cache_resource(scope="session", on_release=_Kept.clear, show_spinner=False)
def _mine() -> _Kept:
    return _Kept()
