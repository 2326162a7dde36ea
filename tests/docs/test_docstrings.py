"""Public docstrings say the shapes of the arrays that are taken and returned, and the errors that are raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = {"_utils", "migrations", "cli"}  # the shell's functions are documented by --help
FILES = sorted(p for p in (ROOT / "lwise_core").rglob("*.py") if not PRIVATE & set(p.relative_to(ROOT).parts))
ARRAY = re.compile(r"\b(Tensor|NDArray|ndarray|PixelsHWC|PixelsCHW|FloatCHW|FloatHWC|FloatImage|Pixels|Plane|Values)\b")
SHAPE = re.compile(r"``\([^`]*\)``|any shape|one [\w ]+ (a|each) |what :(func|meth):")

Documented = tuple[ast.FunctionDef, str]
"""A function, and its docstring with its class's."""


def documented(tree: ast.Module) -> Iterator[Documented]:
    """Yield the public functions and methods that have a docstring; others implement a documented protocol."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            inside = [node] if isinstance(node, ast.FunctionDef) else node.body
            around = "" if isinstance(node, ast.FunctionDef) else ast.get_docstring(node) or ""
            for function in inside:
                if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                    own = ast.get_docstring(function)
                    if own:
                        yield function, f"{own}\n{around}"


def without_shapes(tree: ast.Module) -> list[str]:
    return [f.name for f, text in documented(tree) if ARRAY.search(types_of(f)) and not SHAPE.search(text)]


def types_of(function: ast.FunctionDef) -> str:
    named = [a.annotation for a in (*function.args.args, *function.args.kwonlyargs)]
    return " ".join(ast.unparse(annotation) for annotation in (*named, function.returns) if annotation is not None)


def without_errors(tree: ast.Module) -> list[str]:
    return [f.name for f, text in documented(tree) if raised(f) and "Raises:" not in text]


def raised(function: ast.FunctionDef) -> set[str]:
    """Return the classes of errors that stand behind a ``raise`` in ``function``."""
    errors = [n.exc for n in ast.walk(function) if isinstance(n, ast.Raise) and n.exc is not None]
    names = {ast.unparse(e.func if isinstance(e, ast.Call) else e) for e in errors}
    return {name for name in names if name[:1].isupper()}


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_shapes_and_errors_are_said(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert (without_shapes(tree), without_errors(tree)) == ([], [])


def test_a_docstring_that_lacks_them_is_found_out() -> None:
    tree = ast.parse('def turned(image: Tensor) -> Tensor:\n    """Return it turned."""\n    raise ValueError("no")')
    assert (without_shapes(tree), without_errors(tree)) == (["turned"], ["turned"])
