"""What a guide has learnt, as far as a person has it: hashes that tell near-duplicates of it in other sets."""

from __future__ import annotations

import numpy as np

from lwise_core.data.decoding import Batch, Decoded, Decoder
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.training_images import LabelledImages
from lwise_core.images.geometry import see
from lwise_core.images.perceptual_hash import HASHED_SIZE, Hashes, perceptual_hash
from lwise_core.training.calibration_pictures import LEARNT

_AT_ONCE = 64


def hashes_of(images: LabelledImages) -> Hashes:
    """Return the perceptual hash of every image ``(N,)``."""
    return np.array(
        [perceptual_hash(see(images.pixels[row], size=HASHED_SIZE)) for row in images.rows], dtype=np.uint64
    )


def learnt_hashes(pictures: PictureSet) -> Hashes:
    """Return the perceptual hashes ``(N,)`` of a set's pictures: of those in “train” where it has such a split.

    Pictures that cannot be read are passed over.

    Raises:
        DatasetError: There is none, or the set cannot be listed.
        StoreUnavailable: What holds the pictures cannot be reached.
    """
    found = [e for e in pictures.entries() if isinstance(e, PictureEntry)]
    entries = [e for e in found if e.split.casefold() in LEARNT] or found
    decoder = Decoder(pictures, HASHED_SIZE)
    batches = (Batch(first, tuple(entries[first : first + _AT_ONCE])) for first in range(0, len(entries), _AT_ONCE))
    seen = (seen for batch in batches for seen in decoder(batch).seen)
    hashes = np.array([perceptual_hash(s.image) for s in seen if isinstance(s, Decoded)], dtype=np.uint64)
    if not len(hashes):
        raise DatasetError(f"“{pictures.name}” holds no picture that can be read.")
    return hashes
