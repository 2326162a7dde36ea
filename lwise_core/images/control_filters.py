"""The paper's control filters: what makes pictures clearer to look at without knowing what they show.

L-WISE compares its enhancement with three of them (arXiv 2412.09765; method notes 1.7): CLAHE and MSRCR of public
programs, and an automatic adjustment of a photo editor. CLAHE here is scikit-image's with the paper's settings. MSRCR
is written after the publication of the program that the paper calls, not a port of it. The third cannot be had as
software that is free to use; automatic levels, which do the same kind of thing, stand in its place and are called so.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.exposure import equalize_adapthist, rescale_intensity

from lwise_core._utils.arrays import Pixels, Values
from lwise_core.images.heatmaps import LUMA_709

CLIP_LIMIT, TILES, GREYS = 2.0, 8, 256
"""The paper's CLAHE: OpenCV's clip limit, in multiples of an even histogram's height, and tiles a side."""

RETINEX_SCALES = (15.0, 80.0, 250.0)
"""Standard deviations of the three Gaussians in pixels of a picture of ``RETINEX_SIDE``."""

RETINEX_SIDE = 224
RESTORATION = 125.0
SATURATED = 0.01
"""Share of the pixels of each channel that become black, and white."""

_LEVELS = (0.005, 0.995)  # quantiles of the luma


def clahe(pixels: Pixels) -> Pixels:
    """Return a picture after contrast-limited adaptive histogram equalisation of each channel, as the paper has it.

    Args:
        pixels: ``(H, W, 3)`` uint8.
    """
    tile = tuple(max(1, side // TILES) for side in pixels.shape[:2])
    channels = [
        equalize_adapthist(pixels[..., c], kernel_size=tile, clip_limit=CLIP_LIMIT / GREYS, nbins=GREYS)
        for c in range(3)
    ]
    return _rounded(np.stack(channels, axis=-1))


def msrcr(pixels: Pixels) -> Pixels:
    """Return a picture after multiscale retinex with colour restoration, balanced in each channel.

    Per channel, the mean over three scales of log(I + 1) − log(G∗I + 1), times log(125 I + 1) − log(ΣI + 1) over the
    channels, stretched so that 1% of its pixels are black and 1% white (Petro, Sbert and Morel, Multiscale Retinex,
    Image Processing On Line 2014, doi:10.5201/ipol.2014.107). Scales grow with the picture, so that its size does not
    count.

    Args:
        pixels: ``(H, W, 3)`` uint8.
    """
    seen = pixels.astype(np.float64)
    factor = max(pixels.shape[:2]) / RETINEX_SIDE
    logs = np.log1p(seen)
    retinex = np.mean(
        [logs - np.log1p(gaussian_filter(seen, (s * factor, s * factor, 0), mode="nearest")) for s in RETINEX_SCALES],
        axis=0,
    )
    restored = retinex * (np.log1p(RESTORATION * seen) - np.log1p(seen.sum(axis=-1, keepdims=True)))
    channels = [
        _stretched(restored[..., c], np.quantile(restored[..., c], (SATURATED, 1 - SATURATED))) for c in range(3)
    ]
    return _rounded(np.stack(channels, axis=-1))


def levels(pixels: Pixels) -> Pixels:
    """Return a picture in which half a percent of the pixels is black and as many white, by luma, all channels alike.

    Args:
        pixels: ``(H, W, 3)`` uint8.
    """
    return _rounded(_stretched(pixels.astype(np.float64), np.quantile(pixels @ np.array(LUMA_709), _LEVELS)))


def _stretched(values: Values, ends: Values) -> Values:
    """Return values of which ``ends`` become 0 and 1; as they are, of 255, where both are the same."""
    low, high = map(float, ends)
    if high - low < 1e-9:
        return np.clip(values / 255, 0, 1)
    stretched: Values = rescale_intensity(values, in_range=(low, high), out_range=(0.0, 1.0))  # type: ignore[no-untyped-call]
    return stretched


def _rounded(image: Values) -> Pixels:
    rounded: Pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return rounded
