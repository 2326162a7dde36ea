"""A walker: the guide by itself in fp32, or with a twin that finds the iterates, which the guide then scores."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks, fast_twin
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend, walk
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import EpsilonOutOfRange, GuideModel
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())
REQUEST = PathRequest(eight_pictures(16)[:2], torch.tensor([0, 3]))


def with_twin() -> Walker:
    return Walker(GUIDE, fast_twin(GUIDE, dtype=torch.float32))


def iterates(path: EnhancementPath) -> torch.Tensor:
    return torch.stack([frame.unclamped for frame in path.frames])


def logits(path: EnhancementPath) -> torch.Tensor:
    return torch.stack([frame.logits for frame in path.frames])


def test_without_a_twin_the_guide_walks_as_it_does_alone() -> None:
    *_, alone = walk(GUIDE, REQUEST)
    *_, path = Walker(GUIDE).walk(REQUEST)
    assert torch.equal(iterates(path), iterates(alone))
    assert (path.precision, path.provisional, Walker(GUIDE).precision) == ("float32", False, "float32")


def test_a_twin_finds_the_iterates_and_the_guide_scores_them() -> None:
    walker = with_twin()
    *_, path = walker.walk(REQUEST)
    found = ascend(walker.twin or GUIDE, REQUEST, step=path.step, steps=len(path.frames) - 1)
    assert torch.equal(iterates(path), torch.stack([frame.unclamped for frame in found]))
    assert not path.provisional
    assert path.guide is GUIDE
    expected = torch.stack([GUIDE.logits(frame.images) for frame in path.frames])
    assert torch.allclose(logits(path), expected, atol=1e-5)


@pytest.mark.parametrize("walker", [Walker(GUIDE), with_twin()], ids=["alone", "with a twin"])
def test_just_as_far_as_a_budget_needs_is_the_beginning_of_the_whole_path(walker: Walker) -> None:
    *_, whole = walker.walk(REQUEST)
    part = walker.to(REQUEST, epsilon=2.5 * whole.step)
    assert len(part.frames) == 3
    assert torch.equal(iterates(part), iterates(whole)[:3])
    assert torch.allclose(logits(part), logits(whole)[:3], atol=1e-5)
    with pytest.raises(EpsilonOutOfRange):
        walker.to(REQUEST, epsilon=2 * GUIDE.epsilon_scale.largest)


@pytest.mark.parametrize("walker", [Walker(GUIDE), with_twin()], ids=["alone", "with a twin"])
def test_what_is_found_for_a_few_results_is_scored_by_the_guide_when_it_is_read(walker: Walker) -> None:
    epsilon = 2.5 * GUIDE.epsilon_scale.step
    whole, path = walker.to(REQUEST, epsilon=epsilon), walker.found(REQUEST, epsilon=epsilon)
    assert torch.equal(iterates(path), iterates(whole))
    assert path.scored == (None if walker.twin is None else 1)
    for asked in (GUIDE.epsilon_scale.step, epsilon):
        read = path.at(asked)
        assert torch.allclose(read.logits, GUIDE.logits(read.images), atol=1e-5)
        assert torch.allclose(read.logits, whole.at(asked).logits, atol=1e-4)
    with pytest.raises(EpsilonOutOfRange):
        walker.found(REQUEST, epsilon=2 * GUIDE.epsilon_scale.largest)


@pytest.mark.parametrize("walker", [Walker(GUIDE), with_twin()], ids=["alone", "with a twin"])
def test_what_the_guide_has_scored_is_not_scored_again(walker: Walker) -> None:
    path = walker.found(REQUEST, epsilon=GUIDE.epsilon_scale.step)
    looked: list[object] = []
    with GUIDE.network.register_forward_hook(lambda *_: looked.append(None)):
        original = path.at(0)
    assert not looked
    assert torch.allclose(original.logits, GUIDE.logits(REQUEST.images), atol=1e-5)


def test_a_twin_is_trusted_after_its_check_has_passed_on_this_machine(
    tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))  # its own: a server of another test may keep a check at any time
    monkeypatch.setattr("lwise_core.enhancement.fast_twin.fast_dtype", lambda _device: torch.bfloat16)
    assert Walker.trusted(tiny_guide).twin is None
    for cosine, twin in ((0.0, False), (1.0, True)):
        TwinChecks.of_this_machine().keep(tiny_guide, TwinCheck(cosine=cosine, gain_error=0.0, pairs=1))
        walker = Walker.trusted(tiny_guide)
        assert (walker.twin is not None) is twin
        assert walker.precision == ("bfloat16" if twin else "float32")
