"""Figures of the pages: pure functions from plain numbers to a Plotly figure, its description and a caption.

Scales are fixed and stated; nothing is stretched to a picture's own minimum and maximum. Colours come from the palette
of Okabe and Ito (colour-blind safe), only those with a contrast of 3:1 on the light page and on the dark one; lines
differ in dash and marker too. Backgrounds are transparent and text keeps the page's own colour.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

PERTURBATION_LIMIT = 24.0
"""End of the one scale of perturbation maps, in grey levels of luma.

The RMS of a perturbation is 3.3 grey levels at the default ε and 13 at the largest (natural guides). Measured on three
photographs with the bundled guide: 99% of pixels lie within 10 at the default ε, 95% within 24 at the largest.
"""

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY = "#808080"
_CLEAR = "rgba(0,0,0,0)"

LEGEND_ABOVE = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
"""For figures of many lines: beside them, a legend takes half of a narrow screen."""

_LONGEST_NAME = 28
_BINS = 30


def _darker_lighter() -> list[tuple[float, str]]:
    """Return the palette of signed maps: blue is darker, orange lighter, and no change is the page itself.

    So the middle is neutral on light and dark pages alike. Opacity grows as the 2/3 power of the change, for small
    changes would be lost on a dark page; the colour bar shows it.
    """
    strengths = (1.0, 0.5, 0.25, 0.125, 0.0)
    blue = [(0.5 - s / 2, f"rgba(0,114,178,{s ** (2 / 3):.3f})") for s in strengths]
    orange = [(0.5 + s / 2, f"rgba(213,94,0,{s ** (2 / 3):.3f})") for s in reversed(strengths)]
    return blue + orange


@dataclass(frozen=True)
class Plot:
    """A figure with its description for screen readers and a caption to stand below it (may be empty)."""

    figure: go.Figure
    alt: str
    caption: str = ""


def show(plot: Plot, *, key: str) -> None:
    """Draw ``plot`` and its caption on the page; style.css gives figures without a height of their own their shape."""
    shaped = plot.figure.layout.height is None
    st.plotly_chart(
        plot.figure,
        alt=plot.alt,
        height="stretch" if shaped else "content",
        key=f"map-{key}" if shaped else key,
        config={"displayModeBar": False},
    )
    if plot.caption:
        st.caption(plot.caption)


@dataclass(frozen=True)
class MapScale:
    """The scale of signed maps: ±``limit`` in ``unit``; ``low`` and ``high`` say what the ends mean."""

    limit: float
    unit: str
    low: str
    high: str


LUMA_SCALE = MapScale(PERTURBATION_LIMIT, "grey levels", "darker", "lighter")


def perturbation_figure(perturbation: npt.NDArray[np.floating]) -> Plot:
    """Return the signed map of a perturbation on one scale for all pictures, ±``PERTURBATION_LIMIT`` grey levels.

    Pixels beyond the scale get its end colour, and the caption says how many they are.

    Args:
        perturbation: ``(H, W)``, in grey levels −255…255, at most about 512 px a side.
    """
    rms = float(np.sqrt(np.square(perturbation, dtype=np.float64).mean()))
    beyond = float((np.abs(perturbation) > PERTURBATION_LIMIT).mean())
    rows, columns = perturbation.shape
    return Plot(
        signed_map(perturbation, scale=LUMA_SCALE),
        alt=(
            f"Signed perturbation, {columns} by {rows} pixels: orange is lighter, blue is darker than the original. "
            f"RMS {rms:.1f} grey levels, largest {float(np.abs(perturbation).max()):.1f}."
        ),
        caption=_share_beyond(beyond),
    )


def signed_map(values: npt.NDArray[np.floating], *, scale: MapScale) -> go.Figure:
    """Return ``values`` ``(H, W)`` as a map on ``scale``; the figure is as wide as the pictures beside it."""
    figure = blank_figure(height=None)
    figure.add_heatmap(
        z=values.astype(np.float32),
        zmin=-scale.limit,
        zmax=scale.limit,
        colorscale=_darker_lighter(),
        zsmooth=False,
        hovertemplate=f"%{{z:+.3g}} {scale.unit}<br>column %{{x}}, row %{{y}}<extra></extra>",
        colorbar=_scale_below(scale),
    )
    lay_square(figure, shape=values.shape)
    return figure


def lay_square(figure: go.Figure, *, shape: tuple[int, ...]) -> None:
    """Show every pixel of a map of ``shape`` as a square, the first row on top."""
    rows, columns = shape
    figure.update_xaxes(visible=False, range=(-0.5, columns - 0.5), constrain="domain", fixedrange=True)
    figure.update_yaxes(
        visible=False,
        range=(rows - 0.5, -0.5),
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
        fixedrange=True,
    )


def _scale_below(scale: MapScale) -> dict[str, object]:
    limit = scale.limit
    ticks = (-limit, -limit / 2, 0.0, limit / 2, limit)
    return bar_below(f"{scale.low} ← {scale.unit} → {scale.high}") | {
        "tickvals": ticks,
        "ticktext": [f"{tick:+.3g}".replace("-", "−") if tick else "0" for tick in ticks],
    }


def bar_below(title: str) -> dict[str, object]:
    """Return the colour bar of a map: below it, with ``title``."""
    return {
        "orientation": "h",
        "y": 0,
        "yanchor": "top",
        "ypad": 6,
        "thickness": 12,
        "len": 0.9,
        "xpad": 0,
        "ticklabeloverflow": "allow",
        "outlinecolor": GREY,
        "outlinewidth": 1,
        "title": {"text": title, "side": "bottom", "font": {"size": 12}},
    }


def _share_beyond(share: float) -> str:
    scale = f"One scale for all pictures, ±{PERTURBATION_LIMIT:.0f} grey levels"
    if share == 0:
        return f"{scale}; no pixel goes beyond it."
    percent = "less than 0.1%" if share < 0.001 else f"{share:.1%}"
    return f"{scale}; {percent} of the pixels go beyond it and are drawn in its end colours."


def reference_figure(references: Sequence[float], *, logit: float, class_name: str) -> Plot:
    """Return how the logits of held-out reference pictures of a class are spread, with this picture's ``logit``."""
    values = np.asarray(references, dtype=np.float64)
    low, high = padded(np.append(values, logit))
    counts, edges = np.histogram(values, bins=np.linspace(low, high, _BINS + 1))
    figure = blank_figure(height=160)
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges) * 0.92,
        customdata=np.stack([edges[:-1], edges[1:]], axis=1),
        marker={"color": GREY},
        hovertemplate="%{y} references from %{customdata[0]:.1f} to %{customdata[1]:.1f}<extra></extra>",
    )
    figure.add_vline(x=logit, line={"color": BLUE, "width": 4})
    figure.add_annotation(
        x=logit,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"<b>this picture {logit:.2f}</b>".replace("-", "−"),
        xanchor=_side(logit, low, high),
        showarrow=False,
    )
    figure.update_layout(
        xaxis={
            "title": {"text": f"harder ← logit of {len(values)} references → easier", "font": {"size": 12}},
            "range": (low, high),
            "fixedrange": True,
            "zeroline": False,
            "showgrid": False,
        },
        yaxis={"visible": False, "fixedrange": True},
        margin={"l": 4, "r": 4, "t": 24, "b": 44},
        bargap=0,
    )
    quartiles = np.quantile(values, (0.25, 0.5, 0.75))
    return Plot(
        figure,
        alt=(
            f"Ground-truth logits of {len(values)} held-out references of {class_name}: middle half "
            f"{quartiles[0]:.2f} to {quartiles[2]:.2f}, median {quartiles[1]:.2f}. This picture: {logit:.2f}."
        ),
    )


