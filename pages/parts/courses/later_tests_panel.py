"""What stays of a course: the same people's later tests, joined by their codes."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lwise_core.study.attempts import Attempt, attempts_in
from lwise_core.study.estimates import CannotJudge
from lwise_core.study.later_tests import AccuracyChange, DaysBetween, LaterTest, later_test
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.server import CourseServer
from pages.parts.ui.notices import plain


def later_tests_panel(here: CourseServer, course: Course) -> None:
    """Draw how those who took the test of ``course`` did in later tests of the same classes.

    Raises:
        RecordsError: The records cannot be reached.
    """
    if not course.design.schedule.tests:
        return
    attempts = _of_the_same_people(here, course)
    own = attempts.pop(course.digest, ())
    courses = here.library.courses()
    found = {
        digest: result
        for digest, later in attempts.items()
        if any(a.tested for a in later)
        if isinstance(result := later_test(own, later, others=_others(attempts, digest)), LaterTest)
    }
    if not any(a.tested for a in own):
        return
    st.subheader("What stayed")
    if not found:
        st.caption(
            "Nobody has taken a later test yet. “Make a later test of it” and “Test it on other pictures” on the "
            "Curriculum page make one; people are joined by their codes."
        )
        return
    for digest, result in found.items():
        _result(courses[digest].design.name, result)
    st.caption(
        "People are joined by their codes: one code is taken for one person. Each person is their own control; "
        "intervals are 95% bootstraps over people. Who comes back is not a random half of those who were tested."
    )


def _of_the_same_people(here: CourseServer, course: Course) -> dict[str, tuple[Attempt, ...]]:
    """Return digest → what people did, of every course of the same classes that anybody of ``course`` has begun."""
    people = {s.participant for s in here.records.sittings(course=course.digest)}
    known = {c.digest for c in here.records.courses()}
    alike = {d: c for d, c in here.library.courses().items() if d in known and c.classes == course.classes}
    return {
        d: attempts_in(here.records, c)
        for d, c in alike.items()
        if people & {s.participant for s in here.records.sittings(course=d)}
    }


def _others(attempts: Mapping[str, tuple[Attempt, ...]], later: str) -> list[Attempt]:
    return [a for digest, found in attempts.items() if digest != later for a in found]


def _result(name: str, result: LaterTest) -> None:
    """Draw what one later test found."""
    who = f"{_people(result.everybody.people)}, {_days(result.days)} later"
    st.markdown(f"**{plain(name)}** ({plain(who)}): {plain(_in_words(result.everybody))}")
    new = result.new_pictures
    if isinstance(new, CannotJudge):
        st.markdown(f"- On pictures that they had never met: {plain(new.sentence)}")
    else:
        st.markdown(f"- On pictures that they had never met ({_people(new.people)}): {plain(_in_words(new))}")
    for group, change in result.by_group.items() if len(result.by_group) > 1 else ():
        st.markdown(f"- Learnt in the group “{plain(group)}” ({_people(change.people)}): {plain(_in_words(change))}")
    st.caption(plain(_said_besides(result)))


def _days(days: DaysBetween) -> str:
    fewest, middle, most = (round(d) for d in (days.fewest, days.median, days.most))
    if most < 1:
        return "less than a day"
    return f"{middle} day{'s' * (middle != 1)}" + (f" ({fewest} to {most})" if fewest < most else "")


def _in_words(change: AccuracyChange) -> str:
    points = f"{100 * (change.later - change.first):+.0f} points".replace("-", "−")
    both = f"{change.first:.0%} right in the first test, {change.later:.0%} in the later one, {points}"
    if isinstance(change.change, CannotJudge):
        return f"{both}. {change.change.sentence}"
    return f"{both} (95% {100 * change.change.low:+.0f} to {100 * change.change.high:+.0f}).".replace("-", "−")


def _said_besides(result: LaterTest) -> str:
    parts = [f"{_people(result.practised)} met these classes in between."] if result.practised else []
    if result.away_accuracy is not None:
        parts.append(f"{_people(result.away)} did not come back; in the first test {result.away_accuracy:.0%} right.")
    if result.disordered:
        parts.append(
            f"{_people(result.disordered)} left out, because by the server's clock the later test was not later."
        )
    return " ".join(parts) or "Everybody who was tested came back."


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
