from __future__ import annotations

import math
from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.timing import BRIEF, LEARNING, UNTIL_RESPONSE, Timing


def test_the_papers_learning_tasks() -> None:
    """Picture and choices together until the answer, and every time of the published configuration."""
    assert LEARNING.stimulus_ms == UNTIL_RESPONSE
    assert asdict(LEARNING) == {
        "stimulus_ms": 0,
        "blank_ms": 0,
        "choice_ms": 10_000,
        "lockout_ms": 200,
        "feedback_correct_ms": 500,
        "feedback_wrong_ms": 1_500,
        "between_ms": 200,
    }


def test_the_papers_animals_are_shown_for_one_frame_of_sixty_a_second() -> None:
    assert round(BRIEF.stimulus_ms * 60 / 1_000) == 1
    assert asdict(BRIEF) == asdict(LEARNING) | {
        "stimulus_ms": 17,
        "blank_ms": 200,
        "choice_ms": 15_000,
        "feedback_correct_ms": 0,
        "feedback_wrong_ms": 1_000,
    }


@pytest.mark.parametrize("name", [field.name for field in fields(Timing)])
@given(value=st.floats(max_value=0, exclude_max=True, allow_nan=False) | st.sampled_from([math.nan, math.inf]))
def test_no_time_is_negative_or_without_end(name: str, value: float) -> None:
    with pytest.raises(ValueError, match="negative"):
        Timing(**{name: value})


@given(lockout=st.floats(0, 60_000), shorter=st.floats(0, 60_000))
def test_time_to_answer_begins_after_the_lockout(lockout: float, shorter: float) -> None:
    with pytest.raises(ValueError, match="longer than the lockout"):
        Timing(choice_ms=max(0.0, lockout - shorter), lockout_ms=lockout)
