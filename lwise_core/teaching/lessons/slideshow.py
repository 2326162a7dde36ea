"""A lesson to take into a classroom: pictures from easy to hard, as a zip with a slide show that needs no network.

Every picture comes as it is and, where there is one, enhanced at the budget of its block. The viewer sees the
picture first and the answer when they ask for it, so whatever stands beside a picture keeps the class to itself until
then. The same input gives the same bytes: nothing in the zip carries a date.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any
from zipfile import ZipFile

import jinja2
import numpy as np

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.assets import asset
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.reproducible_zip import add_file
from lwise_core._utils.unicode_forms import in_form
from lwise_core.images.codec import Strip, encode_png, with_strip
from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue

__all__ = ["Lesson", "LessonError", "Slide", "lesson_zip"]

_FILES = {"lesson.js": ("lesson/lesson.js",), "lesson.css": ("shared/base.css", "lesson/lesson.css")}
_MOST_TO_GUESS = 8  # classes: each has a button and a digit
_MOST_PICTURED = 16  # classes on the opening; more have their names only
_NARROWEST = 320  # px: below it a strip's few words would take many lines
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder the text around them


class LessonError(LWiseError):
    """A lesson that cannot be made. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class Slide:
    """One picture of a lesson.

    ``natural`` and ``enhanced`` are ``(H, W, 3)`` uint8 sRGB of one size. Without ``enhanced`` the picture is shown as
    it is only, ``epsilon_224`` is 0 and ``towards`` empty. ``difficulty_sentence`` says how hard the guide finds it,
    and ``name`` is what the person calls the picture; both are shown with the answer, as they may give it away, and so
    are ``rings`` around what speaks for its class, in shares of the picture's longer side.

    Raises:
        LessonError: The two pictures differ in size or are no 8-bit pictures, or ε or ``towards`` is missing, or there
            without an enhanced picture.
    """

    class_name: str
    natural: Pixels
    enhanced: Pixels | None
    epsilon_224: float
    towards: str
    difficulty_sentence: str
    name: str
    rings: tuple[EvidenceRing, ...] = ()

    def __post_init__(self) -> None:
        called = f"“{plain(self.name) or plain(self.class_name)}”"
        if not plain(self.class_name):
            raise LessonError(f"The picture {called} has no class, which is its answer; give it one.")
        if not all(_are_pixels(p) for p in (self.natural, self.enhanced) if p is not None):
            raise LessonError(f"The picture {called} is not an 8-bit colour picture; convert it first.")
        if self.enhanced is None:
            if self.epsilon_224 or self.towards:
                raise LessonError(f"The picture {called} has an ε or a class to enhance towards, but is not enhanced.")
            return
        if self.enhanced.shape != self.natural.shape:
            raise LessonError(f"The picture {called} and its enhanced version differ in size, so they do not compare.")
        if not (math.isfinite(self.epsilon_224) and self.epsilon_224 > 0 and plain(self.towards)):
            raise LessonError(
                f"The picture {called} is enhanced, so it needs an ε above 0 and the class it went towards."
            )

    @property
    def invents(self) -> bool:
        """Whether the enhanced picture shows features of a class that the picture is not said to be."""
        return self.enhanced is not None and self.towards != self.class_name


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is shown, in this order, easy first; ``guide`` ranked and enhanced it, ``cautions`` are its sentences.

    ``words`` is the language that it is written in.

    Raises:
        LessonError: There is nothing to show, or it has no title.
    """

    title: str
    slides: tuple[Slide, ...]
    guide: str
    cautions: tuple[str, ...] = ()
    words: Catalogue = ENGLISH

    def __post_init__(self) -> None:
        if not self.slides:
            raise LessonError("A lesson needs at least one picture; choose some first.")
        if not plain(self.title):
            raise LessonError("A lesson needs a title; give it one.")

    @property
    def enhanced(self) -> int:
        """How many of the pictures can also be seen enhanced."""
        return sum(slide.enhanced is not None for slide in self.slides)


def lesson_zip(lesson: Lesson) -> bytes:
    """Return the lesson as a zip: open its ``index.html`` in a browser, from the disk.

    It holds index.html, lesson.js, lesson.css, README.txt, pictures/NN-natural.png and pictures/NN-enhanced.png, the
    latter with a strip below it that says what was done. Pictures are lossless; those narrower than 320 px are
    enlarged by a whole number, each pixel becoming a square of equal ones.
    """
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        add_file(archive, "index.html", _page(lesson).encode())
        for name, parts in _FILES.items():
            add_file(archive, name, b"\n".join(asset(part).read_bytes() for part in parts))
        add_file(archive, "README.txt", _readme(lesson).encode())
        for number, slide in enumerate(lesson.slides, start=1):
            add_file(archive, _file(lesson, number, "natural"), encode_png(natural_of(slide)))
            if slide.enhanced is not None:
                sentence = statement(lesson, slide)
                picture = encode_png(enhanced_of(slide, sentence=sentence), text={"Description": sentence})
                add_file(archive, _file(lesson, number, "enhanced"), picture)
    return stream.getvalue()


def statement(lesson: Lesson, slide: Slide) -> str:
    """Return the sentence that an enhanced picture carries."""
    return _said(lesson, slide, towards=plain(slide.towards))


def veiled_statement(lesson: Lesson, slide: Slide) -> str:
    """Return the same sentence without the class, which may be the answer."""
    return _said(lesson, slide, towards=lesson.words.translate("the class that the answer names"))


def _in_short(lesson: Lesson, slide: Slide) -> str:
    """Return what stands below an enhanced picture on the page: neither the class nor figures, which its strip has."""
    words = lesson.words
    invented = [words.translate("Features not in the original.")] if slide.invents else []
    return " ".join((words.translate("AI-altered."), *invented, words.translate("Not for diagnosis.")))


def about(lesson: Lesson) -> tuple[str, ...]:
    """Return what the lesson is, in sentences: its order, its guide, what was altered, and the guide's cautions."""
    words = lesson.words
    order = words.translate_count(
        "This lesson shows 1 picture; its guide is the network “{guide}”.",
        "This lesson shows {count} pictures, from easy to hard for its guide, the network “{guide}”.",
        count=len(lesson.slides),
        guide=plain(lesson.guide),
    )
    if not lesson.enhanced:
        return (order, words.translate("None of them was altered. Not for diagnosis."), *map(plain, lesson.cautions))
    labelled = words.translate("Enhanced pictures say so below them. Not for diagnosis.")
    return order, f"{_which_enhanced(lesson)} {labelled}", *map(plain, lesson.cautions)


