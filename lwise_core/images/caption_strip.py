"""A strip below a picture that says what was done to it: outside the picture, which stays as it is, bit for bit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.unicode_forms import in_form

_INK = (26, 26, 26)
_PAPER = (255, 255, 255)  # contrast with the ink 17:1
_SMALLEST_TEXT = 14  # px
_LARGEST_TEXT = 200  # px: where a picture of 40 megapixels ends, unless it is a ribbon
_WIDTH_IN_TEXT = 45  # a picture is this many times as wide as its text is high: legible when shown 700 px wide
_GAP = 0.36  # between words, in text sizes: the font's own space all but vanishes between digits
_NARROWEST = 128  # px: what a word needs at the smallest size

_PLAIN = {
    "−": "-",
    "×": "x",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "±": "+/-",
    "µ": "micro",
    "°": " degrees",
    "ß": "ss",
    "←": "<-",
    "→": "->",
}


@dataclass(frozen=True)
class Strip:
    """The layout of a strip, in pixels: its lines of text, their size, the margin around them and the whole width."""

    lines: tuple[str, ...]
    text_size: int
    margin: int
    width: int

    @classmethod
    def saying(cls, sentence: str, *, width: int) -> Strip:
        """Return the strip that says ``sentence`` below a picture of ``width`` pixels.

        It is wider than a picture too narrow for legible words. Characters that the font lacks are written out.

        Raises:
            ValueError: There is nothing to say.
        """
        words = drawable(sentence)
        if not words:
            raise ValueError("A strip needs a sentence.")
        width = max(width, _NARROWEST)
        text_size = min(max(width // _WIDTH_IN_TEXT, _SMALLEST_TEXT), _LARGEST_TEXT)
        margin = text_size * 2 // 3
        return cls(_wrapped(words, _font(text_size), room=width - 2 * margin), text_size, margin, width)

    @property
    def line_height(self) -> int:
        """Distance between two lines."""
        return self.text_size * 4 // 3

    @property
    def height(self) -> int:
        """Height of the whole strip."""
        return 2 * self.margin + len(self.lines) * self.line_height

    def drawn(self) -> Pixels:
        """Return the strip itself, ``(height, width, 3)`` uint8: white text on near-black."""
        return self._drawn(text=_PAPER, ground=_INK)

    def printed(self) -> Pixels:
        """Return the strip as a printed figure has it, ``(height, width, 3)`` uint8: near-black text on white."""
        return self._drawn(text=_INK, ground=_PAPER)

    def _drawn(self, *, text: tuple[int, int, int], ground: tuple[int, int, int]) -> Pixels:
        image = Image.new("RGB", (self.width, self.height), ground)
        draw = ImageDraw.Draw(image)
        font = _font(self.text_size)
        for i, line in enumerate(self.lines):
            left = float(self.margin)
            for word in line.split():
                draw.text((left, self.margin + i * self.line_height), word, fill=text, font=font)
                left += _length(word, font) + _GAP * font.size
        return np.asarray(image)


def with_strip(pixels: Pixels, *, sentence: str) -> Pixels:
    """Return the picture with a strip below it that says ``sentence``.

    Args:
        pixels: ``(H, W, 3)`` uint8. It stays at ``[:H, :W]`` of the result, bit for bit.
        sentence: What the strip says, wrapped to its width.

    Returns:
        ``(H + strip, max(W, 128), 3)`` uint8: a picture too narrow for legible words gets a wider canvas.

    Raises:
        ValueError: There is nothing to say.
    """
    height, width = pixels.shape[:2]
    strip = Strip.saying(sentence, width=width)
    canvas = np.empty((height + strip.height, strip.width, 3), dtype=np.uint8)
    canvas[:] = _INK
    canvas[:height, :width] = pixels
    canvas[height:] = strip.drawn()
    return canvas


def with_strips(frames: Sequence[Pixels], *, sentences: Sequence[str]) -> tuple[Pixels, ...]:
    """Return ``frames`` of one size, each above the strip of its own sentence, all as high as the highest.

    Args:
        frames: Each ``(H, W, 3)`` uint8; it stays at ``[:H, :W]`` of the result, bit for bit.
        sentences: What the strip of each says.

    Raises:
        ValueError: There is nothing to say of a frame, or there are more frames than sentences or fewer.
    """
    said = [with_strip(frame, sentence=words) for frame, words in zip(frames, sentences, strict=True)]
    highest = max((len(one) for one in said), default=0)
    ink = np.array(_INK, dtype=np.uint8)
    return tuple(
        np.concatenate([one, np.broadcast_to(ink, (highest - len(one), *one.shape[1:]))]) if len(one) < highest else one
        for one in said
    )


def drawable(sentence: str) -> str:
    """Return ``sentence`` in characters that Pillow's own font can draw: ε becomes “epsilon”, ₂₂₄ becomes “_224”."""
    text = in_form("NFC", " ".join(sentence.split()))
    text = re.sub("[₀-₉]+", lambda run: run[0] if _has_glyph(run[0][0]) else "_" + _decomposed(run[0]), text)
    return "".join(c if _has_glyph(c) else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    """Return a readable stand-in for a character without a glyph; a question mark where there is none."""
    plain = _PLAIN.get(character) or _decomposed(character)
    if plain and all(map(_has_glyph, plain)):
        return plain
    category = unicodedata.category(character)
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    greek = re.match(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(character, ""))
    if greek:
        return greek[2].lower() if greek[1] == "SMALL" else greek[2].capitalize()
    return "?"


def _decomposed(text: str) -> str:
    """Return ``text`` without accents and without subscript or superscript position."""
    parts = in_form("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("\N{FRACTION SLASH}", "/")


def _wrapped(text: str, font: ImageFont.FreeTypeFont, *, room: int) -> tuple[str, ...]:
    """Break ``text`` into lines of at most ``room`` pixels, at spaces where possible."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _length(joined, font) <= room:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if _length(lines[-1] + character, font) > room:
                lines.append("")
            lines[-1] += character
    return tuple(lines)


def _length(line: str, font: ImageFont.FreeTypeFont) -> float:
    words = line.split()
    return sum(font.getlength(word) for word in words) + (len(words) - 1) * _GAP * font.size


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("This Pillow was built without FreeType, so it cannot draw legible text.")
    return font


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    return _glyph(character) != _glyph("\uffff")  # which is no character, so every font draws its box for it


def _glyph(character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(_SMALLEST_TEXT).getmask(character)
    return mask.size, bytes(mask)
