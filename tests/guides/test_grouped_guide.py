"""A guide of groups: the highest logit of each, the winning member's gradient, and everything that takes a guide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lwise_core.enhancement.fast_twin import FloatHead, fast_twin
from lwise_core.enhancement.objectives import objective_named
from lwise_core.enhancement.path import PathRequest, ascend
from lwise_core.guides.class_groups import ClassGroups, ClassGroupsError, imagenet_animals
from lwise_core.guides.class_lists import imagenet_classes
from lwise_core.guides.fitness import Fit, Fitness
from lwise_core.guides.grouped_guide import GroupedNetwork, grouped, inner_prefix, ungrouped
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features
from lwise_core.guides.references import References
from lwise_core.inspection import METHODS, attribution, cam_layers
from lwise_core.inspection.attribution import AttributionMethod
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.support.relu_networks import Reusing, seeded

GROUPS = ClassGroups("mine", {"vowels": (0, 4), "b": (1,), "others": (2, 3)})


@pytest.fixture
def guide(tiny_guide: GuideModel) -> GuideModel:
    """A guide of the classes a to e."""
    return tiny_guide


def test_the_logit_of_a_group_is_the_highest_of_its_members(guide: GuideModel) -> None:
    pictures = eight_pictures(16)
    fine, coarse = guide.logits(pictures), grouped(guide, GROUPS).logits(pictures)
    by_hand = torch.stack([fine[:, list(members)].amax(dim=1) for members in GROUPS.members.values()], dim=1)
    assert torch.equal(coarse, by_hand)


def test_the_gradient_is_that_of_the_winning_member(guide: GuideModel) -> None:
    pictures = eight_pictures(16)
    winner = torch.tensor((2, 3))[guide.logits(pictures)[:, [2, 3]].argmax(dim=1)]
    both = []
    for model, target in ((guide, winner), (grouped(guide, GROUPS), torch.full((8,), 2))):
        images = pictures.clone().requires_grad_(True)
        both.append(torch.autograd.grad(model.logits(images)[torch.arange(8), target].sum(), images)[0])
    assert torch.equal(*both)


def test_of_equal_members_one_has_the_gradient() -> None:
    network = GroupedNetwork(nn.Identity(), [(0, 1), (2,)], outputs=3)
    logits = torch.tensor([[1.0, 1.0, 0.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(network(logits)[0, 0], logits)
    assert sorted(gradient[0].tolist()) == [0.0, 0.0, 1.0]
    assert gradient[0, 2] == 0


def test_it_is_another_guide_that_names_the_mapping(guide: GuideModel) -> None:
    known = replace(guide, references=References({"b": (1.0, 2.0)}))
    found = grouped(known, GROUPS)
    assert (found.name, found.classes) == ("test (mine)", ("vowels", "b", "others"))
    assert found.provenance.sha256 not in (guide.provenance.sha256, grouped(guide, other()).provenance.sha256)
    assert found.provenance.weights_sha256 == guide.provenance.sha256
    assert found.provenance.on_groups() == {"class_groups": {"name": "mine", "sha256": GROUPS.sha256}}
    assert guide.provenance.on_groups() == {}
    assert found.references.count("b") == 0
    with pytest.raises(ClassGroupsError, match="are groups already"):
        grouped(found, GROUPS)


def other() -> ClassGroups:
    return ClassGroups("mine", {"vowels": (0,), "b": (1, 4), "others": (2, 3)})


@pytest.mark.parametrize(("state", "kept"), [(Fit.UNFIT, Fit.UNFIT), (Fit.FIT, Fit.CANNOT_JUDGE)])
def test_only_an_unfit_guide_hands_its_fitness_on(guide: GuideModel, state: Fit, kept: Fit) -> None:
    known = replace(guide, provenance=replace(guide.provenance, fitness=Fitness(state, "So it is.")))
    assert grouped(known, GROUPS).provenance.fitness.state is kept


def test_a_path_towards_a_group_raises_its_logit(guide: GuideModel) -> None:
    found = grouped(guide, GROUPS)
    target = found.class_index("others")
    request = PathRequest.single(eight_pictures(16)[0], target=target, objective=objective_named("logit"))
    first, *_, last = ascend(found, request, step=found.epsilon_scale.step, steps=4)
    assert last.logits[0, 2] > first.logits[0, 2]


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda m: m.name)
def test_every_attribution_of_a_group_of_one_is_that_of_its_member(method: AttributionMethod) -> None:
    guide = guide_of(seeded(Reusing))
    picture = eight_pictures(16)[0]
    fine = attribution.attribute(guide, picture, target=1, method=method)
    coarse = attribution.attribute(grouped(guide, GROUPS), picture, target=1, method=method)
    assert np.abs(fine.values).max() > 0
    np.testing.assert_allclose(coarse.values, fine.values, atol=1e-5 * np.abs(fine.values).max())


def test_grad_cam_finds_the_same_layers_under_the_same_names(guide: GuideModel) -> None:
    found = grouped(guide, GROUPS)
    assert cam_layers.layers(found) == cam_layers.layers(guide) != ()
    square = ClassGroups("mine", {"x": (0, 1), "y": (2, 3)})  # two rows of two are no grid over the picture
    assert cam_layers.layers(grouped(guide, square)) == cam_layers.layers(guide)
    assert ungrouped(found.network) is guide.network is ungrouped(guide.network)
    assert (inner_prefix(found.network), inner_prefix(guide.network)) == ("network.", "")


def test_its_features_are_those_before_the_fine_classes(guide: GuideModel) -> None:
    pictures = eight_pictures(16)
    assert (Features.of(grouped(guide, GROUPS)).read(pictures) == Features.of(guide).read(pictures)).all()


def test_its_fast_twin_keeps_the_fine_head_exact(guide: GuideModel) -> None:
    found = grouped(guide, GROUPS)
    twin = fast_twin(found, dtype=torch.bfloat16)
    assert any(isinstance(m, FloatHead) for m in twin.network.modules())
    pictures = eight_pictures(16)
    assert torch.allclose(twin.logits(pictures), found.logits(pictures), atol=0.1, rtol=0.05)


def test_imagenet_s_thousand_become_the_paper_s_sixteen() -> None:
    fine = replace(guide_of(tiny_network(classes=1000)), classes=imagenet_classes())
    found = grouped(fine, imagenet_animals(fine.classes))
    pictures = eight_pictures(16)[:2]
    assert found.classes[0] == "dog"
    assert torch.equal(found.logits(pictures)[:, 0], fine.logits(pictures)[:, 151:269].amax(dim=1))
