"""Every table has a name for whoever hears the page."""

from __future__ import annotations

import ast
from pathlib import Path

PAGES = sorted((Path(__file__).resolve().parents[3] / "pages").rglob("*.py"))
TABLES = {"dataframe", "data_editor"}


def tables() -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.name}, line {call.lineno}", call)
        for path in PAGES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in TABLES
    ]


def test_every_table_has_a_name() -> None:
    """Streamlit draws a table on a canvas, which has no name of its own that a screen reader could say."""
    assert len(tables()) > 10
    assert [place for place, call in tables() if "alt" not in {word.arg for word in call.keywords}] == []
