"""Patterns that repeat every few pixels, by folding: the change laid upon itself, tile by tile.

Strides and patches of networks leave such patterns. A tile's mean keeps what all tiles have at the same place and loses
what they have at different ones, so that coarse patterns are found too, whose frequencies a change has anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import fft2
from scipy.special import gammaincinv

from lwise_core._utils.arrays import Plane
from lwise_core.inspection.perturbation import Perturbation

FOLDED = (2, 4, 8, 16, 32)
"""Periods in pixels that are looked for, each where there are tiles enough."""

ENOUGH_TILES = 16
"""With fewer tiles, nothing is told from chance: 32 px takes a guide of 128 px."""

_DRAWS = 99
_PARTS = 3  # in which the draws are made: all at once would take 60 MB at 224 px
_SEED = 0
_FLOOR = 1e-12

_Spectra = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class FoldedPattern:
    """How much of a change repeats every ``period`` pixels, and not already every half of that.

    ``share`` in [0, 1] is what the mean tile keeps of the energy that the ``tiles`` have at the frequencies of this
    period, those of its half left out: 1 where all tiles are alike, about 1/``tiles`` by chance. ``null`` is the 95th
    percentile of the same after every tile was turned round by a random shift, and ``p`` the share of draws that reach
    it, (1 + #)/(1 + draws).
    """

    period: int
    tiles: int
    share: float
    null: float
    p: float


@dataclass(frozen=True)
class RepeatedShare:
    """How much of the energy of a whole change repeats every ``period`` pixels, beyond the 95th percentile of chance.

    ``share`` in [0, 1]: 1 for a change that is nothing but one pattern, 0 where its tiles have no more in common than
    chance gives.
    """

    period: int
    share: float


def repeated_share(perturbation: Perturbation, *, periods: tuple[int, ...] = FOLDED) -> RepeatedShare | None:
    """Return the period of which most of the change is made, and how much; None where none can be looked for."""
    found = [_repeated(perturbation.delta, period) for period in _possible(perturbation, periods)]
    return max(found, key=lambda x: x.share, default=None)


def folds_of(perturbation: Perturbation, *, periods: tuple[int, ...] = FOLDED) -> tuple[FoldedPattern, ...]:
    """Return the fold of each of ``periods`` that divides the side and has tiles enough; none when nothing changed."""
    return tuple(_fold(perturbation.delta, period) for period in _possible(perturbation, periods))


def _possible(perturbation: Perturbation, periods: tuple[int, ...]) -> tuple[int, ...]:
    if perturbation.is_none:
        return ()
    size = perturbation.size
    return tuple(p for p in periods if size % p == 0 and (size // p) ** 2 >= ENOUGH_TILES)


def _repeated(delta: Plane, period: int) -> RepeatedShare:
    spectra = _of_tiles(delta, period)
    beyond = _kept(spectra.mean(axis=0)) - _by_chance(spectra)
    return RepeatedShare(period, max(0.0, beyond * len(spectra) / float(np.square(delta).sum())))


def _by_chance(spectra: _Spectra) -> float:
    """Return the 95th percentile of a mean tile's energy where the tiles have nothing in common, without drawing any.

    Each frequency of the mean is then a complex normal over the channels with the covariance C of the tiles' over their
    number, so that its energy has the mean tr C and, with its mirror image, the variance 2·tr C²; their sum is taken to
    be gamma distributed (Satterthwaite 1946).
    """
    by_frequency = np.ascontiguousarray(spectra.transpose(2, 1, 0))
    covariance = by_frequency @ by_frequency.conj().transpose(0, 2, 1) / len(spectra) ** 2
    mean = float(np.trace(covariance, axis1=1, axis2=2).real.sum())
    variance = 2 * float(np.square(np.abs(covariance)).sum())
    return float(gammaincinv(mean**2 / variance, 0.95)) * variance / mean if variance > 0 else 0.0


def _fold(delta: Plane, period: int) -> FoldedPattern:
    spectra = _of_tiles(delta, period)
    tiles = len(spectra)
    total = max(float(np.square(np.abs(spectra)).sum()), _FLOOR)
    share = _kept(spectra.mean(axis=0)) * tiles / total
    shifts = np.random.default_rng((_SEED, period)).integers(period, size=(_DRAWS, 2, tiles))
    draws = np.concatenate([_turned(spectra, period, some) for some in np.array_split(shifts, _PARTS)]) * tiles / total
    p = (1 + int((draws >= share).sum())) / (1 + _DRAWS)
    return FoldedPattern(period, tiles, share, float(np.quantile(draws, 0.95)), p)


def _of_tiles(delta: Plane, period: int) -> _Spectra:
    """Return the Fourier transforms of the tiles, ``(tiles, 3, F)``, at what repeats every period and not every half.

    These are the frequencies of which one coordinate is odd; the mean and all periods that divide the half are even.
    """
    channels, size, _ = delta.shape
    count = size // period
    tiles = delta.reshape(channels, count, period, count, period).transpose(1, 3, 0, 2, 4)
    spectra = fft2(tiles.reshape(count**2, channels, period, period), axes=(2, 3), norm="ortho")
    odd: _Spectra = spectra[:, :, _odd(period)]
    return odd


def _odd(period: int) -> npt.NDArray[np.bool_]:
    steps = np.arange(period) % 2 == 1
    odd: npt.NDArray[np.bool_] = steps[:, None] | steps[None, :]
    return odd


def _turned(spectra: _Spectra, period: int, shifts: npt.NDArray[np.int64]) -> Plane:
    """Return the energy of the mean tile, ``(draws,)``, after each tile was turned round by a shift of its own.

    ``shifts`` ``(draws, 2, tiles)`` are those that chance gave, down and to the right.
    """
    steps = np.fft.fftfreq(period)
    along = np.exp(-2j * np.pi * np.outer(steps, np.arange(period)))  # (frequency, shift)
    phases = (along[:, None, :, None] * along[None, :, None, :])[_odd(period)].reshape(-1, period**2)
    turning = phases[:, shifts[:, 0].T * period + shifts[:, 1].T]  # (frequency, tile, draw)
    means = spectra.transpose(2, 1, 0) @ turning / len(spectra)
    energy: Plane = np.square(np.abs(means)).sum(axis=(0, 1))
    return energy


def _kept(mean: _Spectra) -> float:
    """Return the energy of a mean tile, by its Fourier transform."""
    return float(np.square(np.abs(mean)).sum())
