"""GuideModel: one scale of ε for all guides, normalisation inside, and a network that nobody changes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass
from lwise_core.guides.guide import (
    IDENTITY_MEAN,
    IDENTITY_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Domain,
    EpsilonOutOfRange,
    EpsilonScale,
    GuideModel,
    Normaliser,
    best_device,
)
from tests.conftest import eight_pictures, guide_of, tiny_network

sizes = st.sampled_from([32, 64, 96, 128, 224, 384])
domains = st.sampled_from(list(Domain))


# The table of the house: grey levels of one unit of ε, and (largest, default) for natural and for other guides.
@pytest.mark.parametrize(
    ("size", "grey_levels", "natural", "careful"),
    [
        (32, 4.60, (2.86, 0.71), (1.14, 0.14)),
        (64, 2.30, (5.71, 1.43), (2.29, 0.29)),
        (128, 1.15, (11.4, 2.86), (4.57, 0.57)),
        (224, 0.657, (20, 5), (8, 1)),
    ],
)
def test_scale_of_the_house(
    size: int, grey_levels: float, natural: tuple[float, float], careful: tuple[float, float]
) -> None:
    scale = EpsilonScale.of(input_size=size, domain=Domain.NATURAL)
    assert scale.grey_levels(1) == pytest.approx(grey_levels, rel=5e-3)
    assert (scale.largest, scale.default) == pytest.approx(natural, rel=1e-2)
    for domain in (Domain.FINE_GRAINED, Domain.MEDICAL, Domain.UNKNOWN):
        other = EpsilonScale.of(input_size=size, domain=domain)
        assert (other.largest, other.default) == pytest.approx(careful, rel=3e-2)


@given(sizes, st.floats(0.001, 1000))
def test_grey_levels_are_the_rms_of_the_perturbation(size: int, epsilon: float) -> None:
    perturbation = torch.full((3, size, size), epsilon / (3 * size * size) ** 0.5, dtype=torch.float64)
    assert float(perturbation.norm()) == pytest.approx(epsilon)
    scale = EpsilonScale.of(input_size=size, domain=Domain.NATURAL)
    assert scale.grey_levels(epsilon) == pytest.approx(255 * float(perturbation.square().mean().sqrt()))


@given(sizes, domains, st.floats(0, 1000))
def test_the_two_units_are_inverses_and_keep_the_rms(size: int, domain: Domain, epsilon: float) -> None:
    scale, reference = (EpsilonScale.of(input_size=s, domain=domain) for s in (size, 224))
    assert scale.from_224(scale.at_224(epsilon)) == pytest.approx(epsilon)
    assert reference.grey_levels(scale.at_224(epsilon)) == pytest.approx(scale.grey_levels(epsilon))


@given(sizes, domains)
def test_the_slider_goes_in_steps_of_the_official_half_at_224(size: int, domain: Domain) -> None:
    scale = EpsilonScale.of(input_size=size, domain=domain)
    grid = scale.grid()
    assert scale.at_224(scale.step) == pytest.approx(0.5)
    assert grid[0] == 0
    assert grid[-1] == pytest.approx(scale.largest)
    assert len(grid) == scale.steps + 1 == (41 if domain is Domain.NATURAL else 17)
    for epsilon in grid:
        scale.check(epsilon)


@pytest.mark.parametrize("epsilon", [-0.01, 5.72, float("nan"), float("inf")])
def test_a_budget_outside_the_range_is_refused_with_the_range(epsilon: float) -> None:
    with pytest.raises(EpsilonOutOfRange, match=r"range of 0–5\.714 \(ε₂₂₄ 0–20\)"):
        EpsilonScale.of(input_size=64, domain=Domain.NATURAL).check(epsilon)


def test_medical_and_unknown_guides_are_treated_with_care() -> None:
    assert {domain for domain in Domain if domain.treated_as_medical} == {Domain.MEDICAL, Domain.UNKNOWN}


def test_normalisation_uses_the_statistics_of_the_checkpoint() -> None:
    x = eight_pictures(16)
    by_channel = [(x[:, c] - IMAGENET_MEAN[c]) / IMAGENET_STD[c] for c in range(3)]
    assert torch.allclose(Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD)(x), torch.stack(by_channel, dim=1))
    assert torch.equal(Normaliser(mean=IDENTITY_MEAN, std=IDENTITY_STD)(x), x)


def test_a_guide_freezes_its_network_and_normalises_inside() -> None:
    network = tiny_network().train()
    guide = guide_of(network)
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())
    x = eight_pictures(16).requires_grad_(True)
    logits = guide.logits(x)
    assert torch.equal(logits, network(guide.normaliser(x)))
    (gradient,) = torch.autograd.grad(logits.sum(), x)
    assert float(gradient.abs().max()) > 0


def test_classes_are_found_by_name(bundled_guide: GuideModel) -> None:
    assert bundled_guide.class_index("House_Cat") == bundled_guide.classes.index("house cat")
    with pytest.raises(UnknownClass, match="house cat"):
        bundled_guide.class_index("housecats")


def test_a_guide_learns_its_domain_as_a_new_value(tiny_guide: GuideModel) -> None:
    medical = tiny_guide.with_domain(Domain.MEDICAL)
    assert tiny_guide.domain is Domain.NATURAL
    assert medical.network is tiny_guide.network
    assert medical.epsilon_scale.at_224(medical.epsilon_scale.largest) == pytest.approx(8)


def test_caution_starts_at_seven_times_the_training_budget(tiny_guide: GuideModel) -> None:
    assert tiny_guide.caution_epsilon == pytest.approx(7.0)


def test_the_device_is_cuda_where_there_is_one() -> None:
    assert best_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
