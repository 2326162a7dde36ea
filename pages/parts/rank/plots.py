"""The figures of a ranking: how hard the photographs of each class are, and which are alike to the guide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product

from lwise_core._utils.counting import counted
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.batch.ranking_map import RankingMap
from pages.parts.ui.plots import BLUE, GREEN, LEGEND_ABOVE, PURPLE, VERMILLION, Plot, blank_figure, label

_MARKS = tuple(
    product(("circle", "square", "diamond", "triangle-up", "triangle-down"), (BLUE, VERMILLION, GREEN, PURPLE))
)
_MOST_NAMED = 12
_MANY = 1500  # marks; more are drawn by the graphics card


def logit_figure(logits: Mapping[str, Sequence[float]]) -> Plot:
    """Return the ground-truth logits of each class as a row of marks on one axis; left is harder.

    The marks are written, so that they have the colour of the page's text, in light and in dark.
    """
    figure = blank_figure(height=90 + 34 * len(logits))
    for name, values in logits.items():
        figure.add_scatter(
            x=list(values),
            y=[label(name)] * len(values),
            mode="text",
            text="|",
            textfont={"size": 16},
            hovertemplate="logit %{x:.2f}<extra></extra>",
            showlegend=False,
        )
    figure.update_layout(
        xaxis={"title": {"text": "harder ← logit → easier", "font": {"size": 12}}},
        yaxis={"autorange": "reversed"},
    )
    said = "; ".join(
        f"{n}: {counted(len(v), 'photograph')}, {min(v):.1f} to {max(v):.1f}" for n, v in logits.items() if v
    )
    return Plot(figure, f"Ground-truth logits by class, the lower the harder for people. {said}.")


def map_figure(
    by_class: Mapping[str, Sequence[RankedPhotograph]], ranking_map: RankingMap, *, chosen: Collection[str]
) -> Plot:
    """Return where the photographs of each class lie on a map; the marks of those that are ``chosen`` are filled."""
    count = sum(map(len, by_class.values()))
    named = len(by_class) <= _MOST_NAMED
    figure = blank_figure(height=380)
    draw = figure.add_scatter if count <= _MANY else figure.add_scattergl
    for number, (name, found) in enumerate(by_class.items()):
        symbol, colour = _MARKS[number % len(_MARKS)]
        places = [ranking_map.places[p.sha256] for p in found]
        draw(
            x=[x for x, _ in places],
            y=[y for _, y in places],
            mode="markers",
            name=label(name),
            marker={
                "color": colour,
                "size": 9,
                "symbol": [symbol if p.sha256 in chosen else f"{symbol}-open" for p in found],
            },
            customdata=[[p.sha256] for p in found],
            text=[label(p.name.rsplit("/", 1)[-1]) for p in found],
            hovertemplate=f"{label(name)}<br>%{{text}}<extra></extra>",
            showlegend=named,
        )
    share = sum(ranking_map.shares)
    figure.update_layout(
        dragmode="lasso",
        xaxis={"visible": False, "fixedrange": True},
        yaxis={"visible": False, "fixedrange": True, "scaleanchor": "x"},
        legend=LEGEND_ABOVE,
    )
    filled = sum(p.sha256 in chosen for found in by_class.values() for p in found)
    return Plot(
        figure,
        f"Map of {counted(count, 'photograph')} of {counted(len(by_class), 'class', 'classes')}: those that the guide "
        f"sees alike lie together; {filled:,} are in the lesson.",
        "Photographs that the guide sees alike lie together; filled marks are in the lesson. Draw around some, or "
        f"click one, to see them alone below. The map shows {share:.0%} of the differences that the guide sees.",
    )
