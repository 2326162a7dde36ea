"""Processes that prepare: they answer as the function does, also with what it raises, and end with who asks them."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.preparing import Preparer, PreparerLost, serve
from tests.support.stages import Unsendable, chatty, doubled, refusing


@pytest.fixture
def asked() -> Iterator[list[Preparer[int, object]]]:
    """A list of processes that are ended after the test."""
    processes: list[Preparer[int, object]] = []
    yield processes
    for one in processes:
        one.close()


def test_a_process_answers_one_question_after_the_other_whatever_is_printed(asked: list[Preparer[int, object]]) -> None:
    asked.append(Preparer(chatty))
    assert [asked[0].ask(number) for number in range(3)] == [0, 2, 4]


def test_what_the_function_raises_is_raised_here_and_says_where(asked: list[Preparer[int, object]]) -> None:
    asked.append(Preparer(refusing))
    with pytest.raises(ValueError, match="3 is refused") as caught:
        asked[0].ask(3)
    assert "in refusing" in caught.value.__notes__[0]
    assert asked[0].ask(4) == 4


def test_an_error_that_cannot_be_sent_keeps_its_words(asked: list[Preparer[int, object]]) -> None:
    asked.append(Preparer(Unsendable.raised))
    with pytest.raises(RuntimeError, match="Unsendable: number 5"):
        asked[0].ask(5)


def test_who_is_killed_is_said_to_be_lost(asked: list[Preparer[int, object]]) -> None:
    asked.append(Preparer(doubled))
    asked[0].kill()
    with pytest.raises(PreparerLost):
        asked[0].ask(1)


def test_a_process_that_cannot_be_started_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(PreparerLost):
        Preparer(doubled)


@given(st.lists(st.integers()))
def test_every_question_has_its_answer_until_the_other_end_is_gone(numbers: list[int]) -> None:
    questions = io.BytesIO(b"".join(map(pickle.dumps, [doubled, *numbers])))
    answers = io.BytesIO()
    serve(questions, answers)
    answers.seek(0)
    assert [pickle.load(answers) for _ in numbers] == [(None, 2 * number) for number in numbers]  # noqa: S301 - ours
    assert answers.read() == b""
