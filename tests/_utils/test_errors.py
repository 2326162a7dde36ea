"""Every error of the library has one root, and the root's docstring draws the tree."""

from __future__ import annotations

import ast
import copy
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import lwise_core
from lwise_core._utils.errors import LWiseError

CORE = Path(lwise_core.__file__).parent


def _module(file: Path) -> str:
    parts = file.relative_to(CORE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _with_classes() -> list[str]:
    """Return the modules that define a class, but for the entry and the database's migrations, which run."""
    files = (f for f in CORE.rglob("*.py") if f.name != "__main__.py" and "migrations" not in f.parts)
    return sorted(_module(f) for f in files if any(isinstance(n, ast.ClassDef) for n in ast.parse(f.read_text()).body))


def exceptions() -> set[type[BaseException]]:
    found: set[type[BaseException]] = set()
    for name in _with_classes():
        for item in vars(import_module(name)).values():
            if inspect.isclass(item) and issubclass(item, BaseException) and item.__module__ == name:
                found.add(item)
    return found


def drawn(root: type[BaseException], among: set[type[BaseException]], depth: int = 0) -> list[str]:
    """Return the tree below ``root``, a line each, children by name and indented by two spaces."""
    children = sorted((e for e in among if root in e.__bases__), key=lambda e: e.__name__)
    lines = [line for child in children for line in drawn(child, among, depth + 1)]
    return [f"{'  ' * depth}{root.__name__}", *lines]


@pytest.fixture(scope="module")
def found() -> set[type[BaseException]]:
    return exceptions()


def test_every_error_of_the_library_has_one_root(found: set[type[BaseException]]) -> None:
    assert len(found) > 40
    assert [e.__qualname__ for e in found if not issubclass(e, LWiseError)] == []


def test_the_docstring_draws_the_whole_tree(found: set[type[BaseException]]) -> None:
    _, _, text = inspect.getdoc(LWiseError).partition("::\n\n")
    shown = [line.removeprefix("    ") for line in text.splitlines() if line.startswith("    ")]
    assert shown == drawn(LWiseError, found)


def test_an_error_is_its_sentence_in_another_process_too(found: set[type[BaseException]]) -> None:
    for error in found:
        if error.__init__ is Exception.__init__:
            assert str(copy.copy(error("What happened; what to do."))) == "What happened; what to do."
