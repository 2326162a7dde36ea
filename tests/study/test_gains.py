"""Gains: the paper's own figures from the paper's own numbers, and no figure where there is nothing to divide by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.gains import gain, gain_between, margin_gain, time_saving, training_minutes
from lwise_core.study.responses import Responses

PUBLISHED = [
    pytest.param(0.476, 0.604, 0.25, "+57%", 13.97, 11.11, "20.5%", id="moths"),
    pytest.param(0.376, 0.468, 0.25, "+73%", 13.52, 10.47, "22.6%", id="dermoscopy"),
    pytest.param(0.636, 0.681, 0.50, "+33%", 10.27, 8.06, "21.5%", id="histology"),
]
shares = st.floats(0, 1)


def timed(group: str, minutes: list[float | None], *, tested: bool = True) -> list[dict[str, object]]:
    """Return one training trial and one test trial for each person, who ended training after so many minutes."""
    return [
        {
            "participant": f"{group} {i}",
            "group": group,
            "block": block,
            "trial_number": number,
            "class": "a",
            "perf": 1,
            "feedback": number < 2,
            "rel_timestamp_response": None if m is None else (m - 1 + number) * 60_000,
        }
        for i, m in enumerate(minutes)
        for number, block in [(0, "train_1"), (1, "train_1"), *([(2, "test_1")] if tested else [])]
    ]


@pytest.mark.parametrize(("control", "accuracy", "chance", "said", "slow", "quick", "saved"), PUBLISHED)
def test_the_papers_figures(
    control: float, accuracy: float, chance: float, said: str, slow: float, quick: float, saved: str
) -> None:
    interval = Estimate(value=control, low=control - 0.03, high=control + 0.03)
    found = gain(accuracy, interval, chance=chance)
    assert isinstance(found, float)
    assert f"{found:+.0%}" == said
    assert f"{margin_gain(accuracy, control, chance=chance):+.0%}" == said
    assert f"{1 - quick / slow:.1%}" == saved


@pytest.mark.parametrize("low", [0.25, 0.2])
def test_there_is_no_gain_where_control_may_be_guessing(low: float) -> None:
    found = gain(0.5, Estimate(value=0.3, low=low, high=0.35), chance=0.25)
    assert isinstance(found, CannotJudge)
    assert "may be no better than guessing (25%)" in found.sentence


def test_there_is_no_gain_over_a_control_that_is_not_known() -> None:
    found = gain(0.5, CannotJudge("There is nobody."), chance=0.25)
    assert isinstance(found, CannotJudge)
    assert found.sentence.endswith("There is nobody.")


def test_no_margin_is_divided_by() -> None:
    with pytest.raises(ValueError, match="not above chance"):
        margin_gain(0.5, 0.25, chance=0.25)


@given(shares, st.floats(0.26, 1), st.floats(0, 0.25))
def test_the_gain_is_nothing_at_control_and_one_at_twice_its_margin(
    accuracy: float, control: float, chance: float
) -> None:
    assert margin_gain(control, control, chance=chance) == 0
    assert margin_gain(2 * control - chance, control, chance=chance) == pytest.approx(1)
    assert (margin_gain(accuracy, control, chance=chance) > 0) == (accuracy > control)


@settings(max_examples=25, deadline=None)
@given(st.lists(shares, max_size=12), st.lists(shares, max_size=12), st.sampled_from([0.0, 0.25, 0.5]))
def test_a_gain_between_people_is_a_finite_figure_or_a_sentence(
    accuracies: list[float], controls: list[float], chance: float
) -> None:
    found = gain_between(np.array(accuracies), np.array(controls), chance=chance)
    if isinstance(found, CannotJudge):
        assert found.sentence.endswith(".")
    else:
        assert np.isfinite([found.value, found.low, found.high]).all()
        assert found.low <= found.value + 1e-9
        assert found.value <= found.high + 1e-9


def test_the_interval_of_a_gain_is_seeded_and_holds_the_truth() -> None:
    """Over 100 studies whose gain is +50%: the interval holds it about 95 times."""
    random = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        group, control = random.normal(0.6, 0.13, 40), random.normal(0.5, 0.13, 40)
        found = gain_between(group, control, chance=0.3)
        assert isinstance(found, Estimate)
        held += found.low <= 0.5 <= found.high
    assert 88 <= held <= 99
    assert found == gain_between(group, control, chance=0.3)
    assert found != gain_between(group, control, chance=0.3, seed=1)


def test_the_time_saved_is_that_of_the_last_answer_in_training() -> None:
    rows = timed("control", [10, 14]) + timed("L-WISE", [8, 10])
    responses = Responses(pd.DataFrame(rows))
    assert training_minutes(responses, "control").tolist() == [10, 14]
    found = time_saving(responses, group="L-WISE", control="control")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.25)
    assert found.low < 0.25 < found.high


def test_whoever_left_early_is_not_quick() -> None:
    rows = [*timed("control", [10, 14]), *timed("left", [1], tested=False)]
    for row in rows[-2:]:
        row["group"] = "control"
    assert training_minutes(Responses(pd.DataFrame(rows)), "control").tolist() == [10, 14]


def test_without_recorded_times_there_is_a_sentence() -> None:
    rows = timed("control", [10, 14]) + timed("L-WISE", [None, None])
    found = time_saving(Responses(pd.DataFrame(rows)), group="L-WISE", control="control")
    assert isinstance(found, CannotJudge)
    assert "no times" in found.sentence


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (timed("L-WISE", [8, 10]), "nobody of the group “control” has answered"),
        (timed("L-WISE", [8]) + timed("control", [9], tested=False), "nobody of the group “control” has reached"),
        (timed("L-WISE", [8], tested=False) + timed("control", [9]), "nobody of the group “L-WISE” has reached"),
        (timed("L-WISE", [8, 9]) + timed("control", [0, 9]), "a training of the group “control” took no time"),
    ],
)
def test_times_that_are_recorded_are_never_said_not_to_be(rows: list[dict[str, object]], said: str) -> None:
    found = time_saving(Responses(pd.DataFrame(rows)), group="L-WISE", control="control")
    assert isinstance(found, CannotJudge)
    assert said in found.sentence
    assert "recorded" not in found.sentence
