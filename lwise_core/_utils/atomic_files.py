"""Files that are there whole or not at all, whatever kills the process that writes them."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lwise_core._utils.file_errors import FileError, file_errors, make_folder
from lwise_core._utils.file_names import LONGEST_NAME, shortened

_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR})
_HALF_WRITTEN = re.compile(r"\..+-[a-z0-9_]{8}")  # as whole_file calls a file before it is whole
_LONGEST_PREFIX = LONGEST_NAME - 15  # bytes: a dot, a hyphen and what tempfile adds are to fit behind it


def remove_half_written(folder: Path) -> None:
    """Remove what a killed process had begun to write below ``folder``; nobody else writes there meanwhile."""
    for above, _, files in os.walk(folder):
        for name in filter(_HALF_WRITTEN.fullmatch, files):
            (Path(above) / name).unlink(missing_ok=True)


def write_whole(target: Path, data: bytes) -> None:
    """Write ``data`` beside ``target``, flush it to the disk, and rename it.

    Raises:
        FileError: It cannot be written, for example because the disk is full.
    """
    stream_whole(target, [data])


def stream_whole(target: Path, pieces: Iterable[bytes]) -> str:
    """Write ``pieces`` one after the other: afterwards there is the whole file or the one before. Return its SHA-256.

    For what does not fit into memory.

    Raises:
        FileError: It cannot be written, for example because the disk is full.
    """
    digest = hashlib.sha256()
    with whole_file(target) as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _prefix(target: Path) -> str:
    """Return how the name of a file begins that is to become ``target``: the whole name may be too long for more."""
    return f".{shortened(target.name, at_most=_LONGEST_PREFIX)}-"


@contextmanager
def _said_of(target: Path) -> Iterator[None]:
    """Say of ``target``, or of the folder that it lacks, what the system refuses to do with what is to become it.

    Raises:
        FileError: The system refused something.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        subject = target.parent if error.errno in _NO_FOLDER else target
        raise FileError(error.errno, error.strerror, str(subject)) from error


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a folder beside ``target`` to fill; when the block ends, flush its files to the disk and rename it.

    A block that raises leaves nothing. Where another process has made ``target`` meanwhile, that one stays.

    Raises:
        FileError: It cannot be made, filled, flushed or renamed.
    """
    make_folder(target.parent)
    with file_errors(target):
        with _said_of(target):
            part = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        try:
            yield part
            for file in filter(Path.is_file, part.rglob("*")):
                with file.open("rb") as written:
                    os.fsync(written.fileno())
            if not target.exists():
                part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Open a file to write beside ``target``; when the block ends, flush it to the disk and rename it.

    A block that raises leaves the file that was there before, or none.

    Raises:
        FileError: It cannot be made, written, flushed or renamed.
    """
    with file_errors(target):
        with _said_of(target):
            handle, name = tempfile.mkstemp(prefix=_prefix(target), dir=target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with _said_of(target):
                part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
