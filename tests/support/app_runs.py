"""Runs of a page without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def settled(at: AppTest) -> AppTest:
    """Run until nothing is computed any more; what never ends is ended by pytest's own limit of time."""
    while any(b.label == "Stop" for b in at.button):
        assert not at.exception, at.exception
        at.run()
    assert not at.exception, at.exception
    return at
