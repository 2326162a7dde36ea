"""Figures of a study: every dot can be seen on the light page and on the dark one."""

from __future__ import annotations

import pytest

from lwise_core.study.accuracy import PictureAccuracy
from pages.parts.courses.results_plots import difficulty_figure
from pages.parts.ui.plots import GREY
from tests.pages.ui.test_plots import PAGES, contrast


@pytest.mark.parametrize("page", PAGES)
def test_the_dots_of_pictures_stand_out_from_the_page(page: str) -> None:
    picture = PictureAccuracy(picture="a/1.png", class_name="a", accuracy=0.5, trials=4, reaction_msec=None)
    (dots,) = difficulty_figure([picture], {"a/1.png": 1.0}).figure.data
    assert dots.marker.opacity in (None, 1)
    assert contrast(dots.marker.color, PAGES[page]) >= 3
    assert dots.marker.line.color == GREY
