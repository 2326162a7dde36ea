"""Moving pictures: every frame is there for its time, and the same frames give the same bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from lwise_core._utils.arrays import Pixels
from lwise_core.images.animation import AnimationFormat, encode_animation

KINDS = st.sampled_from(AnimationFormat)


def shades(count: int, *, side: int = 24) -> list[Pixels]:
    """Return ``count`` frames of one grey each, all different."""
    return [np.full((side, side, 3), 20 + 30 * i, dtype=np.uint8) for i in range(count)]


@settings(max_examples=12)
@given(kind=KINDS, times=st.lists(st.integers(2, 300).map(lambda n: 10 * n), min_size=2, max_size=6))
def test_frames_come_back_in_order_each_for_its_time(kind: AnimationFormat, times: list[int]) -> None:
    frames = shades(len(times))
    data = encode_animation(frames, milliseconds=times, kind=kind)
    with Image.open(io.BytesIO(data), formats=(kind.name,)) as image:
        read = [(np.asarray(one.convert("RGB")), one.info["duration"]) for one in ImageSequence.Iterator(image)]
        assert image.info["loop"] == 0
    assert [duration for _, duration in read] == times
    for (pixels, _), frame in zip(read, frames, strict=True):
        assert np.abs(pixels.astype(int) - frame).max() <= 2
    assert data == encode_animation(frames, milliseconds=times, kind=kind)


@given(kind=KINDS)
def test_frames_that_do_not_belong_together_are_refused(kind: AnimationFormat) -> None:
    for frames, times in (([], []), ([*shades(1), *shades(1, side=25)], [10, 10]), (shades(2), [10])):
        with pytest.raises(ValueError, match="frames of one size"):
            encode_animation(frames, milliseconds=times, kind=kind)
