from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from lwise_core.images.map_picture import HeatmapPicture, Scale
from pages.parts.ui.heatmap_picture import figure_of


class Parts(HTMLParser):
    """The tags of a piece of HTML with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def map_of(values: np.ndarray, *, scale: Scale) -> HeatmapPicture:
    return HeatmapPicture(values, alt="What it shows", caption="What it says", scale=scale)


def test_a_map_comes_pixel_by_pixel_the_first_row_on_top() -> None:
    picture = map_of(np.array([[-2.0, 0.0], [1.0, 2.0], [0.0, 0.0]]), scale=Scale.signed(2, unit="logit"))
    source = next(a["src"] for tag, a in Parts(figure_of(picture)).tags if tag == "img")
    assert source is not None
    with Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/png;base64,")))) as image:
        assert image.size == (2, 3)
        assert np.array_equal(np.asarray(image), picture.pixels)
        assert image.getpixel((0, 0)) == (0, 114, 178, 255)
        assert image.getpixel((1, 1)) == (213, 94, 0, 255)


def test_a_figure_has_its_description_its_scale_and_its_caption() -> None:
    parts = Parts(figure_of(map_of(np.zeros((2, 2)), scale=Scale.signed(24, unit="darker ← grey levels → lighter"))))
    assert next(a["alt"] for tag, a in parts.tags if tag == "img") == "What it shows"
    assert parts.text == ["−24", "−12", "0", "+12", "+24", "darker ← grey levels → lighter", "What it says"]


@pytest.mark.parametrize("scale", [Scale.signed(3, unit="x"), Scale.plain(10, 70, unit="x")])
def test_the_bar_shows_the_colours_of_the_map(scale: Scale) -> None:
    stops = re.findall(
        r"rgba\((\d+),(\d+),(\d+),([\d.]+)\) ([\d.]+)%", figure_of(map_of(np.zeros((2, 2)), scale=scale))
    )
    low, high = scale.ends
    values = np.array([[low + float(share) / 100 * (high - low) for *_, share in stops]])
    painted = scale.painted(values)[0].astype(int)
    seen = painted[:, 3] > 0  # what is clear has no colour
    expected = np.array([[int(r), int(g), int(b), round(float(a) * 255)] for r, g, b, a, _ in stops])
    assert np.abs(painted - expected)[seen].max() <= 1
    assert np.array_equal(painted[:, 3] == 0, expected[:, 3] == 0)


def test_names_are_text_whatever_they_are() -> None:
    name = '"><script src="https://example.org">'
    parts = Parts(figure_of(HeatmapPicture(np.zeros((2, 2, 3), dtype=np.uint8), alt=name, caption=name)))
    assert [tag for tag, _ in parts.tags] == ["figure", "img", "figcaption"]
    assert name in "".join(parts.text)
