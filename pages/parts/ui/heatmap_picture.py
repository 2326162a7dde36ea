"""Maps as pictures: every pixel a square, on a fixed scale that stands below as a bar of colours.

A picture takes a fraction of the bytes of a figure that can be pointed at, and a browser draws it at once. Several that
belong together go to the page as one element. The numbers themselves are among the report's files.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lwise_core._utils.arrays import Pixels, Plane
from lwise_core.images.codec import encode_png
from lwise_core.images.heatmaps import CIVIDIS, SIGNED, Palette


@dataclass(frozen=True)
class Scale:
    """What colours mean: the values at both ``ends``, and the ``unit`` in words, for signed maps with directions."""

    palette: Palette
    ends: tuple[float, float]
    unit: str

    @classmethod
    def signed(cls, limit: float, *, unit: str) -> Scale:
        """Return the scale from −``limit`` to ``limit``, on which 0 has the colour of the page."""
        return cls(SIGNED, (-limit, limit), unit)

    @classmethod
    def plain(cls, low: float, high: float, *, unit: str) -> Scale:
        """Return the scale of values that have no sign."""
        return cls(CIVIDIS, (low, high), unit)

    def painted(self, values: Plane) -> Pixels:
        """Return ``values`` ``(H, W)`` as a picture ``(H, W, 4)``."""
        return self.palette.painted(values, ends=self.ends)

    @property
    def ticks(self) -> tuple[str, ...]:
        """Five values, evenly spaced from end to end; signed ones with their sign."""
        low, high = self.ends
        form = "{:+.3g}" if low < 0 else "{:.3g}"
        return tuple(form.format(x).replace("-", "−") if x else "0" for x in np.linspace(low, high, 5).tolist())


@dataclass(frozen=True, eq=False)
class HeatmapPicture:
    """A picture ``(H, W, 3 or 4)`` with its description for screen readers, its ``scale`` if it is a map, a caption."""

    pixels: Pixels
    alt: str
    caption: str = ""
    scale: Scale | None = None


def show_pictures(pictures: Sequence[HeatmapPicture]) -> None:
    """Draw ``pictures`` in a row, as many side by side as the width has room for."""
    st.html(f'<div class="pictures">{"".join(map(figure_of, pictures))}</div>')


def figure_of(picture: HeatmapPicture) -> str:
    """Return one picture as HTML, everything that it says escaped: names in it are other people's."""
    source = base64.b64encode(encode_png(np.ascontiguousarray(picture.pixels))).decode()
    scale = "" if picture.scale is None else _bar(picture.scale)
    caption = f"<figcaption>{html.escape(picture.caption)}</figcaption>" if picture.caption else ""
    return (
        f'<figure><img alt="{html.escape(picture.alt)}" src="data:image/png;base64,{source}">{scale}{caption}</figure>'
    )


def _bar(scale: Scale) -> str:
    stops = ", ".join(
        f"rgba({r:.0f},{g:.0f},{b:.0f},{a:.3f}) {at:.2%}"
        for at, (r, g, b, a) in zip(scale.palette.at, scale.palette.colours, strict=True)
    )
    ticks = "".join(f"<span>{tick}</span>" for tick in scale.ticks)
    return (
        f'<div class="bar" style="background: linear-gradient(to right, {stops})"></div>'
        f'<div class="ticks">{ticks}</div><div class="unit">{html.escape(scale.unit)}</div>'
    )
