"""Many photographs: which are hard, which are odd, and a lesson of the ones that you choose."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core._utils.durations import in_words
from lwise_core.batch.ranking import Ranking, rank, seconds_a_photograph
from lwise_core.data.folder_labels import Instead, folder_of
from lwise_core.guides.guide import GuideModel
from lwise_core.scheduler import QueueFull, ScheduledJob
from pages.parts.picture import links
from pages.parts.picture.cautions import cautions
from pages.parts.picture.choices import guide_choice
from pages.parts.picture.downloads import download
from pages.parts.picture.reliability import say_calibration
from pages.parts.rank.doubts import doubts
from pages.parts.rank.first_sight import first_sight
from pages.parts.rank.folder_panel import folder_panel, said_of
from pages.parts.rank.gallery import PHOTOGRAPHS, gallery
from pages.parts.rank.lesson_panel import LESSON_PROGRESS, lesson_panel
from pages.parts.rank.photograph_card import card_place
from pages.parts.rank.plots import logit_figure
from pages.parts.rank.session_panel import say_resumed, session_download, session_intake
from pages.parts.rank.state import (
    GuideRanking,
    begin,
    begun,
    clear,
    guide_wanted,
    guides_that_ranked,
    keep,
    kept,
    make_room,
    photographs,
    want_guide,
)
from pages.parts.rank.table import as_csv, as_figures
from pages.parts.rank.upload import Intake, intake
from pages.parts.session.decoding import open_upload
from pages.parts.session.jobs import asked, followed, forget_job, job_for, progress_of, remembered
from pages.parts.session.memory import MemoryFull
from pages.parts.ui.arrival import show_sought
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show

_GLIMPSES = 24


def main() -> None:
    """Draw the page."""
    st.title("Rank")
    st.markdown(
        "Drop a folder: the guide sorts the photographs of each class from easy to hard, points at labels that may be "
        "wrong, and makes a lesson of the ones that you choose."
    )
    links.open_linked_guide()
    guide = guide_choice(guide_wanted())
    links.keep_guide_link(guide)
    want_guide(guide.name)
    cautions(guide)
    ranked = kept(guide.provenance.sha256)
    if ranked is None:
        _begin(guide)
    else:
        _ranked(ranked, guide)


def _ranked(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw a ranking, and the lesson of what is chosen of it."""
    ranking = ranked.ranking
    _at_hand(
        f"{counted(len(ranking.photographs), 'photograph')} of {counted(len(ranking.by_class()), 'class', 'classes')}, "
        f"ranked by {plain(guide.name)}."
    )
    first_sight(ranking)
    doubts(ranking)
    chosen = sum(p.sha256 in ranked.chosen for p in ranking.photographs)
    st.markdown(
        f"{counted(chosen, 'photograph')} chosen. [Make a lesson of them](#lesson) · [Files and figures](#figures)"
    )
    _decided(ranking)
    _refused(ranking)
    say_resumed(ranked)
    gallery(ranked, guide)
    ranked = kept(guide.provenance.sha256) or ranked  # with its map, where that was made just now
    st.header("A lesson of the chosen ones", divider="gray", anchor="lesson")
    lesson_panel(ranked, guide)
    _for_keeping(ranked, guide)
    show_sought(PHOTOGRAPHS, LESSON_PROGRESS, *(card_place(p.sha256) for p in ranking.photographs))


