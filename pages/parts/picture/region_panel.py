"""Where the change may go: the whole picture, what the person draws, or the pixels that the class rests on."""

from __future__ import annotations

import base64
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.path import Original
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import to_8_bit
from lwise_core.inspection.regions import NoRegion, Outline, Region, box, inside, on_evidence, painted, superpixels
from pages.parts.picture.region_painter import region_painter
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once
from pages.parts.ui.notices import notice
from pages.parts.ui.plots import BLUE, blank_figure, lay_square

_EVERYWHERE, _DRAWN, _PAINTED, _EVIDENCE = (
    "The whole picture",
    "What I draw",
    "What I paint",
    "Where the evidence is",
)
_DOTS = 32  # a side: what a drawn outline takes hold of
_SHARES = (5, 10, 20, 30, 50)  # per cent


def region_panel(original: Original, *, towards: str, token: str) -> Region | None:
    """Draw the choice and return the pixels that may change, or None for all of them."""
    where = st.segmented_control(
        "Where it may change",
        (_EVERYWHERE, _DRAWN, _PAINTED, _EVIDENCE),
        default=_EVERYWHERE,
        key=f"where-{token}",
        help="Every other pixel stays as it is, bit for bit; the whole budget ε is spent inside.",
    )
    if where == _DRAWN:
        within = _drawn(original, token=token)
    elif where == _PAINTED:
        within = _painted(original, token=token)
    elif where == _EVIDENCE:
        within = _on_evidence(original, towards=towards, token=token)
    else:
        return None
    if within is not None:
        st.caption(
            f"{within.share:.0%} of the pixels may change; the others stay as they are, bit for bit. "
            "The limits of the lights were set on whole pictures."
        )
        st.download_button(
            "Region (PNG)",
            within.as_png(),
            file_name="region.png",
            mime="image/png",
            on_click="ignore",
            help="White may change. `enhance --only-mask` and `inspect --only-mask` take it in the shell.",
        )
    return within


def _drawn(original: Original, *, token: str) -> Region | None:
    size = original.guide.input_size
    event = st.plotly_chart(
        drawing_figure(to_8_bit(original.image.cpu().numpy())),
        alt="The square that the guide sees, to draw an outline on",
        key=f"draw-{token}-{original.guide.name}",
        on_select="rerun",
        selection_mode=("lasso", "box"),
        config={"displaylogo": False, "modeBarButtons": [["lasso2d", "select2d"]], "displayModeBar": True},
    )
    outlines = outlines_in(event["selection"])
    if not outlines:
        notice("info", "Draw an outline or a box on the picture; hold Shift to add another. Until then all may change.")
        return None
    try:
        return inside(outlines, size=size)
    except NoRegion as error:
        notice("info", str(error))
        return None


def _painted(original: Original, *, token: str) -> Region | None:
    image, key = original.image.cpu().numpy(), f"paint-{token}-{original.guide.name}"
    pieces = once("superpixels", key, lambda: superpixels(image))
    mask = region_painter(to_8_bit(image), pieces=pieces, key=key)
    if not mask.any():
        notice("info", "Paint where it may change. Until then all may change.")
        return None
    return painted(mask)


def _on_evidence(original: Original, *, towards: str, token: str) -> Region:
    guide = original.guide
    share = st.select_slider(
        "Pixels with the most evidence",
        _SHARES,
        value=20,
        format_func=lambda s: f"{s}%",
        key=f"share-{token}",
        help="By SmoothGrad: how strongly the class's logit depends on each pixel of the original.",
    )
    target = guide.class_index(towards)
    return slot().do(lambda: on_evidence(guide, original.image, target=target, share=share / 100))


def outlines_in(selection: Any) -> list[Outline]:  # noqa: ANN401  what Plotly sends, as Streamlit hands it on
    """Return the outlines that were drawn: each box and each free-hand line, in pixels of the picture."""
    boxes = [
        box(left=min(b["x"]), right=max(b["x"]), top=min(b["y"]), bottom=max(b["y"])) for b in selection.get("box", ())
    ]
    return boxes + [tuple(zip(line["x"], line["y"], strict=True)) for line in selection.get("lasso", ())]


def drawing_figure(pixels: Pixels) -> go.Figure:
    """Return ``pixels`` ``(3, H, W)`` as a figure that can be drawn on."""
    _, height, width = pixels.shape
    figure = blank_figure(height=320)
    encoded = base64.b64encode(encode_png(pixels.transpose(1, 2, 0))).decode()
    figure.add_layout_image(
        source=f"data:image/png;base64,{encoded}",
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=width,
        sizey=height,
        sizing="stretch",
        layer="below",
    )
    steps = [((i + 0.5) / _DOTS) for i in range(_DOTS)]
    figure.add_scatter(
        x=[x * width - 0.5 for _ in steps for x in steps],
        y=[y * height - 0.5 for y in steps for _ in steps],
        mode="markers",
        marker={"color": "rgba(0,0,0,0)"},
        hoverinfo="skip",
        showlegend=False,
    )
    lay_square(figure, shape=(height, width))
    line = {"color": BLUE, "width": 3, "dash": "solid"}
    figure.update_layout(dragmode="lasso", newselection={"line": line, "mode": "immediate"})
    return figure
