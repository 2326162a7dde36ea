"""Checks of attributions: curves that a toy makes predictable, ranks as SciPy has them, and None without an order."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from torch import nn

from lwise_core._utils.arrays import FloatImage
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import Attribution, attribute
from lwise_core.inspection.attribution_methods import GRAD_CAM, SALIENCY
from lwise_core.inspection.sanity_checks import (
    REMOVALS,
    Curve,
    Removal,
    agreement,
    faithfulness,
    knows_the_weights,
    randomised,
    rank_correlation,
)
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.inspection.test_cam_layers import vit

PICTURE = eight_pictures(16)[1]

levels = arrays(np.float32, (4, 5), elements=st.integers(-4, 4).map(float))  # few values, so that ties are common


class BrightSpot(nn.Module):
    """Sees class 0 in the four pixels in the middle, as far as they are brighter than the rest of the picture."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spot = x[:, :, 7:9, 7:9].mean(dim=(1, 2, 3)) - x.mean(dim=(1, 2, 3))
        return torch.stack([4 * spot - 10, 0 * spot], dim=1)


def spot() -> tuple[GuideModel, torch.Tensor]:
    picture = torch.zeros(3, 16, 16)
    picture[:, 7:9, 7:9] = 1
    return guide_of(BrightSpot(), classes=2), picture


def map_of(values: FloatImage) -> Attribution:
    return Attribution(SALIENCY, 0, values)


def test_the_ranked_pixels_take_the_class_away_at_once_and_bring_it_at_once() -> None:
    guide, picture = spot()
    result = faithfulness(guide, picture, map_of(picture.mean(dim=0).numpy()))
    assert result is not None
    assert result.ranked.deletion.area < result.random.deletion.area - 0.1
    assert result.ranked.insertion.area > result.random.insertion.area + 0.1
    reversed_order = faithfulness(guide, picture, map_of(-picture.mean(dim=0).numpy()))
    assert reversed_order is not None
    assert reversed_order.ranked.deletion.area > result.random.deletion.area


@pytest.mark.parametrize("shift", [0.0, -1000.0])
def test_curves_run_from_the_picture_to_its_blurred_twin_and_back(tiny_guide: GuideModel, shift: float) -> None:
    values = attribute(tiny_guide, PICTURE, target=2, method=SALIENCY).values + np.float32(shift)
    result = faithfulness(tiny_guide, PICTURE, Attribution(SALIENCY, 2, values))
    assert result is not None
    here = float(tiny_guide.logits(PICTURE[None]).softmax(dim=1)[0, 2])
    for following in (result.ranked, result.random):
        deletion, insertion = following.deletion.probabilities, following.insertion.probabilities
        assert len(deletion) == len(insertion) == REMOVALS + 1
        assert deletion[0] == pytest.approx(here, abs=1e-6)
        assert insertion[-1] == pytest.approx(here, abs=1e-6)
        assert deletion[-1] == pytest.approx(insertion[0], abs=1e-6)
        assert deletion[-1] != pytest.approx(here, abs=1e-6)


def test_removing_one_order_forwards_is_inserting_it_backwards() -> None:
    guide, picture = spot()
    values = np.arange(256, dtype=np.float32).reshape(16, 16)
    forwards, backwards = (faithfulness(guide, picture, map_of(v)) for v in (values, -values))
    assert forwards is not None
    assert backwards is not None
    assert forwards.ranked.deletion.probabilities == pytest.approx(
        backwards.ranked.insertion.probabilities[::-1], abs=1e-6
    )


def test_the_null_is_followed_once_for_all_maps() -> None:
    guide, picture = spot()
    seen: list[int] = []
    guide.network.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    removal = Removal(guide, picture, 0)
    values = np.arange(256, dtype=np.float32).reshape(16, 16)
    first = removal.of(values)
    pictures = sum(seen)
    second = removal.of(-values)
    assert first is not None
    assert second is not None
    assert second.random is first.random
    assert (pictures, sum(seen) - pictures) == (4 * (REMOVALS - 1) + 2, 2 * (REMOVALS - 1))


def test_equal_pixels_do_not_go_in_reading_order() -> None:
    guide, picture = spot()
    values = np.zeros((16, 16), dtype=np.float32)
    values[0, 0] = -1  # all but one are equal
    result = faithfulness(guide, picture, map_of(values))
    assert result is not None
    assert result.ranked.deletion.area == pytest.approx(result.random.deletion.area, abs=0.02)


