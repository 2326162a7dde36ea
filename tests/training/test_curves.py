from __future__ import annotations

import xml.etree.ElementTree as ET

from lwise_core.training.curves import curves_svg
from lwise_core.training.trainer import Epoch

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_has_three_lines_with_a_point_an_epoch_on_a_fixed_scale() -> None:
    epochs = [Epoch(i, 1.0, 0.0, 1.0, 0.5, 1.0) for i in (1, 2, 3, 4)]
    picture = ET.fromstring(curves_svg(epochs))  # noqa: S314  our own picture
    lines = [line.attrib["points"].split() for line in picture.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [4, 4, 4]
    clean, robust, training = ({float(p.split(",")[1]) for p in points} for points in lines)
    assert clean == {24.0}
    assert training == {316.0}
    assert robust == {170.0}
    assert float(lines[0][-1].split(",")[0]) == 490.0


def test_before_the_first_epoch_there_is_a_picture_without_points() -> None:
    picture = ET.fromstring(curves_svg([]))  # noqa: S314  our own picture
    assert all(not line.attrib["points"] for line in picture.iter(f"{SVG}polyline"))
