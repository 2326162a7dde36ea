"""Undo each mend of docs/findings.md by itself, and see whether its test fails.

    python -m benchmarks.undone_mends                # every mend, a row each; an hour
    python -m benchmarks.undone_mends --only S1,N4

``undone_mends.toml`` says which lines a mend is and what stands there without it. It is undone in a copy of the
repository, whose other files are links, and its test runs there; nothing here changes. A test that passes without its
mend proves nothing. (Mutation analysis: DeMillo, Lipton & Sayward 1978.)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".toml")
PATIENCE_SECONDS = 200
"""How long one test may take: a mend against what has no end is undone too."""

_LEFT_OUT = (".git", ".venv*", "node_modules", "__pycache__", "*_cache", ".hypothesis", "_build")
_QUIETLY = ("-x", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", f"--timeout={PATIENCE_SECONDS}")
_ENDED_BY_TIMEOUT = "--timeout-method=thread"  # the other way cannot end what waits in C
_WHY = re.compile(r"^FAILED \S.*? - (.*)$", re.MULTILINE)
_AT_MOST = 2 * PATIENCE_SECONDS  # where Python's lock is held, pytest's own clock cannot end a test
_TIMED_OUT = "+ Timeout +"
_LONGEST_WHY = 100  # characters

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True, kw_only=True)
class Mend:
    """Lines of a ``file`` as they were ``mended`` for a finding, as they are ``undone``, and the ``test`` of them.

    ``endless`` says that without them something has no end; elsewhere a test that does not end proves nothing.
    """

    of: str
    file: str
    mended: str
    undone: str
    test: str
    endless: bool = False


@dataclass(frozen=True)
class Seen:
    """What was seen of a mend that was undone: whether its test failed, and in a few words why."""

    noticed: bool
    words: str


def mends() -> Iterator[Mend]:
    """Yield every mend of the list."""
    for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["mend"]:
        yield Mend(**entry)


@app.command()
def main(
    only: Annotated[str, typer.Option(help="Findings with commas between, such as S1,N4; without it, all.")] = "",
) -> None:
    """Undo the mends one by one, print whether the test of each noticed, and end with 1 where one did not."""
    wanted = set(only.split(",")) if only else None
    missed = 0
    print("| finding | file | test | without the mend |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="lwise-undone-") as folder:
        copy = Path(folder) / "repository"
        shutil.copytree(ROOT, copy, copy_function=_linked, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        for mend in mends():
            if wanted is None or wanted & set(mend.of.split(", ")):
                seen = undone(mend, copy)
                missed += not seen.noticed
                print(f"| {mend.of} | `{mend.file}` | `{mend.test}` | {seen.words} |", flush=True)
    sys.exit(missed > 0)


def undone(mend: Mend, copy: Path) -> Seen:
    """Undo a mend in ``copy``, run its test there, and mend it again."""
    file = copy / mend.file
    text = file.read_text(encoding="utf-8")
    if text.count(mend.mended) != 1:
        return Seen(False, "**the mend is not where it was**")
    kept = file.with_name(f"{file.name}.mended")
    file.rename(kept)  # the link stays as it is, and so does the file that it is a link to
    try:
        file.write_text(text.replace(mend.mended, mend.undone), encoding="utf-8")
        return _seen(mend, copy)
    finally:
        kept.replace(file)


def _seen(mend: Mend, copy: Path) -> Seen:
    command = [sys.executable, "-m", "pytest", *_QUIETLY, _ENDED_BY_TIMEOUT, mend.test]
    surroundings = os.environ | {"PYTHONPATH": str(copy), "COLUMNS": "1000"}  # a narrow summary leaves out why
    try:
        ran = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=copy, env=surroundings, capture_output=True, text=True, check=False, timeout=_AT_MOST
        )
    except subprocess.TimeoutExpired:
        return Seen(mend.endless, "does not end")
    if ran.returncode == 0:
        return Seen(False, "**passes**")
    if (why := _WHY.search(ran.stdout)) is not None:
        return Seen(True, f"fails: {why[1].strip()[:_LONGEST_WHY]}")
    if _TIMED_OUT in ran.stdout + ran.stderr:
        return Seen(mend.endless, "does not end")
    return Seen(False, f"**could not be run** (code {ran.returncode})")  # or what the test needs could not be made


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


if __name__ == "__main__":
    app()
