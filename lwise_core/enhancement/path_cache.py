"""Paths kept on disk by their content: for the shell and for bundled samples, never for what people upload.

An upload is a person's photograph, and a path holds it; so it stays in memory, as does every path of a guide that is
treated as medical. Here a path is found again by everything that it depends on, down to the hardware's rounding, and
read without running anything.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lwise_core._utils.atomic_files import whole_file
from lwise_core._utils.file_errors import FileError, file_errors, make_folder
from lwise_core._utils.zip_ends import DAMAGED
from lwise_core.enhancement.fast_twin import hardware
from lwise_core.enhancement.path import EnhancementPath, Frame, PathRequest
from lwise_core.guides.guide import GuideModel

_log = logging.getLogger(__name__)

BYTES_KEPT = 512 * 2**20
"""How much is kept; the paths that were written first go first."""


@dataclass(frozen=True)
class PathKey:
    """What a path is found by: the guide, the request, how many steps, and the arithmetic that walks."""

    guide: GuideModel
    request: PathRequest
    steps: int
    precision: str

    @property
    def key(self) -> str:
        """Hash of all that decides the frames, to the last bit."""
        step = self.guide.epsilon_scale.step
        words = (self.guide.provenance.sha256, repr(self.request.objective), step, self.steps, self.precision)
        machine = (hardware(self.guide.device), torch.__version__, torch.get_num_threads())
        digest = hashlib.sha256(repr((words, machine, tuple(self.request.images.shape))).encode())
        digest.update(self.request.images.cpu().numpy().tobytes())
        digest.update(self.request.targets.cpu().numpy().tobytes())
        if self.request.within is not None:
            digest.update(self.request.within.cpu().numpy().tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class PathStore:
    """A folder of paths, at most ``limit`` bytes of them."""

    folder: Path
    limit: int = BYTES_KEPT

    def read(self, wanted: PathKey) -> EnhancementPath | None:
        """Return the path of ``wanted``, or None when it is not there or its file is damaged."""
        try:
            content = io.BytesIO(self._file(wanted.key).read_bytes())
            with np.load(content, allow_pickle=False) as arrays:
                frames = tuple(_frames(arrays["unclamped"], arrays["logits"], arrays["losses"]))
        except (*DAMAGED, OSError, KeyError, IndexError, TypeError, NotImplementedError, MemoryError):
            return None
        if len(frames) != wanted.steps + 1 or frames[0].unclamped.shape != wanted.request.images.shape:
            return None
        step = wanted.guide.epsilon_scale.step
        return EnhancementPath(wanted.guide, wanted.request, step, frames, precision=wanted.precision)

    def keep(self, wanted: PathKey, path: EnhancementPath) -> None:
        """Write ``path``, whole or not at all; nothing provisional, and nothing of a guide treated as medical."""
        if path.provisional or path.guide.domain.treated_as_medical:
            return
        make_folder(self.folder, mode=0o700)
        with whole_file(self._file(wanted.key)) as file:
            np.savez(
                file,
                allow_pickle=False,
                unclamped=torch.stack([f.unclamped for f in path.frames]).cpu().numpy(),
                logits=torch.stack([f.logits for f in path.frames]).cpu().numpy(),
                losses=torch.stack([f.losses for f in path.frames]).cpu().numpy(),
            )
        self._limit()

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _limit(self) -> None:
        files = sorted(self.folder.glob("*.npz"), key=lambda f: f.stat().st_mtime_ns)
        size = sum(f.stat().st_size for f in files)
        while size > self.limit and len(files) > 1:
            oldest = files.pop(0)
            size -= oldest.stat().st_size
            oldest.unlink(missing_ok=True)


def cached(store: PathStore, wanted: PathKey, steps: Iterator[EnhancementPath]) -> Iterator[EnhancementPath]:
    """Yield the kept path at once, or walk ``steps`` and keep where they end.

    A folder that is full or may not be written costs only the keeping, which the log says.
    """
    found = store.read(wanted)
    if found is not None:
        yield found
        return
    path = None
    for path in steps:
        yield path
    if path is not None:
        try:
            with file_errors(store.folder):
                store.keep(wanted, path)
        except FileError as error:
            _log.warning("The path was computed and is not kept for the next time. %s", error)


def _frames(
    unclamped: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    losses: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> Iterator[Frame]:
    for t, arrays in enumerate(zip(unclamped, logits, losses, strict=True)):
        images, scores, loss = (torch.from_numpy(np.ascontiguousarray(a, dtype=np.float32)) for a in arrays)
        if not bool(torch.isfinite(images).all()):
            raise ValueError("A kept path holds a value that is not a number.")
        yield Frame(t, images, scores, loss)
