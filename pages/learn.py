"""Sit a course: a code, consent, the trials, and at the end what it was about, in the learner's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import streamlit as st

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.session import OutOfTurn, total
from lwise_core.teaching.design.schedules import Schedule, TrialQuestion
from lwise_core.teaching.design.timing import SECONDS_A_PAIR, SECONDS_A_TRIAL, UNTIL_RESPONSE
from lwise_core.teaching.design.trial_sampling import CurriculumError
from lwise_core.teaching.languages.catalogue import Catalogue
from lwise_core.teaching.records.store import RecordsError, is_code
from lwise_core.teaching.server import Coming
from pages.parts.courses.answer_time import answer_time
from pages.parts.courses.debriefing import debriefing
from pages.parts.courses.enrolment_panel import PROLIFIC
from pages.parts.courses.practice_panel import practice_in_words, practice_progress, practice_state
from pages.parts.courses.routes import API, buttons
from pages.parts.courses.terms_shown import authors_text
from pages.parts.courses.trial_runner import Choice, Ring, trial_runner
from pages.parts.session.course_server import course_library, course_server
from pages.parts.session.learners_address import COURSE, KEY
from pages.parts.session.reader import catalogue_of_reader, chosen_language, language_select
from pages.parts.ui.arrival import was_opened
from pages.parts.ui.notices import notice, plain

_SITTING = "sitting"
_COURSE_CHOSEN = "learn-course"
_INTRODUCED = "introduced"
_EXAMPLE_PX = 180
_PROLIFIC_ID = re.compile(r"[0-9a-f]{24}")  # nobody guesses one; a shorter code opens nothing
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
        words = catalogue_of_reader()
        notice("error", words.translate_error(error))
        if token:
            st.button(words.translate("Leave this sitting"), on_click=_leave)


def _leave() -> None:
    was_opened()
    st.query_params.pop(_SITTING, None)


def _door() -> None:
    """Choose a course, give a code, consent, begin."""
    courses = course_library().courses()
    begin_with = _offered(courses)
    words = catalogue_of_reader(courses[begin_with].design.language if courses else "")
    heading, language = st.columns([4, 1], vertical_alignment="bottom")
    heading.title(words.translate("Learn"))
    with language:
        language_select(words)
    if not courses:
        st.markdown(
            words.translate("Here people sit the courses that were made on the Curriculum page. There is none yet.")
        )
        st.page_link("curriculum.py", label=words.translate("Make one"), icon=":material/school:")
        return
    digest = st.selectbox(
        words.translate("Course"),
        list(courses),
        list(courses).index(begin_with),
        format_func=lambda d: courses[d].design.name,
        key=_COURSE_CHOSEN,
    )
    course = courses[digest]
    if _goes_on(course, words):
        return
    st.markdown(_what_happens(course, words))
    authors_text(course.design.terms.instructions)
    with st.form("enrol", border=True):
        st.subheader(words.translate("Before you begin"))
        authors_text(course.design.terms.consent)
        code = _code(course, words)
        agreed = st.checkbox(
            words.translate("I have read this and take part of my own free will."),
            key=f"learn-agreed-{digest}",  # what was agreed to is the text of one course
        )
        if st.form_submit_button(words.translate("Begin"), type="primary"):
            _enrol(course, code.strip(), words, agreed=agreed)


def _goes_on(course: Course, words: Catalogue) -> bool:
    """Offer whoever opens Prolific's link again the sitting that they began with it; return whether there is one."""
    brought = st.query_params.get(PROLIFIC, "")
    if not _PROLIFIC_ID.fullmatch(brought):
        return False
    sitting = course_server().begun(course, participant=brought, key=st.query_params.get(KEY, ""))
    if sitting is None:
        return False
    if sitting.finished:
        st.markdown(
            words.translate("You have finished this course. Your completion code and what it was about are here:")
        )
    else:
        st.markdown(words.translate("You have begun this course with this link; what you answered is stored."))
    said = words.translate("Show it") if sitting.finished else words.translate("Go on where you were")
    st.button(said, type="primary", on_click=_open_sitting, args=(sitting.token,))
    return True


