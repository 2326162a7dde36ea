"""What a change takes away: the fine detail of the original that is gone, as over-smoothing and smearing lose it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from lwise_core._utils.arrays import FloatImage, Plane
from lwise_core.inspection.perturbation import Perturbation

_FINE = 0.25
"""Cycles a pixel above which detail is fine: smaller than 4 px."""

_ENOUGH = 0.5
"""Grey levels (RMS) of fine detail without which there is none to lose."""

PLACE = 8
"""Side in pixels of the squares in which detail is looked for that is gone in one place only."""

_SMOOTH = 1.0  # px, the standard deviation of what is left of a picture without its detail
_LITTLE = 0.5  # of the mean: a place with less detail than that counts as if it had as much, for it has little to lose
_EVERY = 2  # px from one place to the next

_WHITE = 255.0


def lost_detail(perturbation: Perturbation) -> float | None:
    """Return the share of the original's fine detail that the change took away, in [0, 1].

    The energy at more than 0.25 cycles a pixel, by a Fourier transform under a Hann window, so that the picture's edges
    count for nothing. 0 where as much is there as before or more; None where the original has hardly any.
    """
    before, after = (_fine_energy(x) for x in (perturbation.original, perturbation.changed))
    if before < _ENOUGH**2:
        return None
    return max(0.0, 1 - after / before)


def smeared_share(perturbation: Perturbation) -> float | None:
    """Return the share of the original's detail that is gone at the place of 8 × 8 px where most is, in [0, 1].

    Detail is what a Gaussian blur of 1 px takes away; gone is what of it is not in the changed picture, whatever stands
    there instead: one less the regression of the new detail on the old. So grain hides no smear. None where the
    original has hardly any fine detail, or is smaller than two places.
    """
    if perturbation.size < 2 * PLACE or _fine_energy(perturbation.original) < _ENOUGH**2:
        return None
    before, after = (_detail(x) for x in (perturbation.original, perturbation.changed))
    there = _in_places((before * before).mean(axis=0))
    gone = there - _in_places((before * after).mean(axis=0))
    return float((gone / np.maximum(there, _LITTLE * there.mean())).clip(0, 1).max())


def _detail(image: FloatImage) -> Plane:
    """Return what a blur takes away from ``image`` ``(3, H, H)``, in grey levels."""
    grey: Plane = image.astype(np.float64) * _WHITE
    detail: Plane = grey - gaussian_filter(grey, sigma=(0, _SMOOTH, _SMOOTH))
    return detail


def _in_places(values: Plane) -> Plane:
    """Return the means of ``values`` ``(H, H)`` in places that lie wholly within the picture."""
    half = PLACE // 2
    means: Plane = uniform_filter(values, PLACE)[half : 1 - half : _EVERY, half : 1 - half : _EVERY]
    return means


def _fine_energy(image: FloatImage) -> float:
    """Return the mean square of the fine detail of ``image`` ``(3, H, H)``, in squared grey levels."""
    size = image.shape[-1]
    window = np.hanning(size + 2)[1:-1]
    weight: Plane = np.outer(window, window)
    weight /= np.sqrt(np.square(weight).mean())
    grey = image.astype(np.float64) * _WHITE
    mean = (grey * weight**2).mean(axis=(1, 2), keepdims=True)
    frequencies = np.fft.fftfreq(size)
    fine = np.hypot(frequencies[:, None], frequencies[None, :]) > _FINE
    transformed = np.fft.fft2((grey - mean) * weight, norm="ortho")
    return float(np.square(np.abs(transformed[:, fine])).sum()) / grey.size
