"""Figures and pictures of the Inspect page: lights along ε, maps, spectra, histograms and how far methods agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lwise_core._utils.arrays import FloatImage, Plane
from lwise_core.images.heatmaps import ringed
from lwise_core.inspection.evidence import TOP_SHARE, Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger, over_the_picture
from lwise_core.inspection.indicators import LightKind, LightState, Risk
from lwise_core.inspection.perturbation import Histogram, Perturbation, Spectrum
from pages.parts.ui.heatmap_picture import HeatmapPicture, Scale
from pages.parts.ui.plots import BLUE, GREY, PERTURBATION_LIMIT, PURPLE, VERMILLION, Plot, blank_figure, label

_COLOURS = {LightState.FLAGGED: VERMILLION, LightState.NO_FLAG: BLUE, LightState.CANNOT_JUDGE: GREY}
_PATTERNS = {LightState.FLAGGED: "x", LightState.NO_FLAG: "", LightState.CANNOT_JUDGE: "/"}
_ROWS = {LightKind.SEMANTIC: "Evidence", LightKind.ARTEFACT: "Artefact"}
_SPECTRUM_TOP, _SPECTRUM_RANGE = 70.0, 60.0  # decibels of |F|² over H·W, in grey levels squared
TIMES_EVEN = 4.0  # end of the scale of evidence: on two photographs 0.5 and 0.8% of the pixels go beyond
_CHANNELS = ("red", "green", "blue")
_LUMA_SCALE = Scale.signed(PERTURBATION_LIMIT, unit="darker ← grey levels → lighter")
_SPECTRUM_SIDE = 384  # px, so that the rings around single frequencies can be seen


def lights_figure(risks: Sequence[Risk], *, step: float, steps: int, current: float) -> Plot:
    """Return both lights along ε, one bar each, hatched where flagged or not judged, with the current ε as a line."""
    figure = blank_figure(height=120)
    for kind, row in _ROWS.items():
        for first, last, state in _runs([_light(r, kind) for r in risks]):
            figure.add_bar(
                y=[row],
                x=[(last - first + 1) * step],
                base=[(first - 0.5) * step],
                orientation="h",
                width=0.7,
                marker={"color": _COLOURS[state], "pattern": {"shape": _PATTERNS[state], "solidity": 0.25}},
                hovertemplate=f"{row}: {state.value}, ε {first * step:.2f}–{last * step:.2f}<extra></extra>",
            )
    figure.add_vline(x=current, line={"color": PURPLE, "width": 3})
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        xaxis={
            "range": (-step, (steps + 0.5) * step),
            "title": {"text": "ε", "font": {"size": 12}},
            "fixedrange": True,
        },
        yaxis={"fixedrange": True, "automargin": True, "autorange": "reversed"},
        margin={"l": 8, "r": 8, "t": 4, "b": 36},
    )
    said = "; ".join(
        f"{_ROWS[kind]} "
        + ", ".join(
            f"{s.value} from ε {a * step:.2f} to {b * step:.2f}" for a, b, s in _runs([_light(r, kind) for r in risks])
        )
        for kind in LightKind
    )
    return Plot(
        figure, alt=f"Both lights along ε: {said}.", caption="Crossed: flagged. Plain: no flag. Striped: cannot judge."
    )


def support_picture(evidence: Evidence) -> HeatmapPicture:
    """Return which pixels a class rests on, on one scale for all pictures, 0 to 4 × even.

    The evidence of every picture sums to 1, so an even one is 1 everywhere.
    """
    times_even = evidence.support * evidence.support.size
    scale = Scale.plain(0, TIMES_EVEN, unit="evidence, × evenly spread")
    beyond = float((times_even > TIMES_EVEN).mean())
    return HeatmapPicture(
        scale.painted(times_even),
        alt="Which pixels of the original the class rests on.",
        caption=f"Bright: pixels that the guide relies on (SmoothGrad; {TIMES_EVEN:.0f} = {TIMES_EVEN:.0f} times the "
        f"average; {beyond:.1%} of the pixels go beyond).",
        scale=scale,
    )


def spoken_picture(ledger: EvidenceLedger, *, size: int) -> HeatmapPicture:
    """Return which places of the original spoke for the class, on one scale for all pictures."""
    scale = Scale.plain(0, 1, unit="1 − p")
    return HeatmapPicture(
        scale.painted(over_the_picture(1 - ledger.support, size=size)),
        alt="Which places of the original spoke for the class.",
        caption="How far each place of the original said more for the class than places of pictures without it "
        "(1 − p; from 0.95 on it counts as evidence, below 0.5 as none).",
        scale=scale,
    )


def without_evidence_picture(ledger: EvidenceLedger, *, step: int, size: int) -> HeatmapPicture | None:
    """Return where the gain arose without evidence, on one scale for all pictures; None where there was too little."""
    density = ledger.unsupported_density(step)
    if density is None:
        return None
    scale = Scale.plain(0, TIMES_EVEN, unit="gain without evidence, × even")
    return HeatmapPicture(
        scale.painted(over_the_picture(density, size=size)),
        alt="Where the gain of the class arose although nothing in the original spoke for it.",
        caption="Where the gain arose although nothing spoke for the class there: it arose at these places, which need "
        f"not be where pixels were changed. 0 to {TIMES_EVEN:.0f} times an even gain for all pictures.",
        scale=scale,
    )


def overlap_figure(evidence: Evidence, *, step: float, current: int) -> Plot:
    """Return the share of the change on the pixels with the most evidence, along ε, beside that of other classes."""
    epsilons = [i * step for i in range(1, len(evidence.mass))]
    own, others = evidence.mass[1:], evidence.mass_of_others[:, 1:]
    figure = blank_figure(height=260)
    if len(others):
        edge: dict[str, object] = {"x": epsilons, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(y=others.max(axis=0), showlegend=False, **edge)
        figure.add_scatter(
            y=others.min(axis=0),
            fill="tonexty",
            fillcolor="rgba(128,128,128,0.35)",
            name=f"evidence of {len(others)} other classes, lowest to highest",
            **edge,
        )
    figure.add_scatter(
        x=epsilons,
        y=own,
        mode="lines",
        line={"color": BLUE, "width": 3},
        name="evidence of this class",
        hovertemplate="ε %{x:.2f}: %{y:.0%}<extra></extra>",
    )
    figure.add_hline(y=TOP_SHARE, line={"color": GREY, "width": 2, "dash": "dash"})
    if current:
        figure.add_vline(x=current * step, line={"color": PURPLE, "width": 3})
    figure.update_layout(
        xaxis={"title": {"text": "ε", "font": {"size": 12}}, "fixedrange": True},
        yaxis={
            "title": {"text": "share of the change", "font": {"size": 12}},
            "range": (0, 1),
            "tickformat": ".0%",
            "fixedrange": True,
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 8, "t": 4, "b": 40},
    )
    return Plot(
        figure,
        alt=f"Share of the change on the {TOP_SHARE:.0%} of pixels with the most evidence, along ε.",
        caption=f"How much of the change lies on the {TOP_SHARE:.0%} of pixels with the most evidence. Dashed: one "
        "that is spread evenly.",
    )


def perturbation_picture(luma: Plane) -> HeatmapPicture:
    """Return the signed change of luma ``(H, W)`` on one scale for all pictures, ±``PERTURBATION_LIMIT`` grey levels.

    Pixels beyond the scale get its end colour, and the caption says how many they are.
    """
    rms = float(np.sqrt(np.square(luma, dtype=np.float64).mean()))
    beyond = float((np.abs(luma) > PERTURBATION_LIMIT).mean())
    rows, columns = luma.shape
    return HeatmapPicture(
        _LUMA_SCALE.painted(luma),
        alt=(
            f"Signed perturbation, {columns} by {rows} pixels: orange is lighter, blue is darker than the original. "
            f"RMS {rms:.1f} grey levels, largest {float(np.abs(luma).max()):.1f}."
        ),
        caption=_share_beyond(beyond),
        scale=_LUMA_SCALE,
    )


def _share_beyond(share: float) -> str:
    scale = f"One scale for all pictures, ±{PERTURBATION_LIMIT:.0f} grey levels"
    if share == 0:
        return f"{scale}; no pixel goes beyond it."
    percent = "less than 0.1%" if share < 0.001 else f"{share:.1%}"
    return f"{scale}; {percent} of the pixels go beyond it and are drawn in its end colours."


def magnitude_picture(perturbation: Perturbation) -> HeatmapPicture:
    """Return the length of the change at every pixel on one scale for all pictures, 0 to 48 grey levels."""
    limit = 2 * PERTURBATION_LIMIT
    scale = Scale.plain(0, limit, unit="grey levels over the three channels")
    beyond = float((perturbation.magnitude > limit).mean())
    return HeatmapPicture(
        scale.painted(perturbation.magnitude),
        alt=f"Length of the change at every pixel in grey levels; largest {perturbation.magnitude.max():.1f}.",
        caption=f"0 to {limit:.0f} grey levels for all pictures; {beyond:.1%} of the pixels go beyond.",
        scale=scale,
    )


def similarity_picture(similarity: Plane) -> HeatmapPicture:
    """Return the map of structural similarity on the fixed scale 0.5 to 1."""
    scale = Scale.plain(0.5, 1, unit="structural similarity (SSIM)")
    below = float((similarity < 0.5).mean())
    return HeatmapPicture(
        scale.painted(similarity),
        alt=f"Structural similarity, mean {similarity.mean():.3f}, 1 being the same.",
        caption=f"0.5 to 1 for all pictures; {below:.1%} of the pixels are below 0.5.",
        scale=scale,
    )


def spectrum_picture(spectrum: Spectrum, *, periods: Sequence[int]) -> HeatmapPicture:
    """Return the spectrum, zero frequency in the middle, with rings where a lattice of ``periods`` would show."""
    size = len(spectrum.power)
    scale = Scale.plain(_SPECTRUM_TOP - _SPECTRUM_RANGE, _SPECTRUM_TOP, unit="energy, dB")
    points = {(i * size // p + size // 2) % size for p in periods if size % p == 0 for i in range(p)}
    marks = [(x, y) for x in sorted(points) for y in sorted(points) if _on_one(x, y, size=size, periods=periods)]
    painted = scale.painted(decibels(spectrum.power / size**2))
    return HeatmapPicture(
        ringed(painted, np.array(marks, dtype=np.int64).reshape(-1, 2), times=max(1, round(_SPECTRUM_SIDE / size))),
        alt=f"Spectrum of the perturbation, {size} by {size} frequencies, lattices of {_listed(periods)} px marked.",
        caption=f"Fixed scale. Middle: coarse, edge: fine. Circles: where patterns of {_listed(periods)} px show.",
        scale=scale,
    )


def profile_figure(spectrum: Spectrum) -> Plot:
    """Return the median energy of every ring of the spectrum, in decibels."""
    radii, power = zip(*spectrum.profile, strict=True)
    size = len(spectrum.power)
    figure = blank_figure(height=220)
    figure.add_scatter(
        x=list(radii),
        y=decibels(np.array(power) / size**2).tolist(),
        mode="lines",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{x:.2f} cycles a pixel: %{y:.0f} dB<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(
        xaxis={
            "title": {"text": "coarse ← cycles a pixel → fine", "font": {"size": 12}},
            "range": (0, 0.5),
            "fixedrange": True,
        },
        yaxis={
            "title": {"text": "median energy, dB", "font": {"size": 12}},
            "range": (_SPECTRUM_TOP - 2 * _SPECTRUM_RANGE, _SPECTRUM_TOP),
            "fixedrange": True,
        },
        margin={"l": 8, "r": 8, "t": 4, "b": 40},
    )
    fine = spectrum.fine_share
    said = "no energy" if fine is None else f"{fine:.0%} of the energy is finer than 4 px"
    return Plot(figure, alt=f"Energy by frequency: {said}.", caption=said[:1].upper() + said[1:] + ".")


def histogram_figure(histogram: Histogram) -> Plot:
    """Return how often each change occurs, on fixed bins and a logarithmic scale."""
    middles = (histogram.edges[:-1] + histogram.edges[1:]) / 2
    figure = blank_figure(height=220)
    figure.add_bar(
        x=middles,
        y=histogram.counts,
        marker={"color": GREY},
        hovertemplate="%{y} values near %{x:+.0f} grey levels<extra></extra>",
    )
    figure.update_layout(
        xaxis={
            "title": {"text": "darker ← grey levels → lighter", "font": {"size": 12}},
            "range": (histogram.edges[0], histogram.edges[-1]),
            "fixedrange": True,
        },
        yaxis={"type": "log", "title": {"text": "values", "font": {"size": 12}}, "fixedrange": True},
        margin={"l": 8, "r": 8, "t": 4, "b": 40},
        bargap=0,
    )
    ends = int(histogram.counts[0] + histogram.counts[-1])
    return Plot(
        figure,
        alt=f"Histogram of the change of every channel, {int(histogram.counts.sum())} values.",
        caption=f"All three channels, two grey levels a bar; the end bars hold what lies beyond ({ends} values).",
    )


def channel_pictures(perturbation: Perturbation) -> tuple[HeatmapPicture, ...]:
    """Return the signed change of red, green and blue on the scale of luma."""
    return tuple(
        HeatmapPicture(
            _LUMA_SCALE.painted(channel),
            alt=f"Signed change of {name}, RMS {float(np.sqrt(np.square(channel).mean())):.1f} grey levels.",
            caption=name.capitalize(),
            scale=_LUMA_SCALE,
        )
        for name, channel in zip(_CHANNELS, perturbation.delta, strict=True)
    )


def attribution_picture(values: FloatImage, *, limit: float, of: str) -> HeatmapPicture:
    """Return a signed attribution on the scale ±``limit``, which maps that stand side by side share."""
    scale = Scale.signed(limit, unit="against ← logit → for the class")
    beyond = float((np.abs(values) > limit).mean())
    return HeatmapPicture(
        scale.painted(values),
        alt=f"{of}: {float((values > 0).mean()):.0%} of the pixels speak for the class (orange), the others against.",
        caption=f"{of}; {beyond:.1%} of the pixels beyond the scale.",
        scale=scale,
    )


def agreement_figure(names: Sequence[str], matrix: Sequence[Sequence[float | None]]) -> Plot:
    """Return how alike methods rank the pixels: Spearman's ρ from −1 to 1, “–” where there is no order."""
    values = np.array([[np.nan if v is None else v for v in row] for row in matrix])
    figure = go.Figure(blank_figure(height=80 + 44 * len(names)))
    figure.add_heatmap(
        z=values,
        x=[label(n) for n in names],
        y=[label(n) for n in names],
        zmin=-1,
        zmax=1,
        colorscale=((0, BLUE), (0.5, "rgba(128,128,128,0.05)"), (1, VERMILLION)),
        text=[["–" if v is None else f"{v:.2f}".replace("-", "−") for v in row] for row in matrix],
        texttemplate="%{text}",
        hoverinfo="skip",
        showscale=False,
    )
    figure.update_layout(
        xaxis={"side": "top", "fixedrange": True, "automargin": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    pairs = [
        f"{a} and {b} {matrix[i][j]:.2f}"
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j and matrix[i][j] is not None
    ]
    return Plot(
        figure,
        alt=f"Rank correlation of methods: {'; '.join(pairs) or 'none can be judged'}.",
        caption="Spearman’s ρ of the maps of the original, signs included: 1 the same order, 0 unrelated.",
    )


def decibels(
    energy: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return 10·log₁₀ of ``energy``, no lower than the scale goes."""
    floor = 10 ** ((_SPECTRUM_TOP - 2 * _SPECTRUM_RANGE) / 10)
    found: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = 10 * np.log10(np.maximum(energy, floor))
    return found


def _light(risk: Risk, kind: LightKind) -> LightState:
    return (risk.semantic if kind is LightKind.SEMANTIC else risk.artefact).state


def _runs(states: Sequence[LightState]) -> list[tuple[int, int, LightState]]:
    """Return the stretches of equal states: first and last step, and which."""
    runs: list[tuple[int, int, LightState]] = []
    for i, state in enumerate(states):
        if runs and runs[-1][2] is state:
            runs[-1] = (runs[-1][0], i, state)
        else:
            runs.append((i, i, state))
    return runs


def _on_one(x: int, y: int, *, size: int, periods: Sequence[int]) -> bool:
    """Return whether the frequency lies on a lattice of one of ``periods`` and is not zero."""
    across, down = x - size // 2, y - size // 2
    steps = [size // p for p in periods if size % p == 0]
    return (across, down) != (0, 0) and any(across % s == 0 and down % s == 0 for s in steps)


def _listed(periods: Sequence[int]) -> str:
    return ", ".join(map(str, periods))
