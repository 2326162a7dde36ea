"""Which session runs this script, and whether a session's page is still open.

It stands apart from what sessions compute with, since the guard of requests asks too, before PyTorch is imported.
"""

from __future__ import annotations

from streamlit.runtime import Runtime, exists
from streamlit.runtime.scriptrunner import get_script_run_ctx


def this_session() -> str:
    """Return the name of the session that runs this script."""
    context = get_script_run_ctx()
    return context.session_id if context is not None else "script"


def is_there(session: str) -> bool:
    """Whether the session's page is still open."""
    return not exists() or Runtime.instance().is_active_session(session)
