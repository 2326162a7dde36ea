"""Accuracy by sureness, where one picture was shown and people were asked."""

from __future__ import annotations

import pandas as pd
from streamlit.testing.v1 import AppTest

from lwise_core.study.responses import Responses
from pages.parts.courses.sureness_panel import SURENESS

PAGE = """
import streamlit as st
from pages.parts.courses.sureness_panel import sureness_panel
sureness_panel(st.session_state["answers"])
"""


def drawn(responses: Responses) -> AppTest:
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.session_state["answers"] = responses
    at.run()
    assert not at.exception
    return at


def answered(*, sureness: int | None) -> Responses:
    """Return two people's answers: while learning they are right where they are sure, in the test always."""
    rows = [
        {
            "participant": participant,
            "group": "control",
            "block": "train" if trial < 4 else "test",
            "class": "a",
            "trial_number": trial,
            "perf": trial % 2 if trial < 4 else 1,
            "feedback": trial < 4,
            "sureness": None if sureness is None else sureness - (trial + 1) % 2,
        }
        for participant in ("p1", "p2")
        for trial in range(8)
    ]
    return Responses(pd.DataFrame(rows))


def test_the_share_of_right_answers_stands_beside_every_degree_of_sureness() -> None:
    at = drawn(answered(sureness=4))
    assert [m.value for m in at.markdown] == ["**While learning**", "**In the test**"]
    learning, test = (d.value for d in at.dataframe)
    for table in (learning, test):
        assert [float(s) for s in table[SURENESS]] == [3, 4]
        assert table["answers"].tolist() == [4, 4]
    assert learning["right, %"].tolist() == [0, 100]
    assert test["right, %"].tolist() == [100, 100]


def test_where_nobody_was_asked_nothing_is_drawn() -> None:
    assert not drawn(answered(sureness=None)).subheader
