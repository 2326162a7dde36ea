from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.fast_twin import fast_twin
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import Crop
from lwise_core.images.opening import open_image
from lwise_core.inspection.evidence import gather
from lwise_core.inspection.regions import NoRegion, Region, box, inside, of_mask, on_evidence, superpixels
from tests.conftest import eight_pictures

SIZE = 16


def path_within(guide: GuideModel, region: Region, *, steps: int = 5) -> EnhancementPath:
    image = eight_pictures(guide.input_size)[0]
    request = PathRequest.single(image, target=1, objective=GroundTruthLogit(), within=region.mask)
    step = guide.epsilon_scale.step
    return EnhancementPath(guide, request, step, tuple(ascend(guide, request, step=step, steps=steps)))


def left_half(size: int) -> Region:
    return inside([box(left=-0.5, top=-0.5, right=size / 2 - 0.5, bottom=size - 0.5)], size=size)


def test_a_box_holds_the_pixels_whose_middle_it_holds() -> None:
    mask = inside([box(left=1.6, top=0.6, right=4.4, bottom=2.4)], size=SIZE).mask
    assert mask.nonzero().tolist() == [[r, c] for r in (1, 2) for c in (2, 3, 4)]


def test_several_outlines_add_up() -> None:
    one, other = box(left=0.5, top=0.5, right=2.5, bottom=2.5), ((8.5, 8.5), (13.5, 8.5), (8.5, 13.5))
    both = inside([one, other], size=SIZE).mask
    assert torch.equal(both, inside([one], size=SIZE).mask | inside([other], size=SIZE).mask)


@pytest.mark.parametrize("outline", [box(left=3.1, top=3.1, right=3.2, bottom=3.2), ((-9, -9), (-8, -9), (-8, -8)), ()])
def test_an_outline_without_a_pixel_is_refused(outline: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(NoRegion, match="larger"):
        inside([outline] if outline else [], size=SIZE)


# Pointers tell no finer places, and libraries flush the smallest numbers of all to zero.
places = st.floats(-5, 20).map(lambda x: round(x, 6))


@given(st.lists(st.tuples(places, places), min_size=3, max_size=9))
def test_whatever_is_drawn_lies_within_its_own_bounds(outline: list[tuple[float, float]]) -> None:
    try:
        rows, columns = inside([outline], size=SIZE).mask.nonzero(as_tuple=True)
    except NoRegion:
        return
    xs, ys = zip(*outline, strict=True)
    for drawn, found in ((xs, columns), (ys, rows)):
        assert min(drawn) <= found.min()
        assert found.max() <= max(drawn)


def test_every_pixel_outside_stays_as_it_is_bit_for_bit_at_every_budget(tiny_guide: GuideModel) -> None:
    region = left_half(tiny_guide.input_size)
    path = path_within(tiny_guide, region)
    original = path.frames[0].images[0]
    for epsilon in (0.3 * path.step, path.step, 2.5 * path.step, path.reach):
        changed = path.at(epsilon).images[0]
        assert torch.equal(changed[:, ~region.mask], original[:, ~region.mask])
    assert not torch.equal(changed[:, region.mask], original[:, region.mask])


def test_the_whole_budget_is_spent_inside(tiny_guide: GuideModel) -> None:
    path = path_within(tiny_guide, left_half(tiny_guide.input_size), steps=1)
    first = path.frames[1].unclamped - path.frames[0].images
    assert float(first.norm()) == pytest.approx(path.step, rel=1e-4)


def test_the_fast_twin_keeps_to_the_region_too(tiny_guide: GuideModel) -> None:
    region = left_half(tiny_guide.input_size)
    request = path_within(tiny_guide, region).request
    twin = fast_twin(tiny_guide, dtype=torch.bfloat16)
    *_, last = ascend(twin, request, step=tiny_guide.epsilon_scale.step, steps=4)
    assert torch.equal(last.images[0][:, ~region.mask], request.images[0][:, ~region.mask])


def test_what_the_path_is_compared_with_keeps_to_the_region_too(tiny_guide: GuideModel) -> None:
    """Paths from copies would else differ from it by where they go, and not by what they find."""
    size = tiny_guide.input_size
    corner = inside([box(left=-0.5, top=-0.5, right=size / 4 - 0.5, bottom=size / 4 - 0.5)], size=size)
    path = path_within(tiny_guide, corner)
    seen: list[torch.Tensor] = []
    hook = tiny_guide.network.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))
    try:
        list(gather(path))
    finally:
        hook.remove()
    steps = len(path.frames)
    walked = seen[-steps:]  # towards the rivals, and from the copies: two with noise, one mirrored, one moved
    changed = torch.stack([(later != walked[0]).any(dim=1) for later in walked[1:]]).any(dim=0)
    assert changed.any(dim=(1, 2)).all()
    for one, where in zip(changed[:-2], [corner.mask] * 6, strict=True):
        assert not one[~where].any()
    assert not changed[-2][~corner.mask.flip(-1)].any()
    assert changed[-1, size // 2 :, size // 2 :].sum() == 0  # moved by a sixteenth


def test_regions_of_evidence_grow_with_their_share_and_hold_each_other(tiny_guide: GuideModel) -> None:
    image = eight_pictures(tiny_guide.input_size)[0]
    small, large = (on_evidence(tiny_guide, image, target=0, share=s) for s in (0.1, 0.4))
    assert small.share == pytest.approx(0.1, abs=0.01)
    assert bool((small.mask <= large.mask).all())
    assert small.key != large.key


def subject(*, width: int = 40, height: int = 30) -> CroppedPhotograph:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return CroppedPhotograph(open_image(pixels), Crop(left=4, top=2, side=24))


@given(st.lists(st.booleans(), min_size=SIZE**2, max_size=SIZE**2).filter(any))
def test_a_region_is_read_back_from_its_picture(bits: list[bool]) -> None:
    region = Region(torch.tensor(bits).reshape(SIZE, SIZE))
    read = of_mask(open_image(region.as_png()).pixels, subject(), size=SIZE)
    assert torch.equal(read.mask, region.mask)


def test_a_mask_as_large_as_the_photograph_is_cropped_with_it() -> None:
    mask = np.zeros((30, 40, 3), dtype=np.uint8)
    mask[2:14, 4:28] = 255  # the upper half of the crop
    read = of_mask(mask, subject(), size=8).mask
    assert read[:4].all()
    assert not read[4:].any()


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (np.full((20, 30, 3), 255, dtype=np.uint8), "30 × 20 pixels: make it square"),
        (np.full((9, 9, 3), 127, dtype=np.uint8), "lighter than half"),
    ],
)
def test_a_mask_that_fits_nothing_is_refused(mask: Pixels, sentence: str) -> None:
    with pytest.raises(NoRegion, match=sentence):
        of_mask(mask, subject(), size=8)


def test_superpixels_follow_what_is_seen_and_are_the_same_each_time() -> None:
    image = np.zeros((3, 32, 32), dtype=np.float32)
    image[:, :, 16:] = 1
    pieces = superpixels(image, count=16)
    assert pieces.shape == (32, 32)
    assert 8 <= len(np.unique(pieces)) <= 24
    assert not set(np.unique(pieces[:, :16])) & set(np.unique(pieces[:, 16:]))
    assert np.array_equal(pieces, superpixels(image, count=16))
