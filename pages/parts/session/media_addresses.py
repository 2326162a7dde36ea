"""The addresses of pictures and downloads say nothing about what they hold, and each session has its own.

Streamlit derives such an address from the content alone, and answers whoever asks for it. Whoever has a photograph
could find out whether somebody else has it open. There is no setting for it, so the function is replaced here, once,
before the app is made; what is relied on is written down in tests/pages/session/test_media_addresses.py.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from streamlit.runtime import memory_media_file_storage as storage
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

_KEY = secrets.token_bytes(32)
_BY_CONTENT = storage._calculate_file_id


def give_secret_addresses() -> None:
    """Let Streamlit name what it serves by addresses that nobody can work out."""
    storage._calculate_file_id = secret_address


def secret_address(data: bytes, mimetype: str, filename: str | None = None) -> str:
    """Return the same letters and digits for the same content in this session, and others in every other session.

    A download that is made when it is asked for is made outside of every session, and gets a new address each time.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return secrets.token_hex(32)
    told = f"{context.session_id}\0{_BY_CONTENT(data, mimetype, filename)}"
    return hmac.new(_KEY, told.encode(), hashlib.sha256).hexdigest()
