"""A practice as its learner sees it: what it is, which kinds are known, and when they come back."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.practice import is_practice_of
from lwise_core.teaching.design.spacing import Practice, in_a_row_for
from lwise_core.teaching.enrolment import EnrolmentRefused, enrolment_of
from lwise_core.teaching.languages.catalogue import Catalogue
from lwise_core.teaching.server import Coming
from pages.parts.courses.answer_time import answer_time
from pages.parts.courses.names_line import names_line
from pages.parts.session.course_server import course_library, course_server
from pages.parts.session.learners_address import COURSE, KEY
from pages.parts.session.reader import chosen_language
from pages.parts.ui.notices import plain

_AGAIN_S = 10
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def practice_in_words(course: Course, words: Catalogue) -> str:
    """Return what a learner should know of a practice before it begins."""
    kinds = len(course.classes)
    what = words.translate(
        "You practise {kinds} kinds until you know them. What you do not know yet comes back soon, what you know "
        "rests: a kind is known after {answers} right and quick answers in a row. After every answer you are told what "
        "was right. When every kind is known you are done for the day; come back after a day or more with the same "
        "code, and what is due again is practised.",
        kinds=kinds,
        answers=in_a_row_for(kinds),
    )
    return f"{what} {answer_time(course.design.timing, words)}"


@st.fragment(run_every=_AGAIN_S)
def practice_progress(token: str, words: Catalogue) -> None:
    """Draw how many kinds are known while the pictures run below: the page hears nothing of them."""
    with suppress(LWiseError):  # the runner says what is in the way
        coming = course_server().coming(token)
        if coming.practice:
            st.caption(known_line(coming, coming.practice, words))


def known_line(coming: Coming, practice: Practice, words: Catalogue) -> str:
    """Return how many kinds are known now."""
    kinds = len(practice.classes)
    known = kinds - len(practice.due(now_s=coming.now_s))
    return words.translate("{known} of {kinds} kinds are known.", known=known, kinds=kinds)


def practice_state(coming: Coming, practice: Practice, words: Catalogue) -> None:
    """Draw a practice of which nothing is due: every kind, and when it comes back."""
    labels = coming.course.labels(coming.sitting.participant, language=words.language.code)
    waits = {name: practice.rests_s(name, now_s=coming.now_s) for name in practice.classes}
    st.title(words.translate("You know them for now"))
    first = words.translate("The first is due again in {time}.", time=_in_words(min(waits.values()), words))
    st.markdown(f"{known_line(coming, practice, words)} {first}")
    st.markdown(
        "\n".join(
            "- "
            + words.translate("{kind}: back in {time}", kind=plain(labels[name]), time=_in_words(waits[name], words))
            for name in sorted(waits, key=labels.__getitem__)
        )
    )
    st.markdown(
        words.translate(
            "Come back then with the code **{code}**. The longer you have known a kind without a wrong answer, the "
            "later it comes back.",
            code=plain(coming.sitting.participant),
        )
    )
    names_line(coming, words)


def practice_offer(coming: Coming, words: Catalogue) -> None:
    """Offer the practice of the course that was sat, where whoever gives it has made one."""
    for digest, course in course_library().courses().items():
        if is_practice_of(course, coming.course):
            label = words.translate("Practise, so that it stays")
            st.button(label, icon=":material/repeat:", on_click=_begin, args=(digest,))
            return


def _begin(digest: str) -> None:
    """Go to the door of a practice, with its key: who sat the course had its link."""
    with suppress(EnrolmentRefused):
        key = enrolment_of(course_library().course(digest).folder).key
        st.query_params.from_dict({COURSE: digest, KEY: key, **chosen_language()})


def _in_words(seconds: float, words: Catalogue) -> str:
    """Return how long something takes: hours within a day, then days."""
    if seconds < _DAY_S:
        hours = max(1, round(seconds / _HOUR_S))
        return words.translate_count("about {count} hour", "about {count} hours", count=hours)
    return words.translate_count("about {count} day", "about {count} days", count=round(seconds / _DAY_S))
