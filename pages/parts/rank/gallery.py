"""Thumbnails of a ranking: sorted within class, filtered, chosen for the lesson one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.batch.rank_wobbles import wobble_words, wobbles_of
from lwise_core.batch.ranking import RankedPhotograph, Standing
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.guides.wobble import Wobble
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from lwise_core.scheduler import QueueFull
from pages.parts.rank.plots import logit_figure
from pages.parts.rank.state import GuideRanking, choose
from pages.parts.session.case import Case, put
from pages.parts.session.jobs import Place, ended, job_for, place, values_of
from pages.parts.session.memory import MemoryFull
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show

_COLUMNS = 6
_A_PAGE = 36
_ALL = "every class"
_ODD = "odd ones only"
_WOBBLES = "rank-wobbles"


def gallery(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw the histograms, the filters, and one page of thumbnails."""
    ranking = ranked.ranking
    by_class = ranking.by_class()
    show(logit_figure({name: [p.logit for p in found] for name, found in by_class.items()}), key="logits")
    columns = st.columns([2, 2, 2, 3])
    shown = columns[0].selectbox("Class", [_ALL, *by_class])
    hardest = columns[1].segmented_control("First", ["easiest", "hardest"], default="hardest", required=True)
    which = columns[2].segmented_control("Show", ["all", _ODD], default="all", required=True)
    wanted = columns[3].text_input("Name contains")
    duplicates = ranking.duplicates()
    found = [p for name, photographs in by_class.items() if shown in (_ALL, name) for p in photographs]
    found = [p for p in found if wanted.lower() in p.name.lower()]
    if which == _ODD:
        found = [p for p in found if p.novelty.flagged or p.doubt or p.sha256 in duplicates or p.guessed]
    places = ranking.standing()  # within each class, since classes differ in their logits
    found.sort(key=lambda p: (places[p.sha256].share, p.name), reverse=hardest == "hardest")
    wobbling = st.toggle(
        "By how much each rank wobbles",
        key="rank-wobbles",
        help="Each photograph of this page moved a little, mirrored, and saved again as JPEG. People see no change, so "
        "a difference between two photographs that is smaller says nothing.",
    )
    there = place()
    notes = _page(found, ranked, guide, places=places, duplicates=duplicates)
    if wobbling:
        _wobbles(ranked, guide, notes, at=there)


def _wobbles(ranked: GuideRanking, guide: GuideModel, notes: Mapping[str, DeltaGenerator], *, at: Place) -> None:
    """Draw by how much the photographs of ``notes`` wobble, each once it is known."""
    photographs = {p.sha256: p for p in ranked.ranking.photographs if p.sha256 in notes}

    def say(found: Mapping[str, Wobble]) -> None:
        for sha256, photograph in photographs.items():
            if sha256 in found:
                words = wobble_words(photograph, found[sha256], ranked.ranking)
                notes[sha256].caption(f":material/swap_vert: {plain(words)}")

    say(ranked.wobbles)
    missing = [p for p in photographs.values() if p.sha256 not in ranked.wobbles]
    if not missing:
        return
    question = (guide.provenance.sha256, tuple(p.sha256 for p in missing))
    try:
        job = job_for(_WOBBLES, question, lambda: wobbles_of(missing, guide), total=len(missing))
    except QueueFull as error:
        notice("error", str(error))
        return
    for found in values_of(_WOBBLES, job, at=at, what="Looking at small changes"):
        ranked.wobbles.update(found)
        say(found)
    ended(_WOBBLES, job, at=at, what="Looking at small changes")


