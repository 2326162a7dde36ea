from __future__ import annotations

import numpy as np

from benchmarks.near_duplicates import nearest


def test_the_nearest_is_counted_in_bits() -> None:
    trained_on = np.array([0b1111, 0b1000_0000], dtype=np.uint64)
    held_out = np.array([0b1111, 0b1110, 0b1000_0011, 2**64 - 1], dtype=np.uint64)
    assert nearest(held_out, trained_on).tolist() == [0, 1, 2, 60]
