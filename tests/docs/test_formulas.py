"""Every formula of the documents can be drawn, so that the documentation is built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docutils.utils.math.latex2mathml import tex2mathml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md"))
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\w\\$])\$(?![\s$])([^$\n]+?)(?<!\s)\$(?![\w$])", re.DOTALL)


def formulas(document: Path) -> list[str]:
    """Return the formulas of a document, those on lines of their own and those in its text."""
    found = _FORMULA.findall(_CODE.sub("", document.read_text(encoding="utf-8")))
    return [block or inline for block, inline in found]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.stem)
def test_every_formula_can_be_drawn(document: Path) -> None:
    for formula in formulas(document):
        assert tex2mathml(formula.strip()).startswith("<math")


def test_there_are_formulas_to_look_at() -> None:
    assert len(formulas(ROOT / "docs" / "method.md")) > 20
