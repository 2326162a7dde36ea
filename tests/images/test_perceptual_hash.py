"""Hashes that stay the same when a picture is resized or recompressed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.phantom import Creature, draw
from lwise_core.images.geometry import see
from lwise_core.images.perceptual_hash import near_duplicates, nearest_bits, perceptual_hash


@given(seed=st.integers(0, 10**6), gain=st.floats(0.8, 1.0))
def test_a_hash_does_not_care_about_brightness(seed: int, gain: float) -> None:
    image = see(draw(Creature(0, 0.0, seed), size=64), size=32)
    differing = perceptual_hash(image) ^ perceptual_hash((image * gain).astype(np.float32))
    assert differing.bit_count() <= 2


def test_the_nearest_is_counted_in_bits() -> None:
    trained_on = np.array([0b1111, 0b1000_0000], dtype=np.uint64)
    held_out = np.array([0b1111, 0b1110, 0b1000_0011, 2**64 - 1], dtype=np.uint64)
    assert nearest_bits(held_out, trained_on).tolist() == [0, 1, 2, 60]


def test_beside_no_others_everything_is_far() -> None:
    none = np.array([], dtype=np.uint64)
    assert nearest_bits(np.array([0, 7], dtype=np.uint64), none).tolist() == [64, 64]


@given(hashes=st.lists(st.integers(0, 2**64 - 1), max_size=8))
def test_near_is_each_with_itself_and_never_one_sided(hashes: list[int]) -> None:
    found = near_duplicates(np.array(hashes, dtype=np.uint64))
    assert all(i in near for i, near in enumerate(found))
    assert all(i in found[j] for i, near in enumerate(found) for j in near)


def test_six_bits_are_near_and_seven_are_not() -> None:
    hashes = np.array([0, 0b111111, 0b1111111 << 20], dtype=np.uint64)
    assert near_duplicates(hashes) == ((0, 1), (0, 1), (2,))