def _which_enhanced(lesson: Lesson) -> str:
    words, enhanced = lesson.words, lesson.enhanced
    if enhanced < len(lesson.slides):
        return words.translate_count(
            "{count} of them can also be seen enhanced: AI-altered by that network, so that it recognises a class more "
            "strongly.",
            "{count} of them can also be seen enhanced: AI-altered by that network, so that it recognises a class more "
            "strongly.",
            count=enhanced,
        )
    if enhanced == 1:
        return words.translate(
            "It can also be seen enhanced: AI-altered by that network, so that it recognises a class more strongly."
        )
    return words.translate(
        "All of them can also be seen enhanced: AI-altered by that network, so that it recognises a class more "
        "strongly."
    )


def classes_of(lesson: Lesson) -> Mapping[str, int]:
    """Return class → how many of the pictures show it, by name."""
    counts = Counter(plain(slide.class_name) for slide in lesson.slides)
    return dict(sorted(counts.items()))


def kinds_of(lesson: Lesson) -> tuple[Mapping[str, Any], ...]:
    """Return the classes by name, each with its first picture, which is its easiest; none where they are too many."""
    counts = classes_of(lesson)
    if len(counts) > _MOST_PICTURED:
        return ()
    first: dict[str, int] = {}
    for number, slide in enumerate(lesson.slides, start=1):
        first.setdefault(plain(slide.class_name), number)
    return tuple(
        {"name": name, "count": count, "picture": _file(lesson, first[name], "natural")}
        for name, count in counts.items()
    )


def guesses_of(lesson: Lesson) -> tuple[str, ...]:
    """Return what pupils choose from, by name; nothing where there is one class only, or more than have a digit."""
    names = tuple(classes_of(lesson))
    return names if 1 < len(names) <= _MOST_TO_GUESS else ()


def natural_of(slide: Slide) -> Pixels:
    """Return the picture as it is, ``(H, W, 3)`` uint8, enlarged by a whole number where it is narrower than 320 px."""
    return _enlarged(slide.natural)


def enhanced_of(slide: Slide, *, sentence: str) -> Pixels:
    """Return the enhanced picture, ``(H, W, 3)`` uint8, above a strip that says ``sentence``.

    It has the scale of :func:`natural_of`.

    Raises:
        ValueError: The picture is not enhanced.
    """
    if slide.enhanced is None:
        raise ValueError(f"{slide.name} is not enhanced.")
    return with_strip(_enlarged(slide.enhanced), sentence=sentence)


