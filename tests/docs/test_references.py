"""Names of the library and tests that the documentation mentions exist; every formula of the method has both."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if not {"_build", "modules"} & set(p.parts))
SPAN = re.compile(r"`([^`\n]+)`")
NAME = re.compile(r"lwise_core(\.\w+)+")
TEST = re.compile(r"tests/[\w/]+\.py(::\w+)?")
METHOD = ROOT / "docs" / "method.md"


def spans(page: Path, pattern: re.Pattern[str]) -> list[str]:
    return [s for s in SPAN.findall(page.read_text(encoding="utf-8")) if pattern.fullmatch(s)]


def found(name: str) -> object:
    """Return the object that a dotted name means: as much of it as can be is a module, the rest attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            value: object = import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name):
                raise  # it is there, and needs something that is not
            continue
        for attribute in parts[length:]:
            value = getattr(value, attribute)
        return value
    raise ModuleNotFoundError(name)


def resolves(name: str) -> bool:
    try:
        found(name)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True


@cache
def functions_of(file: Path) -> frozenset[str]:
    return frozenset(n.name for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))


def is_there(reference: str) -> bool:
    path, _, function = reference.partition("::")
    file = ROOT / path
    return file.is_file() and (not function or function in functions_of(file))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_name_of_the_library_resolves(page: Path) -> None:
    assert [name for name in spans(page, NAME) if not resolves(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_test_is_there(page: Path) -> None:
    assert [t for t in spans(page, TEST) if not is_there(t)] == []


def test_every_row_of_the_method_has_a_function_and_a_test() -> None:
    tables = re.findall(
        r"^\|.*\| function \| test \|\n\|[-|]+\|\n((?:\|.*\n)+)", METHOD.read_text("utf-8"), re.MULTILINE
    )
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 50
    for row in rows:
        kinds = {pattern for span in SPAN.findall(row) for pattern in (NAME, TEST) if pattern.fullmatch(span)}
        assert kinds == {NAME, TEST}, row


@pytest.mark.parametrize(
    "name", ["lwise_core.gone", "lwise_core.enhancement.path.gone", "lwise_core.enhancement.path.ascend.gone"]
)
def test_a_name_that_is_not_there_is_found_out(name: str) -> None:
    assert not resolves(name)


@pytest.mark.parametrize("reference", ["tests/docs/gone.py", "tests/docs/test_references.py::gone"])
def test_a_test_that_is_not_there_is_found_out(reference: str) -> None:
    assert not is_there(reference)
