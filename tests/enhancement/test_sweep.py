"""The path as a moving picture: it begins with the original, ends with what was asked, and every frame says so."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageSequence
from skimage import data

import lwise_core as lw
from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.export import Intent
from lwise_core.enhancement.rendering import Extent
from lwise_core.enhancement.sweep import MOST_FRAMES, sweep
from lwise_core.guides.guide import EpsilonOutOfRange, GuideModel
from lwise_core.images.animation import AnimationFormat
from lwise_core.images.caption_strip import Strip, with_strips
from lwise_core.images.heatmaps import enlarged


@pytest.fixture
def path(tiny_guide: GuideModel) -> lw.PhotographPath:
    photo = lw.open_image(data.chelsea()[:40, :48])
    return lw.enhance(tiny_guide, photo, "a", towards="b")


def frames_of(moving: bytes) -> list[Pixels]:
    with Image.open(io.BytesIO(moving)) as image:
        return [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("kind", list(AnimationFormat))
def test_it_goes_from_the_original_to_the_picture_that_was_asked_for(
    path: lw.PhotographPath, kind: AnimationFormat
) -> None:
    epsilon = path.epsilons[-1]
    frames = frames_of(path.animation(epsilon, kind=kind))
    assert len(frames) == min(len(path.epsilons), MOST_FRAMES)
    side = 320
    for frame, at in ((frames[0], 0.0), (frames[-1], epsilon)):
        wanted = enlarged(path.at(at).rendering.pixels[:, 4:44], side=side)  # the central square of 40 px
        assert np.abs(frame[: len(wanted), : len(wanted)].astype(int) - wanted).mean() < 4
    assert np.abs(frames[0].astype(int) - frames[-1])[:side].mean() > 1


def test_every_frame_says_its_own_budget_below_the_picture(
    path: lw.PhotographPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def noted(frames: list[Pixels], *, sentences: list[str]) -> tuple[Pixels, ...]:
        said.extend(sentences)
        return with_strips(frames, sentences=sentences)

    monkeypatch.setattr("lwise_core.enhancement.sweep.with_strips", noted)
    epsilon = path.epsilons[3]
    frame = frames_of(path.animation(epsilon, extent="guide"))[-1]
    assert len(said) == 4
    assert all("AI-altered towards b" in one and "Not for diagnosis." in one for one in said)
    assert said[0].startswith("AI-altered towards b, ε = 0 ")
    assert f"ε = {epsilon:.3g} " in said[-1]
    assert len(frame) == 320 + max(Strip.saying(one, width=320).height for one in said)


def test_a_path_that_does_not_reach_is_refused(path: lw.PhotographPath) -> None:
    short = replace(path.path, frames=path.path.frames[:2])
    intent = Intent("a", "b", path.epsilons[-1], Extent.GUIDE)
    with pytest.raises(EpsilonOutOfRange):
        sweep(path.subject, short, intent, kind=AnimationFormat.WEBP)
