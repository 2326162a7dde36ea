"""The strip: it says all of its sentence, legibly, and leaves the picture alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from lwise_core.images.caption_strip import Strip, drawable, with_strip, with_strips

SENTENCE = "AI-altered towards house cat, ε 3 (ε₂₂₄ 10.5) – “features not in the original”. Not for diagnosis."
WIDTHS = st.integers(1, 3000)
SENTENCES = st.text(min_size=1, max_size=200).filter(lambda text: bool(text.split()))


def noise(height: int, width: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def luminance(colour: npt.NDArray[np.uint8]) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2.2)."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@given(height=st.integers(1, 200), width=st.integers(1, 700), sentence=SENTENCES)
def test_the_picture_stays_bit_for_bit(height: int, width: int, sentence: str) -> None:
    picture = noise(height, width)
    result = with_strip(picture, sentence=sentence)
    assert np.array_equal(result[:height, :width], picture)
    assert result.dtype == np.uint8
    assert result.shape[0] > height
    assert result.shape[1] == max(width, 128)


@given(sentences=st.lists(SENTENCES, min_size=1, max_size=4))
def test_frames_keep_their_pixels_and_their_own_words_at_one_height(sentences: list[str]) -> None:
    frames = [noise(20, 200) // (i + 1) for i in range(len(sentences))]
    made = with_strips(frames, sentences=sentences)
    alone = [with_strip(frame, sentence=words) for frame, words in zip(frames, sentences, strict=True)]
    assert {len(one) for one in made} == {max(map(len, alone))}
    for one, its_own in zip(made, alone, strict=True):
        assert np.array_equal(one[: len(its_own)], its_own)


def test_beside_a_narrow_picture_there_is_only_background() -> None:
    beside = with_strip(noise(64, 64), sentence=SENTENCE)[:64, 64:]
    assert beside.shape == (64, 64, 3)
    assert len(np.unique(beside)) == 1


def test_the_strip_of_a_picture_of_128_px_is_as_wide_as_the_picture() -> None:
    strip = Strip.saying(SENTENCE, width=128)
    assert (strip.width, strip.text_size) == (128, 14)
    words = drawable(SENTENCE).split()
    assert [word for line in strip.lines for word in line.split()] == words  # none is broken


@given(width=WIDTHS, sentence=SENTENCES)
def test_the_words_are_all_there_and_inside(width: int, sentence: str) -> None:
    strip = Strip.saying(sentence, width=width)
    assert "".join(strip.lines).replace(" ", "") == drawable(sentence).replace(" ", "")
    drawn = strip.drawn()
    assert drawn.shape == (strip.height, strip.width, 3)
    frame = np.ones(drawn.shape[:2], dtype=bool)
    frame[strip.margin // 2 : -strip.margin // 2, strip.margin // 2 : -strip.margin // 2] = False
    assert (drawn[frame] == drawn[0, 0]).all()


@pytest.mark.parametrize(
    ("width", "text_size", "lines"),
    [(64, 14, 8), (128, 14, 8), (320, 14, 3), (512, 14, 2), (900, 20, 3), (4000, 88, 3), (60_000, 200, 1)],
)
def test_the_text_is_never_under_14_px_and_grows_with_the_picture(width: int, text_size: int, lines: int) -> None:
    strip = Strip.saying(SENTENCE, width=width)
    assert strip.text_size == text_size
    assert len(strip.lines) <= lines


def test_white_on_near_black_has_contrast() -> None:
    drawn = Strip.saying(SENTENCE, width=900).drawn()
    background, text = drawn[0, 0], drawn.reshape(-1, 3).max(axis=0)
    assert (luminance(text) + 0.05) / (luminance(background) + 0.05) > 15


def test_words_stand_apart_from_each_other() -> None:
    drawn = Strip.saying("11 11", width=320).drawn()
    columns = (drawn.max(axis=(0, 2)) > 100).nonzero()[0]
    assert np.diff(columns).max() >= 4


@pytest.mark.parametrize(
    ("sentence", "drawn"),
    [
        ("ε 3 (ε₂₂₄ 10.5)", "epsilon 3 (epsilon_224 10.5)"),
        ("“a” – ‘b’ — c…", "“a” - ‘b’ - c…"),
        ("Δ ≥ 2 × 3 ά", "Delta >= 2 x 3 alpha"),
        ("café\u00a0½ straße x²", "cafe 1/2 strasse x2"),
        ("  many \n spaces ", "many spaces"),
        ("猫", "?"),
    ],
)
def test_what_the_font_lacks_is_written_out(sentence: str, drawn: str) -> None:
    assert drawable(sentence) == drawn


@given(st.text())
def test_nothing_is_drawn_as_a_box(sentence: str) -> None:
    font = ImageFont.load_default(size=14)
    box = bytes(font.getmask("\ufffe"))
    assert all(c == " " or bytes(font.getmask(c)) != box for c in drawable(sentence))


@pytest.mark.parametrize("sentence", ["", "  \n"])
def test_a_strip_has_something_to_say(sentence: str) -> None:
    with pytest.raises(ValueError, match="needs a sentence"):
        with_strip(noise(8, 8), sentence=sentence)


def test_the_same_sentence_gives_the_same_strip() -> None:
    assert np.array_equal(with_strip(noise(8, 400), sentence=SENTENCE), with_strip(noise(8, 400), sentence=SENTENCE))
