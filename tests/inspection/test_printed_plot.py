"""A plot as a file: of a fixed width, with its words below it, the same bytes each time."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.axes import Axes

from lwise_core.images.codec import open_photograph
from lwise_core.inspection.printed_plot import PrintedPlot

NOTE = "AI-altered towards b, ε = 1. Not for diagnosis."


def line(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1])
    axes.set(xlabel="x", ylabel="$y$")


@pytest.mark.parametrize("caption", ["A line.", "A line that needs many words. " * 12])
def test_its_words_stand_below_the_axes_however_many_they_are(caption: str) -> None:
    plot = PrintedPlot(line, caption)
    short, long = plot.as_png(note=""), plot.as_png(note=NOTE * 4)
    heights = [open_photograph(png, name="plot.png").pixels.shape for png in (short, long)]
    assert [wide for _, wide, _ in heights] == [1003, 1003]  # 85 mm at 300 dpi
    assert heights[0][0] < heights[1][0]
    words = " ".join(text.text or "" for text in texts(plot.as_svg(note=NOTE)))
    assert caption.rsplit(maxsplit=1)[-1] in words
    assert "Not for diagnosis." in words


def texts(svg: bytes) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))  # noqa: S314  made here


def test_nothing_is_read_as_a_formula() -> None:
    assert "$y$" in [text.text for text in texts(PrintedPlot(line, "A line.").as_svg(note=NOTE))]


def test_it_is_black_on_white_whatever_the_page_looks_like() -> None:
    pixels = open_photograph(PrintedPlot(line, "A line.").as_png(note=NOTE), name="plot.png").pixels
    assert (pixels[0, 0] == 255).all()
    assert np.min(pixels) < 10


def test_the_same_plot_has_the_same_bytes() -> None:
    plot = PrintedPlot(line, "A line.")
    assert plot.as_svg(note=NOTE) == plot.as_svg(note=NOTE)
    assert plot.as_png(note=NOTE) == plot.as_png(note=NOTE)
