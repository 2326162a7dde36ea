"""Figures of a study: one person is a point, bars say what they are of, and every dot can be seen on both pages."""

from __future__ import annotations

import pytest

from lwise_core.study.accuracy import PictureAccuracy, accuracies, learning_curves
from pages.parts.courses.results_plots import accuracies_figure, curves_figure, difficulty_figure
from pages.parts.ui.plots import GREY
from tests.pages.ui.test_plots import PAGES, contrast
from tests.support.studies import of_shares


@pytest.mark.parametrize("page", PAGES)
def test_the_dots_of_pictures_stand_out_from_the_page(page: str) -> None:
    picture = PictureAccuracy(picture="a/1.png", class_name="a", accuracy=0.5, trials=4, reaction_msec=None)
    (dots,) = difficulty_figure([picture], {"a/1.png": 1.0}).figure.data
    assert dots.marker.opacity in (None, 1)
    assert contrast(dots.marker.color, PAGES[page]) >= 3
    assert dots.marker.line.color == GREY


def test_one_person_is_a_point_without_a_bar() -> None:
    alone = of_shares({"L-WISE": [0.8]})
    curve = curves_figure(learning_curves(alone), chance={"train_1": 0.25, "test_1": 0.25})
    assert list(curve.figure.data[0].x) == ["train_1", "test_1"]
    assert list(curve.figure.data[0].y) == [80, 80]
    assert list(curve.figure.data[0].error_y.array) == [0, 0]
    assert "train_1 80% (no interval)" in curve.alt
    test = accuracies_figure(accuracies(alone), chance=0.25)
    assert (list(test.figure.data[0].x), list(test.figure.data[0].y)) == ([80], ["L-WISE"])
    assert list(test.figure.data[0].error_x.array) == [0]
    assert test.figure.layout.yaxis.type == "category"
    assert "L-WISE 80% (no interval)" in test.alt
    for plot in (curve, test):
        assert "A point without a bar has none: that needs two people" in plot.caption


def test_both_figures_say_on_themselves_for_what_their_bars_hold() -> None:
    two = of_shares({"L-WISE": [0.5, 0.8]})
    curve = curves_figure(learning_curves(two), chance={"train_1": 0.25, "test_1": 0.25})
    test = accuracies_figure(accuracies(two), chance=0.25)
    assert "other people, same pictures" in curve.figure.layout.xaxis.title.text
    assert "other people and other pictures" in test.figure.layout.xaxis.title.text
    assert all(found > 0 for found in test.figure.data[0].error_x.array)


@pytest.mark.parametrize("chance", [{"train_1": 0.25, "test_1": 0.25}, {"train_1": 0.25, "test_1": 0.5}])
def test_blocks_are_called_as_people_call_them(chance: dict[str, float]) -> None:
    titles = {"train_1": "Learning 1", "test_1": "Test 1"}
    plot = curves_figure(learning_curves(of_shares({"L-WISE": [0.8]})), chance=chance, titles=titles)
    assert all(list(drawn.x) == ["Learning 1", "Test 1"] for drawn in plot.figure.data)
    assert "Learning 1 80%" in plot.alt
