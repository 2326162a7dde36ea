"""Sit a course: a code, consent, the trials, and at the end what it was about."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.session import OutOfTurn, total
from lwise_core.teaching.design.timing import SECONDS_A_TRIAL, UNTIL_RESPONSE
from lwise_core.teaching.design.trial_sampling import CurriculumError, TrialKind
from lwise_core.teaching.records.store import RecordsError
from lwise_core.teaching.records.values import TrialRecord
from lwise_core.teaching.server import Coming
from pages.parts.courses.enrolment_panel import COURSE, KEY
from pages.parts.courses.practice_panel import known_line, practice_in_words, practice_offer, practice_state
from pages.parts.courses.routes import API, buttons
from pages.parts.courses.trial_runner import Choice, Ring, trial_runner
from pages.parts.session.course_server import course_library, course_server
from pages.parts.ui.notices import notice, plain

_SITTING = "sitting"
_INTRODUCED = "introduced"
_PRACTICE_CODE = "\n- To practise again after days, give the same code: it opens your practice."
_EXAMPLE_PX = 180
_PICTURE_MM = 100.0  # about 12 degrees at arm's length, where the screen's size was set with a card


def main() -> None:
    """Draw the page."""
    token = st.query_params.get(_SITTING)
    try:
        if token:
            _sit(token)
        else:
            _door()
    except (RecordsError, CourseError, CurriculumError, OutOfTurn) as error:
        notice("error", str(error))
        if token:
            st.button("Leave this sitting", on_click=_leave)


def _leave() -> None:
    st.query_params.pop(_SITTING, None)


def _door() -> None:
    """Choose a course, give a code, consent, begin."""
    st.title("Learn")
    courses = course_library().courses()
    if not courses:
        st.markdown("Here people sit the courses that were made on the Curriculum page. There is none yet.")
        st.page_link("curriculum.py", label="Make one", icon=":material/school:")
        return
    linked = st.query_params.get(COURSE, "")
    begin_with = list(courses).index(linked) if linked in courses else 0
    digest = st.selectbox("Course", list(courses), begin_with, format_func=lambda d: courses[d].design.name)
    course = courses[digest]
    st.markdown(_what_happens(course))
    with st.form("enrol", border=True):
        st.subheader("Before you begin")
        st.markdown(
            "- Your answers and how long they took are kept on this server, under the code below. **Choose a code "
            "that is not your name.** No name, address or picture of you is kept, and whoever gives the course can "
            "delete everything under your code.\n"
            "- Pictures may have been altered by a neural network. What you learn here is not for diagnosis.\n"
            "- You may stop at any time: close the page. To go on later, open the same address: it alone "
            "opens your course, so use a private window on a computer that others use too."
            + (_PRACTICE_CODE if course.design.practises else "")
        )
        code = st.text_input("Your code", max_chars=64, help="Letters, digits, dots, hyphens and underscores.")
        agreed = st.checkbox("I have read this and take part of my own free will.")
        if st.form_submit_button("Begin", type="primary"):
            _enrol(course, code.strip(), agreed=agreed)


def _what_happens(course: Course) -> str:
    """Return what a learner should know of a course, and no more: not which groups there are."""
    if course.design.practises:
        return practice_in_words(course)
    trials = total(course)
    brief = course.design.timing.stimulus_ms != UNTIL_RESPONSE
    shown = "is shown very briefly" if brief else "stays until you answer"
    training = [b for b in course.design.schedule.blocks if b.feedback]
    return (
        f"You see {trials} pictures one after the other, and say which of {len(course.classes)} kinds each shows. A "
        f"picture {shown}. At first you will have to guess. "
        + (f"In {len(training)} blocks you are told after every answer what was right; " if training else "")
        + "in a test you are not. Some pictures are only a circle or a triangle: choose the button that says so. "
        f"It takes about {max(1, round(trials * SECONDS_A_TRIAL / 60))} minutes, with pauses between the blocks."
    )


def _enrol(course: Course, code: str, *, agreed: bool) -> None:
    if not agreed:
        notice("caution", "Please tick that you take part of your own free will; nothing was begun.")
        return
    sitting = course_server().enrol(course, participant=code, key=st.query_params.get(KEY, ""))
    st.query_params.from_dict({_SITTING: sitting.token})
    st.rerun()


def _sit(token: str) -> None:
    """Run the trials that are left, or say what the course was about."""
    coming = course_server().coming(token)
    if not coming.trials and coming.practice:
        practice_state(coming, coming.practice)
        st.button("Done", on_click=_leave)
        return
    if not coming.trials:
        _debriefing(coming, token)
        return
    names = buttons(coming.course, coming.sitting.participant)
    if not coming.done and st.session_state.get(_INTRODUCED) != token and _introduced(coming, token):
        return
    if coming.practice:
        st.caption(known_line(coming, coming.practice))
    visit = f"-{coming.practice.visits}" if coming.practice else ""
    done = trial_runner(
        choices=[Choice(identity, names[identity]) for identity in _places(names)],
        timing=coming.course.design.timing,
        api=API,
        token=token,
        key=f"runner-{coming.sitting.slot}{visit}",
        look=Ring(calibrate=True, picture_mm=_PICTURE_MM),
    )
    if done:
        st.rerun()


def _introduced(coming: Coming, token: str) -> bool:
    """Draw examples of every class with the name that this learner knows it by; return whether there are any."""
    course, labels = coming.course, coming.course.labels(coming.sitting.participant)
    examples = course.examples()
    if not examples:
        return False
    st.title("These are the kinds")
    st.markdown("Look at them for as long as you like: in a moment you are asked which of them a picture shows.")
    for name in sorted(examples, key=labels.__getitem__):
        st.subheader(plain(labels[name]))
        with st.container(horizontal=True):
            for digest in examples[name]:
                st.image(course.picture(digest), width=_EXAMPLE_PX, alt=f"An example of {labels[name]}")
    st.button("Begin with the first picture", type="primary", on_click=_begin_trials, args=(token,))
    return True


def _begin_trials(token: str) -> None:
    st.session_state[_INTRODUCED] = token


def _places(names: dict[str, str]) -> list[str]:
    """Return the buttons' identities in the order of their names, so that a name has its place in every course."""
    return sorted(names, key=names.__getitem__)


