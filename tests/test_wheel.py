"""The library installed from its wheel: alone in an environment, from another folder, without the app's packages.

The environment is new and empty but for the wheel. It finds PyTorch and the other dependencies in the environment that
runs the tests, through a path file, so that the test takes seconds and no network; what only the extras bring is
not found there, as an import hook sees to, and the ranges are compared with the pins instead of being resolved.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lwise_core

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MOST_BYTES = 100_000_000  # what indexes of packages take without asking
EXTRAS = frozenset(
    {"alembic", "captum", "fpdf", "matplotlib", "pandas", "plotly", "psycopg"}
    | {"ray", "s3fs", "sklearn", "sqlalchemy", "statsmodels", "streamlit"}
)
HOOK = f"""
import sys
from importlib.machinery import PathFinder

class WithoutExtras(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {set(EXTRAS)!r} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutExtras
"""
LINES = """
import sys
import lwise_core as lw
guide = lw.load_guide("phantom4-64")
photo = lw.open_image("cat.png")
print(lw.score(guide, photo, "spotted roundtail"))
path = lw.enhance(guide, photo, "spotted roundtail", exact=True)
path.at(1.4).save("easier.png")
print(lw.inspect(path).at(1.4))
print(lw.__file__, file=sys.stderr)
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and a folder with a photograph to work in."""

    environment: Path
    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.environment / "bin" / words[0]), *words[1:]]
        variables = {"PATH": "", "LWISE_HOME": str(self.folder / "home"), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr[-1500:]
        return done


def run(*words: str) -> None:
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True, capture_output=True)  # noqa: S603


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run("hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    environment, folder = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    run("venv", "--without-pip", str(environment))
    run("pip", "--quiet", "--python", str(environment), "install", "--no-deps", "--no-index", str(wheel))
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    (packages / "without_extras.py").write_text(HOOK)
    (packages / "without_extras.pth").write_text("import without_extras\n")
    shutil.copy(str(files("skimage.data").joinpath("chelsea.png")), folder / "cat.png")
    return Installed(environment, folder)


def test_the_wheel_holds_the_library_with_its_assets_types_and_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assets = {str(f.relative_to(ROOT / "assets")) for f in (ROOT / "assets").rglob("*") if f.is_file()}
    assert {f"lwise_core/_assets/{name}" for name in assets} <= names
    for folder in ("inspection/report.html", "teaching/languages/de.po", "py.typed", "__init__.pyi"):
        assert f"lwise_core/{folder}" in names
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"lwise_core", "lwise_studio"}
    assert wheel.stat().st_size < MOST_BYTES
    assert wheel.name.startswith(f"lwise_studio-{lwise_core.__version__}-")


def test_a_photograph_is_enhanced_in_python_and_in_the_shell_and_both_write_the_same(installed: Installed) -> None:
    in_python = installed.run("python", "-W", "error", "-c", LINES)
    assert Path(in_python.stderr.strip()).is_relative_to(installed.environment)
    assert "Harder than " in in_python.stdout
    assert "Was the evidence there? " in in_python.stdout

    words = ("enhance", "cat.png", "--guide", "phantom4-64", "--class", "spotted roundtail", "--eps", "1.4")
    in_shell = installed.run("lwise", *words, "--exact", "--no-keep", "--out", "made")
    picture = installed.folder / in_shell.stdout.splitlines()[0]
    assert picture.read_bytes() == (installed.folder / "easier.png").read_bytes()


def test_the_command_is_there_and_so_is_the_module(installed: Installed) -> None:
    assert installed.run("lwise", "--version").stdout == f"L-WISE Studio {lwise_core.__version__}\n"
    assert "Usage: lwise enhance" in installed.run("lwise", "enhance", "--help").stdout
    assert "animals16-64" in installed.run("python", "-m", "lwise_core", "models").stdout
    assert "Usage: python -m lwise_core score" in installed.run("python", "-m", "lwise_core", "score", "--help").stdout


def pinned(name: str) -> dict[str, str]:
    """Return the pins of a file of requirements, by the name of the package without its extras."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.+]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def requirements(words: Sequence[str]) -> list[Requirement]:
    return [r for r in map(Requirement, words) if r.name != PROJECT["name"]]


def test_the_pins_of_the_app_lie_in_the_ranges_of_the_library_and_each_stands_in_both() -> None:
    extras = PROJECT["optional-dependencies"]
    for file, words in (
        ("requirements.txt", [*PROJECT["dependencies"], *extras["inspect"], *extras["teach"], *extras["app"]]),
        ("requirements-s3.txt", extras["s3"]),
        ("requirements-formats.txt", extras["formats"]),
        ("requirements-ray.txt", extras["cluster"]),
    ):
        pins, ranges = pinned(file), {r.name: r for r in requirements(words)}
        assert set(pins) == set(ranges)
        for name, pin in pins.items():
            assert ranges[name].specifier.contains(pin), name
