"""Maps on a page, in the colours that the person chose.

A picture takes a fraction of the bytes of a figure that can be pointed at, and a browser draws it at once. Several that
belong together go to the page as one element. The numbers themselves are among the report's files.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import encode_png
from lwise_core.images.heatmaps import PALETTE_PAIRS, PalettePair
from lwise_core.images.map_picture import HeatmapPicture, Scale

_COLOURS = "map-colours"


def colours_choice() -> None:
    """Draw the choice of the colours of all maps; it stays for the session."""
    st.selectbox(
        "Colours of maps",
        PALETTE_PAIRS,
        format_func=lambda pair: pair.name,
        key=_COLOURS,
        help="Colour-blind eyes can tell each of them apart. The figures that you download have them too.",
    )


def chosen_colours() -> PalettePair:
    """Return the colours of maps that the person chose."""
    chosen: PalettePair = st.session_state.get(_COLOURS) or PALETTE_PAIRS[0]
    return chosen


def show_pictures(pictures: Sequence[HeatmapPicture]) -> None:
    """Draw ``pictures`` in a row, as many side by side as the width has room for."""
    st.html(f'<div class="pictures">{"".join(figure_of(one.in_colours(chosen_colours())) for one in pictures)}</div>')


def figure_of(picture: HeatmapPicture) -> str:
    """Return one picture as HTML, everything that it says escaped: names in it are other people's."""
    scale = "" if picture.scale is None else _bar(picture.scale)
    caption = f"<figcaption>{html.escape(picture.caption)}</figcaption>" if picture.caption else ""
    return f'<figure><img alt="{html.escape(picture.alt)}" src="{data_url(picture.pixels)}">{scale}{caption}</figure>'


def gradient_of(scale: Scale) -> str:
    """Return the colours of ``scale`` from its lower end to its upper one, as CSS has it."""
    stops = ", ".join(
        f"rgba({r:.0f},{g:.0f},{b:.0f},{a:.3f}) {at:.2%}"
        for at, (r, g, b, a) in zip(scale.palette.at, scale.palette.colours, strict=True)
    )
    return f"linear-gradient(to right, {stops})"


def data_url(pixels: Pixels) -> str:
    """Return a picture as a PNG that stands in the page itself."""
    return f"data:image/png;base64,{base64.b64encode(encode_png(np.ascontiguousarray(pixels))).decode()}"


def _bar(scale: Scale) -> str:
    ticks = "".join(f"<span>{tick}</span>" for tick in scale.ticks)
    return (
        f'<div class="bar" style="background: {gradient_of(scale)}"></div>'
        f'<div class="ticks">{ticks}</div><div class="unit">{html.escape(scale.unit)}</div>'
    )
