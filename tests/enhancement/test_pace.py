"""The pace of one step."""

import pytest

from lwise_core.enhancement.pace import seconds_a_step
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel


def test_the_pace_is_that_of_the_second_step(phantom_guide: GuideModel, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((100.0, 102.5))
    monkeypatch.setattr("lwise_core.enhancement.pace.perf_counter", lambda: next(clock))
    assert seconds_a_step(Walker(phantom_guide)) == 2.5