def _open_sitting(token: str) -> None:
    was_opened()
    st.query_params.from_dict({_SITTING: token, **chosen_language()})


def _offered(courses: Mapping[str, Course]) -> str:
    """Return the course that is chosen, else the one that the link names, else the first; empty where there is none."""
    wanted: tuple[str, ...] = (st.session_state.get(_COURSE_CHOSEN, ""), st.query_params.get(COURSE, ""), *courses)
    return next((digest for digest in wanted if digest in courses), "")


def _code(course: Course, words: Catalogue) -> str:
    """Say what somebody should know before they agree, and return their code: the one that Prolific's link brings."""
    brought = st.query_params.get(PROLIFIC, "")
    if is_code(brought):
        st.markdown(_consent(course, words, prolific=brought))
        return brought
    st.markdown(_consent(course, words))
    if brought:
        notice("caution", words.translate("The link brought no Prolific ID that can be a code; give your ID below."))
    return st.text_input(
        words.translate("Your code"),
        max_chars=64,
        help=words.translate("Letters, digits, dots, hyphens and underscores."),
        key="learn-code",
    )


def _consent(course: Course, words: Catalogue, *, prolific: str = "") -> str:
    """Return what somebody should know before they agree, as a list; ``prolific`` is the ID that they came with."""
    sentences = [
        words.translate(
            "Your answers and how long they took are kept on this server, under your Prolific ID {id}. No name, "
            "address or picture of you is kept, and whoever gives the course can delete everything under your ID.",
            id=plain(prolific),
        )
        if prolific
        else words.translate(
            "Your answers and how long they took are kept on this server, under the code below. **Choose a code that "
            "is not your name.** No name, address or picture of you is kept, and whoever gives the course can delete "
            "everything under your code."
        ),
        words.translate(
            "Pictures may have been altered by a neural network. What you learn here is not for diagnosis."
        ),
        words.translate(
            "You may stop at any time: close the page. To go on later, open the same address: it alone opens your "
            "course, so use a private window on a computer that others use too."
        ),
    ]
    if course.design.practises:
        sentences.append(words.translate("To practise again after days, give the same code: it opens your practice."))
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _what_happens(course: Course, words: Catalogue) -> str:
    """Return what a learner should know of a course, and no more: not which groups there are."""
    if course.design.practises:
        return practice_in_words(course, words)
    trials = total(course)
    if TrialQuestion.NAME not in course.design.schedule.questions:
        return _what_happens_with_two(course, words, trials=trials)
    schedule = course.design.schedule
    training = sum(b.feedback for b in schedule.blocks)
    return " ".join(
        (
            words.translate(
                "You see {trials} pictures one after the other, and say which of {kinds} kinds each shows.",
                trials=trials,
                kinds=len(course.classes),
            ),
            words.translate("A picture stays while you answer.")
            if course.design.timing.stimulus_ms == UNTIL_RESPONSE
            else words.translate("A picture is shown very briefly."),
            answer_time(course.design.timing, words),
            words.translate("Before the first one you see examples of the kinds.")
            if course.examples()
            else words.translate("At first you will have to guess."),
            words.translate_count(
                "In {count} block you are told after every answer what was right; in a test you are not.",
                "In {count} blocks you are told after every answer what was right; in a test you are not.",
                count=training,
            )
            if training
            else words.translate("You are not told what was right."),
            *_what_does_not_count(schedule, words, trials=trials, counts=schedule.scored(len(course.classes))),
            words.translate_count(
                "It takes about {count} minute, with pauses between the blocks.",
                "It takes about {count} minutes, with pauses between the blocks.",
                count=max(1, round(trials * SECONDS_A_TRIAL / 60)),
            ),
        )
    )


def _what_does_not_count(schedule: Schedule, words: Catalogue, *, trials: int, counts: int) -> Iterator[str]:
    """Yield what stands between the pictures, and how many of the ``trials`` it leaves that count."""
    if any(b.calibration for b in schedule.blocks):
        yield words.translate("Some pictures are only a circle or a triangle: choose the button that says so.")
    if any(b.repeats for b in schedule.blocks):
        yield words.translate("One picture comes again and again.")
    if counts < trials:
        yield words.translate("The other {count} pictures count in the end.", count=counts)


