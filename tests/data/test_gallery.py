"""The stored pairs: every sample of the gallery has one, whole and small, made of pictures that may be shown."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.assets import asset
from lwise_core.data.gallery import PAINTED, QUESTIONS, GuessQuestion, StoredPair, gallery_samples, stored_pairs
from lwise_core.data.samples import MORE_SAMPLES, SAMPLES, Sample, photograph_of
from lwise_core.images.codec import open_photograph

SHOWN = gallery_samples() | {question.sample.key: question.sample for question in QUESTIONS}
EACH = pytest.mark.parametrize(("key", "shown"), SHOWN.items(), ids=list(SHOWN))


@EACH
def test_a_strip_holds_a_square_for_each_stored_change(key: str, shown: Sample) -> None:
    pair = stored_pairs()[key]
    assert (pair.key, pair.guide) == (key, shown.guide)
    strip = open_photograph((asset("gallery/films") / f"{key}.webp").read_bytes(), name="strip.webp")
    assert strip.height == strip.width * len(pair.changes)


@EACH
def test_a_pair_begins_with_the_original_and_changes_more_and_more(key: str, shown: Sample) -> None:
    pair = stored_pairs()[key]
    assert (pair.changes[0].step, pair.changes[0].epsilon, pair.changes[0].grey_levels) == (0, 0, 0)
    assert [c.step for c in pair.changes] == sorted({c.step for c in pair.changes})
    assert pair.towards == PAINTED.get(key, shown.true_class)


@EACH
def test_a_picture_holds_its_crop_and_says_whose_it_is(key: str, shown: Sample) -> None:
    assert key.startswith(shown.key)
    photograph = photograph_of(shown)
    assert shown.crop == shown.crop.within(photograph)
    assert any(word in shown.credit for word in ("public domain", "CC BY", "Drawn by this program"))


def test_what_the_start_page_fetches_is_small() -> None:
    films = asset("gallery/films")
    assert {f.stem for f in films.iterdir()} == set(SHOWN)
    assert sum(f.stat().st_size for f in films.iterdir()) < 700_000


def test_every_sample_is_in_the_gallery() -> None:
    assert set(gallery_samples().values()) == {*SAMPLES, *MORE_SAMPLES}


def test_what_is_painted_is_not_what_the_picture_shows_and_the_guide_falls_for_it() -> None:
    for key, painted in PAINTED.items():
        pair, shown = stored_pairs()[key], gallery_samples()[key]
        assert painted != shown.true_class
        assert pair.changes[0].choice != painted == pair.changes[-1].choice
        assert pair.difficulty == ""


def test_the_right_answer_is_among_the_options_and_never_at_the_same_place() -> None:
    assert len({q.options.index(str(q.sample.true_class)) for q in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.sample.key)
def test_whoever_guesses_is_taught_by_a_guide_that_is_right_on_the_whole_way(question: GuessQuestion) -> None:
    changes = stored_pairs()[question.sample.key].changes
    assert {change.choice for change in changes} == {question.sample.true_class}


@given(st.lists(st.floats(0, 1), min_size=2))
def test_what_is_harder_is_never_called_easier(shares: list[float]) -> None:
    pair = stored_pairs()["cat"]
    words = [replace(pair, harder_than=share).difficulty for share in sorted(shares)]
    levels = [int(word.split("(")[1][0]) for word in words]
    assert levels == sorted(levels)
    assert set(levels) <= {1, 2, 3, 4, 5}
    assert replace(pair, harder_than=None).difficulty == ""


def test_a_pair_is_read_as_it_was_written() -> None:
    for pair in stored_pairs().values():
        assert StoredPair.read(asdict(pair)) == pair
