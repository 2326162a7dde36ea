"""What the system refuses to do with a file or a folder, as an error with a sentence for a person."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lwise_core._utils.errors import LWiseError

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The system's codes for a disk, or a person's share of it, that has no room left."""


class FileError(LWiseError, OSError):
    """A file or a folder that the system does not let be read, written or made; ``filename`` says which.

    It is an ``OSError`` too, with the system's ``errno``, so that a function which has more to say of a full disk or
    of a damaged picture can tell it by that.
    """

    def __str__(self) -> str:
        match self.errno:
            case errno.ENOENT:
                return f"“{self.filename}” is not there; check the path."
            case errno.EISDIR:
                return f"“{self.filename}” is a folder; name the files in it."
            case errno.EEXIST | errno.ENOTDIR:
                return f"“{self.filename}” is no folder, where one is needed; choose another."
            case errno.EACCES | errno.EPERM:
                return f"“{self.filename}” may not be read or written by you; check its permissions."
            case errno.ENOSPC | errno.EDQUOT:
                return f"The disk is full: “{self.filename}” was not written; make room and try again."
        return f"“{self.filename}” cannot be read or written: {self.strerror}."


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn what the system refuses to do with ``path`` into a sentence.

    Raises:
        FileError: The system refused something.
    """
    try:
        yield
    except LWiseError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        raise FileError(error.errno, error.strerror or os.strerror(error.errno), str(error.filename or path)) from error


def check_places(*files: Path | None) -> None:
    """Make sure, before the work, that ``files`` can lie where they are to be written; None is no file.

    Raises:
        FileError: One is a folder, or the folder that it is to lie in is not there.
    """
    for file in filter(None, files):
        above = file.resolve().parent
        if file.is_dir():
            raise FileError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
        if not above.is_dir():
            code = errno.ENOTDIR if above.exists() else errno.ENOENT
            raise FileError(code, os.strerror(code), str(above))


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make the folder ``path``, and those above it, where there is none.

    Raises:
        FileError: It cannot be made.
    """
    with file_errors(path):
        path.mkdir(parents=True, exist_ok=True, mode=mode)


def read_file(path: Path, *, at_most: int = -1) -> bytes:
    """Return the bytes of a file, the first ``at_most`` of them, or all.

    Raises:
        FileError: It cannot be read.
    """
    with file_errors(path), path.open("rb") as file:
        return file.read(at_most)
