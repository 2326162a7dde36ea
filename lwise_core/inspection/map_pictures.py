"""The maps of an inspection, each on a scale that is the same for all pictures, with what it shows in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lwise_core._utils.arrays import FloatImage, Plane, Values
from lwise_core.images.heatmaps import PERTURBATION_LIMIT
from lwise_core.images.map_picture import HeatmapPicture, Rings, Scale
from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger, over_the_picture
from lwise_core.inspection.perturbation import Perturbation, Spectrum

SPECTRUM_TOP, SPECTRUM_RANGE = 70.0, 60.0
"""The end of the scale of a spectrum, and how far it reaches down, in decibels of energy (grey levels squared)."""

TIMES_EVEN = 4.0
"""End of the scale of evidence, beyond which 0.5 and 0.8% of the pixels of two photographs go."""

MARKED_PERIODS = (2, 4, 8)
"""Periods of strides and poolings, in pixels, whose places in a spectrum are marked."""

_CHANNELS = ("red", "green", "blue")
_LUMA_SCALE = Scale.signed(PERTURBATION_LIMIT, unit="darker ← grey levels → lighter")
_SPECTRUM_SIDE = 384  # px, so that the rings around single frequencies can be seen


def support_picture(evidence: Evidence) -> HeatmapPicture:
    """Return which pixels a class rests on, on one scale for all pictures, 0 to 4 × even.

    The evidence of every picture sums to 1, so an even one is 1 everywhere.
    """
    times_even = evidence.support * evidence.support.size
    scale = Scale.plain(0, TIMES_EVEN, unit="evidence, × evenly spread")
    beyond = float((times_even > TIMES_EVEN).mean())
    return HeatmapPicture(
        times_even,
        alt="Which pixels of the original the class rests on.",
        caption=f"Bright: pixels that the guide relies on (SmoothGrad; {TIMES_EVEN:.0f} = {TIMES_EVEN:.0f} times the "
        f"average; {_percent(beyond)} of the pixels are brighter than this scale shows).",
        scale=scale,
    )


def spoken_picture(ledger: EvidenceLedger, *, size: int) -> HeatmapPicture:
    """Return which places of the original spoke for the class, as they are drawn over the picture too."""
    scale = Scale.plain(0, 1, unit="signs of the class")
    return HeatmapPicture(
        over_the_picture(ledger.drawn, size=size),
        alt="Where the guide saw signs of the class in the original.",
        caption="Bright: here the guide saw signs of the class in the original (at most 5% of the pictures that do not "
        "show it have as much there); the brighter, the stronger. Dim: faint signs (at most half of them). Dark: none.",
        scale=scale,
    )


def without_evidence_picture(ledger: EvidenceLedger, *, step: int, size: int) -> HeatmapPicture | None:
    """Return where the gain arose without evidence, on one scale for all pictures; None where there was too little."""
    density = ledger.unsupported_density(step)
    if density is None:
        return None
    scale = Scale.plain(0, TIMES_EVEN, unit="gain without evidence, × even")
    return HeatmapPicture(
        over_the_picture(density, size=size),
        alt="Where the change added signs of the class although the guide saw none before.",
        caption="Bright: here the change added signs of the class although the guide saw none before; these places "
        f"need not be where pixels were changed. 0 to {TIMES_EVEN:.0f} times an even gain for all pictures.",
        scale=scale,
    )


def perturbation_picture(luma: Plane) -> HeatmapPicture:
    """Return the signed change of luma ``(H, W)`` on one scale for all pictures, ±``PERTURBATION_LIMIT`` grey levels.

    Pixels beyond the scale get its end colour, and the caption says how many they are.
    """
    rms = float(np.sqrt(np.square(luma, dtype=np.float64).mean()))
    beyond = float((np.abs(luma) > PERTURBATION_LIMIT).mean())
    rows, columns = luma.shape
    return HeatmapPicture(
        luma,
        alt=(
            f"Signed perturbation, {columns} by {rows} pixels: what became lighter and what darker than the original. "
            f"RMS {rms:.1f} grey levels, largest {float(np.abs(luma).max()):.1f}."
        ),
        caption=_share_beyond(beyond),
        scale=_LUMA_SCALE,
    )


def _share_beyond(share: float) -> str:
    scale = f"One scale for all pictures, ±{PERTURBATION_LIMIT:.0f} grey levels"
    if share == 0:
        return f"{scale}; no pixel goes beyond it."
    return f"{scale}; {_percent(share)} of the pixels go beyond it and are drawn in its end colours."


def _percent(share: float) -> str:
    """Return a share of pixels in words: few are not none."""
    if share == 0:
        return "none"
    return "less than 0.1%" if share < 0.001 else f"{share:.1%}"


def magnitude_picture(perturbation: Perturbation) -> HeatmapPicture:
    """Return the length of the change at every pixel on one scale for all pictures, 0 to 48 grey levels."""
    limit = 2 * PERTURBATION_LIMIT
    scale = Scale.plain(0, limit, unit="grey levels over the three channels")
    beyond = float((perturbation.magnitude > limit).mean())
    return HeatmapPicture(
        perturbation.magnitude,
        alt=f"Length of the change at every pixel in grey levels; largest {perturbation.magnitude.max():.1f}.",
        caption=f"One scale for all pictures, 0 to {limit:.0f} grey levels; {_percent(beyond)} of the pixels change by "
        "more.",
        scale=scale,
    )


def similarity_picture(similarity: Plane) -> HeatmapPicture:
    """Return the map of structural similarity ``(H, W)`` on the fixed scale 0.5 to 1."""
    scale = Scale.plain(0.5, 1, unit="structural similarity (SSIM)")
    below = float((similarity < 0.5).mean())
    return HeatmapPicture(
        similarity,
        alt=f"Structural similarity, mean {similarity.mean():.3f}, 1 being the same.",
        caption=f"One scale for all pictures, 0.5 to 1; {_percent(below)} of the pixels are below 0.5.",
        scale=scale,
    )


def spectrum_picture(spectrum: Spectrum, *, periods: Sequence[int]) -> HeatmapPicture:
    """Return the spectrum, zero frequency in the middle, with rings where a lattice of ``periods`` would show."""
    size = len(spectrum.power)
    scale = Scale.plain(SPECTRUM_TOP - SPECTRUM_RANGE, SPECTRUM_TOP, unit="energy, dB")
    points = {(i * size // p + size // 2) % size for p in periods if size % p == 0 for i in range(p)}
    marks = [(x, y) for x in sorted(points) for y in sorted(points) if _on_one(x, y, size=size, periods=periods)]
    return HeatmapPicture(
        decibels(spectrum.power / size**2),
        alt=f"Spectrum of the perturbation, {size} by {size} frequencies, lattices of {_listed(periods)} px marked.",
        caption=f"Fixed scale. Middle: coarse, edge: fine. Circles: where patterns of {_listed(periods)} px show.",
        scale=scale,
        rings=Rings(np.array(marks, dtype=np.int64).reshape(-1, 2), times=max(1, round(_SPECTRUM_SIDE / size))),
    )


def channel_pictures(perturbation: Perturbation) -> tuple[HeatmapPicture, ...]:
    """Return the signed change of red, green and blue on the scale of luma."""
    return tuple(
        HeatmapPicture(
            channel,
            alt=f"Signed change of {name}, RMS {float(np.sqrt(np.square(channel).mean())):.1f} grey levels.",
            caption=name.capitalize(),
            scale=_LUMA_SCALE,
        )
        for name, channel in zip(_CHANNELS, perturbation.delta, strict=True)
    )


def attribution_picture(
    values: FloatImage, *, limit: float, of: str, between: tuple[str, str] | None = None
) -> HeatmapPicture:
    """Return a signed attribution ``(H, W)`` on the scale ±``limit``, which maps that stand side by side share.

    ``between`` are the classes that values below and above 0 speak for; None: against one class, and for it.
    """
    below, above = between or ("against", "for the class")
    scale = Scale.signed(limit, unit=f"{below} ← logit → {above}")
    sides = "for the class, the others against" if between is None else f"for {above}, the others for {below}"
    beyond = float((np.abs(values) > limit).mean())
    return HeatmapPicture(
        values,
        alt=f"{of}: {float((values > 0).mean()):.0%} of the pixels speak {sides}.",
        caption=f"{of}; {_percent(beyond)} of the pixels go beyond the scale.",
        scale=scale,
    )


def decibels(energy: Values) -> Values:
    """Return 10·log₁₀ of ``energy``, of any shape, no lower than the scale goes."""
    floor = 10 ** ((SPECTRUM_TOP - 2 * SPECTRUM_RANGE) / 10)
    found: Values = 10 * np.log10(np.maximum(energy, floor))
    return found


def _on_one(x: int, y: int, *, size: int, periods: Sequence[int]) -> bool:
    """Return whether the frequency lies on a lattice of one of ``periods`` and is not zero."""
    across, down = x - size // 2, y - size // 2
    steps = [size // p for p in periods if size % p == 0]
    return (across, down) != (0, 0) and any(across % s == 0 and down % s == 0 for s in steps)


def _listed(periods: Sequence[int]) -> str:
    return ", ".join(map(str, periods))
