from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.known_cases import Case, areas_of, together_of


def case(picture: int, *, positive: bool, **values: float) -> Case:
    return Case(picture=picture, own=picture, positive=positive, values=(values,), flagged=((False, False),))


def pairs(key: str, *, positive: float, negative: float, count: int = 6) -> list[Case]:
    jitter = np.linspace(0, 0.1, count)
    return [
        case(i, positive=p, **{key: (positive if p else negative) + float(jitter[i])})
        for i in range(count)
        for p in (True, False)
    ]


@pytest.mark.parametrize(("key", "high_is_bad"), [("H3", False), ("H7", True), ("GAIN", False)])
def test_an_area_counts_in_the_direction_that_the_light_flags(key: str, high_is_bad: bool) -> None:
    high = areas_of(pairs(key, positive=2, negative=1), key, step=0)
    assert high is not None
    assert high.value == (1 if high_is_bad else 0)


def test_pictures_without_a_value_are_left_out_whole_and_without_any_there_is_no_area() -> None:
    cases = pairs("H7", positive=2, negative=1)
    spoilt = [*cases, case(99, positive=True), case(99, positive=False, H7=50.0)]
    assert areas_of(spoilt, "H7", step=0) == areas_of(cases, "H7", step=0)
    assert areas_of(cases, "H8", step=0) is None


def test_together_is_judged_on_classes_that_the_fit_never_saw() -> None:
    cases = pairs("H7", positive=2, negative=1, count=12)
    assert together_of(cases, ("H7", "H8"), step=0).value == 1
    turned = [replace(c, values=({"H7": -c.values[0]["H7"]},)) if c.own % 2 else c for c in cases]
    assert together_of(turned, ("H7",), step=0).value < 0.5
