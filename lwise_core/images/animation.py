"""Moving pictures: frames as a GIF, which every program opens, or as a WebP, which keeps small changes better."""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import StrEnum

from PIL import Image

from lwise_core._utils.arrays import Pixels

_QUALITY = (
    92  # of a WebP, 0 to 100: a change of one grey level is no longer seen, and a lossless file is six times as big
)


class AnimationFormat(StrEnum):
    """What a moving picture is written as; the value is the ending of the file's name."""

    WEBP = "webp"
    GIF = "gif"

    @property
    def mime(self) -> str:
        """What a browser calls it."""
        return f"image/{self.value}"


def encode_animation(frames: Sequence[Pixels], *, milliseconds: Sequence[int], kind: AnimationFormat) -> bytes:
    """Return ``frames`` as a moving picture that begins anew for ever; the same input gives the same bytes.

    A GIF has 256 colours a frame, chosen for that frame and not dithered, for noise of dithering would look like a
    change of the picture. There is no metadata.

    Args:
        frames: Each ``(H, W, 3)`` uint8 sRGB, all of one size; at least one.
        milliseconds: How long each of them stays.
        kind: What it is written as.

    Raises:
        ValueError: There is no frame, they differ in size, or there are more frames than times or fewer.
    """
    if not frames or len({frame.shape for frame in frames}) != 1 or len(milliseconds) != len(frames):
        raise ValueError("A moving picture needs frames of one size, and a time for each.")
    images = [Image.fromarray(frame) for frame in frames]
    if kind is AnimationFormat.GIF:
        images = [image.quantize(256, dither=Image.Dither.NONE) for image in images]
    stream = io.BytesIO()
    images[0].save(
        stream,
        kind.name,
        save_all=True,
        append_images=images[1:],
        duration=list(milliseconds),
        loop=0,
        **({"quality": _QUALITY} if kind is AnimationFormat.WEBP else {"disposal": 1}),
    )
    return stream.getvalue()
