"""What each of a few learners got right, in a sentence."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.study.responses import Responses

PAGE = """
import streamlit as st
from pages.parts.courses.learners_line import learners_line
learners_line(st.session_state["answers"], chance=0.25)
"""


def answered(people: int) -> Responses:
    """Return the answers of so many: while learning every other one of eight is right, in the test three of four."""
    rows = [
        {
            "participant": f"p{person}",
            "group": "L-WISE",
            "block": "train" if trial < 8 else "test",
            "class": "a",
            "trial_number": trial,
            "perf": trial % 2 if trial < 8 else int(trial < 11),
            "feedback": trial < 8,
        }
        for person in range(people)
        for trial in range(12)
    ]
    return Responses(pd.DataFrame(rows))


@pytest.mark.parametrize(("people", "lines"), [(1, 1), (6, 6), (7, 0)])
def test_few_learners_are_each_told_with_what_guessing_gets(people: int, lines: int) -> None:
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.session_state["answers"] = answered(people)
    at.run()
    assert not at.exception
    assert len(at.markdown) == lines
    if lines:
        assert at.markdown[0].value == (
            "**p0** was right 4 of 8 times while learning (guessing alone: about 2) and 3 of 4 times in the test "
            "(guessing alone: about 1)."
        )
