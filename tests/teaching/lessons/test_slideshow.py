"""The zip of a lesson: everything its page asks for, nothing that gives an answer away, and the same bytes again."""

from __future__ import annotations

import html.parser
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import open_photograph, read_png_text, with_strip
from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.languages.catalogue import catalogue_for
from lwise_core.teaching.lessons.slideshow import Lesson, LessonError, Slide, lesson_zip, plain

SENTENCE = "AI-altered towards okapi, ε₂₂₄ = 4, by guide zoo-64. Not for diagnosis."
VOID = {"meta", "link", "img", "br"}


def noise(seed: int, height: int = 12, width: int = 320) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def okapi(**changes: object) -> Slide:
    given: dict[str, Any] = {
        "class_name": "okapi",
        "natural": noise(1),
        "enhanced": noise(2),
        "epsilon_224": 4.0,
        "towards": "okapi",
        "difficulty_sentence": "Easier than 9 of 10 okapis.",
        "name": "okapi_17.png",
    }
    return Slide(**given | changes)


def natural(class_name: str = "zebra", seed: int = 3) -> Slide:
    return Slide(class_name, noise(seed), None, 0.0, "", "Hard.", f"{class_name}.png")


def lesson(*slides: Slide, **changes: object) -> Lesson:
    given: dict[str, Any] = {"title": "Hoofed animals", "guide": "zoo-64", "cautions": ("It knows 16 animals.",)}
    return Lesson(slides=slides or (okapi(), natural()), **given | changes)


