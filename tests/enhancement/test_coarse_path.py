"""A coarse path: a quarter of the steps in the same balls, to be looked at and never to be taken for the path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.enhancement.coarse_path import (
    LONG_PATH,
    CoarsePath,
    PreviewedPath,
    coarse_steps,
    preview_of,
    walk_coarsely,
    walk_with_preview,
)
from lwise_core.enhancement.fast_twin import fast_twin
from lwise_core.enhancement.path import EnhancementPath, Frame, NonFinite, PathRequest, walk
from lwise_core.enhancement.path_cache import PathKey, PathStore, cached
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import Domain, EpsilonOutOfRange
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())
SCALE = GUIDE.epsilon_scale
WALKER = Walker(GUIDE)
REQUEST = PathRequest(eight_pictures(16)[:1], torch.tensor([3]))


SLOW = count(step=2 * LONG_PATH / SCALE.steps).__next__  # a clock by which every step takes as long as in a long path


def iterates(path: EnhancementPath) -> torch.Tensor:
    return torch.stack([frame.unclamped for frame in path.frames])


@pytest.fixture(scope="module")
def coarse() -> CoarsePath:
    *_, whole = walk_coarsely(WALKER, REQUEST)
    return whole


@pytest.mark.parametrize("domain", list(Domain))
def test_it_has_a_quarter_of_the_steps_and_ends_at_the_same_epsilon(domain: Domain) -> None:
    walker = Walker(replace(GUIDE, domain=domain))
    *_, whole = walk_coarsely(walker, REQUEST)
    scale = walker.guide.epsilon_scale
    assert len(whole.frames) - 1 == coarse_steps(walker) == scale.steps / 4
    assert whole.step * (len(whole.frames) - 1) == pytest.approx(scale.largest)


def test_every_iterate_and_every_line_between_two_stay_in_their_ball(coarse: CoarsePath) -> None:
    changes = torch.stack([f.unclamped - coarse.frames[0].unclamped for f in coarse.frames]).flatten(1)
    assert changes[-1].norm() > 0.5 * SCALE.largest
    for k, (one, other) in enumerate(pairwise(changes)):
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            change = torch.lerp(one, other, share)
            assert change.norm() <= (k + share) * coarse.step * (1 + 1e-5)


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=12))
def test_what_is_shown_never_goes_back_and_never_gets_worse(losses: list[float]) -> None:
    nothing = torch.zeros(1, 3, 4, 4)
    frames = tuple(Frame(i, nothing, torch.zeros(1, 2), torch.tensor([loss])) for i, loss in enumerate(losses))
    best = CoarsePath(1.0, frames).best_steps()
    assert all(0 <= before <= after for before, after in pairwise(best))
    for step, chosen in enumerate(best):
        assert losses[chosen] == min(losses[: step + 1])


def test_it_is_no_path_and_gives_no_result(coarse: CoarsePath) -> None:
    assert not isinstance(coarse, EnhancementPath)
    assert not hasattr(coarse, "at")
    assert preview_of(next(walk(GUIDE, REQUEST))) is None


def with_twin() -> Walker:
    return Walker(GUIDE, fast_twin(GUIDE, dtype=torch.float32))


@pytest.mark.parametrize("walker", [WALKER, with_twin()], ids=["alone", "with a twin"])
def test_a_long_path_is_seen_coarsely_first_and_ends_as_it_does_without(walker: Walker) -> None:
    walked = list(walk_with_preview(walker, REQUEST, clock=SLOW))
    *_, alone = walker.walk(REQUEST)
    assert type(walked[-1]) is EnhancementPath
    assert torch.equal(iterates(walked[-1]), iterates(alone))
    assert not walked[-1].provisional
    previews = [preview_of(path) for path in walked]
    lengths = [len(p.frames) for p in previews if p is not None]
    whole = coarse_steps(walker) + 1
    assert lengths[:whole] == list(range(1, whole + 1))
    assert set(lengths[whole:]) == {whole}
    assert [len(path.frames) for path in walked[2 : 2 + whole]] == [2] * whole  # then, and only then, it goes on
    for path, preview in zip(walked, previews, strict=True):
        assert torch.equal(iterates(path), iterates(alone)[: len(path.frames)])  # the official iterates alone
        assert preview is None or len(path.frames) <= SCALE.steps


def test_what_is_only_seen_coarsely_cannot_be_read_from_the_path() -> None:
    walked = walk_with_preview(WALKER, REQUEST, clock=SLOW)
    path = next(p for p in walked if preview_of(p) is not None)
    assert path.at(path.reach).epsilon == pytest.approx(SCALE.step)
    with pytest.raises(EpsilonOutOfRange):
        path.at(2 * SCALE.step)


def test_a_short_path_is_walked_without_one() -> None:
    walked = list(walk_with_preview(WALKER, REQUEST, clock=lambda: 0.0))
    assert len(walked) == SCALE.steps + 1
    assert not any(isinstance(path, PreviewedPath) for path in walked)


def test_where_longer_steps_lead_to_no_number_the_path_is_walked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ascend = Walker.ascend

    def get_lost(self: Walker, request: PathRequest, *, step: float, steps: int) -> Iterator[Frame]:
        yield next(ascend(self, request, step=step, steps=steps))
        raise NonFinite("The guide returned a value that is not a number.")

    monkeypatch.setattr(Walker, "ascend", get_lost)
    walked = list(walk_with_preview(WALKER, REQUEST, clock=SLOW))
    assert any(preview_of(path) is not None for path in walked)
    assert torch.equal(iterates(walked[-1]), iterates(list(walk(GUIDE, REQUEST))[-1]))


def test_the_folder_of_paths_keeps_the_official_iterates_alone(tmp_path: Path) -> None:
    store, wanted = PathStore(tmp_path), PathKey(GUIDE, REQUEST, SCALE.steps, "float32")
    walked = cached(store, wanted, walk_with_preview(WALKER, REQUEST, clock=SLOW))
    while preview_of(next(walked)) is None:
        pass
    walked.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())
    *_, path = cached(store, wanted, walk_with_preview(WALKER, REQUEST, clock=SLOW))
    kept = store.read(wanted)
    assert kept is not None
    assert torch.equal(iterates(kept), iterates(path))
    *_, alone = walk(GUIDE, REQUEST)
    assert torch.equal(iterates(kept), iterates(alone))
