"""Files that are there whole or not at all, whatever kills the process that writes them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(target: Path, data: bytes) -> None:
    """Write ``data`` beside ``target``, flush it to the disk, and rename it."""
    stream_whole(target, [data])


def stream_whole(target: Path, pieces: Iterable[bytes]) -> str:
    """Write ``pieces`` one after the other: afterwards there is the whole file or the one before. Return its SHA-256.

    For what does not fit into memory.
    """
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest()
