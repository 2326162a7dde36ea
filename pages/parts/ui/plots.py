"""Figures of the pages: pure functions from plain numbers to a Plotly figure, its description and a caption.

Scales are fixed and stated; nothing is stretched to a picture's own minimum and maximum. Colours come from the palette
of Okabe and Ito (colour-blind safe), only those with a contrast of 3:1 on the light page and on the dark one; lines
differ in dash and marker too. Backgrounds are transparent and text keeps the page's own colour.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY = "#808080"
_CLEAR = "rgba(0,0,0,0)"

LEGEND_ABOVE = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
"""For figures of many lines: beside them, a legend takes half of a narrow screen."""

_LONGEST_NAME = 28
_BINS = 30


@dataclass(frozen=True)
class Plot:
    """A figure with its description for screen readers and a caption to stand below it (may be empty)."""

    figure: go.Figure
    alt: str
    caption: str = ""


def show(plot: Plot, *, key: str) -> None:
    """Draw ``plot`` and its caption on the page."""
    st.plotly_chart(plot.figure, alt=plot.alt, height="content", key=key, config=_config(key))
    if plot.caption:
        st.caption(plot.caption)


def show_to_select(plot: Plot, *, key: str, on_select: Callable[[], None]) -> None:
    """Draw ``plot`` so that a person can draw around points; ``on_select`` is called when they have.

    What they marked stands in the session's state under ``key`` until the figure changes.
    """
    config = _config(key, "select2d", "lasso2d")
    st.plotly_chart(
        plot.figure,
        alt=plot.alt,
        height="content",
        key=key,
        config=config,
        on_select=on_select,
        selection_mode=("points", "box", "lasso"),
    )
    if plot.caption:
        st.caption(plot.caption)


def _config(name: str, *buttons: str) -> dict[str, object]:
    """Return what Plotly offers on a plot: ``buttons``, and to save it as a file called ``name`` on this machine."""
    return {
        "displaylogo": False,
        "modeBarButtons": [[*buttons, "toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": name},
    }


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
            f"Ground-truth logits of {len(values)} references of {class_name}: middle half "
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


def blank_figure(*, height: int) -> go.Figure:
    """Return an empty figure on the page's own background."""
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
