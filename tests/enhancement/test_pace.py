"""The pace of one step."""

import pytest

from lwise_core.enhancement.pace import seconds_a_step
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel


def test_the_pace_is_that_of_the_quickest_of_a_few_steps_without_what_a_path_begins_with(
    phantom_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((100.0, 105.0, 107.5, 110.5))
    monkeypatch.setattr("lwise_core.enhancement.pace.perf_counter", lambda: next(clock))
    assert seconds_a_step(Walker(phantom_guide)) == 2.5
    assert next(clock, None) is None


def test_quick_steps_are_timed_until_there_were_enough_and_never_beyond_the_path(
    phantom_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []

    def tick() -> float:
        told.append(len(told) / 16)
        return told[-1]

    monkeypatch.setattr("lwise_core.enhancement.pace.perf_counter", tick)
    assert seconds_a_step(Walker(phantom_guide)) == 1 / 16
    assert len(told) == 6  # the first one after 0.3 s
    told.clear()
    monkeypatch.setattr("lwise_core.enhancement.pace._LONG_ENOUGH_S", 100.0)
    seconds_a_step(Walker(phantom_guide))
    assert len(told) == phantom_guide.epsilon_scale.steps + 1
