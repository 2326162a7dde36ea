from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.studio.path_plot import EpsilonAxis, LogitCurves, path_figure
from pages.parts.ui.plots import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILLION,
    Plot,
    probability_figure,
    reference_figure,
)

AXIS = EpsilonAxis(largest=4.0, grey_levels_per_unit=2.3, caution=3.0)
CURVES = LogitCurves(
    epsilons=(0.0, 1.0, 2.0, 3.0, 4.0),
    logits={"house cat": (1.0, 2.0, 4.0, 6.0, 8.0), "dog": (3.0, 3.1, 3.2, 3.3, 3.4), "big cat": (0.0,) * 5},
    ground_truth="house cat",
)
PAGES = {"light": "#FFFFFF", "dark": "#10161C"}


def relative_luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of #rrggbb."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def contrast(a: str, b: str) -> float:
    high, low = sorted((relative_luminance(a), relative_luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colour", [BLUE, VERMILLION, GREEN, PURPLE, GREY])
def test_every_colour_stands_out_on_both_pages(colour: str, page: str) -> None:
    assert contrast(colour, PAGES[page]) >= 3


def test_the_axis_of_epsilon_is_the_guides_whole_range_however_far_the_path_came() -> None:
    stopped = LogitCurves(CURVES.epsilons[:3], {k: v[:3] for k, v in CURVES.logits.items()}, "house cat")
    layout = path_figure(stopped, axis=AXIS, current=1.0).figure.layout
    assert layout.xaxis.range == (0, 4.0)
    assert layout.xaxis2.range == pytest.approx((0, 4.0 * 2.3))
    assert "not computed" in [a.text for a in layout.annotations]
    assert "not computed" not in [a.text for a in path_figure(CURVES, axis=AXIS, current=1.0).figure.layout.annotations]


def test_the_class_of_interest_is_bold_and_no_two_lines_look_alike_without_colour() -> None:
    rivals = {f"rival {i}": (0.0,) * 5 for i in range(15)}  # a guide of 16 classes, all of them drawn
    every = replace(CURVES, logits={"house cat": CURVES.logits["house cat"], **rivals})
    lines = [t for t in path_figure(every, axis=AXIS, current=1.0).figure.data if t.name in every.logits]
    assert len(lines) == 16
    widths = {t.name: t.line.width for t in lines}
    assert max(widths, key=lambda name: widths[name]) == "house cat"
    assert len({(t.line.dash, t.marker.symbol) for t in lines}) == len(lines)


def test_where_the_first_choice_changes_is_marked_and_said() -> None:
    plot = path_figure(CURVES, axis=AXIS, current=1.0)
    (mark,) = [t for t in plot.figure.data if t.name == "first choice changes"]
    assert (list(mark.x), list(mark.text)) == ([2.0], ["house cat"])
    assert "The guide's first choice changes: at first dog; from ε 2.00 house cat." in plot.caption


def test_a_steady_first_choice_leaves_no_mark() -> None:
    steady = LogitCurves((0.0, 1.0), {"dog": (3.0, 3.0)}, "dog")
    plot = path_figure(steady, axis=AXIS, current=0)
    assert "first choice changes" not in [t.name for t in plot.figure.data]
    assert "irst choice" not in plot.caption  # it stands below the slider


@pytest.mark.parametrize(("caution", "shaded"), [(3.0, True), (4.0, False), (None, False)])
def test_caution_is_shaded_where_it_begins(caution: float | None, shaded: bool) -> None:
    plot = path_figure(CURVES, axis=EpsilonAxis(4.0, 2.3, caution), current=1.0)
    spans = [(s.x0, s.x1) for s in plot.figure.layout.shapes if s.type == "rect"]
    assert ((3.0, 4.0) in spans) == shaded
    assert ("Shaded" in plot.caption) == shaded


@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=200),
    st.floats(-50, 50),
)
def test_every_reference_is_in_a_bar_and_the_picture_is_in_sight(references: list[float], logit: float) -> None:
    figure = reference_figure(references, logit=logit, class_name="house cat").figure
    assert sum(figure.data[0].y) == len(references)
    low, high = figure.layout.xaxis.range
    assert low < logit < high
    assert figure.layout.height <= 160


def test_probabilities_are_on_the_scale_from_0_to_100_percent() -> None:
    plot = probability_figure({"dog": 0.002, "house cat": 0.0001}, ground_truth="house cat")
    assert plot.figure.layout.xaxis.range[1] >= 1
    assert list(plot.figure.data[0].text) == ["0.2%", "<0.1%"]
    assert list(plot.figure.data[0].marker.color) == [GREY, BLUE]
    assert plot.figure.layout.yaxis.ticktext == ("dog", "<b>house cat</b>")


def test_a_class_name_cannot_bring_markup_of_its_own() -> None:
    name = '<a href="https://example.com">x</a>'
    curves = LogitCurves((0.0, 1.0), {name: (1.0, 2.0)}, name)
    texts = (
        *probability_figure({name: 1.0}, ground_truth=None).figure.layout.yaxis.ticktext,
        *(t.name or "" for t in path_figure(curves, axis=AXIS, current=0).figure.data),
    )
    assert not any("<a" in text for text in texts)


@pytest.mark.parametrize(
    "plot",
    [
        path_figure(CURVES, axis=AXIS, current=1.0),
        reference_figure([1.0, 2.0], logit=1.5, class_name="house cat"),
        probability_figure({"dog": 0.7}, ground_truth="dog"),
    ],
)
def test_every_figure_says_what_it_shows_and_lets_the_page_shine_through(plot: Plot) -> None:
    assert len(plot.alt) > 20
    assert plot.figure.layout.paper_bgcolor == plot.figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