def _for_keeping(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw the ranking as files and as a figure."""
    by_class = ranked.ranking.by_class()
    st.header("The ranking in figures", divider="gray", anchor="figures")
    table, session, figures = st.columns(3)
    download(table, "Ranking (CSV)", lambda: as_csv(ranked, guide), "ranking.csv", "text/csv")
    session_download(session, ranked, guide)
    # A finger finds no button over a plot, and the plots here are as wide as the screen.
    download(figures, "Figures (PNG and SVG, zip)", lambda: as_figures(ranked, guide), "ranking.zip", "application/zip")
    say_calibration(guide)
    show(logit_figure({name: [p.logit for p in found] for name, found in by_class.items()}), key="logits")


def _at_hand(what: str) -> None:
    """Say what this session holds, with the way to be rid of it."""
    columns = st.columns([5, 1], vertical_alignment="center")
    columns[0].caption(
        f"{what} They stay in this session's memory, and go to the disk only if you make a course of them."
    )
    columns[1].button("Start over", on_click=_begin_anew, width="stretch")


def _begin_anew() -> None:
    for weights in begun():
        forget_job(_kind(weights))
    clear()


def _kind(weights: str) -> str:
    """Return what the job of these weights is called: while one guide ranks, another may be asked as well."""
    return f"ranking-{weights}"


def _taken() -> Intake | None:
    """Return the photographs that this session holds, else those that are handed over now."""
    held = photographs()
    if held is None:
        return intake()
    by = guides_that_ranked()
    others = f" Ranked by {' and '.join(map(plain, by))} too: choose that guide again to see it." if by else ""
    _at_hand(f"{counted(len(held.names), 'file')} at hand.{others}")
    return held


def _begin(guide: GuideModel) -> None:
    """Take photographs, and rank them with their progress."""
    taken = _taken()
    session_intake(guide)
    if taken is None:
        return
    folders = folder_panel(taken.names, guide)
    if folders is None:
        st.button("Rank them", disabled=True, help="Say first what each folder stands for.")
        return
    weights = guide.provenance.sha256
    kind, question = _kind(weights), (taken.key, folders)
    count = sum(folders.meaning(folder_of(name)) is not Instead.LEFT_OUT for name in taken.names)
    if asked(kind, question):
        followed(kind, _progress, weights=weights, guide=guide.name)
        return
    _how_long(taken, guide, count=count)
    if not st.button(f"Rank {counted(count, 'file')}", type="primary", disabled=not count):
        return
    try:
        make_room(weights=weights, count=count)
        job_for(
            kind,
            question,
            lambda: rank(taken.files(), guide, folders=folders, total=len(taken.names), open_file=open_upload),
            total=count + 1,
        )
    except (QueueFull, MemoryFull) as error:
        notice("error", str(error))
        return
    begin(taken, weights=weights)
    st.rerun()


def _how_long(taken: Intake, guide: GuideModel, *, count: int) -> None:
    """Say about how long it will take to rank ``count`` files, by the pace of the first ones."""
    question = (guide.provenance.sha256, taken.key)
    pace = remembered("pace", question, lambda: seconds_a_photograph(taken.files(), guide, open_file=open_upload))
    if pace is None:
        return
    st.caption(f"Ranking takes about {in_words(count * pace)}, by the pace of the first photographs.")


def _progress(job: ScheduledJob[Ranking], *, weights: str, guide: str) -> None:
    """Draw how far the ranking is with the photographs so far; keep it once it is complete."""
    over = progress_of(_kind(weights), job, what="Ranking photographs")
    ranking = job.latest
    if ranking is None:
        return
    if over:
        keep(ranking, weights=weights, guide=guide)
        forget_job(_kind(weights))
        st.rerun()
    st.caption(f"{ranking.done:,} of {ranking.total:,}")
    # What is shown stays until the end: a browser that is late would ask in vain for pictures that were replaced.
    glimpses = ranking.photographs[:: max(1, ranking.total // _GLIMPSES)]
    st.image([p.thumbnail for p in glimpses], width=72, alt=[p.class_name for p in glimpses])


def _decided(ranking: Ranking) -> None:
    """Repeat what a person decided on folders: labels follow from it."""
    count = ranking.left_out
    left_out = f" Left out: {counted(count, 'file')}." if count else ""
    if said := said_of(ranking.folders):
        st.caption(said + left_out)


def _refused(ranking: Ranking) -> None:
    if not ranking.refused:
        return
    with st.expander(f"{counted(len(ranking.refused), 'file')} could not be ranked"):
        for sentence in ranking.refused[:200]:
            st.caption(plain(sentence))


main()
