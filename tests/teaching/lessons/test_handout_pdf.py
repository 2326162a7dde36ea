"""The handout: what it says on which page, read back from the PDF itself, and its pictures bit for bit."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import open_photograph, with_strip
from lwise_core.teaching.languages.catalogue import catalogue_for
from lwise_core.teaching.lessons.handout_pdf import handout_pdf
from lwise_core.teaching.lessons.slideshow import Lesson, LessonError, Slide

VEILED = "AI-altered towards the class that the answer names, ε₂₂₄ = 4, by guide zoo-64. Not for diagnosis."
FOOT = "Pictures marked as AI-altered were changed by the network “zoo-64”. Not for diagnosis."


def noise(seed: int, height: int = 240, width: int = 320) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def okapi(seed: int = 1, **changes: object) -> Slide:
    given: dict[str, Any] = {
        "class_name": "okapi",
        "natural": noise(seed),
        "enhanced": noise(seed + 100),
        "epsilon_224": 4.0,
        "towards": "okapi",
        "difficulty_sentence": "Easier than 9 of 10 others.",
        "name": f"photo_{seed}.png",
    }
    return Slide(**given | changes)


def natural(class_name: str = "zebra") -> Slide:
    return Slide(class_name, noise(9), None, 0.0, "", "Hard.", "")


def lesson(*slides: Slide, **changes: object) -> Lesson:
    given: dict[str, Any] = {"title": "Hoofed animals", "guide": "zoo-64", "cautions": ("It knows 16 animals.",)}
    return Lesson(slides=slides, **given | changes)


@dataclass
class Pdf:
    """As much of a PDF as is needed to read what FPDF has written."""

    data: bytes

    @cached_property
    def objects(self) -> Mapping[int, tuple[bytes, bytes]]:
        """Number → dictionary and stream."""
        found: dict[int, tuple[bytes, bytes]] = {}
        at = 0
        while start := re.compile(rb"\b(\d+) 0 obj\n").search(self.data, at):
            end = self.data.index(b"endobj", start.end())
            head, stream = self.data[start.end() : end], b""
            if (begins := self.data.find(b"\nstream\n", start.end(), end)) >= 0:
                head = self.data[start.end() : begins]
                length = int(re.search(rb"/Length (\d+)", head)[1])  # type: ignore[index]
                stream = self.data[begins + 8 : begins + 8 + length]
                end = self.data.index(b"endobj", begins + 8 + length)
            found[int(start[1])] = head, stream
            at = end
        return found

    @cached_property
    def fonts(self) -> Mapping[bytes, Mapping[int, str]]:
        """Name of a font → its codes and the characters that they are said to be."""
        fonts = {}
        for name, number in re.findall(rb"(/F\d+) (\d+) 0 R", self.data):
            unicode = int(re.search(rb"/ToUnicode (\d+)", self.objects[int(number)][0])[1])  # type: ignore[index]
            pairs = re.findall(rb"<(\w{4})> <(\w+)>", self.objects[unicode][1])
            fonts[name] = {int(c, 16): bytes.fromhex(u.decode()).decode("utf-16-be") for c, u in pairs}
        return fonts

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, its lines joined by spaces."""
        heads = [head for head, _ in self.objects.values() if b"/Type /Page\n" in head]
        contents = [int(re.search(rb"/Contents (\d+)", head)[1]) for head in heads]  # type: ignore[index]
        return [" ".join(" ".join(self._lines(zlib.decompress(self.objects[n][1]))).split()) for n in contents]

    def _lines(self, content: bytes) -> Iterator[str]:
        font: Mapping[int, str] = {}
        for name, shown in re.findall(rb"(/F\d+) [\d.]+ Tf|\(((?:[^\\)]|\\.)*)\) Tj", content, re.DOTALL):
            if name:
                font = self.fonts[name]
                continue
            codes = re.sub(rb"\\(.)", lambda m: {b"r": b"\r", b"n": b"\n"}.get(m[1], m[1]), shown, flags=re.DOTALL)
            yield "".join(font[code] for (code,) in struct.iter_unpack(">H", codes))

    @cached_property
    def pictures(self) -> list[Pixels]:
        """The pixels of every picture: their streams are those of a PNG, so one is made around each."""
        return [_pixels(head, stream) for head, stream in self.objects.values() if b"/Subtype /Image" in head]


