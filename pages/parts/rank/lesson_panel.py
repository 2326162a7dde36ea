"""Making a lesson of the chosen photographs, and handing it out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core._utils.durations import in_words
from lwise_core.batch.lesson_coverage import CLOSE_BY, coverage_of
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.scheduler import QueueFull, ScheduledJob
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import CourseError
from lwise_core.teaching.courses.course_progress import CourseProgress, effort_of
from lwise_core.teaching.languages.catalogue import Catalogue, catalogue_for
from lwise_core.teaching.lessons.anki_deck import anki_deck
from lwise_core.teaching.lessons.builder import in_order, slides_step_by_step, steps_of_slides
from lwise_core.teaching.lessons.handout_pdf import handout_pdf
from lwise_core.teaching.lessons.quick_course import FromRanking, course_in_words, lesson_design
from lwise_core.teaching.lessons.slideshow import Lesson, Slide, lesson_zip
from pages.parts.picture.downloads import download
from pages.parts.rank.state import GuideRanking
from pages.parts.session.access import is_teacher
from pages.parts.session.course_server import course_library
from pages.parts.session.guide_engines import engine_for
from pages.parts.session.jobs import asked, followed, job_for, progress_of
from pages.parts.session.learners_address import where_it_is_sat
from pages.parts.session.pace import pace_of
from pages.parts.session.reader import language_field
from pages.parts.ui.arrival import seek
from pages.parts.ui.notices import notice, plain

_LESSON = "lesson"
_COURSE = "lesson_course"
_LONGEST_TITLE = 200  # characters: a handout is laid out in one go, while nothing else is computed
_MOST_COVERED = 20

LESSON_PROGRESS = "lesson-progress"
"""The key of the container that says how far the lesson is."""


def lesson_panel(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw how many photographs are chosen, the way to make the lesson, and its downloads."""
    chosen = [p for p in ranked.ranking.photographs if p.sha256 in ranked.chosen]
    st.markdown(
        f"**{counted(len(chosen), 'photograph')} chosen** (at first all but doubtful ones and copies). {_plan(chosen)}"
    )
    _coverage(ranked)
    titled, written = st.columns([3, 1])
    title = titled.text_input(
        "Title of the lesson", "Tell them apart", max_chars=_LONGEST_TITLE, key="lesson-title", persist_state="session"
    )
    with written:
        words = _language()
    if not chosen:
        notice("info", "Choose at least one photograph.")
        return
    if is_teacher():
        _course(tuple(chosen), guide, title=title)
    else:
        _course_for_teachers()
    question = (guide.provenance.sha256, title, _labelled(chosen))
    if not asked(_LESSON, question):
        _how_long(chosen, guide)
        if not st.button("Make the lesson", type="primary", on_click=seek, args=(LESSON_PROGRESS,)):
            return
    try:
        walker = engine_for(guide).walker()
        total = len(chosen) + steps_of_slides(chosen, guide)
        job_for(_LESSON, question, lambda: _all(slides_step_by_step(chosen, walker)), total=total)
    except QueueFull as error:
        notice("error", str(error))
        return
    with st.container(key=LESSON_PROGRESS):
        followed(_LESSON, _handed_out, title=title, guide=guide.name, cautions=guide.cautions, words=words)


def _language() -> Catalogue:
    """Ask for the language that the lesson is written in: at first the browser's, where there is a catalogue for it."""
    at_first = catalogue_for(st.context.locale or "").language.code
    return catalogue_for(language_field("Language of the lesson", at_first=at_first, key="lesson-language"))


def _coverage(ranked: GuideRanking) -> None:
    """Say how well the chosen photographs cover each class here, the least covered one first."""
    covered = coverage_of(ranked.ranking, ranked.chosen, ranked.map)
    with st.expander("What the chosen ones cover"):
        st.caption(
            f"About as hard: within {CLOSE_BY:.0%} of the range of logits of the class. "
            + (
                "On the map: switch it on above."
                if ranked.map is None
                else f"Near on the map: within {CLOSE_BY:.0%} of its width."
            )
        )
        st.markdown("\n".join(f"- {plain(str(one))}" for one in covered[:_MOST_COVERED]))
        if len(covered) > _MOST_COVERED:
            st.caption(f"These are the {_MOST_COVERED} least covered of {len(covered)} classes.")


def _labelled(chosen: Sequence[RankedPhotograph]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((p.sha256, p.class_name) for p in chosen))


def _how_long(chosen: Sequence[RankedPhotograph], guide: GuideModel) -> None:
    """Say how long the lesson takes at least: its steps at the pace of one step now, when nobody else computes."""
    steps = steps_of_slides(chosen, guide)
    if steps:
        seconds = steps * pace_of(guide)
        st.caption(f"The lesson takes at least {in_words(seconds)}, by the pace of one step now.")


