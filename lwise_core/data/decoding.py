"""From the entries of a set to what a guide sees of them, batch by batch.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from lzma import LZMAError

import numpy as np

from lwise_core._utils.arrays import FloatImage
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import FileError
from lwise_core.data.archives import ZipInMemory
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.file_stores import StoreUnavailable
from lwise_core.images.codec import ImageRejected, OpenFile, open_photograph
from lwise_core.images.geometry import Crop, see
from lwise_core.images.variations import variations


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a guide sees of a picture: ``image`` ``(3, size, size)`` float32 in [0, 1]; ``sha256`` of its file.

    ``variations`` ``(8, 3, size, size)`` is what it sees after each small change, None where nobody asked.
    """

    image: FloatImage
    sha256: str
    variations: FloatImage | None = None


@dataclass(frozen=True)
class Unusable:
    """Why a picture cannot be used, in a sentence."""

    sentence: str


@dataclass(frozen=True)
class Batch:
    """Pictures that are worked on together: the batch's ``index``, and its entries in the order of the set."""

    index: int
    entries: tuple[PictureEntry, ...]


@dataclass(frozen=True, eq=False)
class DecodedBatch:
    """A batch, and for each of its entries what the guide sees of it, or why it cannot be used."""

    batch: Batch
    seen: tuple[Decoded | Unusable, ...]


@dataclass(frozen=True)
class Decoder:
    """What decodes the pictures of a set for a guide of ``size`` px; goes to other processes.

    Where they are to be ``varied``, each comes with its small changes.
    """

    pictures: PictureSet
    size: int
    varied: bool = False

    def __call__(self, batch: Batch) -> DecodedBatch:
        """Return what the guide sees of the central square of every picture, none of them a reason to stop."""
        return DecodedBatch(batch, tuple(self._decoded(entry) for entry in batch.entries))

    def _decoded(self, entry: PictureEntry) -> Decoded | Unusable:
        data = read_bytes(self.pictures, entry)
        if isinstance(data, Unusable):
            return data
        try:
            photograph = _opener_of(self.pictures)(data, name=entry.name)
        except ImageRejected as error:
            return Unusable(str(error))
        square = Crop.central(photograph).of(photograph.pixels)
        varied = np.stack(list(variations(square, size=self.size).values())) if self.varied else None
        return Decoded(see(square, size=self.size), photograph.sha256, varied)


def _opener_of(pictures: PictureSet) -> OpenFile:
    """Return what opens the pictures of a set: those of somebody else, where they can harm nobody."""
    return pictures.open_file if isinstance(pictures, ZipInMemory) else open_photograph


def read_bytes(pictures: PictureSet, entry: PictureEntry) -> bytes | Unusable:
    """Return the bytes of a picture, or why it cannot be read.

    Raises:
        StoreUnavailable: What holds the pictures cannot be reached, which says nothing about this one.
    """
    try:
        return pictures.read(entry)
    except StoreUnavailable:
        raise  # the picture is read when the job goes on
    except FileNotFoundError:
        return Unusable(f"“{entry.name}” has no file.")
    except (LWiseError, OSError, EOFError, zlib.error, LZMAError) as error:
        return Unusable(_why_unread(entry.name, error))


def _why_unread(name: str, error: Exception) -> str:
    """Return the sentence about a picture whose bytes cannot be read."""
    if isinstance(error, OSError) and error.errno is not None:
        return str(FileError(error.errno, error.strerror, name))
    if isinstance(error, LWiseError):
        sentence = str(error)
        return f"“{name}” cannot be read: {sentence[:1].lower()}{sentence[1:]}"
    return f"“{name}” cannot be read: the archive is damaged there; download or make it again."
