"""Where a picture may change: an outline that was drawn, or the pixels that a class rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from skimage.draw import polygon2mask

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.evidence import support_of, top_of

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


def on_evidence(guide: GuideModel, image: torch.Tensor, *, target: int, share: float) -> Region:
    """Return the ``share`` of pixels of ``image`` ``(3, H, W)`` that the logit of ``target`` depends on most.

    Raises:
        NonFinite: The guide's gradient is not a number.
    """
    return Region(top_of(support_of(guide, image, target=target), share=share))
