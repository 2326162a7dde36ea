"""Many photographs: which are hard, which are odd, and a lesson of the ones that you choose."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from lwise_core.compute import Job, LineFull
from lwise_core.guide import GuideModel
from lwise_core.images import ImageRejected
from lwise_core.ranking import Ranking, rank
from pages.parts.cautions import cautions
from pages.parts.choices import guide_choice
from pages.parts.gallery import gallery
from pages.parts.guides import guides_that_know
from pages.parts.inspecting import asked, followed, forget_job, job_for, progress_of
from pages.parts.lesson_panel import lesson_panel
from pages.parts.many import Intake, intake
from pages.parts.notices import notice, plain
from pages.parts.rankings import clear, guide_wanted, keep, kept, want_guide

_RANKING = "ranking"


def main() -> None:
    """Draw the page."""
    st.title("Rank")
    st.markdown(
        "Drop a folder: the guide says which photographs of each class people will find easy and which hard, points at "
        "labels that may be wrong, and makes a lesson of the ones that you choose, from easy to hard."
    )
    guide = guide_choice(guide_wanted())
    want_guide(guide.name)
    cautions(guide)
    ranking = kept(guide.provenance.sha256)
    if ranking is None:
        _begin(guide)
        return
    columns = st.columns([5, 1], vertical_alignment="center")
    columns[0].caption(
        f"{len(ranking.photographs):,} photographs of {len(ranking.by_class())} classes, ranked by "
        f"{plain(guide.name)}. They stay in this session's memory and are never written to disk."
    )
    columns[1].button("Begin anew", on_click=_begin_anew, width="stretch")
    _strangers(ranking, guide)
    _refused(ranking)
    gallery(ranking, guide)
    st.header("A lesson of the chosen ones", divider="gray")
    lesson_panel(ranking, guide)


def _begin_anew() -> None:
    clear()
    forget_job(_RANKING)


def _begin(guide: GuideModel) -> None:
    """Take photographs, and rank them with their progress."""
    try:
        taken = intake()
    except ImageRejected as error:
        notice("error", str(error))
        return
    if taken is None:
        return
    try:
        question = (guide.provenance.sha256, taken.key)
        if not asked(_RANKING, question) and not st.button(f"Rank {taken.count:,} files", type="primary"):
            return
        job_for(_RANKING, question, lambda: _steps(taken, guide), total=max(1, -(-taken.count // 16)))
    except LineFull as error:
        notice("error", str(error))
        return
    followed(_RANKING, _progress, weights=guide.provenance.sha256)


def _steps(taken: Intake, guide: GuideModel) -> Iterator[Ranking]:
    return rank(taken.files(), guide, total=taken.count)


def _progress(job: Job[Ranking], *, weights: str) -> None:
    """Draw how far the ranking is with the photographs so far; keep it once it is complete."""
    over = progress_of(_RANKING, job, what="Ranking photographs")
    ranking = job.latest
    if ranking is None:
        return
    if over:
        keep(ranking, weights=weights)
        st.rerun()
    st.caption(f"{ranking.done:,} of {ranking.total:,}")
    st.image([p.thumbnail for p in ranking.photographs[-24:]], width=72)


def _strangers(ranking: Ranking, guide: GuideModel) -> None:
    """Say which folders are not called after a class of the guide, and who knows them."""
    folders = sorted({p.folder for p in ranking.photographs if p.guessed and p.folder})
    if not folders:
        return
    names = ", ".join(f"“{f}”" for f in folders[:4]) + (" and others" if len(folders) > 4 else "")
    knows = guides_that_know(folders)
    advice = f"Choose {' or '.join(knows)}, which knows them." if knows else "No guide here knows them all."
    notice(
        "caution",
        f"{guide.name} has no class called {names}, so its own guesses stand for their photographs, and wrong labels "
        f"cannot be found. {advice}",
    )


def _refused(ranking: Ranking) -> None:
    if not ranking.refused:
        return
    with st.expander(f"{len(ranking.refused)} files are not among them"):
        for sentence in ranking.refused[:200]:
            st.caption(plain(sentence))


main()
