"""What the widgets of a page hold is changed by one run of the page at a time, so that no choice is lost.

When a person chooses something while the page still computes, Streamlit begins a new run at once, beside the old one,
which goes on until it notices that it was stopped. Both write what the widgets hold, each behind a lock of its own,
which keeps neither from the other: an old run that is about to begin again, or just ends, puts back what it knew, and
the choice is gone while the browser still shows it. Here all runs of a session share one lock, and a run that was
stopped in the meantime notices so behind it. What is relied on is written down in tests/pages/test_one_run.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import state as state_of_sessions
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.state import SafeSessionState, SessionState


class SharedState(SessionState):
    """A session's state, with the lock for all its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = RLock()


class OneRunAtATime(SafeSessionState):
    """A run's way to its session's state, behind the lock that all runs of the session share."""

    def __init__(self, state: SessionState, yield_callback: Callable[[], None]) -> None:
        super().__init__(state, yield_callback)
        if isinstance(state, SharedState):
            object.__setattr__(self, "_lock", state.lock)

    def on_script_will_rerun(
        self,
        fresh_widget_states: WidgetStates | None,
        *,
        replay_trigger_states: WidgetStates | None = None,
        replay_trigger_values: Mapping[str, Any] | None = None,
        is_history_navigation: bool = False,
    ) -> None:
        """Take over what the browser says that the widgets hold, unless this run was stopped meanwhile."""
        with self._lock:  # and only behind it is a run asked whether it was stopped
            super().on_script_will_rerun(
                fresh_widget_states,
                replay_trigger_states=replay_trigger_states,
                replay_trigger_values=replay_trigger_values,
                is_history_navigation=is_history_navigation,
            )


def lose_no_choice() -> None:
    """Let all runs of a session share one lock."""
    state_of_sessions.SessionState = SharedState  # type: ignore[assignment, misc]  # the names that its sessions and runs use
    script_runner.SafeSessionState = OneRunAtATime  # type: ignore[attr-defined]
