"""Many photographs: which are hard, which are odd, and a lesson of the ones that you choose."""

from __future__ import annotations

import streamlit as st

from lwise_core.compute import Job, LineFull
from lwise_core.folders import Instead, folder_of
from lwise_core.guide import GuideModel
from lwise_core.images import ImageRejected
from lwise_core.ranking import BATCH, Ranking, rank
from pages.parts.cautions import cautions
from pages.parts.choices import guide_choice
from pages.parts.folder_panel import folder_panel, said_of
from pages.parts.gallery import gallery
from pages.parts.inspecting import asked, followed, forget_job, job_for, progress_of
from pages.parts.lesson_panel import lesson_panel
from pages.parts.many import intake
from pages.parts.notices import notice, plain
from pages.parts.rankings import clear, guide_wanted, keep, kept, want_guide

_RANKING = "ranking"
_GLIMPSES = 24


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
    _decided(ranking)
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
    folders = folder_panel(taken.names, guide)
    if folders is None:
        st.button("Rank them", disabled=True, help="Say first what each folder stands for.")
        return
    question = (guide.provenance.sha256, taken.key, folders)
    count = sum(folders.meaning(folder_of(name)) is not Instead.LEFT_OUT for name in taken.names)
    try:
        if not asked(_RANKING, question) and not st.button(f"Rank {count:,} files", type="primary", disabled=not count):
            return
        job_for(
            _RANKING,
            question,
            lambda: rank(taken.files(), guide, folders=folders, total=len(taken.names)),
            total=max(1, -(-len(taken.names) // BATCH)),
        )
    except LineFull as error:
        notice("error", str(error))
        return
    followed(_RANKING, _progress, weights=guide.provenance.sha256)


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
    # What is shown stays until the end: a browser that is late would ask in vain for pictures that were replaced.
    st.image([p.thumbnail for p in ranking.photographs[:: max(1, ranking.total // _GLIMPSES)]], width=72)


def _decided(ranking: Ranking) -> None:
    """Repeat what a person decided on folders: labels follow from it."""
    count = ranking.left_out
    left_out = f" {count:,} {'file is' if count == 1 else 'files are'} left out." if count else ""
    if said := said_of(ranking.folders):
        st.caption(said + left_out)


def _refused(ranking: Ranking) -> None:
    if not ranking.refused:
        return
    with st.expander(f"{len(ranking.refused)} files are not among them"):
        for sentence in ranking.refused[:200]:
            st.caption(plain(sentence))


main()
