"""Design an easy-to-hard course, make it, and look at every trial before anybody sits it."""

from __future__ import annotations

import hashlib
import io
import shutil

import streamlit as st
from pydantic import TypeAdapter

from lwise_core import study
from lwise_core._utils.counting import counted
from lwise_core._utils.durations import in_words
from lwise_core.scheduler import QueueFull, ScheduledJob
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import Course, CourseError, Design
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.courses.course_progress import CourseProgress, effort_of
from lwise_core.teaching.courses.follow_up import make_follow_up
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.courses.static_export import StaticExperiment, write_static_experiment
from pages.parts.courses.enrolment_panel import enrolment_panel
from pages.parts.courses.form import CourseOrder, course_form
from pages.parts.courses.further_panel import further_panel, remember_made
from pages.parts.courses.preview import course_preview
from pages.parts.picture.downloads import download
from pages.parts.session.access import teachers_only
from pages.parts.session.course_server import course_library
from pages.parts.session.decoding import open_upload
from pages.parts.session.guide_engines import engine_for
from pages.parts.session.jobs import finished, followed, job_for, progress_of
from pages.parts.session.learners_address import key_of, learners_query, where_it_is_sat
from pages.parts.session.pace import pace_of
from pages.parts.session.reader import language_field
from pages.parts.ui.notices import notice, plain

_MAKING = "course"
_ASKED = "course_asked"
_DESIGNS = TypeAdapter(Design)


def main() -> None:
    """Draw the page."""
    st.title("Curriculum")
    st.markdown(
        "A course goes from easy pictures to hard ones, and from strongly enhanced to natural. The guide ranks and "
        "enhances them beforehand. People sit the course on the Learn page, each in a random order of their own."
    )
    teachers_only()
    _ready()
    st.header("A new course")
    order = course_form()
    if order is not None:
        _make(order)


def _make(order: CourseOrder) -> None:
    """Make the course when it is asked for, and follow how far it is."""
    folder = course_library().folder / _folder_name(order)
    asked = st.session_state.get(_ASKED) == folder.name
    if st.button("Make the course", type="primary", disabled=asked) or asked:
        st.session_state[_ASKED] = folder.name
        try:
            pictures = order.pictures
            job_for(
                _MAKING,
                folder.name,
                lambda: build_course(folder, _maker(order), pictures),
                total=len(pictures),
                effort=effort_of,
            )
        except (QueueFull, CourseError) as error:
            notice("error", str(error))
            return
        followed(_MAKING, _progress)
    else:
        st.caption(
            f"{counted(len(order.pictures), 'picture')} will be ranked and enhanced.{_how_long(order)} "
            "It can be stopped, and goes on where it was."
        )


def _how_long(order: CourseOrder) -> str:
    """Return how long the course takes to make at least, by the pace of one step of its guide now."""
    steps = _maker(order).steps(order.pictures)
    return (
        f" That takes at least {in_words(steps * pace_of(order.guide))}, by the pace of one step now." if steps else ""
    )


def _maker(order: CourseOrder) -> CourseBuilder:
    walker = engine_for(order.guide).walker()
    return CourseBuilder(walker, order.design, order.classes, open_file=open_upload, edits=order.edits)


def _progress(job: ScheduledJob[CourseProgress]) -> None:
    """Draw how far the course is; when it is there, draw the page with it."""
    if not progress_of(_MAKING, job, what="Ranking and enhancing pictures"):
        return
    if st.session_state.pop(_ASKED, None) is not None:
        st.rerun()


def _ready() -> None:
    """Draw the courses that are there, and say which cannot be read."""
    for sentence in course_library().unreadable():
        notice("caution", sentence)
    courses = course_library().courses()
    made: CourseProgress | None = finished(_MAKING)
    if made is not None and made.course is not None and made.course.digest in courses:
        notice("done", f"The course “{plain(made.course.design.name)}” is made.")
        for sentence in made.left_out:
            notice("caution", sentence)
        where_it_is_sat(made.course)
    for course in courses.values():
        with st.expander(
            f"{plain(course.design.name)}: {counted(len(course.manifest.pictures), 'picture')} to draw from"
        ):
            _facts(course)
            course_preview(course)


