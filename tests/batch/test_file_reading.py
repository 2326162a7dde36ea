"""Files on their way to a ranking: in their order, a few at a time, and nothing of the whole photograph is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.batch.file_reading import SQUARE, THUMBNAIL, FileReader, ReadFile, in_order, shrunk
from lwise_core.batch.named_files import NamedFile
from lwise_core.images.codec import encode_png, open_photograph
from lwise_core.images.geometry import Crop, see
from tests.support.images import scene

SECONDS = 60  # after which a test fails instead of waiting for ever


def returning(value: int) -> Callable[[], int]:
    return lambda: value


@settings(max_examples=20)
@given(st.lists(st.integers(), max_size=12), st.integers(1, 4))
def test_what_calls_return_comes_in_their_order(values: list[int], at_once: int) -> None:
    assert list(in_order(map(returning, values), at_once=at_once)) == values


def test_the_next_call_is_under_way_while_the_first_is_not_done() -> None:
    second_began = threading.Event()

    def first() -> int:
        assert second_began.wait(SECONDS)
        return 1

    def second() -> int:
        second_began.set()
        return 2

    assert list(in_order([first, second], at_once=2)) == [1, 2]


def test_no_more_is_read_ahead_than_asked_for_and_nothing_begins_after_the_end() -> None:
    asked = []

    def calls() -> Iterator[Callable[[], int]]:
        for i in range(20):
            asked.append(i)
            yield returning(i)

    found = in_order(calls(), at_once=2)
    for i in range(5):
        assert next(found) == i
        assert len(asked) <= i + 3
    found.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(asked) < 20


def test_what_a_call_raises_is_raised_in_its_turn() -> None:
    def fails() -> int:
        raise ValueError("as it is")

    found = in_order([returning(1), fails, returning(3)])
    assert next(found) == 1
    with pytest.raises(ValueError, match="as it is"):
        next(found)


@pytest.mark.parametrize(("width", "height"), [(40, 24), (700, 500)])
def test_what_is_kept_of_a_file_is_small_and_its_own(width: int, height: int) -> None:
    data = encode_png(scene(width=width, height=height))
    found = FileReader(16).read(NamedFile("x/a.png", data), sha256="its hash")
    assert isinstance(found, ReadFile)
    photograph = open_photograph(data, name="a.png")
    square = Crop.central(photograph).of(photograph.pixels)
    assert np.array_equal(found.seen, see(square, size=16))
    assert np.array_equal(found.square, shrunk(square, SQUARE))
    assert len(found.square) == min(height, SQUARE)
    assert found.square.base is None
    assert len(open_photograph(found.thumbnail, name="t.png").pixels) == min(height, THUMBNAIL)
    assert (found.name, found.sha256) == ("x/a.png", "its hash")


def test_what_cannot_be_used_is_a_sentence() -> None:
    reader = FileReader(16)
    assert "“a.txt”" in str(reader.read(NamedFile("x/a.txt", b"no picture"), sha256=""))
    assert reader.read(NamedFile("x/a.png", b"", "“a.png” has no file."), sha256="") == "“a.png” has no file."