def _pixels(head: bytes, stream: bytes) -> Pixels:
    assert b"/Filter /FlateDecode" in head, "only this filter is lossless"
    width, height = (int(re.search(rb"/%s (\d+)" % key, head)[1]) for key in (b"Width", b"Height"))  # type: ignore[index]
    chunks = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", stream), (b"IEND", b"")
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return open_photograph(png, name="picture").pixels


@pytest.fixture(scope="module")
def three() -> Pdf:
    """Two enhanced pictures, the second towards another class, and one without enhancement."""
    return Pdf(handout_pdf(lesson(okapi(), okapi(2, class_name="zebra"), natural("gnu"))))


def test_the_same_lesson_gives_the_same_bytes() -> None:
    first = handout_pdf(lesson(okapi()))
    assert first == handout_pdf(lesson(okapi()))
    assert first.startswith(b"%PDF-")
    assert b"/CreationDate (D:20000101000000Z)" in first


def test_it_begins_with_what_the_lesson_is(three: Pdf) -> None:
    for words in ("Hoofed animals", "3 pictures, from easy to hard", "2 of them can also be seen enhanced"):
        assert words in three.pages[0]
    assert "It knows 16 animals." in three.pages[0]


def test_every_page_says_that_it_is_not_for_diagnosis(three: Pdf) -> None:
    assert len(three.pages) >= 2
    for number, page in enumerate(three.pages, start=1):
        assert page.endswith(f"{FOOT} Page {number}")


LISTED = "Its classes, with how many of the pictures show each: "


def test_the_first_page_lists_the_classes_with_their_pictures() -> None:
    pages = Pdf(handout_pdf(lesson(okapi(), natural(), natural(), natural("gnu")))).pages
    assert f"{LISTED}gnu (1), okapi (1), zebra (2)." in pages[0]


def test_only_the_last_page_names_the_answers(three: Pdf) -> None:
    *questions, answers = three.pages
    listed = f"{LISTED}gnu (1), okapi (1), zebra (1)."
    assert listed in questions[0]
    for secret in ("okapi", "zebra", "gnu", "photo_1", "Easier than"):
        assert secret not in " ".join(questions).replace(listed, "")
        assert secret in answers
    for words in ("1. okapi", "2. zebra", "3. gnu", "Hard.", "Picture: photo_2.png"):
        assert words in answers
    assert "AI-altered towards okapi, ε₂₂₄ = 4, by guide zoo-64. Not for diagnosis." in answers
    assert "ε₂₂₄ = 4, by guide zoo-64. Features not in the original. Not for diagnosis." in answers


def test_pages_before_ask_and_say_what_was_altered(three: Pdf) -> None:
    questions = " ".join(three.pages[:-1])
    assert "Picture 1: original, and enhanced at ε₂₂₄ = 4" in questions
    assert questions.count("Your answer:") == 3
    assert questions.count(VEILED) == 1
    assert questions.count("Features not in the original. Not for diagnosis.") == 1
    assert "Picture 3 Your answer:" in questions


def test_pictures_are_lossless_and_the_altered_carry_a_strip(three: Pdf) -> None:
    pictures = three.pictures
    assert len(pictures) == 5
    assert np.array_equal(pictures[0], noise(1))
    assert np.array_equal(pictures[1], with_strip(noise(101), sentence=VEILED))
    assert np.array_equal(pictures[2], noise(2))
    assert np.array_equal(pictures[3][:240], noise(102))
    assert np.array_equal(pictures[4], noise(9))


def test_two_or_three_pictures_stand_on_a_page() -> None:
    square = [okapi(i, natural=noise(i, 320), enhanced=noise(i + 100, 320)) for i in range(5)]
    pages = Pdf(handout_pdf(lesson(*square))).pages
    assert [page.count("Your answer:") for page in pages] == [1, 2, 2, 0]
    wide = [okapi(i, natural=noise(i, 150), enhanced=noise(i + 100, 150)) for i in range(5)]
    pages = Pdf(handout_pdf(lesson(*wide))).pages
    assert [page.count("Your answer:") for page in pages] == [2, 3, 0]


