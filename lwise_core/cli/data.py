"""``lwise data``: everything that this program keeps on the disk, with its place, size and limit; and its removal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import file_errors
from lwise_core._utils.temporary_folders import temporary_folders
from lwise_core.cli.options import Refused
from lwise_core.enhancement.path_cache import BYTES_KEPT
from lwise_core.guides import catalog

_WHATEVER = "no limit"


class UnknownData(LWiseError):
    """A name that stands for nothing that is kept. The message is one sentence that lists the names."""


@dataclass(frozen=True)
class Kept:
    """Something that is kept: ``paths`` are all its files and folders, ``limit`` says in words how much it may take."""

    name: str
    what: str
    limit: str
    paths: tuple[Path, ...]

    @property
    def place(self) -> Path:
        """Where it lies, or would lie."""
        return self.paths[0] if self.paths else Path(tempfile.gettempdir())

    @property
    def size(self) -> int:
        """Bytes of its files; links count as links."""
        return sum(_size(path) for path in self.paths)

    @property
    def is_there(self) -> bool:
        """Whether any of it is on the disk."""
        return any(os.path.lexists(path) for path in self.paths)

    def remove(self) -> None:
        """Remove it from the disk; a link is removed, and what it leads to stays.

        Raises:
            FileError: Some of it cannot be removed.
        """
        for path in self.paths:
            with file_errors(path):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)


def kept_data(home: Path, cache: Path) -> tuple[Kept, ...]:
    """Return all that is kept in the folders ``home`` and ``cache``, whether it is there or not."""
    database = home / "records.db"
    passing = temporary_folders()
    records = (database, *(database.with_name(f"{database.name}-{part}") for part in ("wal", "shm")))
    return (
        Kept("paths", "enhancements of natural pictures, to be had again at once", _mib(BYTES_KEPT), (home / "paths",)),
        Kept("verdicts", "whether a guide's fast mode is exact here", "a few kB a guide", (home / "verdicts",)),
        Kept("published", "downloaded weights", "4 GiB a file", (home / "published",)),
        Kept("models", "guides that were added or tuned", _WHATEVER, (home / "models",)),
        Kept("tuning", "what a tuning goes on from", _WHATEVER, (home / "tuning",)),
        Kept(
            "calibrations", "what was measured of guides on people's own pictures", _WHATEVER, (home / "calibrations",)
        ),
        Kept("courses", "courses and their pictures", _WHATEVER, (home / "courses",)),
        Kept("records", "learners and their answers, unless LWISE_RECORDS names a database", _WHATEVER, records),
        Kept("training", "pictures that a training has decoded", _WHATEVER, (cache,)),
        Kept("temporary", "what is removed when its page or command ends, unless that is killed", _WHATEVER, passing),
    )


data_app = typer.Typer(
    rich_markup_mode=None,
    help="List everything that is kept on the disk, with its place, size and limit, and remove it.",
)


@data_app.callback(invoke_without_command=True)
def list_command(context: typer.Context) -> None:
    """List everything that is kept on the disk, with its place, size and limit."""
    if context.invoked_subcommand is not None:
        return
    for kept in _here():
        size = f"{kept.size / 1e6:,.1f} MB" if kept.is_there else "nothing"
        typer.echo(f"{kept.name}: {size} ({kept.limit}). {kept.what[:1].upper()}{kept.what[1:]}. {kept.place}")
    if other := _others():
        typer.echo(f"Not of this program, or of another version: {', '.join(map(str, other))}")


@data_app.command("remove")
def remove_command(
    names: Annotated[list[str], typer.Argument(help="What to remove; `lwise data` lists the names.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove what is kept under these names, for good. Stop the app before."""
    wanted = _named(names)
    for kept in wanted:
        if not kept.is_there:
            typer.echo(f"{kept.name}: there is nothing.")
        elif yes or _confirmed(f"Remove {kept.what} ({kept.size / 1e6:,.1f} MB in {kept.place}) for good?"):
            kept.remove()
            typer.echo(f"{kept.name}: removed.")


def _confirmed(question: str) -> bool:
    """Return whether a person answers yes.

    Raises:
        Refused: Nobody answers, as in a script.
    """
    try:
        return typer.confirm(question)
    except typer.Abort as error:
        raise Refused("Nobody answered, so nothing more was removed; --yes removes without asking.") from error


def _named(names: Sequence[str]) -> tuple[Kept, ...]:
    """Return what is kept under ``names``.

    Raises:
        UnknownData: A name stands for nothing.
    """
    known = {kept.name: kept for kept in _here()}
    for name in names:
        if name not in known:
            raise UnknownData(f"Nothing is kept under the name “{name}”; the names are {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names))


def _here() -> tuple[Kept, ...]:
    return kept_data(catalog.home(), user_cache_path("lwise-studio", appauthor=False))


def _others() -> list[Path]:
    """Return what lies in the data folder and is none of what is listed."""
    home = catalog.home()
    known = {path for kept in _here() for path in kept.paths}
    return sorted(path for path in home.iterdir() if path not in known) if home.is_dir() else []


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(_size(below) for below in path.iterdir())
    return path.lstat().st_size if os.path.lexists(path) else 0


def _mib(size: int) -> str:
    return f"at most {size // 2**20} MiB"
