"""Renderings: the 8-bit picture carries its own logits, and nothing changes outside the crop."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.objectives import objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import Crop, see, to_8_bit

CAT = SAMPLES[0]


@pytest.fixture(scope="module")
def subject() -> CroppedPhotograph:
    return CroppedPhotograph(photograph_of(CAT), Crop(left=40, top=10, side=250))


@pytest.fixture(scope="module")
def target(bundled_guide: GuideModel) -> int:
    return bundled_guide.class_index("house cat")


@pytest.fixture(scope="module")
def path(bundled_guide: GuideModel, subject: CroppedPhotograph, target: int) -> EnhancementPath:
    image = subject.seen(size=bundled_guide.input_size)
    request = PathRequest.single(image, target=target, objective=objective_named("logit"))
    *_, path = walk(bundled_guide, request)
    return path


def test_the_perturbation_is_the_difference_of_what_the_guide_sees(
    path: EnhancementPath, subject: CroppedPhotograph
) -> None:
    result = path.at(2.0)
    change = result.change.difference
    assert np.linalg.norm(change) == pytest.approx(float(result.spent[0]), rel=1e-5)
    assert np.allclose(subject.seen(size=64).numpy() + change, result.images[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("extent", list(Extent))
def test_the_logits_are_those_of_the_8_bit_picture_seen_again(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath, target: int, extent: Extent
) -> None:
    rendering = render(bundled_guide, subject, path.at(3.0), target=target, extent=extent)
    seen = rendering.pixels if extent is Extent.GUIDE else subject.crop.of(rendering.pixels)
    again = score(bundled_guide, torch.from_numpy(see(seen, size=64)))
    assert torch.equal(rendering.logits, again)
    before = score(bundled_guide, subject.seen(size=64))
    assert rendering.gain == pytest.approx(float(again[target] - before[target]))
    assert rendering.kept == pytest.approx(rendering.gain / rendering.gain_float)
    assert rendering.kept is not None
    assert rendering.kept > 0.9


def test_the_whole_photograph_keeps_its_size_and_everything_outside_the_crop(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath, target: int
) -> None:
    pixels = render(bundled_guide, subject, path.at(5.0), target=target, extent=Extent.PHOTOGRAPH).pixels
    original, crop = subject.photograph.pixels, subject.crop
    assert pixels.shape == original.shape
    outside = np.ones(original.shape[:2], dtype=bool)
    outside[crop.top : crop.top + crop.side, crop.left : crop.left + crop.side] = False
    assert np.array_equal(pixels[outside], original[outside])
    assert not np.array_equal(pixels, original)


def test_at_the_guide_s_size_the_picture_is_the_rounded_iterate(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath, target: int
) -> None:
    result = path.at(1.0)
    rendering = render(bundled_guide, subject, result, target=target, extent=Extent.GUIDE)
    assert np.array_equal(rendering.pixels, to_8_bit(result.images[0].numpy()).transpose(1, 2, 0))


def test_no_change_keeps_the_picture_and_gives_no_share(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath, target: int
) -> None:
    rendering = render(bundled_guide, subject, path.at(0.0), target=target, extent=Extent.PHOTOGRAPH)
    assert rendering.kept is None
    assert np.array_equal(rendering.pixels, subject.photograph.pixels)
    assert 0 <= rendering.probability(target) <= 1
