"""What visitors may keep in memory: the budget, its sentences, and that a closed page gives everything back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as strategy
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core.batch.file_reading import SQUARE, shrunk
from lwise_core.batch.ranking import BYTES_A_PHOTOGRAPH
from pages.parts.session.memory import Lease, MemoryBudget, MemoryFull, memory_budget, process_bytes

SESSION, PROCESS = 1000, 2500


@given(
    strategy.lists(
        strategy.tuples(strategy.sampled_from("abc"), strategy.sampled_from("xyz"), strategy.integers(0, 1200)),
        max_size=40,
    )
)
def test_nobody_and_all_together_never_hold_more_than_they_may(asked: list[tuple[str, str, int]]) -> None:
    budget, truth = MemoryBudget(session=SESSION, process=PROCESS), dict[tuple[str, str], int]()
    for session, what, size in asked:
        wanted = truth | {(session, what): size}
        fits = sum(v for (s, _), v in wanted.items() if s == session) <= SESSION and sum(wanted.values()) <= PROCESS
        try:
            budget.hold(session, what, size)
        except MemoryFull:
            assert not fits
            assert size > truth.get((session, what), 0)
        else:
            assert fits
            truth = wanted
        assert budget.held(session) == sum(v for (s, _), v in truth.items() if s == session)
    for session in "abc":
        budget.free_session(session)
        assert budget.held(session) == 0
    budget.hold("a", "x", SESSION)


def test_the_sentence_says_how_much_there_is_and_that_nothing_is_lost() -> None:
    budget = MemoryBudget(session=2_000_000, process=3_000_000)
    budget.hold("a", "desk", 1_500_000)
    with pytest.raises(MemoryFull, match=r"would keep 3 MB .* may keep 2 MB; put something away .* nothing is lost"):
        budget.hold("a", "path", 1_500_000)
    with pytest.raises(MemoryFull, match="for all its visitors as it may"):
        budget.hold("b", "desk", 1_600_000)
    budget.free("a", "desk")
    budget.hold("b", "desk", 1_600_000)


def test_all_pages_together_may_keep_a_share_of_the_machine() -> None:
    assert process_bytes() >= 2 * 2**30


def _desk_of_three() -> None:
    import numpy as np
    import streamlit as st

    from lwise_core.images.codec import Photograph
    from pages.parts.session.case import Case, desk, keep, put
    from pages.parts.session.memory import MemoryFull

    for i in range(3):
        try:
            put(Case.new(Photograph(str(i), np.full((10, 10, 3), i, np.uint8), str(i)), guide="phantom4-64"))
        except MemoryFull as error:
            st.error(str(error))
    st.button("Take it off", on_click=lambda: keep(desk().without_current()))


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryBudget]:
    small = MemoryBudget(session=650, process=10_000)
    monkeypatch.setattr("pages.parts.session.memory.memory_budget", lambda: small)
    monkeypatch.setattr("pages.parts.session.memory.threading.Timer", AtOnce)
    yield small
    memory_budget.cache_clear()


class AtOnce:
    """A timer that rings when it is started."""

    daemon = False

    def __init__(self, _seconds: float, ring: object) -> None:
        assert callable(ring)
        self.start = ring


def test_a_desk_takes_what_there_is_room_for_and_a_closed_page_gives_it_back(
    budget: MemoryBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = AppTest.from_function(_desk_of_three).run()
    assert not at.exception, at.exception
    assert [e.value for e in at.error] == [
        "With this, the page would keep 0 MB of photographs, rankings, guides and paths, and it may keep 0 MB; put "
        "something away and try again, nothing is lost."
    ]
    kept = at.session_state["desk"]
    assert [c.photograph.name for c in kept.desk.cases] == ["0", "1"]
    (session,) = budget._held
    assert budget.held(session) == 600
    clear_session_resource_cache(session)  # as when the connection is lost; the page comes back
    assert len(kept.desk.cases) == 2
    at.run()
    monkeypatch.setattr("pages.parts.session.memory.is_there", lambda _: False)
    clear_session_resource_cache(session)
    assert kept.desk.cases == ()
    assert budget.held(session) == 0


def test_one_thing_that_cannot_be_let_go_of_keeps_no_other_one_and_no_room(
    budget: MemoryBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise OSError

    monkeypatch.setattr("pages.parts.session.memory.is_there", lambda _: False)
    gone: list[str] = []
    lease = Lease("a")
    lease.endings.update({"first": fails, "second": lambda: gone.append("second")})
    budget.hold("a", "first", 10)
    lease.end()
    assert (gone, budget.held("a"), lease.endings) == (["second"], 0, {})


def test_a_photograph_holds_its_own_pixels_only() -> None:
    ribbon = np.zeros((SQUARE, 60 * SQUARE, 3), np.uint8)
    kept = shrunk(ribbon[:, :SQUARE], SQUARE)
    assert kept.base is None
    assert kept.nbytes <= BYTES_A_PHOTOGRAPH
