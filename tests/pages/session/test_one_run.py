"""A choice that is made while the page computes is not put back by the run that it ends."""

from __future__ import annotations

import inspect
from threading import Thread

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime import state as state_of_sessions
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.runtime.state import SafeSessionState, SessionState

import app
from pages.parts.session.one_run import OneRunAtATime, SharedState

_A_WHILE = 0.3  # seconds for which an old run is held up; the new one waits behind it, however slow the machine is


def holding(value: str) -> WidgetStates:
    states = WidgetStates()
    states.widgets.add(id="class", string_value=value)
    return states


def held(state: SessionState) -> str:
    serialized = state._new_widget_state.get_serialized("class")
    assert serialized is not None
    return serialized.string_value


def chosen_while_an_old_run_begins(
    way: type[SafeSessionState], state: SessionState, *, held_up: float | None = None
) -> str:
    """Return what is held when the browser says “cat” to a new run while an old one takes over “dog”.

    The old one is held up until the new one has taken it over, for ``held_up`` seconds at most.
    """
    new = Thread(target=lambda: way(state, lambda: None).on_script_will_rerun(holding("cat")))

    def interrupted() -> None:
        if not new.ident:
            new.start()
            new.join(held_up)

    way(state, interrupted).on_script_will_rerun(holding("dog"))
    new.join()
    return held(state)


def test_a_choice_survives_an_old_run_that_begins_at_the_same_time() -> None:
    assert chosen_while_an_old_run_begins(OneRunAtATime, SharedState(), held_up=_A_WHILE) == "cat"


def test_streamlit_alone_loses_it() -> None:
    """What this module is for; when it fails, Streamlit has mended it, and the module can go."""
    assert chosen_while_an_old_run_begins(SafeSessionState, SessionState()) == "dog"


def test_a_run_that_was_stopped_while_it_waited_takes_nothing_over() -> None:
    state, stopped = SharedState(), False
    new = OneRunAtATime(state, lambda: None)

    def asked() -> None:
        if stopped:
            raise StopException

    def begin_late() -> None:
        with pytest.raises(StopException):
            OneRunAtATime(state, asked).on_script_will_rerun(holding("dog"))

    with state.lock:
        late = Thread(target=begin_late)
        late.start()
        stopped = True  # as Streamlit does before it begins the new run
        new.on_script_will_rerun(holding("cat"))
    late.join()
    assert held(state) == "cat"


def test_runs_of_one_session_share_a_lock_and_those_of_two_do_not() -> None:
    one, other = SharedState(), SharedState()
    locks = [OneRunAtATime(state, lambda: None)._lock for state in (one, one, other)]
    assert locks[0] is locks[1]
    assert locks[0] is not locks[2]


def test_the_app_uses_it_where_streamlit_looks() -> None:
    assert app.app is not None
    assert state_of_sessions.SessionState is SharedState
    assert script_runner.SafeSessionState is OneRunAtATime  # type: ignore[attr-defined]
    assert "from streamlit.runtime.state import SessionState" in inspect.getsource(app_session.AppSession.__init__)
    assert "SafeSessionState(" in inspect.getsource(script_runner.ScriptRunner.__init__)
