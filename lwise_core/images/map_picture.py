"""Maps as pictures: every pixel a square, on a fixed scale that stands below as a bar of colours.

A map keeps its numbers and is painted when it is shown, in the colours that the person chose. It leaves as PNG and as
SVG at print size, with its scale and what it shows in words below it: a figure cut from its page still says so.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lwise_core._utils.arrays import Counts, Pixels, Plane
from lwise_core.images.caption_strip import Strip, drawable
from lwise_core.images.codec import encode_png
from lwise_core.images.heatmaps import PALETTE_PAIRS, Palette, PalettePair, ringed

PRINT_WIDTH_MM, PRINT_DPI = 85, 300
"""A printed figure is as wide as a column of a journal, and its PNG has this many pixels an inch."""

_WIDE = round(PRINT_WIDTH_MM / 25.4 * PRINT_DPI)
_BAR, _TEXT, _GAP = 28, 26, 12  # px of the printed picture
_FONT_MM, _LINE_MM, _BAR_MM = 2.4, 3.2, 2.4
_LINE_HOLDS = 62  # characters of a line of an SVG: 85 mm of a sans-serif of 2.4 mm, whichever the reader has


@dataclass(frozen=True)
class Scale:
    """What colours mean: the values at both ``ends``, and the ``unit`` in words, for signed maps with directions."""

    palette: Palette
    ends: tuple[float, float]
    unit: str

    @classmethod
    def signed(cls, limit: float, *, unit: str) -> Scale:
        """Return the scale from −``limit`` to ``limit``, on which 0 has the colour of the page."""
        return cls(PALETTE_PAIRS[0].signed, (-limit, limit), unit)

    @classmethod
    def plain(cls, low: float, high: float, *, unit: str) -> Scale:
        """Return the scale of values that have no sign."""
        return cls(PALETTE_PAIRS[0].plain, (low, high), unit)

    @property
    def is_signed(self) -> bool:
        """Whether values lie on both sides of 0."""
        return self.ends[0] == -self.ends[1]

    def in_colours(self, pair: PalettePair) -> Scale:
        """Return the same scale in other colours."""
        return replace(self, palette=pair.signed if self.is_signed else pair.plain)

    def painted(self, values: Plane) -> Pixels:
        """Return ``values`` ``(H, W)`` as a picture ``(H, W, 4)``."""
        return self.palette.painted(values, ends=self.ends)

    @property
    def ticks(self) -> tuple[str, ...]:
        """Five values, evenly spaced from end to end; signed ones with their sign."""
        low, high = self.ends
        form = "{:+.3g}" if low < 0 else "{:.3g}"
        return tuple(form.format(x).replace("-", "−") if x else "0" for x in np.linspace(low, high, 5).tolist())


@dataclass(frozen=True)
class Rings:
    """Pixels of a map that are marked: ``places`` ``(N, 2)``, columns and rows; pixels are drawn ``times`` as large."""

    places: Counts
    times: int


@dataclass(frozen=True, eq=False)
class HeatmapPicture:
    """A map ``(H, W)`` on its ``scale``, or a picture ``(H, W, 3)`` uint8 without one.

    ``alt`` describes it for screen readers, ``caption`` stands below it.
    """

    content: Pixels | Plane
    alt: str
    caption: str = ""
    scale: Scale | None = None
    rings: Rings | None = None

    @cached_property
    def pixels(self) -> Pixels:
        """The picture as it is shown, ``(H, W, 3)``, or ``(H, W, 4)`` of a map."""
        if self.scale is None:
            return np.ascontiguousarray(self.content, dtype=np.uint8)
        painted = self.scale.painted(cast("Plane", self.content))
        return painted if self.rings is None else ringed(painted, self.rings.places, times=self.rings.times)

    def in_colours(self, pair: PalettePair) -> HeatmapPicture:
        """Return the same map in other colours; a picture stays as it is."""
        return self if self.scale is None else replace(self, scale=self.scale.in_colours(pair))

    def as_png(self, *, note: str) -> bytes:
        """Return the figure on white at 300 dpi, 85 mm wide, with scale, caption and ``note`` below it."""
        parts = [_enlarged(self._on_white())]
        if self.scale is not None:
            parts.append(_printed_bar(self.scale, width=parts[0].shape[1]))
        parts.append(Strip.saying(f"{self.caption} {note}", width=parts[0].shape[1]).printed())
        stream = io.BytesIO()
        Image.fromarray(np.concatenate(parts)).save(stream, "PNG", dpi=(PRINT_DPI, PRINT_DPI))
        return stream.getvalue()

    def as_svg(self, *, note: str) -> bytes:
        """Return the figure as an SVG 85 mm wide, every pixel a square, with scale, caption and ``note`` as text."""
        height, width = self.pixels.shape[:2]
        below = PRINT_WIDTH_MM * height / width
        source = base64.b64encode(encode_png(self.pixels)).decode()
        body = [
            f'<image width="{PRINT_WIDTH_MM}" height="{below:.3f}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{source}"/>'
        ]
        if self.scale is not None:
            body += _svg_bar(self.scale, top=below + 1)
            below += 1 + _BAR_MM + 2 * _LINE_MM
        for line in _lines(f"{self.caption} {note}"):
            below += _LINE_MM
            body.append(f'<text x="0" y="{below:.3f}">{html.escape(line)}</text>')
        return _svg(body, height=below + 1, alt=self.alt)

    def _on_white(self) -> Pixels:
        shown = self.pixels.astype(np.float64)
        if shown.shape[2] == 3:
            return self.pixels
        opacity = shown[..., 3:] / 255
        mixed: Pixels = np.rint(opacity * shown[..., :3] + (1 - opacity) * 255).astype(np.uint8)
        return mixed


def _enlarged(pixels: Pixels) -> Pixels:
    """Return ``pixels`` at print width: each a whole number of times as large, as close to it as that allows."""
    times = max(1, round(_WIDE / pixels.shape[1]))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def _printed_bar(scale: Scale, *, width: int) -> Pixels:
    """Return the bar of colours with its ticks and its unit, ``(height, width, 3)``."""
    values = np.linspace(*scale.ends, width)[None].repeat(_BAR, axis=0)
    bar = HeatmapPicture(values, alt="", scale=scale)._on_white()
    image = Image.new("RGB", (width, _BAR + 2 * _TEXT + 4 * _GAP), "white")
    image.paste(Image.fromarray(bar), (0, _GAP))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, _GAP, width - 1, _GAP + _BAR), outline="black")
    font = ImageFont.load_default(size=_TEXT)
    top = _BAR + 2 * _GAP
    for i, tick in enumerate(scale.ticks):
        words = drawable(tick)
        room = draw.textlength(words, font=font)
        draw.text((i / 4 * (width - room), top), words, fill="black", font=font)
    unit = drawable(scale.unit)
    draw.text(((width - draw.textlength(unit, font=font)) / 2, top + _TEXT + _GAP), unit, fill="black", font=font)
    return np.asarray(image)


def _svg_bar(scale: Scale, *, top: float) -> Iterator[str]:
    yield '<defs><linearGradient id="scale">'
    for at, (r, g, b, a) in zip(scale.palette.at, scale.palette.colours, strict=True):
        yield f'<stop offset="{at:.4f}" stop-color="rgb({r:.0f},{g:.0f},{b:.0f})" stop-opacity="{a:.3f}"/>'
    yield "</linearGradient></defs>"
    yield (
        f'<rect x="0.1" y="{top:.3f}" width="{PRINT_WIDTH_MM - 0.2}" height="{_BAR_MM}" fill="url(#scale)" '
        'stroke="#000" stroke-width="0.15"/>'
    )
    for i, tick in enumerate(scale.ticks):
        anchor = ("start", "middle", "middle", "middle", "end")[i]
        x, y = i / 4 * PRINT_WIDTH_MM, top + _BAR_MM + _LINE_MM
        yield f'<text x="{x:.3f}" y="{y:.3f}" text-anchor="{anchor}">{html.escape(tick)}</text>'
    y = top + _BAR_MM + 2 * _LINE_MM
    yield f'<text x="{PRINT_WIDTH_MM / 2}" y="{y:.3f}" text-anchor="middle">{html.escape(scale.unit)}</text>'


def _svg(body: list[str], *, height: float, alt: str) -> bytes:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PRINT_WIDTH_MM}mm" height="{height:.3f}mm" '
        f'viewBox="0 0 {PRINT_WIDTH_MM} {height:.3f}" role="img" font-family="sans-serif" font-size="{_FONT_MM}">'
    )
    title = f"<title>{html.escape(alt)}</title>"
    return "\n".join([head, title, '<rect width="100%" height="100%" fill="#fff"/>', *body, "</svg>", ""]).encode()


def _lines(words: str) -> Iterator[str]:
    """Yield ``words`` in lines of at most ``_LINE_HOLDS`` characters, unless one word is longer."""
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > _LINE_HOLDS:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line
