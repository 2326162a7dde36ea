from __future__ import annotations

import pytest
import torch
from torch import nn

from lwise_core.guides.guide import GuideModel
from lwise_core.training import evaluation
from lwise_core.training.attacks import Norm
from lwise_core.training.evaluation import (
    ATTACK_STEPS,
    Evaluation,
    Labelled,
    calibration_error,
    correct_under_attack,
    logits_of,
    reliability,
    share,
)
from tests.conftest import eight_pictures, guide_of, tiny_network


class Brightness(nn.Module):
    """Two logits whose difference is a multiple of the sum of all values over its threshold: a linear guide."""

    def __init__(self, *, side: int, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.count = 3 * side * side
        self.std = torch.tensor(std).view(1, 3, 1, 1)
        self.mean = torch.tensor(mean).view(1, 3, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pixels = x.float() * self.std + self.mean
        margin = 4 * (pixels - 0.5).flatten(1).sum(dim=1) / self.count**0.5
        return torch.stack([margin, -margin], dim=1)


@pytest.fixture
def linear_guide() -> GuideModel:
    """Its decision changes at mean brightness 0.5; a grey image is √(3·H·W)·|grey − 0.5| away from that in L2."""
    blank = guide_of(nn.Identity(), classes=2)
    mean, std = (tuple(t.flatten().tolist()) for t in (blank.normaliser.mean, blank.normaliser.std))
    return guide_of(Brightness(side=16, mean=mean, std=std), classes=2)


def greys(levels: list[float]) -> Labelled:
    images = torch.tensor(levels).view(-1, 1, 1, 1).expand(-1, 3, 16, 16).contiguous()
    return Labelled(images, torch.tensor([0 if level > 0.5 else 1 for level in levels]))


def test_of_a_linear_guide_the_attack_finds_exactly_what_lies_in_reach(linear_guide: GuideModel) -> None:
    distance = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
    data = greys([0.5 + sign * d / 768**0.5 for d in distance for sign in (1, -1)])
    held = correct_under_attack(linear_guide, data, norm=Norm.L2, epsilon=0.7)
    assert held.tolist() == [d > 0.7 for d in distance for _ in (1, -1)]


def test_of_a_linear_guide_the_attack_finds_what_lies_in_reach_of_each_value(linear_guide: GuideModel) -> None:
    data = greys([0.52, 0.48, 0.55, 0.45])
    held = correct_under_attack(linear_guide, data, norm=Norm.LINF, epsilon=0.03)
    assert held.tolist() == [False, False, True, True]


def test_no_image_is_held_that_was_not_seen_correctly(linear_guide: GuideModel) -> None:
    data = greys([0.9, 0.1])
    wrong = Labelled(data.images, 1 - data.targets)
    assert not bool(correct_under_attack(linear_guide, wrong, norm=Norm.L2, epsilon=0.01).any())


def test_a_share_comes_with_its_wilson_interval() -> None:
    assert share(torch.tensor([True] * 8 + [False] * 2)) == {"value": 0.8, "interval_95": [0.49, 0.943]}


def test_calibration_is_perfect_when_probabilities_are_kept_and_off_by_the_gap_when_not() -> None:
    logits = torch.tensor([[0.75, 0.25]]).log().repeat(100, 1)
    kept = torch.tensor([0] * 75 + [1] * 25)
    assert calibration_error(logits, kept) == pytest.approx(0, abs=1e-6)
    assert calibration_error(logits, torch.ones(100, dtype=torch.long)) == pytest.approx(0.75, abs=1e-6)
    (only,) = reliability(logits, kept)
    assert (only.images, round(only.confidence, 3), only.accuracy) == (100, 0.75, 0.75)


def test_what_is_measured_counts_every_image_once(linear_guide: GuideModel) -> None:
    data = greys([0.9, 0.8, 0.2, 0.1, 0.501, 0.499])
    figures = Evaluation.of(linear_guide, data, epsilons=(0.5,)).figures(linear_guide.classes)
    assert figures["test_images"] == figures["attacked_images"] == 6
    assert figures["clean_accuracy"]["value"] == 1.0  # type: ignore[index]
    assert figures["accuracy_under_20_step_attack"]["l2_0.5"]["value"] == 0.667  # type: ignore[index]
    assert {c: p["images"] for c, p in figures["per_class"].items()} == {"a": 3, "b": 3}  # type: ignore[attr-defined]
    some = Evaluation.of(linear_guide, data, epsilons=(0.5,), attacked=3).figures(linear_guide.classes)
    assert some["attacked_images"] == 3


def test_references_are_the_own_logits_sorted_by_class(linear_guide: GuideModel) -> None:
    data = greys([0.9, 0.6, 0.3])
    found = Evaluation.of(linear_guide, data, epsilons=()).references(linear_guide.classes, source="greys")
    own = logits_of(linear_guide, data)
    assert found.source == "greys"
    assert found.of("a") == pytest.approx(tuple(sorted(own[:2, 0].tolist())), abs=1e-4)
    assert found.of("b") == pytest.approx((float(own[2, 1]),), abs=1e-4)


def test_every_second_image_from_the_first_or_the_second() -> None:
    data = greys([0.1, 0.2, 0.8, 0.9])
    assert data.every(2).targets.tolist() == [1, 0]
    assert torch.equal(data.every(2, first=1).images, data.images[1::2])


@pytest.mark.parametrize("native", [True, False])
def test_an_attack_computes_in_bfloat16_only_where_the_machine_does(
    monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    guide = guide_of(tiny_network())
    imitated: list[bool] = []
    guide.network.register_forward_pre_hook(
        lambda *_: imitated.append(torch.is_autocast_enabled("cpu")) if torch.is_grad_enabled() else None
    )
    monkeypatch.setattr(evaluation, "native_bf16", lambda _: native)
    data = Labelled(eight_pictures(guide.input_size), torch.zeros(8, dtype=torch.int64))
    correct_under_attack(guide, data, norm=Norm.L2, epsilon=0.1)
    assert imitated == [native] * ATTACK_STEPS