def test_a_pair_is_on_one_scale_and_on_the_paper() -> None:
    shapes = [(40, 3000), (3000, 40), (8, 8), (320, 320)]
    slides = [okapi(i, natural=noise(i, *s), enhanced=noise(i + 50, *s)) for i, s in enumerate(shapes)]
    pdf = Pdf(handout_pdf(lesson(*slides)))
    drawn = [
        [float(number) for number in placed.split()]
        for _, stream in pdf.objects.values()
        if stream.startswith(b"x\x9c") and b" Do Q" in (content := zlib.decompress(stream))
        for placed in re.findall(rb"q ([\d. -]+) cm /I\d+ Do", content)
    ]
    sizes = [picture.shape for picture in pdf.pictures]
    assert len(drawn) == len(sizes) == 8
    scales = [width / shape[1] for (width, *_), shape in zip(drawn, sizes, strict=True)]
    assert scales[::2] == pytest.approx(scales[1::2], abs=1e-3)
    for width, _, _, height, left, bottom in drawn:
        assert left >= 40
        assert left + width <= 595.28 - 40
        assert bottom >= 60
        assert bottom + height <= 841.89 - 40


def test_without_enhancement_nothing_is_said_to_be_altered() -> None:
    pages = Pdf(handout_pdf(lesson(natural(), natural("gnu")))).pages
    assert "None of them was altered. Not for diagnosis." in pages[0]
    assert "AI-altered" not in " ".join(pages)
    assert all(page.endswith(f"Not for diagnosis. Page {n}") for n, page in enumerate(pages, start=1))


@pytest.mark.parametrize(
    "name",
    [
        "“żółw” ε₂₂₄ − ½ naïve",
        "<b>bold</b> **bold** __under__ {nb} {{ 7*7 }}",
        "(a) \\ ) Tj ET /F1 endobj endstream %%EOF",
        "жираф, καμηλοπάρδαλη",
        "a" * 300,
    ],
)
def test_text_is_text_whatever_it_holds(name: str) -> None:
    pdf = Pdf(handout_pdf(lesson(okapi(class_name=name, towards=name), title=name, guide=name)))
    assert name.replace(" ", "") in pdf.pages[0].replace(" ", "")
    answers = pdf.pages[-1].replace(" ", "")
    assert f"1.{name}".replace(" ", "") in answers
    assert f"AI-alteredtowards{name}".replace(" ", "") in answers
    assert "□" not in answers


def test_what_the_font_lacks_is_shown_as_missing() -> None:
    pages = Pdf(handout_pdf(lesson(okapi(class_name="长颈鹿 okapi")))).pages
    assert "1. □□□ okapi" in pages[-1]
    assert "□ stands for a character that the font of this handout lacks; the slide show has it." in pages[-1]
    assert "stands for" not in Pdf(handout_pdf(lesson(okapi()))).pages[-1]


def test_an_empty_lesson_is_refused() -> None:
    with pytest.raises(LessonError, match="at least one picture"):
        handout_pdf(lesson())


def test_many_answers_take_as_many_pages_as_they_need() -> None:
    small = noise(1, 8, 320)
    slides = [okapi(i, class_name=f"class {i}", natural=small, enhanced=small) for i in range(40)]
    pages = Pdf(handout_pdf(lesson(*slides))).pages
    first = next(i for i, page in enumerate(pages) if page.startswith("Answers"))
    answers = " ".join(pages[first:])
    assert all(f"{i + 1}. class {i}" in answers for i in range(40))
    assert pages[0].count("class 1 (1)") == 1
    assert not any("class 1" in page for page in pages[1:first])
    assert all(FOOT in page for page in pages)


def test_a_handout_is_written_in_the_language_of_its_lesson(three: Pdf) -> None:
    german = Pdf(handout_pdf(lesson(okapi(), natural(), words=catalogue_for("de"))))
    assert (b"/Lang (en-GB)" in three.data, b"/Lang (de)" in german.data) == (True, True)
    questions, answers = " ".join(german.pages[:-1]), german.pages[-1]
    assert "Bild 1: Original, und verdeutlicht mit ε₂₂₄ = 4" in questions
    assert questions.count("Ihre Antwort:") == 2
    assert answers.startswith("Antworten 1. okapi")
    for number, page in enumerate(german.pages, start=1):
        assert page.endswith(f"Nicht zur Diagnose. Seite {number}")
