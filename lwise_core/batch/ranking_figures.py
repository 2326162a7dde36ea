"""The figures of a ranking as files at print size: how hard each class is, and its map where there is one."""

from __future__ import annotations

import io
from collections.abc import Collection
from itertools import product
from typing import TYPE_CHECKING
from zipfile import ZipFile

from lwise_core._utils.counting import counted
from lwise_core._utils.reproducible_zip import add_file
from lwise_core.batch.ranking import Ranking
from lwise_core.batch.ranking_map import RankingMap
from lwise_core.images.caption_strip import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lwise_core.inspection.printed_plot import PrintedPlot

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")  # Okabe and Ito
_MARKS = tuple(product("osD^v", _COLOURS))
_LONGEST_NAME = 28
_ROW, _AXIS = 0.05, 0.2  # of the width: one class, and the axis below them all


def logits_plot(ranking: Ranking) -> PrintedPlot:
    """Return the ground-truth logits of each class of ``ranking`` as a row of marks; left is harder."""
    from lwise_core.inspection.printed_plot import PrintedPlot  # noqa: PLC0415  matplotlib takes a second to import

    by_class = ranking.by_class()

    def draw(axes: Axes) -> None:
        for row, found in enumerate(by_class.values()):
            axes.plot([p.logit for p in found], [row] * len(found), "|", color="black", markersize=5)
        axes.set_yticks(range(len(by_class)), [_name(name) for name in by_class])
        axes.set(xlabel="harder ← ground-truth logit (no unit) → easier", ylim=(len(by_class) - 0.5, -0.5))

    count = counted(len(ranking.photographs), "photograph")
    classes = counted(len(by_class), "class", "classes")
    return PrintedPlot(draw, f"Logits of {count} of {classes}, a mark each.", height=_AXIS + _ROW * len(by_class))


def map_plot(ranking: Ranking, ranking_map: RankingMap, *, chosen: Collection[str]) -> PrintedPlot:
    """Return where the photographs of each class lie on the map; the marks of those that are ``chosen`` are filled."""
    from lwise_core.inspection.printed_plot import PrintedPlot  # noqa: PLC0415  matplotlib takes a second to import

    by_class = ranking.by_class()

    def draw(axes: Axes) -> None:
        for number, (name, found) in enumerate(by_class.items()):
            mark, colour = _MARKS[number % len(_MARKS)]
            for is_chosen in (True, False):
                places = [ranking_map.places[p.sha256] for p in found if (p.sha256 in chosen) is is_chosen]
                axes.plot(
                    [x for x, _ in places],
                    [y for _, y in places],
                    mark,
                    color=colour,
                    fillstyle="full" if is_chosen else "none",
                    markersize=3,
                    markeredgewidth=0.6,
                    label=_name(name) if is_chosen else None,
                )
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_axis_off()
        if len(by_class) <= len(_MARKS):  # else marks repeat, and would name two classes each
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, fontsize=5, frameon=False)

    return PrintedPlot(
        draw,
        f"Map of {counted(len(ranking.photographs), 'photograph')}: those that the guide sees alike lie together. "
        f"Filled: in the lesson. It shows {sum(ranking_map.shares):.0%} of the differences that the guide sees.",
        height=0.9,
    )


def ranking_figures_zip(
    ranking: Ranking, ranking_map: RankingMap | None, *, guide: str, chosen: Collection[str]
) -> bytes:
    """Return the figures of a ranking by ``guide`` as one ZIP: each as PNG at 300 dpi and as SVG, 85 mm wide.

    The map is among them where there is one. The same ranking gives the same bytes.
    """
    plots = {"logits": logits_plot(ranking)}
    if ranking_map is not None:
        plots["map"] = map_plot(ranking, ranking_map, chosen=chosen)
    note, stream = f"Ranked by {drawable(guide)}. Not for diagnosis.", io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, plot in plots.items():
            add_file(archive, f"{name}.png", plot.as_png(note=note))
            add_file(archive, f"{name}.svg", plot.as_svg(note=note))
    return stream.getvalue()


def _name(name: str) -> str:
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return drawable(short)