def _plan(chosen: Sequence[RankedPhotograph]) -> str:
    """Return how the lesson goes: how many of its photographs are enhanced, at which budgets, and how many are not."""
    blocks = [block for _, block in in_order(chosen)]
    natural = sum(not block.epsilon_224 for block in blocks)
    budgets = [e for e in dict.fromkeys(b.epsilon_224 for b in blocks) if e]
    if not blocks:
        return ""
    if not natural:
        return "The lesson goes from easy to hard, each photograph with an enhanced version beside it."
    enhanced = len(blocks) - natural
    first = "The first one has" if enhanced == 1 else f"The first {enhanced:,} have"
    last = "the hardest one stays" if natural == 1 else f"the hardest {natural:,} stay"
    return (
        "Within each class the lesson goes from easy to hard. "
        f"{first} an enhanced version beside the original, {_strength(len(budgets))}; "
        f"{last} without one, about a quarter of each class."
    )


def _strength(budgets: int) -> str:
    return "changed less and less, so that pupils learn to do without it" if budgets > 1 else "changed strongly"


def _course(chosen: tuple[RankedPhotograph, ...], guide: GuideModel, *, title: str) -> None:
    """Make a course of the chosen photographs when it is asked for, and follow how far it is."""
    question = (guide.provenance.sha256, title, _labelled(chosen))
    try:
        design = lesson_design(chosen, name=title)
        maker = CourseBuilder(engine_for(guide).walker(), design, tuple(sorted({p.class_name for p in chosen})))
        if not asked(_COURSE, question):
            st.caption(f"{plain(course_in_words(chosen, name=title))} {_how_long_a_course(maker, FromRanking(chosen))}")
            if not st.button("Make a course for the Learn page of them"):
                return
        folder = course_library().folder / hashlib.sha256(repr(question).encode()).hexdigest()[:16]
        pictures = FromRanking(chosen)
        job_for(
            _COURSE,
            question,
            lambda: build_course(folder, maker, pictures),
            total=len(chosen),
            effort=effort_of,
        )
    except (CourseError, QueueFull) as error:
        notice("info", str(error))
        return
    followed(_COURSE, _on_the_shelf)


def _course_for_teachers() -> None:
    """Say that a course can be made of the same photographs, and what opens it."""
    st.page_link(
        "curriculum.py",
        label="A course with trials and a test can be made of these too: Curriculum says what opens it",
        icon=":material/school:",
    )


def _how_long_a_course(maker: CourseBuilder, pictures: FromRanking) -> str:
    """Return how long the course takes to make at least, by the pace of one step of this guide now."""
    seconds = maker.steps(pictures) * pace_of(maker.guide)
    return f"Making it takes at least {in_words(seconds)}, by the pace of one step now."


def _on_the_shelf(job: ScheduledJob[CourseProgress]) -> None:
    if progress_of(_COURSE, job, what="Ranking and enhancing for the course"):
        notice("done", "The course is made. It stands on the Learn page, and on the Curriculum page with every trial.")
        if job.latest and job.latest.course is not None:
            where_it_is_sat(job.latest.course)
        st.page_link("curriculum.py", label="Every trial of it, on the Curriculum page", icon=":material/school:")


def _all(made: Iterator[Slide | None]) -> Iterator[tuple[Slide, ...]]:
    """Yield the slides so far after every step."""
    so_far: tuple[Slide, ...] = ()
    for slide in made:
        so_far = so_far if slide is None else (*so_far, slide)
        yield so_far


def _handed_out(
    job: ScheduledJob[tuple[Slide, ...]], *, title: str, guide: str, cautions: tuple[str, ...], words: Catalogue
) -> None:
    if not progress_of(_LESSON, job, what="Enhancing the chosen photographs") or not job.latest:
        return
    lesson = Lesson(title.strip() or words.translate("Lesson"), job.latest, guide, cautions, words)
    show, paper, cards = st.columns(3)
    download(show, "Slide show (zip)", lambda: lesson_zip(lesson), "lesson.zip", "application/zip")
    download(paper, "Handout (PDF)", lambda: handout_pdf(lesson), "handout.pdf", "application/pdf")
    download(cards, "Anki deck (apkg)", lambda: anki_deck(lesson), "lesson.apkg", "application/octet-stream")
    st.caption(
        "All open without network, with the answers hidden until you want them. The handout is an answer sheet: a line "
        "below each picture, the answers on its last page. Anki asks again after days for what was not known."
    )