def probability_figure(probabilities: Mapping[str, float], *, ground_truth: str | None) -> Plot:
    """Return bars of class probabilities in [0, 1], in the order given, on a scale of 0–100%.

    The bar of ``ground_truth`` is blue and its name bold.
    """
    names = list(probabilities)
    figure = blank_figure(height=44 + 34 * len(names))
    figure.add_bar(
        x=list(probabilities.values()),
        y=list(range(len(names))),
        orientation="h",
        text=[_percent(p) for p in probabilities.values()],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [BLUE if name == ground_truth else GREY for name in names]},
        hoverinfo="skip",
        width=0.66,
    )
    figure.update_layout(
        xaxis={
            "range": (0, 1.1),
            "tickvals": (0, 0.25, 0.5, 0.75, 1),
            "tickformat": ".0%",
            "fixedrange": True,
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [f"<b>{label(name)}</b>" if name == ground_truth else label(name) for name in names],
            "range": (len(names) - 0.5, -0.5),
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        margin={"l": 8, "r": 8, "t": 4, "b": 28},
    )
    listed = "; ".join(f"{name} {_percent(p)}" for name, p in probabilities.items())
    return Plot(figure, alt=f"The guide's probabilities: {listed}.")


def blank_figure(*, height: int | None) -> go.Figure:
    """Return an empty figure on the page's own background; without a height style.css gives it its shape."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        dragmode=False,
    )
    return figure


def padded(values: npt.NDArray[np.floating], *, share: float = 0.08) -> tuple[float, float]:
    """Return the range of ``values`` with a margin; a range of one logit when they are all the same."""
    low, high = float(values.min()), float(values.max())
    margin = share * (high - low) or 0.5
    return low - margin, high + margin


def _side(position: float, low: float, high: float) -> str:
    """Return the anchor that keeps a label at ``position`` inside the figure."""
    share = (position - low) / (high - low)
    return "left" if share < 0.2 else "right" if share > 0.8 else "center"


def _percent(probability: float) -> str:
    return "<0.1%" if 0 < probability < 0.0005 else f"{probability:.1%}"


def label(name: str) -> str:
    """Return a class name for a figure: shortened, and its markup shown as text, for names are other people's."""
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return html.escape(short, quote=False)
