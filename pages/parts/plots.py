"""Figures of the pages: pure functions from plain numbers to a Plotly figure, its description and a caption.

Scales are fixed and stated; nothing is stretched to a picture's own minimum and maximum. Colours come from the palette
of Okabe and Ito (colour-blind safe), only those with a contrast of 3:1 on the light page and on the dark one; lines
differ in dash and marker too. Backgrounds are transparent and text keeps the page's own colour.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from pages.parts.notices import plain

PERTURBATION_LIMIT = 24.0
"""End of the one scale of perturbation maps, in grey levels of luma.

The RMS of a perturbation is 3.3 grey levels at the default ε and 13 at the largest (natural guides). Measured on three
photographs with the bundled guide: 99% of pixels lie within 10 at the default ε, 95% within 24 at the largest.
"""

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY = "#808080"
_CLEAR = "rgba(0,0,0,0)"

_RIVAL_STYLES = ((VERMILLION, "dash", "square"), (GREEN, "dot", "diamond"), (PURPLE, "dashdot", "triangle-up"))
_OTHER_STYLE = (GREY, "longdash", "x")
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


@dataclass(frozen=True)
class LogitCurves:
    """Logits along ε: ``logits[name][i]`` belongs to ``epsilons[i]``, which rise from 0 as far as the path reached.

    Hold the class of interest (``ground_truth``), its strongest rivals, and every class that is the guide's first
    choice anywhere on the way: changes of the first choice are read from these curves.
    """

    epsilons: Sequence[float]
    logits: Mapping[str, Sequence[float]]
    ground_truth: str


@dataclass(frozen=True)
class EpsilonAxis:
    """The axis of ε: 0 to ``largest``, RMS grey levels per unit, and where caution begins (None: not known)."""

    largest: float
    grey_levels_per_unit: float
    caution: float | None = None


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


def perturbation_figure(perturbation: npt.NDArray[np.floating]) -> Plot:
    """Return the signed map of a perturbation on one scale for all pictures, ±``PERTURBATION_LIMIT`` grey levels.

    Pixels beyond the scale get its end colour, and the caption says how many they are. The figure has no height of its
    own: it is as wide as the pictures beside it.

    Args:
        perturbation: ``(H, W)``, in grey levels −255…255, at most about 512 px a side.
    """
    rows, columns = perturbation.shape
    beyond = float((np.abs(perturbation) > PERTURBATION_LIMIT).mean())
    rms = float(np.sqrt(np.square(perturbation, dtype=np.float64).mean()))
    figure = _figure(height=None)
    figure.add_heatmap(
        z=perturbation.astype(np.float32),
        zmin=-PERTURBATION_LIMIT,
        zmax=PERTURBATION_LIMIT,
        colorscale=_darker_lighter(),
        zsmooth=False,
        hovertemplate="%{z:+.1f} grey levels<br>column %{x}, row %{y}<extra></extra>",
        colorbar=_scale_below(),
    )
    figure.update_xaxes(visible=False, range=(-0.5, columns - 0.5), constrain="domain", fixedrange=True)
    figure.update_yaxes(
        visible=False,
        range=(rows - 0.5, -0.5),
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
        fixedrange=True,
    )
    return Plot(
        figure,
        alt=(
            f"Signed perturbation, {columns} by {rows} pixels: orange is lighter, blue is darker than the original. "
            f"RMS {rms:.1f} grey levels, largest {float(np.abs(perturbation).max()):.1f}."
        ),
        caption=_share_beyond(beyond),
    )


def _scale_below() -> dict[str, object]:
    limit = PERTURBATION_LIMIT
    ticks = (-limit, -limit / 2, 0.0, limit / 2, limit)
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
        "tickvals": ticks,
        "ticktext": [f"{tick:+.0f}".replace("-", "−") if tick else "0" for tick in ticks],
        "title": {"text": "darker ← grey levels → lighter", "side": "bottom", "font": {"size": 12}},
    }


def _share_beyond(share: float) -> str:
    scale = f"One scale for all pictures, ±{PERTURBATION_LIMIT:.0f} grey levels"
    if share == 0:
        return f"{scale}; no pixel goes beyond it."
    percent = "less than 0.1%" if share < 0.001 else f"{share:.1%}"
    return f"{scale}; {percent} of the pixels go beyond it and are drawn in its end colours."


def path_figure(curves: LogitCurves, *, axis: EpsilonAxis, current: float) -> Plot:
    """Return the logits of a class and its rivals along ε, with the present ε marked.

    The axis always spans the guide's whole range. Shaded: beyond ``axis.caution``, and what was not computed.
    """
    changes = _first_choices(curves)
    reached = curves.epsilons[-1]
    low, high = _padded(np.concatenate([np.asarray(values) for values in curves.logits.values()]))
    figure = _figure(height=400)
    for name, values, style in _styled(curves):
        figure.add_scatter(
            x=list(curves.epsilons),
            y=list(values),
            name=_label(name),
            hovertemplate="%{y:.2f}",
            cliponaxis=False,
            **style,
        )
    _mark_changes(figure, changes, at=low)
    _add_grey_levels(figure, axis, at=low)
    _shade(figure, axis, reached=reached)
    figure.add_vline(x=current, line={"color": GREY, "width": 2})
    figure.add_annotation(
        x=current,
        y=1,
        yref="paper",
        yanchor="top",
        xanchor="left" if current < axis.largest / 2 else "right",
        text=f"<b> ε {current:.2f} </b>",
        showarrow=False,
    )
    figure.update_layout(
        hovermode="x unified",
        xaxis={
            "title": "ε (L2 norm, guide’s units)",
            "range": (0, axis.largest),
            "hoverformat": ".2f",
            "fixedrange": True,
            "zeroline": False,
        },
        yaxis={"title": "logit (no unit)", "range": (low, high), "fixedrange": True, "zeroline": False},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0.5, "xanchor": "center"},
        margin={"l": 8, "r": 8, "t": 8, "b": 90},
    )
    return Plot(figure, alt=_describe(curves, axis, current), caption=_in_words(changes, axis))


def _styled(curves: LogitCurves) -> list[tuple[str, Sequence[float], dict[str, object]]]:
    """Return name, logits and line style: the class of interest first and bold, then the rivals as they come."""
    bold: dict[str, object] = {"mode": "lines", "line": {"color": BLUE, "width": 4}}
    styled = [(curves.ground_truth, curves.logits[curves.ground_truth], bold)]
    rivals = [name for name in curves.logits if name != curves.ground_truth]
    for i, name in enumerate(rivals):
        colour, dash, symbol = _RIVAL_STYLES[i] if i < len(_RIVAL_STYLES) else _OTHER_STYLE
        thin: dict[str, object] = {
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2, "dash": dash},
            "marker": {"symbol": symbol, "size": 7, "maxdisplayed": 9},
        }
        styled.append((name, curves.logits[name], thin))
    return styled


def _first_choices(curves: LogitCurves) -> list[tuple[float, str]]:
    """Return (ε, class) wherever the class with the highest logit becomes another one, the one at ε = 0 first."""
    names = list(curves.logits)
    table = np.asarray([curves.logits[name] for name in names])
    choices = [(epsilon, names[i]) for epsilon, i in zip(curves.epsilons, table.argmax(axis=0), strict=True)]
    return choices[:1] + [after for before, after in pairwise(choices) if before[1] != after[1]]


def _mark_changes(figure: go.Figure, changes: list[tuple[float, str]], *, at: float) -> None:
    later = changes[1:]
    if not later:
        return
    figure.add_scatter(
        x=[epsilon for epsilon, _ in later],
        y=[at] * len(later),
        text=[_label(name) for _, name in later],
        name="first choice changes",
        mode="markers",
        marker={"symbol": "triangle-up", "size": 14, "color": GREY},
        hovertemplate="to %{text}",
        cliponaxis=False,
    )


def _add_grey_levels(figure: go.Figure, axis: EpsilonAxis, *, at: float) -> None:
    """Repeat the axis on top in RMS grey levels: an axis is only drawn for a trace, so it gets one without marks."""
    figure.add_scatter(x=[0], y=[at], xaxis="x2", mode="none", showlegend=False, hoverinfo="skip")
    figure.update_layout(
        xaxis2={
            "title": "RMS change (grey levels of 0–255)",
            "range": (0, axis.largest * axis.grey_levels_per_unit),
            "overlaying": "x",
            "side": "top",
            "tickmode": "auto",
            "nticks": 6,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        }
    )


def _shade(figure: go.Figure, axis: EpsilonAxis, *, reached: float) -> None:
    if axis.caution is not None and axis.caution < axis.largest:
        figure.add_vrect(
            x0=axis.caution,
            x1=axis.largest,
            fillcolor="rgba(230,159,0,0.22)",
            line_width=0,
            layer="below",
            annotation={"text": "caution", "font": {"size": 12}, "yanchor": "bottom"},
            annotation_position="bottom right",
        )
    if reached < axis.largest * (1 - 1e-9):
        figure.add_vrect(
            x0=reached,
            x1=axis.largest,
            fillcolor="rgba(128,128,128,0.22)",
            line_width=0,
            layer="below",
            annotation={"text": "not computed", "font": {"size": 12}},
            annotation_position="left",
        )


def _describe(curves: LogitCurves, axis: EpsilonAxis, current: float) -> str:
    ends = "; ".join(f"{name} from {values[0]:.2f} to {values[-1]:.2f}" for name, values, _ in _styled(curves))
    return (
        f"Logits along ε from 0 to {curves.epsilons[-1]:.2f}: {ends}. The slider stands at ε {current:.2f}, "
        f"{current * axis.grey_levels_per_unit:.1f} grey levels RMS."
    )


def _in_words(changes: list[tuple[float, str]], axis: EpsilonAxis) -> str:
    start, *later = changes
    words = f"First choice of the guide: {plain(start[1])}"
    words += "".join(f", from ε {epsilon:.2f} {plain(name)}" for epsilon, name in later) + "."
    if axis.caution is not None and axis.caution < axis.largest:
        words += f" Shaded: above ε {axis.caution:.2f}, seven times the guide’s training budget."
    return words


def reference_figure(references: Sequence[float], *, logit: float, class_name: str) -> Plot:
    """Return how the logits of held-out reference pictures of a class are spread, with this picture's ``logit``."""
    values = np.asarray(references, dtype=np.float64)
    low, high = _padded(np.append(values, logit))
    counts, edges = np.histogram(values, bins=np.linspace(low, high, _BINS + 1))
    figure = _figure(height=160)
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
    figure = _figure(height=44 + 34 * len(names))
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
            "ticktext": [f"<b>{_label(name)}</b>" if name == ground_truth else _label(name) for name in names],
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


def _figure(*, height: int | None) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        dragmode=False,
    )
    return figure


def _padded(values: npt.NDArray[np.floating], *, share: float = 0.08) -> tuple[float, float]:
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


def _label(name: str) -> str:
    """Return a class name for a figure: shortened, and its markup shown as text, for names are other people's."""
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return html.escape(short, quote=False)
