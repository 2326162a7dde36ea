"""Who is there: also asked by what guards requests, which must not wait for PyTorch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pages.parts.session.presence import is_there, this_session

ROOT = Path(__file__).parents[3]


def test_outside_of_a_server_there_is_one_session_and_it_is_there() -> None:
    assert this_session() == "script"
    assert is_there(this_session())


def test_the_guard_of_requests_is_there_before_pytorch() -> None:
    code = "import sys, pages.parts.session.request_guard; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 - our own code