def _page(
    found: Sequence[RankedPhotograph],
    ranked: GuideRanking,
    guide: GuideModel,
    *,
    places: Mapping[str, Standing],
    duplicates: Mapping[str, tuple[str, ...]],
) -> Mapping[str, DeltaGenerator]:
    """Draw one page of thumbnails, and return the place for a further note on each, by its hash."""
    notes: dict[str, DeltaGenerator] = {}
    pages = max(1, -(-len(found) // _A_PAGE))
    number = st.number_input(f"Page (there are {pages})", 1, pages, 1) if pages > 1 else 1
    if not found:
        st.caption("None fits.")
        return notes
    first = (int(number) - 1) * _A_PAGE
    for start in range(first, min(first + _A_PAGE, len(found)), _COLUMNS):
        for column, photograph in zip(st.columns(_COLUMNS), found[start : start + _COLUMNS], strict=False):
            with column:
                sha256 = photograph.sha256
                _card(photograph, guide, place=places[sha256], duplicates=duplicates.get(sha256, ()))
                notes[sha256] = st.empty()
                _choice(photograph, guide, chosen=sha256 in ranked.chosen)
    return notes


def _card(photograph: RankedPhotograph, guide: GuideModel, *, place: Standing, duplicates: tuple[str, ...]) -> None:
    """Draw one photograph: how hard, and what is odd."""
    st.image(photograph.thumbnail, alt=f"{photograph.class_name}: {photograph.name}", width="stretch")
    label = photograph.class_name + (" (the guide's guess)" if photograph.guessed else "")
    file = photograph.name.rsplit("/", 1)[-1]
    st.caption(f"**{plain(label)}**, {plain(file)}  \n{plain(_standing(photograph, guide, place))}".rstrip())
    if photograph.novelty.flagged:
        st.caption(f":material/flag: {plain(_unlike(photograph.novelty))}")
    if photograph.doubt:
        st.caption(f":material/help: Wrong label? {plain(photograph.doubt)}.")
    if duplicates:
        st.caption(f":material/content_copy: Nearly the same as {plain(duplicates[0])}.")


def _unlike(novelty: Novelty) -> str:
    return f"Unlike what the guide learnt (p = {novelty.p:.2g})."


def _choice(photograph: RankedPhotograph, guide: GuideModel, *, chosen: bool) -> None:
    """Draw whether a photograph is in this guide's lesson, and the way to the Studio."""
    weights = guide.provenance.sha256
    key = f"{weights[:8]}-{photograph.sha256[:16]}"
    st.checkbox(
        "In the lesson",
        value=chosen,
        key=f"chosen-{key}",
        on_change=_toggle,
        args=(weights, photograph.sha256, f"chosen-{key}"),
    )
    if st.button("Look closer", key=f"closer-{key}", help=plain(photograph.name)):
        _open(photograph, guide)


def _standing(photograph: RankedPhotograph, guide: GuideModel, place: Standing) -> str:
    """Return how hard it is, against the guide's references where there are enough, else among these, or nothing."""
    among = photograph.difficulty(guide).percentile
    if among is None:
        name, others = photograph.class_name, place.others
        return f"Harder than {place.easier} of the {others} others of {name} here." if place.says_something else ""
    return f"Harder than {among.share:.0%} of {among.n} references (95% {among.low:.0%} to {among.high:.0%})."


def _toggle(weights: str, sha256: str, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is not None:  # else the box is gone: the page was drawn without it before the click arrived
        choose(weights, sha256, chosen=chosen)


def _open(photograph: RankedPhotograph, guide: GuideModel) -> None:
    """Put a photograph's square on the desk, as the class that it is filed under, and go to the Studio."""
    square = Photograph(name=photograph.name.rsplit("/", 1)[-1], pixels=photograph.square, sha256=photograph.sha256)
    stated_by = StatedBy.GUESS if photograph.guessed else StatedBy.PERSON
    case = Case(
        CroppedPhotograph(square, Crop.central(square)),
        guide.name,
        stated=None if photograph.guessed else photograph.class_name,
        stated_by=stated_by,
    )
    try:
        put(case)
    except MemoryFull as error:
        notice("error", str(error))
        return
    st.switch_page("studio.py")
