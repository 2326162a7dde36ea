from __future__ import annotations

import numpy as np
import torch

from lwise_core.inspection.regions import inside
from pages.parts.picture.region_panel import drawing_figure, outlines_in


def test_what_was_drawn_becomes_outlines_whichever_way_it_was_drawn() -> None:
    one = outlines_in({"box": [{"x": [9.0, 2.0], "y": [3.0, 7.0]}], "lasso": [{"x": [0, 5, 0], "y": [0, 0, 5]}]})
    other = outlines_in({"box": [{"x": [2.0, 9.0], "y": [7.0, 3.0]}], "lasso": [{"x": [0, 0, 5], "y": [0, 5, 0]}]})
    masks = [inside(outlines, size=16).mask for outlines in (one, other)]
    assert torch.equal(*masks)
    assert len(one) == 2


def test_nothing_drawn_is_no_outline() -> None:
    assert outlines_in({"points": [], "box": [], "lasso": []}) == []
    assert outlines_in({}) == []


def test_the_picture_lies_where_its_pixels_are_counted() -> None:
    figure = drawing_figure(np.zeros((3, 24, 24), dtype=np.uint8))
    (picture,) = figure.layout.images
    assert (picture.x, picture.y, picture.sizex, picture.sizey) == (-0.5, -0.5, 24, 24)
    assert figure.layout.xaxis.range == (-0.5, 23.5)
    assert figure.layout.yaxis.range == (23.5, -0.5)