def _facts(course: Course) -> None:
    design, guide = course.design, course.manifest.guide
    st.markdown(
        f"{len(course.classes)} classes ({plain(', '.join(course.classes))}), ranked and enhanced by "
        f"{plain(guide.name)}; groups: {plain('; '.join(design.group_names))}. Folder: "
        f"`{course.folder.name}`, which can be copied; digest `{course.digest[:12]}`."
    )
    if not design.practises:
        st.caption(_trials_in_words(course))
    columns = st.columns(5)
    columns[0].page_link(
        "learn.py",
        label="Sit it on the Learn page",
        icon=":material/edit_note:",
        query_params=learners_query(course.digest, key=key_of(course)),
    )
    if columns[1].button("Make a later test of it", key=f"later-{course.digest}", help=_LATER):
        folder = course.folder.with_name(course.folder.name + "-later")
        try:
            later = make_follow_up(course, folder)
        except CourseError as error:
            notice("error", str(error))
        else:
            remember_made(course, later)
            st.rerun()
    with columns[2].popover("Run it without this server"):
        _export(course)
    with columns[3].popover("Who may begin"):
        enrolment_panel(course)
    with columns[4].popover("Delete"):
        st.markdown("The answers that were given stay; whoever is in the middle of the course cannot go on.")
        if st.button("Delete it", key=f"delete-{course.digest}"):
            shutil.rmtree(course.folder)
            st.rerun()

    further_panel(course)
    if not course.design.practises:
        download(
            st.container(),
            "Preregistration",
            lambda: study.preregistration_of(course).encode(),  # only who asks waits for the import of its package
            f"preregistration-{course.digest[:8]}.md",
            "text/markdown",
        )


def _trials_in_words(course: Course) -> str:
    """Return how many pictures one learner sees, of how many that the course has, and how many answers count."""
    trials, counting = total(course), course.design.schedule.scored(len(course.classes))
    others = counted(trials - counting, "other is", "others are")
    besides = (
        f", of which {counting:,} count; the {others} circles, triangles, catch trials or a picture that comes again"
        if trials > counting
        else "; all of them count"
    )
    return (
        f"A learner gets {counted(trials, 'trial')}{besides}. Pictures are drawn by lot "
        "for each learner, so nobody need see all of them, and an easy one may come in several blocks."
    )


def _export(course: Course) -> None:
    """Offer the course as a zip with a page that any web server or JATOS can serve."""
    target = course.design.terms.target
    usual = min(target or _USUAL_LEARNERS, _MOST_LEARNERS)
    learners = st.number_input("Learners", 1, _MOST_LEARNERS, usual, key=f"learners-{course.digest}")
    st.caption(
        "A zip with pictures, trials, your consent, instructions and completion code, and a page for any web server or "
        "JATOS; answers are downloaded at its end."
    )
    if target:
        notice("info", _UNCOUNTED.format(target=target))
    language = language_field(
        "Language of its page", at_first=course.design.language, key=f"export-language-{course.digest}"
    )
    try:
        experiment = static_experiment_of(course, learners=int(learners), language=language)
    except CourseError as error:
        notice("info", str(error))
        return
    key = f"zip-{course.digest}"
    download(st.container(), "Zip", lambda: _zipped(experiment), "course.zip", "application/zip", key=key)


def _zipped(experiment: StaticExperiment) -> bytes:
    stream = io.BytesIO()
    write_static_experiment(experiment, stream)
    return stream.getvalue()


_USUAL_LEARNERS, _MOST_LEARNERS = 40, 1000
_UNCOUNTED = (
    "Files count nobody: the zip has a sequence for each of {target} people, and where you find them, such as on "
    "Prolific, you set that number of places and give everybody their own link (?participant=001)."
)
_LATER = (
    "A course of the test blocks only. Learners who come back with the same code, days later, know every class by the "
    "same name: that is how to measure what stays."
)


def _folder_name(order: CourseOrder) -> str:
    """Return a name for the folder that only this course has, so that the same order goes on where it stopped."""
    words = (
        _DESIGNS.dump_json(order.design),
        order.guide.provenance.sha256.encode(),
        repr((order.pictures, order.classes)).encode(),
        *((order.edits.key.encode(),) if order.edits else ()),
    )
    return hashlib.sha256(b"\0".join(words)).hexdigest()[:16]


main()
