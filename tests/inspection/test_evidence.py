from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.enhancement.fast_twin import fast_twin
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, NonFinite, PathRequest, ascend
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.evidence import TOP_SHARE, Evidence, gather, support_of, top_of
from tests.conftest import eight_pictures, guide_of


class Corner(torch.nn.Module):
    """Five logits, each the brightness of one place, or of everything: what a class depends on is known."""

    PLACES = ((slice(0, 6), slice(0, 6)), (slice(10, 16), slice(10, 16)), (slice(0, 6), slice(10, 16)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        places = [x[..., rows, columns].mean(dim=(1, 2, 3)) for rows, columns in self.PLACES]
        return torch.stack([*places, x.mean(dim=(1, 2, 3)), -x.mean(dim=(1, 2, 3))], dim=1) * 20


@pytest.fixture
def corner_guide() -> GuideModel:
    return guide_of(Corner())


def path_of(guide: GuideModel, *, target: int, steps: int = 6, picture: int = 0) -> EnhancementPath:
    image = eight_pictures(guide.input_size)[picture] * 0.5 + 0.2
    request = PathRequest.single(image, target=target, objective=GroundTruthLogit())
    step = guide.epsilon_scale.step
    return EnhancementPath(guide, request, step, tuple(ascend(guide, request, step=step, steps=steps)))


def evidence_of(path: EnhancementPath) -> Evidence:
    *_, last = gather(path)
    assert last.evidence is not None
    return last.evidence


def test_support_lies_where_the_class_is_seen(corner_guide: GuideModel) -> None:
    support = support_of(corner_guide, eight_pictures(16)[0], target=1)
    assert support.sum() == pytest.approx(1)
    assert support[10:, 10:].sum() == pytest.approx(1)


def test_a_change_on_the_class_s_own_place_has_all_its_mass_there_and_none_for_another(
    corner_guide: GuideModel,
) -> None:
    evidence = evidence_of(path_of(corner_guide, target=0))
    assert evidence.mass[1:] == pytest.approx(np.ones(6))
    assert np.isnan(evidence.mass[0])
    assert evidence.mass_of_others.shape == (4, 7)
    assert evidence.mass_of_others[:, 1:].min() == pytest.approx(0, abs=1e-6)


def test_changes_towards_other_places_share_nothing(corner_guide: GuideModel) -> None:
    specificity = evidence_of(path_of(corner_guide, target=0)).specificity[1:]
    assert (specificity > 0.85).all()
    assert (specificity < 1.15).all()


def test_a_guide_that_gives_all_classes_the_same_is_not_specific() -> None:
    class Same(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return Corner()(x)[:, :1].expand(-1, 5)

    specificity = evidence_of(path_of(guide_of(Same()), target=2)).specificity[1:]
    assert specificity == pytest.approx(np.zeros(6), abs=1e-4)


def test_the_same_change_from_every_copy_is_stable_and_noise_is_not(corner_guide: GuideModel) -> None:
    # The whole picture's brightness depends on no place, so mirroring and moving changes nothing.
    stable = evidence_of(path_of(corner_guide, target=3)).stability[1:]
    assert stable == pytest.approx(np.ones(6), abs=0.02)

    class Grain(torch.nn.Module):
        """Follows a fixed random pattern, which is another one when the picture is moved or mirrored."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            pattern = torch.randn(3, 16, 16, generator=torch.Generator().manual_seed(0))
            return (x * pattern).sum(dim=(1, 2, 3), keepdim=False)[:, None].expand(-1, 5)

    unstable = evidence_of(path_of(guide_of(Grain()), target=3)).stability[1:]
    assert (unstable < 0.6).all()


def test_gathering_tells_how_far_it_is_and_can_be_stopped(tiny_guide: GuideModel) -> None:
    found = list(gather(path_of(tiny_guide, target=1)))
    done = [g.done for g in found]
    assert done == sorted(done)
    assert done[-1] == 1
    assert all(g.evidence is None for g in found[:-1])
    half = gather(path_of(tiny_guide, target=1))
    next(half)
    half.close()


def test_the_classes_share_the_way_forwards_and_the_comparisons_a_walk(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    seen: list[int] = []
    hook = tiny_guide.network.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    evidence = evidence_of(path)
    hook.remove()
    assert seen == [4, *[8] * len(path.frames)]
    alone = support_of(tiny_guide, path.request.images[0], target=1)
    assert evidence.support == pytest.approx(alone.numpy(), abs=1e-7)


def test_a_fast_twin_finds_the_same_evidence(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    *_, by_twin = gather(path, walker=Walker(tiny_guide, fast_twin(tiny_guide, dtype=torch.bfloat16)))
    own = evidence_of(path)
    assert by_twin.evidence is not None
    for one, other in ((by_twin.evidence.specificity, own.specificity), (by_twin.evidence.stability, own.stability)):
        assert one[1:] == pytest.approx(other[1:], abs=0.02)


def test_the_same_path_gives_the_same_evidence(tiny_guide: GuideModel) -> None:
    one, other = (evidence_of(path_of(tiny_guide, target=2)) for _ in range(2))
    for a, b in ((one.mass, other.mass), (one.specificity, other.specificity), (one.stability, other.stability)):
        assert np.array_equal(a, b, equal_nan=True)


def test_a_picture_that_the_class_does_not_depend_on_has_even_support_and_no_figures() -> None:
    class Blind(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=(1, 2, 3))[:, None].expand(-1, 5) * 0

    evidence = evidence_of(path_of(guide_of(Blind()), target=0))
    assert evidence.support == pytest.approx(np.full((16, 16), 1 / 256))
    for curve in (evidence.mass, evidence.specificity, evidence.stability):
        assert np.isnan(curve).all()


def test_a_gradient_that_is_no_number_is_told() -> None:
    class Broken(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=(1, 2, 3))[:, None].expand(-1, 5) * float("nan")

    with pytest.raises(NonFinite):
        support_of(guide_of(Broken()), eight_pictures(16)[0], target=0)


def test_several_pictures_are_refused(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=0)
    several = replace(path.request, images=path.request.images.repeat(2, 1, 1, 1), targets=torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="one picture"):
        next(gather(replace(path, request=several)))


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), size=st.integers(3, 20))
def test_the_top_is_a_fifth_and_holds_the_largest(seed: int, size: int) -> None:
    support = torch.rand(size, size, generator=torch.Generator().manual_seed(seed))
    mask = top_of(support)
    assert int(mask.sum()) == max(1, round(TOP_SHARE * size**2))
    assert support[mask].min() >= support[~mask].max()