def test_the_area_is_the_trapezium_rules() -> None:
    assert Curve(np.array([1, 0.5, 0], dtype=np.float32)).area == pytest.approx(0.5)
    assert Curve(np.array([1, 0, 0], dtype=np.float32)).area == pytest.approx(0.25)
    assert Curve(np.ones(33, dtype=np.float32)).area == pytest.approx(1)


@given(levels, levels)
def test_ranks_correlate_as_scipy_says(one: FloatImage, other: FloatImage) -> None:
    ours = rank_correlation(one, other)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        assert ours is None
    else:
        assert ours == pytest.approx(spearmanr(one.ravel(), other.ravel()).statistic, abs=1e-9)


def test_agreement_is_symmetric_with_ones_and_with_none_for_maps_without_an_order() -> None:
    rising = np.arange(20, dtype=np.float32).reshape(4, 5)
    matrix = agreement([rising, rising**3, -rising - 100, np.zeros((4, 5), dtype=np.float32)])
    assert [row[:3] for row in matrix[:3]] == [pytest.approx(row) for row in [(1, 1, -1), (1, 1, -1), (-1, -1, 1)]]
    assert matrix[3] == (None,) * 4
    assert [row[3] for row in matrix] == [None] * 4


def test_maps_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        agreement([np.zeros((4, 5), dtype=np.float32), np.zeros((5, 4), dtype=np.float32)])


def test_a_map_without_an_order_cannot_be_judged(tiny_guide: GuideModel) -> None:
    flat = map_of(np.full((16, 16), -3, dtype=np.float32))
    assert faithfulness(tiny_guide, PICTURE, flat) is None
    known = knows_the_weights(tiny_guide, PICTURE, flat)
    assert (known.signed, known.absolute) == (None, None)


@pytest.mark.parametrize("build", [lambda: guide_of(tiny_network()), vit], ids=["compact", "vit"])
def test_every_weight_is_drawn_anew_and_the_guide_keeps_its_own(build: type[GuideModel]) -> None:
    guide = build()
    for parameter in guide.network.parameters():
        parameter.data += 0.01 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0))
    weights = {name: value.clone() for name, value in guide.network.named_parameters()}
    other, again = randomised(guide), randomised(guide)
    for name, value in other.network.named_parameters():
        assert not torch.equal(value, weights[name]), name
        assert torch.equal(value, dict(again.network.named_parameters())[name]), name
    assert all(torch.equal(value, weights[name]) for name, value in guide.network.named_parameters())
    assert not torch.equal(
        dict(randomised(guide, seed=1).network.named_parameters())["head.weight"], other.network.head.weight
    )


def test_a_map_of_the_picture_alone_survives_new_weights_and_a_gradient_does_not() -> None:
    class Doubling(nn.Module):
        """Its logits see the brightness of every pixel alike, by a weight that is never negative."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.tensor([2.0]))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (self.weight.abs() * x.square().sum(dim=(1, 2, 3))[:, None]).repeat(1, 2)

    blind, seeing = guide_of(Doubling(), classes=2), guide_of(tiny_network())
    same = attribute(blind, PICTURE, target=0, method=SALIENCY)
    known = knows_the_weights(blind, PICTURE, same)
    assert known.signed == pytest.approx(1)
    assert known.absolute == pytest.approx(1)
    turned = knows_the_weights(blind, PICTURE, Attribution(SALIENCY, 0, -same.values))
    assert (turned.signed, turned.absolute) == pytest.approx((-1, 1))
    different = attribute(seeing, PICTURE, target=0, method=SALIENCY)
    known = knows_the_weights(seeing, PICTURE, different, seed=5)
    assert known.absolute is not None
    assert abs(known.absolute) < 0.7


def test_the_same_weights_drawn_again_give_the_same_map() -> None:
    guide = randomised(guide_of(tiny_network()), seed=3)
    shown = attribute(guide, PICTURE, target=1, method=GRAD_CAM, layer="stages.0")
    known = knows_the_weights(guide, PICTURE, shown, seed=3)
    assert (known.signed, known.absolute) == pytest.approx((1, 1))
