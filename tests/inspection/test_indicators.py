"""Lights and their indicators: three states, flagged on the bad side of a limit only, and never called safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.inspection.indicators import (
    MEASURES,
    NOT_SAFETY,
    Indicator,
    Light,
    LightKind,
    LightState,
    Limit,
    Measure,
    Risk,
    no_flag_up_to,
)

LATTICE = next(m for m in MEASURES if m.key == "H8")
SUPPORT = next(m for m in MEASURES if m.key == "H1")


def indicator(measure: Measure, value: float | None, *, limit: float | None) -> Indicator:
    return Indicator(measure, value, "", None if limit is None else Limit(limit, "a test"), because="why not.")


@pytest.mark.parametrize(
    ("measure", "value", "limit", "state"),
    [
        (LATTICE, 3.0, 2.0, LightState.FLAGGED),
        (LATTICE, 2.0, 2.0, LightState.NO_FLAG),
        (SUPPORT, 0.04, 0.05, LightState.FLAGGED),
        (SUPPORT, 0.05, 0.05, LightState.NO_FLAG),
        (SUPPORT, None, 0.05, LightState.CANNOT_JUDGE),
        (SUPPORT, 0.9, None, LightState.CANNOT_JUDGE),
    ],
)
def test_an_indicator_is_flagged_on_the_bad_side_of_its_limit_only(
    measure: Measure, value: float | None, limit: float | None, state: LightState
) -> None:
    assert indicator(measure, value, limit=limit).state is state


def test_a_light_is_flagged_by_one_and_cannot_judge_without_any() -> None:
    fine, bad, unknown = (indicator(LATTICE, v, limit=limit) for v, limit in ((1.0, 2.0), (3.0, 2.0), (9.0, None)))
    assert Light(LightKind.ARTEFACT, (fine, unknown)).state is LightState.NO_FLAG
    assert Light(LightKind.ARTEFACT, (fine, bad, unknown)).state is LightState.FLAGGED
    nothing = Light(LightKind.ARTEFACT, (unknown,))
    assert nothing.state is LightState.CANNOT_JUDGE
    assert nothing.sentence == "Cannot judge: why not."
    assert Light(LightKind.ARTEFACT, (fine, unknown)).sentence == (
        "No flag. Looked for and not found: a regular pattern. This is not a safety limit; not validated on people."
    )
    assert Light(LightKind.ARTEFACT, (bad,)).sentence == "Flagged: a regular pattern."


def test_no_light_is_ever_called_safe() -> None:
    assert {s.value for s in LightState} == {"flagged", "no flag", "cannot judge"}
    for value in (1.0, 3.0, None):
        sentence = Light(LightKind.ARTEFACT, (indicator(LATTICE, value, limit=2.0),)).sentence.lower()
        assert "safe" not in sentence.replace("not a safety limit", "")


def test_no_flag_up_to_is_the_last_step_before_the_first_flag() -> None:
    def risk(step: int, state: LightState) -> Risk:
        value = 3.0 if state is LightState.FLAGGED else 1.0
        clear = Light(LightKind.SEMANTIC, (indicator(SUPPORT, 0.5, limit=0.05),))
        return Risk(step, step / 10, clear, Light(LightKind.ARTEFACT, (indicator(LATTICE, value, limit=2.0),)))

    states = (LightState.NO_FLAG, LightState.NO_FLAG, LightState.NO_FLAG, LightState.FLAGGED, LightState.NO_FLAG)
    assert no_flag_up_to(tuple(risk(i, s) for i, s in enumerate(states))) == pytest.approx(0.2)
    assert no_flag_up_to(tuple(risk(i, LightState.NO_FLAG) for i in range(4))) == pytest.approx(0.3)


@given(value=st.floats(-10, 10), limit=st.floats(-10, 10), measure=st.sampled_from(MEASURES))
def test_a_worse_value_never_clears_a_flag(value: float, limit: float, measure: Measure) -> None:
    worse = value + 1 if measure.high_is_bad else value - 1
    better = value - 1 if measure.high_is_bad else value + 1
    if indicator(measure, value, limit=limit).state is LightState.FLAGGED:
        assert indicator(measure, worse, limit=limit).state is LightState.FLAGGED
    else:
        assert indicator(measure, better, limit=limit).state is LightState.NO_FLAG


STATES = st.lists(st.sampled_from(LightState), max_size=6)
VALUES = {LightState.FLAGGED: (3.0, 2.0), LightState.NO_FLAG: (1.0, 2.0), LightState.CANNOT_JUDGE: (9.0, None)}


def light_of(states: list[LightState]) -> Light:
    indicators = (indicator(LATTICE, VALUES[s][0], limit=VALUES[s][1]) for s in states)
    return Light(LightKind.ARTEFACT, tuple(indicators))


@given(states=STATES)
def test_a_light_follows_from_the_indicators_that_count(states: list[LightState]) -> None:
    light = light_of(states)
    counted = [s for s in states if s is not LightState.CANNOT_JUDGE]
    assert len(light.counted) == len(counted)
    expected = max(counted, key=lambda s: s is LightState.FLAGGED, default=LightState.CANNOT_JUDGE)
    assert light.state is expected
    assert light.sentence.startswith(expected.value.capitalize())
    assert (NOT_SAFETY in light.sentence) == (expected is LightState.NO_FLAG)
    assert light.state is light_of(states[::-1]).state


def test_a_value_without_a_limit_is_said_not_to_be_counted() -> None:
    assert indicator(LATTICE, 9.0, limit=None).verdict == "not counted"
    assert indicator(LATTICE, None, limit=2.0).verdict == "cannot judge"
    assert indicator(LATTICE, 3.0, limit=2.0).verdict == "flagged"


def test_without_limits_or_reasons_a_light_still_says_why() -> None:
    assert Light(LightKind.ARTEFACT, ()).sentence == "Cannot judge: there are no limits for this guide."


def test_a_risk_is_flagged_by_either_light_and_holds_every_value() -> None:
    fine, bad = light_of([LightState.NO_FLAG]), light_of([LightState.FLAGGED])
    support = Light(LightKind.SEMANTIC, (indicator(SUPPORT, None, limit=0.05),))
    assert Risk(1, 0.1, support, bad).flagged
    assert Risk(1, 0.1, bad, fine).flagged
    assert not Risk(1, 0.1, support, fine).flagged
    assert Risk(1, 0.1, support, fine).values == {"H1": None, "H8": 1.0}


def test_where_the_semantic_light_can_judge_nowhere_no_budget_is_named() -> None:
    unknown = Light(LightKind.SEMANTIC, ())
    assert no_flag_up_to(tuple(Risk(i, i / 10, unknown, light_of([LightState.NO_FLAG])) for i in range(4))) is None


def test_every_measure_has_a_key_of_its_own_and_words() -> None:
    assert len({m.key for m in MEASURES}) == len({m.name for m in MEASURES}) == len(MEASURES)
    assert all(m.unit and m.meaning.endswith((".", "references.")) for m in MEASURES)


def test_a_light_that_is_contradicted_is_flagged_whatever_its_indicators_say() -> None:
    clear = indicator(SUPPORT, 0.5, limit=0.05)
    light = Light(LightKind.SEMANTIC, (clear,), "it goes towards frog, but it is said to show dog")
    assert light.state is LightState.FLAGGED
    assert light.sentence == "Flagged: it goes towards frog, but it is said to show dog."
    assert Light(LightKind.SEMANTIC, (), "x").state is LightState.FLAGGED