def _debriefing(coming: Coming, token: str) -> None:
    """Say what came out and what was done."""
    st.title("Thank you")
    records = [r for r in course_server().records.answers(token=token) if r.trial.scored]
    columns = st.columns(2)
    for column, label, chosen in (
        (columns[0], "Right while learning", [r for r in records if r.trial.feedback]),
        (columns[1], "Right in the test", [r for r in records if not r.trial.feedback]),
    ):
        if chosen:
            right = sum(r.correct for r in chosen)
            share = f"{right} of {len(chosen)}"
            chance = f"By guessing alone about {len(chosen) / len(coming.course.classes):.0f} would be."
            column.metric(label, share, help=chance)
    st.markdown(f"Your code was **{plain(coming.sitting.participant)}**. Keep it: a later test asks for the same one.")
    _what_it_was(coming, records)
    practice_offer(coming)
    st.button("Done", on_click=_leave)


def _what_it_was(coming: Coming, records: list[TrialRecord]) -> None:
    st.header("What this was about")
    altered = [r for r in records if r.trial.altered]
    st.markdown(
        "A neural network that was trained to withstand small changes can tell which pictures people find hard, and "
        "can make them easier. The course asks whether people learn faster from easy and enhanced pictures that "
        f"become harder and natural. You were in the group “{plain(coming.sitting.group)}”. "
        + (
            f"Of {len(records)} pictures, {len(altered)} had been altered by the network."
            if altered
            else "All your pictures were natural."
        )
    )
    if altered:
        _examples(coming.course, altered)
    real = {c: label for c, label in coming.course.labels(coming.sitting.participant).items() if c != label}
    if real:
        st.markdown(
            "What the names stand for: " + ", ".join(f"{plain(v)} is {plain(k)}" for k, v in real.items()) + "."
        )
    notice("info", "What a network painted may never have been there. Nothing here is for diagnosis.")


def _examples(course: Course, altered: list[TrialRecord]) -> None:
    """Show some altered pictures beside what they were."""
    strongest = sorted(altered, key=lambda r: -r.trial.epsilon_224)[:4]
    for column, record in zip(st.columns(4), strongest, strict=False):
        trial = record.trial
        natural = next(
            s.file
            for p in course.manifest.pictures
            if p.candidate.name == trial.picture
            for s in p.stimuli
            if not s.epsilon_224
        )
        shown = course.stimulus(trial)
        if shown is not None and trial.kind is TrialKind.MAIN:
            column.image(str(shown), caption=f"as you saw it, ε₂₂₄ {trial.epsilon_224:g}", width="stretch")
            column.image(str(course.file(natural)), caption="as it was", width="stretch")


main()
