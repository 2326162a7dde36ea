from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core._utils.file_errors import FileError
from lwise_core.enhancement.path import NonFinite
from lwise_core.scheduler import JobStage
from pages.parts.session.jobs import (
    asked,
    deferred,
    ended,
    finished,
    forget_job,
    job_for,
    place,
    remembered,
    values_of,
    wait_until,
)

_PATIENCE = 60.0
KIND, WHAT = "kind", "Computing the maps"


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


def page_of(draw: Callable[[], None]) -> AppTest:
    at = AppTest.from_string('import streamlit\nstreamlit.session_state["draw"]()', default_timeout=_PATIENCE)
    at.session_state["draw"] = draw
    return at


def labels(at: AppTest) -> list[str]:
    return [b.label for b in at.button]


def drawing(question: str, steps: Callable[[], Iterator[int]], *, into: list[int]) -> None:
    """Draw a panel that keeps ``into`` what it was given, and last whether its job came to its end."""
    job = job_for(KIND, question, steps, total=2)
    there = place()
    into.extend(values_of(KIND, job, at=there, what=WHAT))
    into.append(ended(KIND, job, at=there, what=WHAT))


def test_a_panel_gets_what_there_is_so_far_and_then_all_of_it() -> None:
    seen: list[int] = []
    looked = threading.Event()

    def steps() -> Iterator[int]:
        yield 1
        assert looked.wait(_PATIENCE)
        yield 2

    def draw() -> None:
        job = job_for(KIND, "q", steps, total=2)
        there = place()
        for value in values_of(KIND, job, at=there, what=WHAT):
            seen.append(value)
            looked.set()
        assert ended(KIND, job, at=there, what=WHAT)

    at = page_of(draw).run()
    assert not at.exception
    assert (seen[0], seen[-1]) == (1, 2)
    assert labels(at) == []  # neither a way to stop what is over, nor a way to go on with it
    seen.clear()
    at.run()
    assert seen == [2]  # once, from what is kept


def test_a_run_goes_on_when_there_is_enough_and_the_job_is_still_to_be_stopped() -> None:
    seen: list[int | None] = []

    def draw() -> None:
        job = job_for(KIND, "q", partial(count, 1), total=2)
        wait_until(KIND, job, lambda value: value >= 3, at=place(), what=WHAT)
        seen.append(job.latest)
        assert not job.stage.over

    at = page_of(draw).run()
    assert not at.exception
    assert seen[0] is not None
    assert seen[0] >= 3
    slot_is_free(at)


def slot_is_free(at: AppTest) -> None:
    """Stop what would be computed for ever."""
    at.session_state["draw"] = lambda: forget_job(KIND)
    assert not at.run().exception


def test_a_job_is_begun_once_for_a_question_and_dropped_for_another() -> None:
    begun: list[str] = []

    def steps(question: str) -> Iterator[int]:
        begun.append(question)
        yield len(begun)

    into: list[int] = []
    for question in ("a", "a", "b", "a"):
        at = page_of(partial(drawing, question, partial(steps, question), into=into)).run()
        assert not at.exception
    assert begun == ["a", "b", "a"]
    assert into == [1, True, 1, True, 2, True, 3, True]


def test_a_new_question_stops_what_is_computed_for_the_old_one() -> None:
    old = []

    def draw() -> None:
        old.append(job_for(KIND, "old", partial(count, 1), total=2))
        job_for(KIND, "new", lambda: iter([1]), total=1).wait(seconds=_PATIENCE)
        assert not asked(KIND, "old")
        assert asked(KIND, "new")

    assert not page_of(draw).run().exception
    assert old[0].stage is JobStage.CANCELLED


def test_what_was_stopped_says_so_keeps_what_there_is_and_can_go_on() -> None:
    into: list[int] = []

    def draw() -> None:
        job = job_for(KIND, "q", lambda: iter([1, 2]) if into else count(1), total=2)
        if not into:
            job.cancel()
        there = place()
        into.extend(values_of(KIND, job, at=there, what=WHAT))
        into.append(ended(KIND, job, at=there, what=WHAT))

    at = page_of(draw).run()
    assert into[-1] is False
    assert [w.value.replace("\\", "") for w in at.warning] == [f"{WHAT}: stopped."]
    at.button[labels(at).index("Go on")].click().run()
    assert into[-2:] == [2, True]
    assert labels(at) == []
    assert not at.warning


@pytest.mark.parametrize("error", [NonFinite("A gradient is not a number."), FileError(28, "full", "a.png")])
def test_what_a_person_can_understand_is_said(error: Exception) -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise error

    into: list[int] = []
    at = page_of(lambda: drawing("q", failing, into=into)).run()
    assert not at.exception
    assert into[-1] is False
    assert [e.value.replace("\\", "") for e in at.error] == [str(error)]


@pytest.mark.parametrize("error", [RuntimeError("unforeseen"), ValueError("operands could not be broadcast")])
def test_what_nobody_foresaw_is_not_said_to_be_a_finding(error: Exception) -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise error

    at = page_of(lambda: drawing("q", failing, into=[])).run()
    assert at.exception  # app.py logs it with an id
    assert not at.error


def test_an_answer_is_found_once_for_a_question() -> None:
    found: list[str] = []

    def answer(kind: str, question: str) -> str:
        def find() -> str:
            found.append(question)
            return question.upper()

        return remembered(kind, question, find)

    def draw() -> None:
        assert [answer("one", "a"), answer("one", "a"), answer("two", "a")] == ["A", "A", "A"]
        assert [answer("one", "b"), answer("one", "b"), answer("one", "a")] == ["B", "B", "A"]

    assert not page_of(draw).run().exception
    assert found == ["a", "a", "b", "a"]


def test_what_is_not_finished_is_not_found() -> None:
    def draw() -> None:
        assert finished(KIND) is None
        job_for(KIND, "q", lambda: iter([1, 2]), total=2).wait(seconds=_PATIENCE)
        assert finished(KIND) == 2
        other = job_for(KIND, "other", partial(count, 1), total=2)
        while other.latest is None:
            other.wait(seconds=0.01)
        other.cancel()
        assert finished(KIND) is None

    assert not page_of(draw).run().exception


def test_what_is_deferred_is_computed_once_by_whoever_asks_first_without_a_run_of_the_page() -> None:
    made: list[str] = []
    given: list[Callable[[], str]] = []

    def draw() -> None:
        given.append(deferred(KIND, "question", lambda: (made.append("a"), "the file")[1]))

    at = page_of(draw).run()
    assert not at.exception
    at.run()
    assert made == []
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(given[0]())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["the file"] * 4
    assert given[1]() == "the file"
    assert made == ["a"]
