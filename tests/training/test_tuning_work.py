"""The clock of a tuning: what was kept and what happens between two steps does not count towards its pace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.training import tuning_work
from lwise_core.training.tuning_work import TuningClock


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_the_steps_that_computed_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    time, clock = Time(), TuningClock(total=100)
    monkeypatch.setattr(tuning_work, "perf_counter", time)

    def steps() -> Iterator[str]:
        time.now += 50
        yield "reading"
        clock.add(40, computed=False)
        time.now += 1
        yield "kept"
        for _ in range(2):
            clock.add(10)
            time.now += 2
            yield "learning"

    left = []
    for _ in clock.timed(steps()):
        left.append(clock.seconds_left)
        time.now += 1000  # the turns of others
    assert left == [None, None, pytest.approx(0.2 * 50), pytest.approx(0.2 * 40)]
    assert clock.share == pytest.approx(0.6)
    assert clock.seconds == 4


@given(parts=st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), max_size=8), total=st.floats(0, 1e6))
def test_the_share_never_leaves_its_range(parts: list[tuple[float, bool]], total: float) -> None:
    clock = TuningClock(total=total)
    for passes, computed in parts:
        clock.add(passes, computed=computed)
    assert 0 <= clock.share <= 1
    assert clock.seconds_left is None or clock.seconds_left >= 0