def _what_happens_with_two(course: Course, words: Catalogue, *, trials: int) -> str:
    """Return the same of a course that shows two pictures in every trial."""
    spots = TrialQuestion.SPOT in course.design.schedule.questions
    training = sum(b.feedback for b in course.design.schedule.blocks)
    sentences = [
        words.translate("You see {trials} times two pictures side by side.", trials=trials),
        words.translate(
            "Both were made from one original, one of them enhanced towards what it does not show: say which."
        )
        if spots
        else words.translate("Say which of them is the kind that is asked for."),
        answer_time(course.design.timing, words),
    ]
    if training:
        sentences.append(
            words.translate_count(
                "In {count} block you are told after every answer what was right; in a test you are not.",
                "In {count} blocks you are told after every answer what was right; in a test you are not.",
                count=training,
            )
        )
    if course.design.sureness:
        sentences.append(words.translate("After each answer you say how sure you are."))
    seconds = SECONDS_A_PAIR if spots else SECONDS_A_TRIAL
    sentences.append(
        words.translate_count(
            "It takes about {count} minute, with pauses between the blocks.",
            "It takes about {count} minutes, with pauses between the blocks.",
            count=max(1, round(trials * seconds / 60)),
        )
    )
    return " ".join(sentences)


def _enrol(course: Course, code: str, words: Catalogue, *, agreed: bool) -> None:
    if not agreed:
        notice("caution", words.translate("Please tick that you take part of your own free will; nothing was begun."))
        return
    sitting = course_server().enrol(course, participant=code, key=st.query_params.get(KEY, ""))
    _open_sitting(sitting.token)
    st.rerun()


def _sit(token: str) -> None:
    """Run the trials that are left, or say what the course was about."""
    coming = course_server().coming(token)
    words = catalogue_of_reader(coming.course.design.language)
    if not coming.trials and coming.practice:
        practice_state(coming, coming.practice, words)
        st.button(words.translate("Done"), on_click=_leave)
        return
    if not coming.trials:
        debriefing(coming, token, words)
        st.button(words.translate("Done"), on_click=_leave)
        return
    if not coming.done and st.session_state.get(_INTRODUCED) != token and _introduced(coming, token, words):
        return
    names = buttons(coming.course, coming.sitting.participant, words)
    if coming.practice:
        practice_progress(token, words)
    visit = f"-{coming.practice.visits}" if coming.practice else ""
    done = trial_runner(
        choices=[Choice(identity, names[identity]) for identity in _places(names)],
        timing=coming.course.design.timing,
        api=API,
        token=token,
        key=f"runner-{coming.sitting.slot}{visit}",
        look=Ring(calibrate=True, picture_mm=_PICTURE_MM),
        words=words,
        sureness=coming.course.design.sureness,
    )
    if done:
        was_opened()
        st.rerun()


def _introduced(coming: Coming, token: str, words: Catalogue) -> bool:
    """Draw examples of every class with the name that this learner knows it by; return whether there are any."""
    course = coming.course
    labels = course.labels(coming.sitting.participant, language=words.language.code)
    examples = course.examples()
    if not examples:
        return False
    st.title(words.translate("These are the kinds"))
    st.markdown(
        words.translate(
            "Look at them for as long as you like: in a moment you are asked which of them a picture shows."
        )
    )
    for i, name in enumerate(sorted(examples, key=labels.__getitem__)):
        st.subheader(plain(labels[name]))
        with st.container(horizontal=True, key=f"examples-{i}"):
            for digest in examples[name]:
                alt = words.translate("An example of {kind}", kind=labels[name])
                st.image(course.picture(digest), width=_EXAMPLE_PX, alt=alt)
    st.button(words.translate("Begin with the first picture"), type="primary", on_click=_begin_trials, args=(token,))
    return True


def _begin_trials(token: str) -> None:
    was_opened()
    st.session_state[_INTRODUCED] = token


def _places(names: dict[str, str]) -> list[str]:
    """Return the buttons' identities in the order of their names, so that a name has its place in every course."""
    return sorted(names, key=names.__getitem__)


main()