def plain(text: str) -> str:
    """Return ``text`` on one line, without control characters, halves of characters and marks that turn text around."""
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in text if not _is_unwelcome(c))
    return " ".join(in_form("NFC", "".join(kept)).split())


def _is_unwelcome(character: str) -> bool:
    return unicodedata.category(character) == "Cs" or character in _TURNS


def _are_pixels(pixels: Pixels) -> bool:
    return pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8 and 0 not in pixels.shape


def _said(lesson: Lesson, slide: Slide, *, towards: str) -> str:
    words = lesson.words
    altered = words.translate(
        "AI-altered towards {towards}, ε₂₂₄ = {epsilon}, by guide {guide}.",
        towards=towards,
        epsilon=words.number(slide.epsilon_224, ".3g"),
        guide=plain(lesson.guide),
    )
    invented = [words.translate("Features not in the original.")] if slide.invents else []
    return " ".join((altered, *invented, words.translate("Not for diagnosis.")))


def _enlarged(pixels: Pixels) -> Pixels:
    times = math.ceil(_NARROWEST / pixels.shape[1])
    return pixels.repeat(times, axis=0).repeat(times, axis=1) if times > 1 else pixels


def _file(lesson: Lesson, number: int, which: str) -> str:
    digits = max(2, len(str(len(lesson.slides))))
    return f"pictures/{number:0{digits}}-{which}.png"


def _page(lesson: Lesson) -> str:
    page = {
        "language": lesson.words.language.code,
        "title": plain(lesson.title),
        "about": about(lesson),
        "classes": classes_of(lesson),
        "kinds": kinds_of(lesson),
        "guesses": guesses_of(lesson),
        "enhanced": lesson.enhanced,
        "slides": [_words(lesson, number, slide) for number, slide in enumerate(lesson.slides, start=1)],
    }
    return _template().render(
        lesson=page, translate=lesson.words.translate, translate_count=lesson.words.translate_count
    )


def _words(lesson: Lesson, number: int, slide: Slide) -> Mapping[str, Any]:
    """Return what the page says of a slide."""
    height, width = natural_of(slide).shape[:2]
    words: dict[str, Any] = {
        "number": number,
        "natural": _file(lesson, number, "natural"),
        "width": width,
        "height": height,
        "class_name": plain(slide.class_name),
        "difficulty": plain(lesson.words.translate(slide.difficulty_sentence)),
        "name": plain(slide.name),
        "enhanced": "",
        "rings": _rings(slide, width=width, height=height),
    }
    if slide.enhanced is None:
        return words
    sentence = statement(lesson, slide)
    return words | {
        "enhanced": _file(lesson, number, "enhanced"),
        "whole_height": height + Strip.saying(sentence, width=width).height,
        "statement": sentence,
        "in_short": _in_short(lesson, slide),
    }


def _rings(slide: Slide, *, width: int, height: int) -> tuple[Mapping[str, str], ...]:
    """Return the rings of a slide in the pixels of its picture."""
    side = max(width, height)
    return tuple(
        {"x": f"{ring.x * width:.1f}", "y": f"{ring.y * height:.1f}", "radius": f"{ring.radius * side:.1f}"}
        for ring in slide.rings
    )


def _readme(lesson: Lesson) -> str:
    title, sentences = plain(lesson.title), about(replace(lesson, words=ENGLISH))  # as the rest of it is
    return _README.format(title=title, underline="=" * len(title), about="\n\n".join(sentences))


@cache
def _template() -> jinja2.Template:
    text = files("lwise_core.teaching.lessons").joinpath("lesson.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)


_README = """{title}
{underline}

{about}

To show it
----------
Unpack the zip and open index.html in a browser. It needs no network and no server, and asks for nothing but the files
beside it.

    → and ←    next picture, picture before
    space      original or enhanced, in the same place
    Enter      show the answer
    1, 2, …    guess, where there are at most eight classes; the head of the page counts how many were right

With the answer rings show what speaks for it, where the network allows to measure that.

Files
-----
index.html             the slide show. It holds the answers: do not give it to those who are to be asked.
lesson.js, lesson.css  what it does, and how it looks
pictures/              NN-natural.png are the pictures as they are. NN-enhanced.png were altered, and a strip below
                       each says towards what and how strongly; keep the strip with the picture. All are lossless;
                       pictures narrower than 320 px were enlarged, each pixel to a square of equal ones.
"""
