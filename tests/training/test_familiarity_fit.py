"""The fit: it tells what it was made to tell, each collection counts the same, and the same pictures give the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lwise_core.guides.novelty import NoveltyState
from lwise_core.training.familiarity_fit import (
    Collections,
    familiarity_from,
    features_of,
    fit_familiarity,
    made_up,
    reader_of,
)
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())
READER = reader_of(GUIDE)


def cloud(count: int, *, at: float, seed: int) -> torch.Tensor:
    """Return features around a point on the first axis."""
    found = torch.randn((count, 88), generator=torch.Generator().manual_seed(seed))
    found[:, 0] += at
    return found


LIKE, HELD_OUT, UNLIKE = cloud(300, at=0, seed=0), cloud(300, at=0, seed=1), cloud(300, at=4, seed=2)


def test_what_it_was_fitted_against_is_flagged_and_what_is_like_its_own_is_not() -> None:
    known = fit_familiarity(READER, Collections((LIKE,), (UNLIKE,), HELD_OUT), source="a", against="b")
    flagged = [np.mean([n.flagged for n in known.novelty(cloud(300, at=at, seed=9))]) for at in (0.0, 4.0)]
    assert flagged[0] < 0.1
    assert flagged[1] > 0.9
    assert (known.sha256, known.source, known.against) == (GUIDE.provenance.sha256, "a", "b")
    assert known.stages == READER.names


def test_a_collection_counts_the_same_however_often_its_pictures_are_in_it() -> None:
    other = cloud(200, at=-1, seed=5)
    once = fit_familiarity(READER, Collections((LIKE, other), (UNLIKE,), HELD_OUT), source="", against="")
    thrice = Collections((LIKE, other.repeat(3, 1)), (UNLIKE.repeat(2, 1),), HELD_OUT)
    again = fit_familiarity(READER, thrice, source="", against="")
    np.testing.assert_allclose(again.weights, once.weights, atol=1e-3)


def test_a_second_collection_of_its_own_keeps_the_fit_from_telling_collections_apart() -> None:
    grain = torch.zeros(88)
    grain[1] = 5.0  # what tells the collection of the others, and nothing of what they show
    others, elsewhere = UNLIKE + grain, LIKE + grain
    alone = fit_familiarity(READER, Collections((LIKE,), (others,), HELD_OUT), source="", against="")
    both = fit_familiarity(READER, Collections((LIKE, elsewhere), (others,), HELD_OUT), source="", against="")
    flagged = [np.mean([n.flagged for n in known.novelty(HELD_OUT + grain)]) for known in (alone, both)]
    assert flagged[0] > 0.9
    assert flagged[1] < 0.2


def test_the_fit_is_the_same_each_time() -> None:
    found = Collections((LIKE,), (UNLIKE,), HELD_OUT)
    first, second = (fit_familiarity(READER, found, source="", against="") for _ in range(2))
    assert first.digest == second.digest


def test_features_are_read_a_few_at_a_time() -> None:
    pictures = eight_pictures(16).repeat(9, 1, 1, 1)
    torch.testing.assert_close(features_of(READER, pictures), READER.read(pictures)[1])


@pytest.mark.parametrize(("count", "judges"), [(232, True), (120, False)])
def test_one_s_own_pictures_are_enough_where_there_are_enough_of_them(count: int, judges: bool) -> None:
    random = torch.Generator().manual_seed(0)
    own = eight_pictures(16)[torch.randint(8, (count,), generator=random)]
    own = (own + 0.02 * torch.randn(own.shape, generator=random)).clamp(0, 1)
    known = familiarity_from(GUIDE, own, source="mine")
    reader = reader_of(GUIDE)
    strange = torch.rand((4, 3, 16, 16), generator=torch.Generator().manual_seed(8))
    found = features_of(reader, strange)
    assert [n.state is not NoveltyState.CANNOT_JUDGE for n in known.novelty(found)] == [judges] * 4
    assert known.scores(found).min() > np.median(known.held_out)
    assert len(known.held_out) == count // 2


def test_what_is_made_up_is_two_collections() -> None:
    assert [part.shape for part in made_up(READER)] == [(300, 88)] * 2


def test_the_guide_is_left_as_it_is() -> None:
    before = {name: value.clone() for name, value in GUIDE.network.state_dict().items()}
    familiarity_from(replace(GUIDE), eight_pictures(16), source="")
    assert all(torch.equal(before[name], value) for name, value in GUIDE.network.state_dict().items())
