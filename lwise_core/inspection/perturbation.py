"""What a perturbation is made of: how large, where it saturates, how it looks, and whether it repeats like a lattice.

Everything is measured on what the guide sees, ``(3, H, W)`` float32 in [0, 1]; nothing is stretched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

from lwise_core._utils.arrays import FloatImage, Plane
from lwise_core.enhancement.path import Change
from lwise_core.images.heatmaps import LUMA_709, luma_change

_WHITE = 255.0
_SSIM_WINDOW = 7
_BLOCK = 4
_TOLERANCE = 2.0  # grey levels
_DRAWS = 999
_SEED = 0
_CORNERS = 0.6
_OWN_MIRROR = 1.35
"""Frequencies that are their own mirror image have half the degrees of freedom of the others: by so much their 99th
percentile lies higher (χ² of 3 against 6 degrees, for three channels of noise)."""


@dataclass(frozen=True, eq=False)
class Perturbation:
    """The change from ``original`` to ``changed``, both ``(3, H, W)`` float32 in [0, 1] and square.

    Raises:
        ValueError: The shapes differ, or the pictures are not square or have fewer than 8 px a side.
    """

    original: FloatImage
    changed: FloatImage

    def __post_init__(self) -> None:
        shape = self.original.shape
        if shape != self.changed.shape or len(shape) != 3 or shape[0] != 3 or shape[1] != shape[2] or shape[1] < 8:
            raise ValueError(
                f"Two square pictures of one shape (3, H, H) are needed, not {shape}, {self.changed.shape}."
            )

    @classmethod
    def of(cls, change: Change) -> Perturbation:
        """Return what can be measured of ``change``."""
        return cls(change.original, change.changed)

    @property
    def size(self) -> int:
        """Side in pixels."""
        return int(self.original.shape[1])

    @cached_property
    def delta(self) -> Plane:
        """The signed change of every channel, ``(3, H, W)`` in grey levels −255…255."""
        return (self.changed.astype(np.float64) - self.original) * _WHITE

    @cached_property
    def luma(self) -> Plane:
        """The signed change of Rec. 709 luma, ``(H, W)`` in grey levels."""
        return luma_change(self.original, self.changed).astype(np.float64)

    @cached_property
    def magnitude(self) -> Plane:
        """The length of the change over the three channels, ``(H, W)`` in grey levels, 0…442."""
        magnitude: Plane = np.linalg.norm(self.delta, axis=0)
        return magnitude

    @property
    def is_none(self) -> bool:
        """Whether nothing changed at all."""
        return not self.delta.any()


@dataclass(frozen=True)
class PerceptualDifference:
    """How much a perturbation shows, after rounding to 8 bits as a screen does.

    ``rms`` and ``largest`` in grey levels over all channels; ``saturated`` the share of pixels that are at 0 or 255 in
    some channel and were not before, in [0, 1]; ``delta_e`` and ``delta_e_95`` the median and 95th percentile of
    CIEDE2000 (about 1 can just be seen side by side; Sharma, Wu & Dalal 2005); ``ssim`` and ``ssim_5`` the mean and 5th
    percentile of structural similarity, 1 being the same (Wang et al. 2004, window of 7 px).
    """

    rms: float
    largest: float
    saturated: float
    delta_e: float
    delta_e_95: float
    ssim: float
    ssim_5: float


def perceptual_difference_of(perturbation: Perturbation) -> PerceptualDifference:
    """Return how much ``perturbation`` shows."""
    before, after = (_as_shown(x) for x in (perturbation.original, perturbation.changed))
    difference = deltaE_ciede2000(rgb2lab(before), rgb2lab(after))  # type: ignore[no-untyped-call]
    similarity = similarity_map(perturbation)
    return PerceptualDifference(
        rms=float(np.sqrt(np.square(perturbation.delta).mean())),
        largest=float(np.abs(perturbation.delta).max()),
        saturated=saturated_share(perturbation),
        delta_e=float(np.median(difference)),
        delta_e_95=float(np.quantile(difference, 0.95)),
        ssim=float(similarity.mean()),
        ssim_5=float(np.quantile(similarity, 0.05)),
    )


def saturated_share(perturbation: Perturbation) -> float:
    """Return the share of pixels that are at 0 or 255 in some channel and were not in the original, in [0, 1]."""
    before, after = (_at_an_end(x) for x in (perturbation.original, perturbation.changed))
    return float((after & ~before).mean())


def _at_an_end(image: FloatImage) -> npt.NDArray[np.bool_]:
    """Return which pixels of ``image``, rounded to 8 bits, are at 0 or 255 in some channel, ``(H, W)``."""
    grey: Plane = np.rint(image.astype(np.float64) * _WHITE)
    at_an_end: npt.NDArray[np.bool_] = np.logical_or.reduce((grey <= 0) | (grey >= _WHITE), axis=0)
    return at_an_end


def similarity_map(perturbation: Perturbation) -> Plane:
    """Return the structural similarity around every pixel, mean over channels, ``(H, W)`` in [−1, 1]."""
    before, after = (_as_shown(x) for x in (perturbation.original, perturbation.changed))
    _, full = structural_similarity(  # type: ignore[no-untyped-call]
        before, after, win_size=_SSIM_WINDOW, data_range=1.0, channel_axis=-1, gaussian_weights=False, full=True
    )
    similarity: Plane = full.mean(axis=-1)
    return similarity


def _as_shown(image: FloatImage) -> Plane:
    """Return ``image`` rounded to 8 bits, ``(H, W, 3)`` in [0, 1]."""
    shown: Plane = np.rint(image.astype(np.float64).clip(0, 1) * _WHITE).transpose(1, 2, 0) / _WHITE
    return shown


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many values of a perturbation lie between neighbouring edges, the ends open.

    ``edges`` ``(B + 1,)`` in grey levels, rising; ``counts`` ``(B,)``.
    """

    edges: Plane
    counts: npt.NDArray[np.int64]


