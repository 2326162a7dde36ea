"""Where a picture may change: an outline that was drawn, or the pixels that a class rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from skimage.draw import polygon2mask

from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import see
from lwise_core.images.heatmaps import LUMA_709
from lwise_core.inspection.evidence import support_of, top_of

SUPERPIXELS = 60
"""About how many pieces a picture is cut into: few enough to go through by hand."""

Outline = Sequence[tuple[float, float]]
"""Corners (x, y) in pixels of the picture, (0, 0) being the middle of the first one, as a figure shows it."""


class NoRegion(LWiseError):
    """Nothing is left that could change. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class Region:
    """The pixels that may change, ``mask`` ``(H, W)`` bool; at least one."""

    mask: torch.Tensor

    @property
    def share(self) -> float:
        """Share of the picture's pixels, in (0, 1]."""
        return float(self.mask.float().mean())

    @property
    def key(self) -> bytes:
        """What tells this region from others of the same picture."""
        return np.packbits(self.mask.numpy()).tobytes()

    def as_png(self) -> bytes:
        """Return the region as a picture: white may change, black stays. :func:`of_mask` reads it back."""
        grey = np.where(self.mask.numpy(), np.uint8(255), np.uint8(0))
        return encode_png(np.ascontiguousarray(grey[..., None].repeat(3, axis=2)))


def box(*, left: float, top: float, right: float, bottom: float) -> Outline:
    """Return the outline of a box."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def inside(outlines: Sequence[Outline], *, size: int) -> Region:
    """Return the pixels of a picture of ``size`` × ``size`` whose middle lies in any of ``outlines``.

    Raises:
        NoRegion: There is no such pixel.
    """
    mask = np.zeros((size, size), dtype=bool)
    for outline in outlines:
        corners = np.array([(y, x) for x, y in outline], dtype=np.float64)
        mask |= polygon2mask((size, size), corners)  # type: ignore[no-untyped-call]
    if not mask.any():
        raise NoRegion("The outline holds the middle of no pixel of what the guide sees; draw a larger one.")
    return Region(torch.from_numpy(mask))


def painted(mask: npt.NDArray[np.bool_]) -> Region:
    """Return the pixels where ``mask`` ``(H, W)``, at the guide's size, is true.

    Raises:
        NoRegion: There is no such pixel.
    """
    if not mask.any():
        raise NoRegion("Nothing is painted, so nothing could change; paint where it may.")
    return Region(torch.from_numpy(mask))


def of_mask(mask: Pixels, subject: CroppedPhotograph, *, size: int) -> Region:
    """Return the pixels of what a guide of ``size`` px sees where ``mask`` is lighter than half, on average.

    Args:
        mask: ``(H, W, 3)`` uint8: as large as the photograph of ``subject``, or a square that stands for its crop.
        subject: The photograph, and the square of it that the guide sees.
        size: The guide's input size.

    Raises:
        NoRegion: The mask is neither square nor as large as the photograph, or nothing in it is light.
    """
    height, width = mask.shape[:2]
    photograph = subject.photograph
    if (height, width) == (photograph.height, photograph.width):
        square = subject.crop.of(mask)
    elif height == width:
        square = mask
    else:
        raise NoRegion(
            f"The mask has {width} × {height} pixels: make it square, for what the guide sees, or as large as the "
            f"photograph ({photograph.width} × {photograph.height})."
        )
    light = np.tensordot(LUMA_709, see(square, size=size), axes=1) > 0.5
    if not light.any():
        raise NoRegion("Nothing in the mask is lighter than half, so nothing could change: paint white what may.")
    return painted(light)


def superpixels(image: FloatImage, *, count: int = SUPERPIXELS) -> npt.NDArray[np.uint16]:
    """Return about ``count`` pieces of ``image`` ``(3, H, W)``, each of one look: the number of every pixel's piece.

    ``(H, W)`` from 0. SLIC (Achanta et al. 2012), as scikit-image has it; the same picture gives the same pieces.
    """
    # SciPy's part of scikit-image takes a while to import: only who asks for pieces waits for it.
    from skimage.segmentation import slic  # noqa: PLC0415

    pieces: npt.NDArray[np.uint16] = slic(
        image.transpose(1, 2, 0), n_segments=count, compactness=10, start_label=0
    ).astype(np.uint16)
    return pieces


def on_evidence(guide: GuideModel, image: torch.Tensor, *, target: int, share: float) -> Region:
    """Return the ``share`` of pixels of ``image`` ``(3, H, W)`` that the logit of ``target`` depends on most.

    Raises:
        NonFinite: The guide's gradient is not a number.
    """
    return Region(top_of(support_of(guide, image, target=target), share=share))
