"""Answers as a table: what one person answered, what counts, and what is no such table is refused in one sentence."""

from __future__ import annotations

import pytest

from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.teaching.design.schedules import MOTHS
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import TrialKind
from tests.support.moth_answers import ALIASES, TRIALS, one_person, right_answers, table


def test_what_one_person_answered() -> None:
    found = one_person().trials
    assert len(found) == len(TRIALS)
    assert list(found["trial_number"]) == list(range(len(TRIALS)))
    assert found["perf"].eq(1).all()
    assert list(found["stimulus_name"]) == [ALIASES.get(t.answer, t.answer) for t in TRIALS]
    assert list(found["epsilon_224"]) == [t.epsilon_224 for t in TRIALS]
    assert found["rel_timestamp_response"].iloc[7] == 7 * 1000.0 + 507.0


def test_time_out_is_wrong_and_trials_that_were_not_reached_are_left_out() -> None:
    answers = [*right_answers(TRIALS[:3]), Answer(3, "", None, 0.0, 0.0)]
    found = responses_of(TRIALS, answers, participant="p", group="control")
    assert list(found.trials["perf"]) == [1, 1, 1, 0]
    assert found.trials["reaction_time_msec"].isna().tolist() == [False, False, False, True]


def test_an_answer_to_no_trial_is_refused() -> None:
    with pytest.raises(ResponsesError, match="trial 999"):
        responses_of(TRIALS, [Answer(999, "a", 1.0, 0.0, 0.0)], participant="p", group="control")


def test_no_answer_is_wrong_whatever_the_table_says() -> None:
    assert list(Responses(table(choice=["", "a"])).trials["perf"]) == [0, 1]
    assert list(Responses(table(perf=[None, 1])).trials["perf"]) == [0, 1]


def test_what_counts_and_what_does_not() -> None:
    found = one_person()
    assert found.blocks == tuple(b.name for b in MOTHS.blocks)
    assert found.classes == ("a", "b")
    assert len(found.tests) == 2 * 5 * 2
    assert set(found.tests["trial_type"]) == {TrialKind.MAIN}
    assert set(found.training["block"]) == {b.name for b in MOTHS.blocks if b.feedback}
    assert len(found.calibration) == 20
    assert not found.simulated


def test_control_comes_first_and_the_rest_by_condition() -> None:
    people = [("x", "zebra", 1), ("y", "apple", 2), ("z", "control", 0)]
    parts = [Responses(table(participant=p, group=g, condition_idx=c)) for p, g, c in people]
    everybody = together(parts)
    assert everybody.groups == ("control", "zebra", "apple")
    assert everybody.without({"z"}).participants == ("x", "y")
    with pytest.raises(ResponsesError, match="no answers"):
        everybody.without({"x", "y", "z"})


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"perf": "maybe"}, "“perf” must say 1 (right) or 0 (wrong), and says “maybe”"),
        ({"perf": 2}, "1 (right) or 0 (wrong)"),
        ({"epsilon_224": "inf"}, "is no number"),
        ({"reaction_time_msec": "fast"}, "“fast” in the column “reaction_time_msec”"),
        ({"trial_number": [0, 0]}, "trial 0 twice"),
        ({"trial_number": [0, 0], "perf": [1, 1], "picture": ["x", "x"]}, "trial 0 twice; leave one out"),
        (
            {"trial_number": [0, 0], "perf": [1, 0]},
            "two people may share this label: give each of them one of their own",
        ),
        ({"trial_number": [0, 0.5]}, "whole number"),
        ({"trial_number": [0, None]}, "whole number"),
        ({"group": ["control", "L-WISE"]}, "is in 2 groups"),
        ({"participant": ["p", ""]}, "nothing in the column “participant”"),
        ({"frames_shown": [1, 0.5]}, "whole number"),
        ({"frames_dropped": -1}, "“frames_dropped” counts"),
        ({"onset_ms": "soon"}, "“soon” in the column “onset_ms”"),
        ({"feedback": "perhaps"}, "“feedback” must say 1 or 0"),
    ],
)
def test_a_bad_table_is_refused_in_one_sentence(columns: dict[str, object], sentence: str) -> None:
    with pytest.raises(ResponsesError) as refused:
        Responses(table(**columns))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["participant", "group", "block", "trial_number", "class", "perf", "feedback"])
def test_a_missing_column_is_named(name: str) -> None:
    with pytest.raises(ResponsesError, match=f"lack “{name}”"):
        Responses(table().drop(columns=name))


def test_nothing_is_refused() -> None:
    with pytest.raises(ResponsesError, match="no answers"):
        Responses(table().iloc[:0])
    with pytest.raises(ResponsesError, match="no answers"):
        together([])
