"""The shape of the code: one name for one thing, files and functions that can be read, tests beside modules."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted(p for p in (ROOT / "lwise_core").rglob("*.py") if "migrations" not in p.parts)
SHOWN = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
NEEDS_TESTS_FROM = 40


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public_classes(module: ast.Module) -> Iterator[str]:
    yield from (n.name for n in module.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_"))


def constants(module: ast.Module) -> Iterator[str]:
    """Yield the public constants of ``module``: what is assigned at its top and written in capitals."""
    for node in module.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            name = target.id if isinstance(target, ast.Name) else ""
            if len(name) > 1 and name.isupper() and not name.startswith("_"):
                yield name


def long_functions(module: ast.Module, *, most: int) -> list[str]:
    """Return the functions whose body has more than ``most`` lines: a signature that declares options is no step."""
    functions = (n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f"{f.name}: {n}" for f in functions if (n := (f.end_lineno or 0) - f.body[0].lineno + 1) > most]


def twice(places: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: where for name, where in places.items() if len(where) > 1}


def test_no_public_class_name_stands_for_two_things() -> None:
    found = defaultdict(list)
    for path in [*CORE, *SHOWN]:
        for name in public_classes(tree(path)):
            found[name].append(str(path.relative_to(ROOT)))
    assert twice(found) == {}


def test_no_constant_has_two_values() -> None:
    found = defaultdict(list)
    for path in CORE:
        for name in constants(tree(path)):
            found[name].append(str(path.relative_to(ROOT)))
    assert twice(found) == {}


def test_files_are_short_enough_to_be_one_idea() -> None:
    lines = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in [*CORE, *SHOWN]}
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


def test_functions_are_short_enough_to_be_one_step() -> None:
    found = {str(p.relative_to(ROOT)): long_functions(tree(p), most=LONGEST_FUNCTION) for p in [*CORE, *SHOWN]}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_every_module_of_the_core_has_tests_of_its_name() -> None:
    untested = []
    for path in CORE:
        if path.name == "__init__.py" or len(path.read_text(encoding="utf-8").splitlines()) <= NEEDS_TESTS_FROM:
            continue
        module = path.relative_to(ROOT / "lwise_core")
        if not (ROOT / "tests" / module.parent / f"test_{module.name}").exists():
            untested.append(str(module))
    assert untested == []


def test_every_test_of_the_core_has_its_module() -> None:
    packages = [p.name for p in (ROOT / "lwise_core").iterdir() if (p / "__init__.py").exists()]
    beside = {"test_against_robustness.py"}  # a whole package beside another implementation
    lost = []
    for package in packages:
        for path in sorted((ROOT / "tests" / package).rglob("test_*.py")):
            module = ROOT / "lwise_core" / path.relative_to(ROOT / "tests").parent / path.name.removeprefix("test_")
            if not module.exists() and path.name not in beside:
                lost.append(str(path.relative_to(ROOT)))
    assert lost == []


def test_the_rules_see_what_they_forbid() -> None:
    module = ast.parse(
        "class A: pass\nclass _B: pass\nXY = 1\n_Y = 2\nz = 3\nWE: int = 4\ndef f():\n    x = 1\n    return x"
    )
    assert list(public_classes(module)) == ["A"]
    assert list(constants(module)) == ["XY", "WE"]
    assert long_functions(module, most=1) == ["f: 2"]
    assert long_functions(module, most=2) == []
    assert twice({"a": ["x"], "b": ["x", "y"]}) == {"b": ["x", "y"]}
