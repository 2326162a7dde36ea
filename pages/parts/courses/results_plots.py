"""Figures of a study: learning curves, test accuracies, and human error against difficulty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lwise_core._utils.counting import counted
from lwise_core.study.accuracy import GroupAccuracy, LearningCurve, PictureAccuracy, Point
from lwise_core.study.error_agreement import ErrorAgreement, error_bins
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.teaching.design.schedules import Group
from pages.parts.ui.plots import BLUE, GREEN, GREY, LEGEND_ABOVE, PURPLE, VERMILLION, Plot, blank_figure, label

_STYLES = {
    Group.CONTROL: (GREY, "solid", "circle"),
    Group.SELECTION: (BLUE, "dash", "square"),
    Group.SELECTION_SHUFFLED: (BLUE, "dot", "square-open"),
    Group.ENHANCEMENT: (GREEN, "dash", "triangle-up"),
    Group.ENHANCEMENT_SHUFFLED: (GREEN, "dot", "triangle-up-open"),
    Group.L_WISE: (VERMILLION, "solid", "diamond"),
    Group.SHOWN_WHERE: (VERMILLION, "dash", "star-diamond"),
    Group.ADAPTIVE: (PURPLE, "solid", "x"),
    Group.YOKED: (PURPLE, "dot", "cross"),
    Group.WRONG_CLASS: (VERMILLION, "dot", "star"),
    Group.EXPERT: (BLUE, "solid", "pentagon"),
    Group.CLAHE: (GREY, "dash", "hexagon"),
    Group.MSRCR: (GREY, "dot", "hexagon2"),
    Group.LEVELS: (GREY, "dashdot", "octagon"),
}
_DOT = {"color": BLUE, "line": {"color": GREY, "width": 1}}  # see-through dots are too dim on the dark page
_OTHERS = tuple(_STYLES.values())[1:]
_NO_TITLES: Mapping[str, str] = MappingProxyType({})
_OTHER_PEOPLE = "bars: 95%, other people, same pictures"
_OTHER_PICTURES = "bars: 95%, other people and other pictures"
_AXIS_PX = 130  # ticks and a title of two lines, below the rows


def curves_figure(
    curves: Sequence[LearningCurve], *, chance: Mapping[str, float], titles: Mapping[str, str] = _NO_TITLES
) -> Plot:
    """Return the accuracy of each group by block, with 95% intervals over people, from 0 to 100%.

    ``chance`` is what guessing gets in each block: a line where it is the same in all of them, else a mark in each.
    ``titles`` are what blocks are called for people; one that is not among them keeps its name.
    """
    figure = blank_figure(height=400)
    for i, curve in enumerate(curves):
        colour, dash, symbol = _STYLES.get(curve.group, _OTHERS[i % len(_OTHERS)])  # type: ignore[call-overload]
        figure.add_scatter(
            x=[titles.get(p.block, p.block) for p in curve.points],
            y=[100 * p.mean for p in curve.points],
            error_y=_bars([p.accuracy for p in curve.points]) | {"thickness": 1},
            name=label(curve.group),
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            marker={"symbol": symbol},
            cliponaxis=False,  # a point at 0% is whole
        )
    if len(levels := set(chance.values())) == 1:
        figure.add_hline(y=100 * levels.pop(), line={"color": GREY, "dash": "dot"}, annotation_text="chance")
    else:
        blocks = [p.block for curve in curves[:1] for p in curve.points if p.block in chance]
        marks = {"symbol": "line-ew-open", "size": 18, "color": GREY}
        named = [titles.get(b, b) for b in blocks]
        figure.add_scatter(x=named, y=[100 * chance[b] for b in blocks], name="chance", mode="markers", marker=marks)
    figure.update_layout(
        yaxis={"title": {"text": "right answers, %"}, "range": [0, 102]},
        xaxis={"title": {"text": f"block<br>{_OTHER_PEOPLE}"}, "type": "category"},
        legend=LEGEND_ABOVE,
    )
    said = "; ".join(f"{c.group}: " + ", ".join(_in_words(p, titles) for p in c.points) for c in curves)
    return Plot(
        figure,
        f"Right answers by block. {said}.",
        "Bars are 95% bootstrap intervals over people. A point without a bar has none: that needs two people.",
    )


def accuracies_figure(groups: Sequence[GroupAccuracy], *, chance: float) -> Plot:
    """Return the test accuracy of each group with its interval over people and pictures, from 0 to 100%."""
    known = [(g, g.mean) for g in groups if g.mean is not None]
    figure = blank_figure(height=_AXIS_PX + 40 * len(known))
    figure.add_scatter(
        x=[100 * mean for _, mean in known],
        y=[label(g.group) for g, _ in known],
        error_x=_bars([g.over_people_and_pictures for g, _ in known]),
        mode="markers",
        marker={"color": BLUE, "size": 9},
        cliponaxis=False,
        showlegend=False,
    )
    figure.add_vline(x=100 * chance, line={"color": GREY, "dash": "dot"})
    figure.update_layout(
        xaxis={"title": {"text": f"right answers in the test, %<br>{_OTHER_PICTURES}"}, "range": [0, 102]},
        yaxis={"type": "category", "autorange": "reversed"},
    )
    said = "; ".join(f"{g.group} {mean:.0%}{_interval_in_words(g.over_people_and_pictures)}" for g, mean in known)
    return Plot(
        figure,
        f"Test accuracy by group: {said}.",
        "Dotted: chance. Bars here hold for other pictures too, those of the figure above do not. A point without a "
        "bar has none: that needs two people and two pictures.",
    )


def difficulty_figure(pictures: Sequence[PictureAccuracy], difficulty: dict[str, float]) -> Plot:
    """Return people's error on each picture of the test against the model's difficulty."""
    shown = [p for p in pictures if p.picture in difficulty]
    figure = blank_figure(height=360)
    figure.add_scatter(
        x=[difficulty[p.picture] for p in shown],
        y=[100 * (1 - p.accuracy) for p in shown],
        mode="markers",
        marker=_DOT | {"size": 8},
        text=[f"{label(p.class_name)}, {counted(p.trials, 'answer')}" for p in shown],
        hovertemplate="%{text}<br>difficulty %{x:.2f}, error %{y:.0f}%<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(
        xaxis={"title": {"text": "difficulty for the guide<br>(its negative ground-truth logit)"}},
        yaxis={"title": {"text": "people's errors, %"}, "range": [-2, 102]},
    )
    return Plot(figure, f"People's errors against difficulty, {counted(len(shown), 'picture')}.")


def errors_figure(found: ErrorAgreement) -> Plot:
    """Return people's errors on each picture, %, against the guide's ground-truth logit, and their mean by range."""
    bins = error_bins(found)
    figure = blank_figure(height=380)
    figure.add_scatter(
        x=found.logits,
        y=100 * found.errors,
        mode="markers",
        name="a picture",
        marker=_DOT | {"size": 6},
        text=[f"{label(p)}, {counted(n, 'answer')}" for p, n in zip(found.pictures, found.answers, strict=True)],
        hovertemplate="%{text}<br>logit %{x:.2f}, error %{y:.0f}%<extra></extra>",
    )
    figure.add_scatter(
        x=[b.logit for b in bins],
        y=[100 * b.error for b in bins],
        mode="lines+markers",
        name="mean of a range",
        line={"color": VERMILLION},
        marker={"symbol": "diamond", "size": 9},
        text=[counted(b.pictures, "picture") for b in bins],
        hovertemplate="%{text}<br>mean logit %{x:.2f}, error %{y:.0f}%<extra></extra>",
    )
    figure.update_layout(
        xaxis={"title": {"text": "harder ← the guide's ground-truth logit → easier"}},
        yaxis={"title": {"text": "people's errors, %"}, "range": [-2, 102]},
        legend=LEGEND_ABOVE,
    )
    said = "; ".join(f"logit {b.logit:.1f} {b.error:.0%}" for b in bins)
    return Plot(
        figure,
        f"People's errors against the guide's logit, {counted(len(found.pictures), 'picture')}. Means: {said}.",
        "The line joins the mean errors in ten equally wide ranges of the logit, as the paper's Figure 1A has them.",
    )


def _bars(found: Sequence[Estimate | CannotJudge]) -> dict[str, list[float]]:
    """Return the bars of points, in percentage points to either side; one without an interval has none."""
    known = [a if isinstance(a, Estimate) else Estimate(value=0.0, low=0.0, high=0.0) for a in found]
    return {
        "array": [100 * (a.high - a.value) for a in known],
        "arrayminus": [100 * (a.value - a.low) for a in known],
    }


def _interval_in_words(found: Estimate | CannotJudge) -> str:
    return f" ({found.low:.0%} to {found.high:.0%})" if isinstance(found, Estimate) else " (no interval)"


def _in_words(point: Point, titles: Mapping[str, str]) -> str:
    block = titles.get(point.block, point.block)
    return f"{block} {point.mean:.0%}{'' if isinstance(point.accuracy, Estimate) else ' (no interval)'}"
