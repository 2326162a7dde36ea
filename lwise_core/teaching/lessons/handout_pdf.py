"""A lesson on paper: two or three pictures a page, original beside enhanced, and the answers on the last.

The first page lists the classes, and nothing before the answers says which picture shows which, so that the pages serve
as a quiz: the strip below an enhanced picture says that it was altered and how strongly, and the answers say towards
what. The same lesson gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

import lwise_core
from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import encode_png
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.lessons.slideshow import (
    Lesson,
    Slide,
    about,
    classes_of,
    enhanced_of,
    natural_of,
    plain,
    statement,
    veiled_statement,
)

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_FONT = "DejaVu"
_IN_PDF = {"en": "en-GB"}  # what a reader pronounces English as
_PLACEHOLDER = "□"  # U+25A1, for what the font lacks
_LACKING = Message(
    "{placeholder} stands for a character that the font of this handout lacks; the slide show has it.",
    placeholder=_PLACEHOLDER,
)

# Millimetres on A4.
_MARGIN, _FOOT, _GAP = 15.0, 22.0, 6.0
_WIDEST, _HIGHEST = (210 - 2 * _MARGIN - _GAP) / 2, 92.0  # what one picture may take, its strip included
_ANSWER_BEGINS = 25.0  # behind “Your answer:”
_ABOVE, _BELOW = 7.0, 15.0  # the heading above two pictures, the line for an answer below them


def handout_pdf(lesson: Lesson) -> bytes:
    """Return the lesson as a PDF (A4): the pictures without their answers, then the answers.

    Pictures are lossless and each pair is on one scale. Text is set in DejaVu Sans, embedded as far as it is used;
    characters that it lacks are shown as □, and the answers say so.
    """
    paper = _Paper(lesson)
    paper.add_page()
    paper.opening()
    for number, slide in enumerate(lesson.slides, start=1):
        paper.pair(number, slide)
    paper.answers()
    return bytes(paper.output())


class _Paper(FPDF):
    """The pages of one lesson."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__(format="A4", unit="mm")
        self.lesson = lesson
        self.lacks = False
        self.alias_nb_pages("")  # or “{nb}” in somebody's title would become a number
        self.set_creation_date(_LONG_AGO)
        self.set_producer(f"L-WISE Studio {lwise_core.__version__}")
        self.set_title(plain(lesson.title))
        self.set_lang(_IN_PDF.get(lesson.words.language.code, lesson.words.language.code))
        self.set_image_filter("FlateDecode")  # lossless
        self.set_margins(_MARGIN, _MARGIN)
        self.c_margin = 0.0  # text begins where pictures do
        self.set_auto_page_break(True, margin=_FOOT)
        for style, path in _fonts().items():
            self.add_font(_FONT, style, path)
        fonts = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self.glyphs = frozenset.intersection(*(frozenset(font.cmap) for font in fonts))

    def footer(self) -> None:
        """Say on every page what the pictures are. FPDF calls it at the end of a page."""
        self.set_y(-_FOOT + 6)
        words = self.lesson.words
        altered = words.translate(
            "Pictures marked as AI-altered were changed by the network “{guide}”.", guide=plain(self.lesson.guide)
        )
        said = [altered] if self.lesson.enhanced else []
        said += [words.translate("Not for diagnosis."), words.translate("Page {number}", number=self.page_no())]
        self.write_line(" ".join(said), size=8)

    def opening(self) -> None:
        """Write what the lesson is."""
        self.write_line(plain(self.lesson.title), size=20, bold=True)
        self.ln(2)
        for sentence in about(self.lesson):
            self.write_line(sentence)
            self.ln(1)
        classes = ", ".join(f"{name} ({count})" for name, count in classes_of(self.lesson).items())
        self.write_line(
            self.lesson.words.translate(
                "Its classes, with how many of the pictures show each: {classes}.", classes=classes
            )
        )
        self.ln(4)

    def pair(self, number: int, slide: Slide) -> None:
        """Place one picture, and its enhanced version beside it, on the page or on the next one if they do not fit."""
        natural, enhanced, said, words = natural_of(slide), None, "", self.lesson.words
        label = words.translate("Picture {number}", number=number)
        if slide.enhanced is not None:
            said = veiled_statement(self.lesson, slide)
            enhanced = enhanced_of(slide, sentence=said)
            epsilon = words.number(slide.epsilon_224, ".3g")
            label = words.translate(
                "Picture {number}: original, and enhanced at ε₂₂₄ = {epsilon}", number=number, epsilon=epsilon
            )
        height, width = (natural if enhanced is None else enhanced).shape[:2]
        scale = min(_WIDEST / width, _HIGHEST / height)  # mm a pixel
        self.keep_together(_ABOVE + height * scale + self.write_line(said, size=8, dry=True) + _BELOW)
        self.write_line(label, size=11, bold=True)
        top = self.get_y() + 1.5
        self.place(
            natural, at=(_MARGIN, top), scale=scale, alt=words.translate("Picture {number}, original", number=number)
        )
        if enhanced is not None:
            left = _MARGIN + _WIDEST + _GAP
            alt = words.translate("Picture {number}, enhanced. {statement}", number=number, statement=said)
            self.place(enhanced, at=(left, top), scale=scale, alt=alt)
        self.set_y(top + height * scale + 1.5)
        self.write_line(said, size=8)  # in print, the strip's own letters may be too small
        self.ln(2)
        self.write_line(words.translate("Your answer:"))
        line = self.get_y() - 0.5
        self.line(_MARGIN + _ANSWER_BEGINS, line, 210 - _MARGIN, line)
        self.ln(4)

    def answers(self) -> None:
        """Write the answers, on a page of their own."""
        self.add_page()
        words = self.lesson.words
        self.write_line(words.translate("Answers"), size=16, bold=True)
        self.ln(2)
        for number, slide in enumerate(self.lesson.slides, start=1):
            sentences = [plain(words.translate(slide.difficulty_sentence))]
            if slide.enhanced is not None:
                said = statement(self.lesson, slide)
                sentences.append(words.translate("Enhanced picture: {statement}", statement=said))
            if name := plain(slide.name):
                sentences.append(words.translate("Picture: {name}", name=name))
            self.answer(f"{number}. {plain(slide.class_name)}", [s for s in sentences if s])
        if self.lacks:
            self.write_line(words.translate(_LACKING))

    def answer(self, answer: str, sentences: list[str]) -> None:
        """Write one answer and what is said of its picture, without a page break inside where that can be."""
        lines: list[Callable[..., float]] = []
        lines.append(lambda *, dry: self.write_line(answer, size=11, bold=True, dry=dry))
        lines += [lambda *, dry, s=s: self.write_line(s, size=9, dry=dry) for s in sentences]
        self.keep_together(sum(line(dry=True) for line in lines))
        for line in lines:
            line(dry=False)
        self.ln(2.5)

    def place(self, pixels: Pixels, *, at: tuple[float, float], scale: float, alt: str) -> None:
        """Put a picture with its upper left corner ``at`` so many millimetres, ``scale`` mm a pixel."""
        height, width = pixels.shape[:2]
        picture = io.BytesIO(encode_png(pixels))
        self.image(picture, x=at[0], y=at[1], w=width * scale, h=height * scale, alt_text=self.set_in_font(alt))

    def write_line(self, text: str, *, size: float = 10, bold: bool = False, dry: bool = False) -> float:
        """Write a paragraph across the page and go below it; return its height in mm. ``dry`` only measures."""
        self.set_font(_FONT, "B" if bold else "", size)
        shown = self.set_in_font(text)
        options: dict[str, Any] = {"align": "L", "new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
        height = self.multi_cell(0, size * 0.5, shown, dry_run=dry, output="HEIGHT", **options)
        return cast(float, height)

    def keep_together(self, height: float) -> None:
        """Begin a new page where ``height`` mm do not fit on this one."""
        if self.will_page_break(height):
            self.add_page()

    def set_in_font(self, text: str) -> str:
        """Return ``text`` in characters that the font has, and remember whether it lacked one."""
        shown = "".join(c if ord(c) in self.glyphs else _PLACEHOLDER for c in text)
        self.lacks = self.lacks or shown != text
        return shown


def _fonts() -> Mapping[str, Path]:
    """Return style → file of DejaVu Sans, which Matplotlib brings; its licence allows to embed it."""
    place = distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")
    return {"": Path(str(place), "DejaVuSans.ttf"), "B": Path(str(place), "DejaVuSans-Bold.ttf")}
