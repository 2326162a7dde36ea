"""What a change takes away: the fine detail of the original that is gone, as over-smoothing loses it."""

from __future__ import annotations

import numpy as np

from lwise_core._utils.arrays import FloatImage, Plane
from lwise_core.inspection.perturbation import Perturbation

_FINE = 0.25
"""Cycles a pixel above which detail is fine: smaller than 4 px."""

_ENOUGH = 0.5
"""Grey levels (RMS) of fine detail without which there is none to lose."""

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
