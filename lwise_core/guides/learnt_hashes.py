"""Which pictures a guide has learnt, as far as that is known: their perceptual hashes, in a file beside its weights."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lwise_core._utils.file_errors import read_file
from lwise_core.guides.calibration import CalibrationError
from lwise_core.guides.catalog import GuideEntry
from lwise_core.images.perceptual_hash import Hashes, no_hashes

LEARNT_FILE = "learnt.npy"

MAX_LEARNT_BYTES = 100_000_000


def as_file(hashes: Hashes) -> bytes:
    """Return what :data:`LEARNT_FILE` holds of ``hashes`` ``(N,)``: each once, rising."""
    stream = io.BytesIO()
    np.save(stream, np.unique(hashes), allow_pickle=False)
    return stream.getvalue()


def learnt_by(entries: Iterable[GuideEntry], *, weights_sha256: str) -> Hashes:
    """Return the hashes ``(N,)`` of what the guide of these weights has learnt, none where that is not known.

    Raises:
        CalibrationError: The file that says so is damaged.
        FileError: It cannot be read.
    """
    folders = (e.weights.parent for e in entries if e.sha256 == weights_sha256 and e.weights is not None)
    file = next((f / LEARNT_FILE for f in folders if (f / LEARNT_FILE).is_file()), None)
    return no_hashes() if file is None else _read(file)


def _read(file: Path) -> Hashes:
    data = read_file(file, at_most=MAX_LEARNT_BYTES + 1)
    try:
        hashes = np.load(io.BytesIO(data[:MAX_LEARNT_BYTES]), allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:  # it may say that it has any number of hashes
        raise CalibrationError(f"“{file}” is damaged; remove it, and calibrate with --learnt instead.") from error
    if not isinstance(hashes, np.ndarray) or hashes.dtype != np.uint64 or hashes.ndim != 1:
        raise CalibrationError(f"“{file}” holds no hashes of pictures; remove it, and calibrate with --learnt instead.")
    return hashes
