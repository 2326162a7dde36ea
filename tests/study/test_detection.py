"""Sensitivity and criterion against their definition, and what they must not depend on."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.study.agreement import Confusion
from lwise_core.study.detection import detections

COUNTS = st.integers(0, 50)


def table(*rows: tuple[int, ...], unanswered: tuple[int, ...] = ()) -> Confusion:
    names = tuple("abcd"[: len(rows)])
    return Confusion(group="control", classes=names, counts=rows, unanswered=unanswered or (0,) * len(rows))


def test_by_hand() -> None:
    z = NormalDist().inv_cdf
    first, second = detections(table((8, 2), (3, 17)))
    hits, alarms = z(8.5 / 11), z(3.5 / 21)
    assert first.sensitivity == pytest.approx(hits - alarms)
    assert first.criterion == pytest.approx(-(hits + alarms) / 2)
    assert (first.pictures, first.base_rate) == (10, pytest.approx(1 / 3))
    assert (second.pictures, second.answer_rate) == (20, pytest.approx(19 / 30))


@given(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS))
def test_of_two_classes_sensitivity_is_the_same_and_the_criterion_turned_around(n: tuple[int, ...]) -> None:
    found = detections(table(n[:2], n[2:]))
    if len(found) < 2:
        assert 0 in (sum(n[:2]), sum(n[2:]))  # one of them was never shown
        return
    first, second = found
    assert first.sensitivity == pytest.approx(second.sensitivity)
    assert first.criterion == pytest.approx(-second.criterion)


@pytest.mark.parametrize("each", [1, 20])
def test_guessing_is_0_and_one_name_for_all_is_a_criterion_and_no_sensitivity(each: int) -> None:
    for found in detections(table((each, each), (each, each))):
        assert found.sensitivity == pytest.approx(0)
        assert found.criterion == pytest.approx(0)
    always, never = detections(table((10 * each, 0), (10 * each, 0)))
    assert always.sensitivity == pytest.approx(0)
    assert always.criterion < 0 < never.criterion


def test_unanswered_pictures_are_misses_and_nothing_answered_has_no_figures() -> None:
    (answered, _), (less, _) = (
        detections(table((8, 2), (3, 17))),
        detections(table((8, 2), (3, 17), unanswered=(10, 0))),
    )
    assert less.sensitivity < answered.sensitivity
    assert detections(table((0, 0), (0, 0), unanswered=(5, 5))) == ()
    assert detections(table((5, 5), (0, 0))) == ()  # the other class was never shown
