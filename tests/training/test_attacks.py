from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lwise_core.guides.guide import GuideModel
from lwise_core.training.attacks import Attack, AttackError, Norm, lengths, perturbed
from tests.conftest import eight_pictures

TARGETS = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def loss_of(guide: GuideModel, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return F.cross_entropy(guide.logits(images), TARGETS, reduction="none")


def linear(images: torch.Tensor) -> torch.Tensor:
    """Two logits that differ by the mean brightness of the image."""
    mean = images.flatten(1).mean(dim=1)
    return torch.stack([mean, -mean], dim=1)


@given(epsilon=st.floats(0.01, 3), steps=st.integers(1, 3), norm=st.sampled_from(Norm), random=st.booleans())
def test_the_twins_stay_in_the_ball_and_in_the_range_of_pixels(
    epsilon: float, steps: int, norm: Norm, random: bool
) -> None:
    images = eight_pictures(16)
    attack = Attack(norm, epsilon, steps, step=epsilon, random_start=random)
    twins = perturbed(lambda x: x.flatten(1)[:, :5] * 3, images, TARGETS, attack=attack, generator=seeded())
    change = twins - images
    size = lengths(change) if norm is Norm.L2 else change.abs()
    assert float(size.max()) <= epsilon * (1 + 1e-5) + 1e-6
    assert float(twins.min()) >= 0
    assert float(twins.max()) <= 1
    assert not torch.equal(twins, images)


@pytest.mark.parametrize("norm", list(Norm))
def test_the_attack_raises_the_loss_of_every_picture(tiny_guide: GuideModel, norm: Norm) -> None:
    images = eight_pictures(16)
    epsilon = 0.5 if norm is Norm.L2 else 4 / 255
    attack = Attack(norm, epsilon, steps=5, step=epsilon / 3)
    twins = perturbed(tiny_guide.logits, images, TARGETS, attack=attack, generator=seeded())
    assert bool((loss_of(tiny_guide, twins) > loss_of(tiny_guide, images)).all())


def test_one_step_from_the_picture_has_exactly_its_length() -> None:
    grey = torch.full((2, 3, 8, 8), 0.5)
    attack = Attack(Norm.L2, epsilon=1.0, steps=1, step=0.25, random_start=False)
    twins = perturbed(linear, grey, torch.tensor([0, 1]), attack=attack, generator=seeded())
    assert lengths(twins - grey).flatten().tolist() == pytest.approx([0.25, 0.25], rel=1e-5)
    assert float(twins[0].mean()) < 0.5 < float(twins[1].mean())


def test_the_seed_decides_the_start() -> None:
    images = eight_pictures(16)
    attack = Attack(Norm.L2, 1.0, steps=1, step=0.1)
    one, same, other = (
        perturbed(linear, images, TARGETS.clamp_max(1), attack=attack, generator=seeded(s)) for s in (0, 0, 1)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("attack", [Attack(Norm.L2, 0.0, 3, 0.1), Attack(Norm.L2, 1.0, 0, 0.0)])
def test_without_radius_or_steps_there_is_no_attack(attack: Attack) -> None:
    images = eight_pictures(16)
    assert perturbed(linear, images, TARGETS, attack=attack, generator=seeded()) is images


def test_no_gradient_reaches_the_weights() -> None:
    layer = torch.nn.Linear(3 * 16 * 16, 5)
    attack = Attack(Norm.L2, 1.0, steps=2, step=0.5)
    perturbed(lambda x: layer(x.flatten(1)), eight_pictures(16), TARGETS, attack=attack, generator=seeded())
    assert layer.weight.grad is None


@pytest.mark.parametrize(("epsilon", "steps", "step"), [(-1.0, 1, 0.1), (1.0, -1, 0.1), (1.0, 2, 0.0)])
def test_an_attack_that_cannot_be_is_refused(epsilon: float, steps: int, step: float) -> None:
    with pytest.raises(AttackError, match="An attack needs"):
        Attack(Norm.L2, epsilon, steps, step)
