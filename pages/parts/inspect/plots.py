"""Plots of the Inspect page: lights along ε, overlap, spectra, histograms and how far methods agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lwise_core.inspection.evidence import TOP_SHARE, Evidence
from lwise_core.inspection.indicators import LightKind, LightState, Risk
from lwise_core.inspection.map_pictures import SPECTRUM_RANGE, SPECTRUM_TOP, decibels
from lwise_core.inspection.perturbation import Histogram, Spectrum
from pages.parts.ui.plots import BLUE, GREY, PURPLE, VERMILLION, Plot, blank_figure, label

_COLOURS = {LightState.FLAGGED: VERMILLION, LightState.NO_FLAG: BLUE, LightState.CANNOT_JUDGE: GREY}
_PATTERNS = {LightState.FLAGGED: "x", LightState.NO_FLAG: "", LightState.CANNOT_JUDGE: "/"}
_ROWS = {LightKind.SEMANTIC: "Evidence", LightKind.ARTEFACT: "Artefact"}


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
            "range": (SPECTRUM_TOP - 2 * SPECTRUM_RANGE, SPECTRUM_TOP),
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
