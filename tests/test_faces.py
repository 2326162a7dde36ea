"""What each package shows: the names of its face, and nothing imported before somebody touches one."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(p.parent.name for p in (ROOT / "lwise_core").glob("*/__init__.pyi"))
HEAVY = {"captum", "matplotlib", "pandas", "plotly", "scipy", "skimage", "sqlalchemy", "streamlit", "timm", "torch"}


def imported_by(lines: str) -> set[str]:
    """Return the packages that a fresh interpreter has imported after ``lines``."""
    show = "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", lines + show], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_every_package_but_the_private_one_has_a_face() -> None:
    rooms = {p.parent.name for p in (ROOT / "lwise_core").glob("*/__init__.py")}
    assert rooms - set(PACKAGES) == {"_utils"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_face_is_there_and_is_no_module(package: str) -> None:
    face = import_module(f"lwise_core.{package}")
    assert face.__all__
    for name in face.__all__:
        assert not isinstance(getattr(face, name), type(sys)), name


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_type_checker_is_told_is_what_is_exported(package: str) -> None:
    stub = ast.parse((ROOT / "lwise_core" / package / "__init__.pyi").read_text(encoding="utf-8"))
    told = next(n.value for n in stub.body if isinstance(n, ast.Assign))
    assert sorted(ast.literal_eval(told)) == import_module(f"lwise_core.{package}").__all__


def test_a_face_costs_nothing_until_it_is_touched() -> None:
    lines = "\n".join(["import lwise_core", *(f"import lwise_core.{package}" for package in PACKAGES)])
    assert not imported_by(lines) & HEAVY


def test_what_is_touched_is_imported() -> None:
    assert imported_by("from lwise_core.guides import load") >= {"torch"}


def test_a_worker_that_decodes_pictures_imports_no_network() -> None:
    lines = "from lwise_core.data.decoding import Decoder\nfrom lwise_core.images import open_photograph"
    assert not imported_by(lines) & (HEAVY - {"scipy"})
