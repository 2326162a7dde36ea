"""Every picture that a page draws has words for those who cannot see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PAGES = Path(__file__).parents[3] / "pages"


def drawn(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield every call that draws a picture: ``st.image`` or ``column.image``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "image":
            yield node


def test_every_picture_has_words() -> None:
    calls = {
        f"{file.relative_to(PAGES)}:{call.lineno}": {k.arg for k in call.keywords}
        for file in sorted(PAGES.rglob("*.py"))
        for call in drawn(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(calls) >= 10
    assert [place for place, given in calls.items() if "alt" not in given] == []