def unzipped(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass
class Element:
    """An element of a page, and the text below it."""

    tag: str
    attributes: Mapping[str, str | None]
    path: tuple[str, ...]
    text: str = ""


@dataclass
class Read(html.parser.HTMLParser):
    """A page as a browser reads it."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(e.tag for e in self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def page_of(a_lesson: Lesson) -> list[Element]:
    read = Read()
    read.feed(unzipped(lesson_zip(a_lesson))["index.html"].decode())
    read.close()
    assert read.open == []
    return read.elements


def text_of(a_lesson: Lesson) -> str:
    return " ".join(page_of(a_lesson)[0].text.split())


def test_the_same_lesson_gives_the_same_bytes() -> None:
    first = lesson_zip(lesson())
    assert first == lesson_zip(lesson(okapi(), natural()))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_the_files_are_those_that_the_readme_names() -> None:
    files = unzipped(lesson_zip(lesson()))
    assert list(files) == [
        "index.html",
        "lesson.js",
        "lesson.css",
        "README.txt",
        "pictures/01-natural.png",
        "pictures/01-enhanced.png",
        "pictures/02-natural.png",
    ]
    readme = files["README.txt"].decode()
    for words in ("Hoofed animals\n=====", "zoo-64", "It knows 16 animals.", "Not for diagnosis", "lesson.js"):
        assert words in readme


def test_a_long_lesson_keeps_its_order_in_a_listing() -> None:
    same = natural()
    names = [n for n in unzipped(lesson_zip(lesson(*[same] * 101))) if n.startswith("pictures/")]
    assert names == sorted(names)
    assert names[-1] == "pictures/101-natural.png"


def test_the_page_asks_for_nothing_but_its_files() -> None:
    files = unzipped(lesson_zip(lesson()))
    elements = page_of(lesson())
    asked = {e.attributes.get(a) for e in elements for a in ("src", "href")} - {None, "data:,"}
    assert asked == set(files) - {"index.html", "README.txt"}
    assert not any("style" in e.attributes or e.tag == "style" for e in elements)
    scripts = [e for e in elements if e.tag == "script"]
    assert [(e.attributes, e.text) for e in scripts] == [({"defer": None, "src": "lesson.js"}, "")]
    for name in ("lesson.js", "lesson.css"):
        assert not re.search(rb"https?:|\bimport[ ({]|@import|url\(|fetch\(|XMLHttp|innerHTML", files[name])


def test_pictures_are_lossless_and_the_altered_one_carries_its_strip() -> None:
    files = unzipped(lesson_zip(lesson()))
    before = open_photograph(files["pictures/01-natural.png"], name="before").pixels
    after = open_photograph(files["pictures/01-enhanced.png"], name="after").pixels
    assert np.array_equal(before, noise(1))
    assert np.array_equal(after[:12], noise(2))
    assert np.array_equal(after, with_strip(noise(2), sentence=SENTENCE))
    assert read_png_text(files["pictures/01-natural.png"]) == {}
    assert read_png_text(files["pictures/01-enhanced.png"]) == {"Description": SENTENCE}


@pytest.mark.parametrize(("width", "times"), [(8, 40), (64, 5), (224, 2), (319, 2), (320, 1), (500, 1)])
def test_narrow_pictures_are_enlarged_by_whole_pixels_and_both_alike(width: int, times: int) -> None:
    pair = noise(1, 10, width), noise(2, 10, width)
    files = unzipped(lesson_zip(lesson(okapi(natural=pair[0], enhanced=pair[1]))))
    before = open_photograph(files["pictures/01-natural.png"], name="before").pixels
    after = open_photograph(files["pictures/01-enhanced.png"], name="after").pixels
    assert before.shape == (10 * times, width * times, 3)
    assert after.shape[1] == width * times
    for x in range(times):
        assert np.array_equal(before[x::times, x::times], pair[0])
        assert np.array_equal(after[: 10 * times][x::times, x::times], pair[1])


def test_the_page_knows_the_sizes_of_its_pictures() -> None:
    files = unzipped(lesson_zip(lesson()))
    images = [e.attributes for e in page_of(lesson()) if e.tag == "img" and e.attributes["class"] != "kind"]
    assert len(images) == 3
    for image in images:
        photograph = open_photograph(files[str(image["src"])], name="picture")
        assert (image["width"], image["height"]) == (str(photograph.width), str(photograph.height))
        assert image["alt"]


def test_the_opening_says_what_the_lesson_is() -> None:
    opening = next(e for e in page_of(lesson()) if e.attributes.get("id") == "start").text
    for words in ("Hoofed animals", "2 pictures, from easy to hard", "“zoo-64”", "1 of them can also be seen enhanced"):
        assert words in opening
    for words in ("AI-altered", "Not for diagnosis", "It knows 16 animals."):
        assert words in opening


def test_the_opening_lists_the_classes_with_their_pictures() -> None:
    elements = page_of(lesson(natural("zebra"), okapi(), natural("zebra", 5)))
    listed = [" ".join(e.text.split()) for e in elements if e.tag == "figcaption"]
    assert listed == ["okapi: 1 picture", "zebra: 2 pictures"]
    shown = [e.attributes["src"] for e in elements if e.attributes.get("class") == "kind"]
    assert shown == ["pictures/02-natural.png", "pictures/01-natural.png"]  # the first of each
    assert [e.text for e in elements if e.attributes.get("class") == "choice"] == 3 * ["1 okapi", "2 zebra"]


def test_of_many_classes_the_opening_has_the_names_alone_and_nobody_guesses_among_too_many() -> None:
    elements = page_of(lesson(*(natural(f"kind {i:02}", i) for i in range(17))))
    assert [" ".join(e.text.split()) for e in elements if e.tag == "li"] == [f"kind {i:02}: 1" for i in range(17)]
    assert not [e for e in elements if e.attributes.get("class") in {"kind", "choice"}]
    of_one = page_of(lesson(natural("zebra"), natural("zebra", 5)))
    assert not [e for e in of_one if e.attributes.get("class") == "choice"]


def test_rings_stand_in_the_pixels_of_their_picture() -> None:
    ringed = okapi(rings=(EvidenceRing(0.5, 0.25, 0.1),))
    (inner,) = (e.attributes for e in page_of(lesson(ringed, natural())) if e.attributes.get("class") == "inner")
    assert [inner[name] for name in ("cx", "cy", "r")] == ["160.0", "3.0", "32.0"]
    assert text_of(lesson(ringed, natural())).count("Rings: what speaks for it here.") == 1


def test_a_slide_names_its_class_in_its_answer_only() -> None:
    elements = page_of(lesson(okapi(), okapi(class_name="zebra", name="zebra.png")))
    slides = [e for e in elements if e.tag == "section"][1:]
    answers = [e for e in elements if e.tag == "details"]
    assert len(slides) == len(answers) == 2
    guesses = [e for e in elements if e.attributes.get("class") == "guess"]
    for slide, answer, guess, classes in zip(slides, answers, guesses, (("okapi",), ("okapi", "zebra")), strict=True):
        assert " ".join(guess.text.split()) == "1 okapi 2 zebra"  # whatever the answer is
        for name in classes:
            assert name in answer.text
            assert name not in slide.text.replace(answer.text, "").replace(guess.text, "")
        assert "Easier than 9 of 10 okapis." in answer.text
    attributes = " ".join(
        str(v) for e in elements if e.attributes.get("class") != "kind" for v in e.attributes.values()
    )
    assert "okapi" not in attributes
    assert "zebra" not in attributes
    assert "AI-altered. Not for diagnosis." in slides[0].text


def test_towards_another_class_is_said_to_invent() -> None:
    invented = "Features not in the original."
    assert invented not in text_of(lesson(okapi()))
    assert text_of(lesson(okapi(class_name="zebra"))).count(f"{invented} Not for diagnosis.") == 2


def test_without_enhancement_nothing_is_said_to_be_altered() -> None:
    plain_lesson = lesson(natural(), natural("okapi", 4))
    assert not [name for name in unzipped(lesson_zip(plain_lesson)) if "enhanced" in name]
    text = text_of(plain_lesson)
    assert "None of them was altered. Not for diagnosis." in text
    assert "AI-altered" not in text
    assert text.count("This picture has no enhanced version.") == 2


@settings(max_examples=25)
@given(
    words=st.lists(
        st.text(st.characters(), min_size=1, max_size=40).filter(plain) | st.just("</bdi><script src=//x>{{ 7*7 }}'\""),
        min_size=6,
        max_size=6,
    )
)
def test_no_text_becomes_markup(words: list[str]) -> None:
    title, guide, class_name, sentence, name, caution = words
    hostile = lesson(
        okapi(class_name=class_name, towards=class_name, difficulty_sentence=sentence, name=name),
        title=title,
        guide=guide,
        cautions=(caution,),
    )
    elements = page_of(hostile)
    assert [(e.tag, e.path, sorted(e.attributes)) for e in elements] == [
        (e.tag, e.path, sorted(e.attributes)) for e in page_of(lesson(okapi()))
    ]
    text = " ".join(elements[0].text.split())
    for word in words:
        assert " ".join(plain(word).split()) in text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  two\n lines\t", "two lines"),
        ("a\0b\x1b[31m", "a b [31m"),
        ("half \ud800 of it", "half of it"),
        ("\u202egnp.owl\u2069", "gnp.owl"),
        ("e\u0301", "é"),
        ("क्‍ष", "क्‍ष"),  # joiners belong to a script
    ],
)
def test_text_is_shown_on_one_line_without_tricks(given: str, shown: str) -> None:
    assert plain(given) == shown
    assert shown in text_of(lesson(okapi(class_name=given)))


def test_an_empty_lesson_is_refused() -> None:
    with pytest.raises(LessonError, match="needs at least one picture; choose some first"):
        Lesson("Nothing", (), "zoo-64")


def test_a_lesson_without_a_title_is_refused() -> None:
    with pytest.raises(LessonError, match="needs a title"):
        lesson(title=" \n ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"class_name": " "}, "“okapi_17.png” has no class"),
        ({"enhanced": None}, "but is not enhanced"),
        ({"enhanced": None, "epsilon_224": 0.0}, "but is not enhanced"),
        ({"enhanced": noise(2, 13)}, "differ in size"),
        ({"natural": noise(1)[..., 0]}, "not an 8-bit colour picture"),
        ({"enhanced": noise(2) / 255}, "not an 8-bit colour picture"),
        ({"epsilon_224": 0.0}, "needs an ε above 0"),
        ({"epsilon_224": float("inf")}, "needs an ε above 0"),
        ({"towards": ""}, "the class it went towards"),
    ],
)
def test_a_slide_that_could_not_be_shown_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(LessonError, match=said):
        okapi(**changes)


def test_one_picture_is_said_to_be_one() -> None:
    text = text_of(lesson(okapi()))
    assert "This lesson shows 1 picture; its guide is the network “zoo-64”." in text
    assert "It can also be seen enhanced" in text
    assert "None of them" not in text_of(replace(lesson(okapi()), slides=(okapi(), okapi())))


def test_a_lesson_is_written_in_its_language() -> None:
    german = lesson(okapi(epsilon_224=0.25, towards="zebra"), natural(), words=catalogue_for("de"))
    (html, *_) = page_of(german)
    assert html.attributes["lang"] == "de"
    said = text_of(german)
    for words in (
        "Diese Lektion zeigt 2 Bilder",
        "1 davon ist auch verdeutlicht zu sehen",
        "Mit KI verändert in Richtung zebra, ε₂₂₄ = 0,25, vom Netz zoo-64. Merkmale, die im Original fehlen.",
        "Antwort zeigen",
        "It knows 16 animals.",  # what the guide's author wrote stays
    ):
        assert words in said
    assert said.rstrip().endswith("Nicht zur Diagnose.")
    assert not re.search(r"\b(Picture|Show|Next|diagnosis)\b", said)
    assert page_of(lesson())[0].attributes["lang"] == "en"