HISTOGRAM_EDGES: Plane = np.arange(-64.0, 65.0, 2.0)


def histogram_of(perturbation: Perturbation) -> Histogram:
    """Return the histogram of all channels' changes, two grey levels a bin; what lies beyond is at the ends."""
    inside = perturbation.delta.clip(HISTOGRAM_EDGES[0], np.nextafter(HISTOGRAM_EDGES[-1], 0))
    counts, _ = np.histogram(inside, bins=HISTOGRAM_EDGES)
    return Histogram(HISTOGRAM_EDGES, counts.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The energy of a perturbation by frequency.

    ``power`` ``(H, W)``: ``|F|²`` summed over channels, zero frequency in the middle; by Parseval it sums to the energy
    H·W·Σδ². ``radius`` ``(H, W)``: each frequency's distance from zero, in cycles a pixel. ``profile``: for each ring
    of one frequency step, its mean radius and its median power, from the innermost ring to 0.5 cycles a pixel.
    """

    power: Plane
    radius: Plane
    profile: tuple[tuple[float, float], ...]

    @cached_property
    def medians(self) -> Plane:
        """The median power of every ring, the zero frequency's and the corners' included."""
        flat = self.power.ravel()
        medians: Plane = np.array([np.median(flat[ring]) for ring in _frequencies(len(self.power)).members])
        return medians

    @property
    def fine_share(self) -> float | None:
        """The share of energy above 0.25 cycles a pixel (details smaller than 4 px), None when there is no energy."""
        return _fine_share(self.power, self.radius)


def fine_share_of(perturbation: Perturbation) -> float | None:
    """Return :attr:`Spectrum.fine_share` of ``perturbation``, without the rest of its spectrum, which takes longer."""
    return _fine_share(_power_of(perturbation), _frequencies(perturbation.size).radius)


def _fine_share(power: Plane, radius: Plane) -> float | None:
    total = float(power.sum())
    return float(power[radius > 0.25].sum()) / total if total else None


def _power_of(perturbation: Perturbation) -> Plane:
    """Return the energy by frequency, ``(H, W)``, summed over channels, zero frequency in the middle."""
    transformed = np.fft.fftshift(np.fft.fft2(perturbation.delta, axes=(1, 2)), axes=(1, 2))
    power: Plane = np.square(np.abs(transformed)).sum(axis=0)
    return power


def spectrum_of(perturbation: Perturbation) -> Spectrum:
    """Return the spectrum of ``perturbation``."""
    size = perturbation.size
    power = _power_of(perturbation)
    frequencies = _frequencies(size)
    spectrum = Spectrum(power, frequencies.radius, ())
    rings = range(1, size // 2 + 1)
    return replace(spectrum, profile=tuple((frequencies.means[r], float(spectrum.medians[r])) for r in rings))


@dataclass(frozen=True, eq=False)
class _Frequencies:
    """What all spectra of one size share: ``radius`` and ring of each frequency; each ring's members and mean radius.

    Rings are one frequency step wide, 0 for the zero frequency alone. The corners, beyond 0.6 cycles a pixel, are one
    ring: they have too few frequencies for medians of their own.
    """

    radius: Plane
    rings: npt.NDArray[np.int64]
    members: tuple[npt.NDArray[np.int64], ...]
    means: tuple[float, ...]


@lru_cache(maxsize=4)
def _frequencies(size: int) -> _Frequencies:
    steps = np.fft.fftshift(np.fft.fftfreq(size))
    radius: Plane = np.hypot(steps[:, None], steps[None, :])
    rings: npt.NDArray[np.int64] = np.rint(radius.clip(max=_CORNERS) * size).astype(np.int64)
    for shared in (radius, rings):
        shared.setflags(write=False)
    members = tuple(np.flatnonzero(rings == r) for r in range(int(rings.max()) + 1))
    return _Frequencies(radius, rings, members, tuple(float(radius.ravel()[ring].mean()) for ring in members))


@dataclass(frozen=True)
class Lattice:
    """Whether a perturbation repeats every ``period`` pixels, as strides and patches of networks make it.

    ``peak_db`` is the strongest frequency of the lattice above the median of its ring, in decibels; ``null_db`` the
    95th percentile of the same for as many frequencies drawn at random that are on no lattice, and ``p`` the share of
    draws that reach the peak, (1 + #)/(1 + draws).
    """

    period: int
    peak_db: float
    null_db: float
    p: float


def lattices_of(spectrum: Spectrum, *, periods: tuple[int, ...]) -> tuple[Lattice, ...]:
    """Return the lattice of each of ``periods`` that divides the picture's side; none when nothing changed.

    Frequencies are compared with the median of their own ring, so that a perturbation that is merely coarse has no
    lattice. (Sugawara et al. 2019; Kinoshita & Kiya 2020: strided convolutions leave such peaks in gradients.)
    """
    size = len(spectrum.power)
    ratios = _above_ring(spectrum)
    if ratios is None:
        return ()
    divisors = tuple(p for p in periods if size % p == 0 and 2 <= p <= size // 2)
    on_some = np.logical_or.reduce([_on_lattice(size, p) for p in _all_periods(size)])
    free = ratios[~on_some & (spectrum.radius > 0)]
    random = np.random.default_rng(_SEED)
    return tuple(_lattice(ratios[_on_lattice(size, p)], free, period=p, random=random) for p in divisors)


def _lattice(on_it: Plane, free: Plane, *, period: int, random: np.random.Generator) -> Lattice:
    peak = float(on_it.max())
    # A real picture's spectrum is symmetric: but for the three that mirror themselves, frequencies come in pairs.
    draws = random.choice(free, size=(_DRAWS, (len(on_it) + 3) // 2)).max(axis=1)
    p = (1 + int((draws >= peak).sum())) / (1 + _DRAWS)
    return Lattice(period, _decibels(peak), _decibels(float(np.quantile(draws, 0.95))), p)


def _above_ring(spectrum: Spectrum) -> Plane | None:
    """Return each frequency's power over the median of its ring, None when there is nothing to compare with."""
    if not spectrum.power.any():
        return None
    rings = _frequencies(len(spectrum.power)).rings
    floor = float(spectrum.power.max()) * 1e-12  # of what rounding leaves in an empty ring
    ratios: Plane = np.maximum(spectrum.power, floor) / np.maximum(spectrum.medians, floor)[rings]
    if len(rings) % 2 == 0:
        own_mirrors = slice(None, None, len(rings) // 2)
        ratios[own_mirrors, own_mirrors] /= _OWN_MIRROR
    return ratios


def _all_periods(size: int) -> tuple[int, ...]:
    return tuple(p for p in (2, 4, 8, 16, 32) if size % p == 0 and p <= size // 2)


def _on_lattice(size: int, period: int) -> npt.NDArray[np.bool_]:
    """Return which frequencies repeat every ``period`` pixels and are not zero, zero frequency in the middle."""
    multiple = (np.arange(size) - size // 2) % (size // period) == 0
    there: npt.NDArray[np.bool_] = multiple[:, None] & multiple[None, :]
    there[size // 2, size // 2] = False
    return there


def _decibels(ratio: float) -> float:
    return float(10 * np.log10(ratio))


def unconfirmed_share(perturbation: Perturbation) -> float | None:
    """Return the share of a perturbation's energy that is fine detail where the original is flat; None without change.

    Of the luma change after the mean of each block of ``_BLOCK`` px is subtracted, the energy at pixels
    where it exceeds the original's standard deviation in the 7 px around them, plus two grey levels. In [0, 1]. (After
    the measurement and null parts of Bhadra et al. 2021, the original standing for the measurement.)
    """
    change = perturbation.luma
    energy = float(np.square(change).sum())
    if not energy:
        return None
    detail = change - _block_means(change)
    around = _local_deviation(np.tensordot(_WHITE * LUMA_709.astype(np.float64), perturbation.original, axes=1))
    return float(np.square(detail[np.abs(detail) > around + _TOLERANCE]).sum()) / energy


def _block_means(plane: Plane) -> Plane:
    """Return ``plane`` with every block of ``_BLOCK`` px at its mean; a rest at the edge belongs to the last block."""
    starts = np.arange(0, max(1, len(plane) - len(plane) % _BLOCK), _BLOCK)
    sizes = np.diff(np.append(starts, len(plane)))
    sums = np.add.reduceat(np.add.reduceat(plane, starts, axis=0), starts, axis=1)
    means: Plane = (sums / np.outer(sizes, sizes)).repeat(sizes, axis=0).repeat(sizes, axis=1)
    return means


def _local_deviation(plane: Plane) -> Plane:
    """Return the standard deviation in the ``_SSIM_WINDOW`` px around every pixel, edges mirrored."""
    around_zero = plane - plane.mean()  # so that little is lost when one mean of squares is taken from another
    mean, of_squares = (uniform_filter(x, _SSIM_WINDOW, mode="mirror") for x in (around_zero, np.square(around_zero)))
    deviation: Plane = np.sqrt((of_squares - np.square(mean)).clip(min=0))
    return deviation
