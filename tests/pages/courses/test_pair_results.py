"""What is said of the clinicians' study where little was answered."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.study.estimates import CannotJudge
from lwise_core.study.pair_accuracy import against_chance, spot_trials
from pages.parts.courses.pair_results import _the_same_of_all
from tests.support.pair_answers import CLINICIANS, answered

PANEL = """
from pages.parts.courses.pair_results import pair_results
from tests.support.pair_answers import CLINICIANS, answered
pair_results(answered(CLINICIANS, wrong={wrong}))
"""


@pytest.mark.parametrize(("wrong", "strengths"), [({"p": 3}, 0), ({"p": 3, "q": 5, "r": 2}, 4)])
def test_of_one_person_it_is_said_once_that_nothing_can_be_tested_and_the_shares_are_there(
    wrong: dict[str, int], strengths: int
) -> None:
    at = AppTest.from_string(PANEL.format(wrong=wrong), default_timeout=60).run()
    assert not at.exception
    assert sum("ε₂₂₄ = " in m.value for m in at.markdown) == strengths
    assert sum("An interval needs at least 2 people" in c.value for c in at.caption) == (not strengths)
    assert all(frame.value["right, %"].notna().all() for frame in at.dataframe)


def test_unlike_reasons_are_said_where_they_hold() -> None:
    one = against_chance(spot_trials(answered(CLINICIANS, wrong={"p": 3})))
    three = against_chance(spot_trials(answered(CLINICIANS, wrong={"p": 3, "q": 5, "r": 2})))
    assert len(_the_same_of_all([one, one])) == 1
    assert not _the_same_of_all([one, three])
    assert not _the_same_of_all([one, CannotJudge("Nobody has answered such a trial.")])
