"""What was taken for what, with sensitivity and criterion beside it."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.study.responses import Responses

PAGE = """
import streamlit as st
from pages.parts.courses.confusions_panel import confusions_panel
confusions_panel(st.session_state["answers"])
"""


def drawn(*answers: tuple[str, str]) -> AppTest:
    """Return the panel of one person's test, in which ``answers`` were shown and chosen."""
    rows = [
        {
            "participant": "p",
            "group": "control",
            "block": "test",
            "class": shown,
            "choice": chosen,
            "trial_number": i,
            "perf": int(shown == chosen),
            "feedback": False,
        }
        for i, (shown, chosen) in enumerate(answers)
    ]
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.session_state["answers"] = Responses(pd.DataFrame(rows))
    at.run()
    assert not at.exception
    return at


def test_who_always_gives_one_name_tells_nothing_apart_and_gives_it_too_readily() -> None:
    told = drawn(*[("a", "a")] * 6, *[("b", "a")] * 6).dataframe[1].value
    assert told["d′"].tolist() == [0, 0]
    assert told["criterion c"].tolist() == pytest.approx([-1.47, 1.47])
    assert told["of what was shown, %"].tolist() == [50, 50]
    assert told["of the answers, %"].tolist() == [100, 0]


def test_without_an_answer_there_are_no_figures() -> None:
    assert len(drawn(("a", ""), ("b", "")).dataframe) == 1
