"""The figure of a path: logits of a class and its rivals along ε."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import plotly.graph_objects as go

from pages.parts.ui.notices import plain
from pages.parts.ui.plots import BLUE, GREEN, GREY, PURPLE, VERMILLION, Plot, blank_figure, label, padded

_RIVAL_STYLES = ((VERMILLION, "dash", "square"), (GREEN, "dot", "diamond"), (PURPLE, "dashdot", "triangle-up"))
_OTHER_DASHES = ("longdash", "longdashdot")
_OTHER_SYMBOLS = ("x", "circle", "star", "cross", "hexagon", "triangle-down", "pentagon", "hourglass")


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
    """The axis of ε: 0 to ``largest``, RMS grey levels per unit, and where caution begins.

    ``caution`` is seven times the guide's training ε, None when that is not known.
    """

    largest: float
    grey_levels_per_unit: float
    caution: float | None = None


def path_figure(curves: LogitCurves, *, axis: EpsilonAxis, current: float) -> Plot:
    """Return the logits of a class and its rivals along ε, with the present ε marked.

    The axis always spans the guide's whole range. Shaded: beyond ``axis.caution``, and what was not computed.
    """
    changes = _first_choices(curves)
    reached = curves.epsilons[-1]
    low, high = padded(np.concatenate([np.asarray(values) for values in curves.logits.values()]))
    figure = blank_figure(height=400)
    for name, values, style in _styled(curves):
        figure.add_scatter(
            x=list(curves.epsilons),
            y=list(values),
            name=label(name),
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
    styles = (*_RIVAL_STYLES, *((GREY, *look) for look in product(_OTHER_DASHES, _OTHER_SYMBOLS)))
    for i, name in enumerate(rivals):
        colour, dash, symbol = styles[i % len(styles)]
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
        text=[label(name) for _, name in later],
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
            "title": "RMS budget (grey levels of 0–255)",
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
        f"a budget of {current * axis.grey_levels_per_unit:.1f} grey levels RMS."
    )


def _in_words(changes: list[tuple[float, str]], axis: EpsilonAxis) -> str:
    start, *later = changes
    words = ""
    if later:  # one that stays is read below the slider
        ways = "; ".join(f"from ε {epsilon:.2f} {plain(name)}" for epsilon, name in later)
        words = f"The guide's first choice changes: at first {plain(start[1])}; {ways}."
    if axis.caution is not None and axis.caution < axis.largest:
        words += f" Shaded: above ε {axis.caution:.2f}, seven times the guide’s training budget."
    return words.strip()
