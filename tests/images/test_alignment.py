from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from skimage import data
from skimage.transform import resize

from lwise_core._utils.arrays import Pixels
from lwise_core.images.alignment import NotAPair, aligned
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from lwise_core.images.opening import open_image

CAT: Pixels = data.chelsea()  # 451 × 300 px


def named(pixels: Pixels, name: str) -> Photograph:
    return open_image(np.ascontiguousarray(pixels), name=name)


def sized(pixels: Pixels, *, width: int, height: int) -> Pixels:
    scaled: Pixels = (resize(pixels, (height, width), anti_aliasing=True) * 255).astype(np.uint8)
    return scaled


def test_the_same_picture_lies_upon_itself() -> None:
    cat = named(CAT, "cat")
    found = aligned(cat, cat)
    assert found.crop == Crop.central(cat)
    assert found.moved == (0.0, 0.0)
    assert found.likeness == pytest.approx(1)
    assert np.array_equal(found.original, found.altered)


def test_another_size_is_the_same_square() -> None:
    crop = Crop(left=40, top=20, side=200)
    small = sized(CAT, width=226, height=150)
    found = aligned(named(CAT, "cat"), named(small, "small"), crop=crop)
    assert found.crop == crop
    assert len(found.altered) == pytest.approx(100, abs=1)
    assert found.likeness > 0.95


def test_a_square_is_taken_for_the_square_that_is_looked_at() -> None:
    cat = named(CAT, "cat")
    crop = Crop(left=90, top=10, side=220)
    found = aligned(cat, named(sized(crop.of(CAT), width=128, height=128), "square"), crop=crop)
    assert (found.crop, found.likeness > 0.95) == (crop, True)
    with pytest.raises(NotAPair):  # of the central square, it shows another part
        aligned(named(CAT[:, :300], "left"), named(sized(data.coffee()[:300, :300], width=128, height=128), "coffee"))


@pytest.mark.parametrize(("right", "down"), [(0, 9), (-18, 4), (13, -17), (5, 5)])
def test_a_shift_is_undone(right: int, down: int) -> None:
    side = 200
    crop = Crop(left=100, top=50, side=side)
    moved = np.roll(CAT, (down, right), (0, 1))
    found = aligned(named(CAT, "cat"), named(moved, "moved"), crop=crop)
    assert found.moved[0] * side == pytest.approx(right, abs=1)
    assert found.moved[1] * side == pytest.approx(down, abs=1)
    assert found.likeness > 0.9
    assert len(found.original) == len(found.altered)
    assert found.crop.of(CAT).tolist() == found.original.tolist()


def test_tone_and_the_object_may_be_others() -> None:
    dark = (CAT * 0.4 + 20).astype(np.uint8)
    assert aligned(named(CAT, "cat"), named(dark, "dark")).likeness > 0.9
    replaced = CAT.copy()
    replaced[60:240, 140:320] = data.coffee()[60:240, 140:320]
    assert aligned(named(CAT, "cat"), named(replaced, "another animal")).likeness > 0.25


def test_different_pictures_are_refused_in_one_sentence() -> None:
    pictures = [CAT, data.astronaut(), data.coffee(), data.rocket(), data.immunohistochemistry(), data.brick()]
    square = [named(one[:300, :300], f"picture {i}") for i, one in enumerate(pictures)]
    for one, other in combinations(square, 2):
        with pytest.raises(NotAPair, match=f"{other.name}.*does not look like a version of.*{one.name}"):
            aligned(one, other)
    with pytest.raises(NotAPair, match="does not look like"):
        aligned(square[0], named(np.full((300, 300), 128, np.uint8), "grey"))


def test_another_shape_is_refused_with_both_sizes() -> None:
    with pytest.raises(NotAPair, match=r"another shape \(300 × 400 px\) than “cat” \(451 × 300 px\)"):
        aligned(named(CAT, "cat"), named(data.astronaut()[:400, :300], "tall"))
