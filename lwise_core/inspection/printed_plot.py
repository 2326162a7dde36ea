"""A plot at print size: black on white whatever the page's colours are, with what it shows and what was altered.

It is drawn by matplotlib. Importing this module imports that, which only who takes figures away should wait for.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from lwise_core.images.map_picture import PRINT_DPI, PRINT_WIDTH_MM

_WIDE_IN = PRINT_WIDTH_MM / 25.4
_SMALL_PT, _LINE_IN = 5.0, 0.085  # of the words below the axes
_LINE_HOLDS = 84  # characters of them
_STYLE: dict[Any, Any] = {  # Any: matplotlib's own type names every setting that there is
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "none",
    "svg.hashsalt": "lwise",  # the same plot has the same bytes
    "text.parse_math": False,  # names of classes are other people's
}
_WITHOUT: Mapping[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
_DRAWING = Lock()  # matplotlib's style is one for all threads


@dataclass(frozen=True)
class PrintedPlot:
    """A plot that is drawn when it is written: ``draw`` paints its axes, ``caption`` stands below them.

    ``height`` is that of the axes, as a share of the width.
    """

    draw: Callable[[Axes], None]
    caption: str
    height: float = 0.6

    def as_png(self, *, note: str) -> bytes:
        """Return the plot at 300 dpi, 85 mm wide, with its caption and ``note`` below it."""
        return self._written(note, kind="png")

    def as_svg(self, *, note: str) -> bytes:
        """Return the plot as an SVG 85 mm wide, its words as text, with its caption and ``note`` below it."""
        return self._written(note, kind="svg")

    def _written(self, note: str, *, kind: str) -> bytes:
        lines = textwrap.wrap(f"{self.caption} {note}", _LINE_HOLDS, break_on_hyphens=False)
        words = _LINE_IN * (len(lines) + 1)
        high = _WIDE_IN * self.height + words
        stream = io.BytesIO()
        with _DRAWING, mpl.rc_context(_STYLE):
            above_the_words = ConstrainedLayoutEngine(rect=(0, words / high, 1, 1 - words / high))
            figure = Figure(figsize=(_WIDE_IN, high), dpi=PRINT_DPI, layout=above_the_words)
            self.draw(figure.subplots())
            figure.text(0.01, 0.01, "\n".join(lines), fontsize=_SMALL_PT, va="bottom", ha="left")
            figure.savefig(stream, format=kind, metadata=_WITHOUT[kind])
        return stream.getvalue()
