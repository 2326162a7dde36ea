"""Nulls of local contrast: p is never smaller than what pictures without the class give by chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.evidence_nulls import LEVELS, EvidenceNulls, border_of, thresholds_of


def nulls_from(contrasts: np.ndarray, shown: np.ndarray) -> EvidenceNulls:
    return EvidenceNulls("0" * 64, 16, *thresholds_of(contrasts, shown), "a test")


def pictures(count: int, *, classes: int = 3, side: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return contrasts of pictures of which the classes come in turn, spread around 0."""
    random = np.random.default_rng(seed)
    return random.normal(size=(count, classes, side, side)).astype(np.float32), np.arange(count) % classes


@given(
    values=st.lists(st.floats(-8, 8, width=32), min_size=20, max_size=120), asked=st.floats(-9, 9, width=32)
)  # fmt: skip
def test_p_is_the_smallest_level_that_the_count_allows_or_a_larger_one(values: list[float], asked: float) -> None:
    contrasts = np.array(values, dtype=np.float32)[:, None, None, None].repeat(2, axis=1)
    nulls = nulls_from(contrasts, np.ones(len(values), dtype=int))
    p = nulls.of_picture(np.array([[asked]]), target=0)
    exact = (1 + sum(v >= asked for v in values)) / (1 + len(values))
    assert p >= exact - 1e-9
    kept = (1 + sum(v >= asked - 0.01 for v in values)) / (1 + len(values))  # float16 moves a threshold by less
    assert p <= min([level for level in LEVELS if level >= kept - 1e-9], default=1.0)


def test_what_shows_no_class_is_supported_no_more_often_than_p_says() -> None:
    nulls = nulls_from(*pictures(300))
    fresh, shown = pictures(600, seed=1)
    p = np.array([nulls.of_places(c[(y + 1) % 3], target=(y + 1) % 3) for c, y in zip(fresh, shown, strict=True)])
    largest = [nulls.of_picture(c[(y + 1) % 3], target=(y + 1) % 3) for c, y in zip(fresh, shown, strict=True)]
    for level in (0.05, 0.1, 0.5):
        assert 0.5 * level < (p <= level).mean() <= 1.1 * level
        assert np.mean(np.array(largest) <= level) <= level + 0.03


def test_border_and_interior_are_compared_with_their_own() -> None:
    contrasts, shown = pictures(200)
    contrasts[..., border_of(4)] += 100
    nulls = nulls_from(contrasts, shown)
    p = nulls.of_places(np.full((4, 4), 50.0), target=0)
    assert np.all(p[border_of(4)] == 1)
    assert np.all(p[~border_of(4)] == LEVELS[0])


def test_the_rival_that_says_most_counts() -> None:
    contrasts, shown = pictures(300)
    contrasts[shown == 2, 0] += 10
    nulls = nulls_from(contrasts, shown)
    assert nulls.of_places(np.full((4, 4), 6.0), target=0).min() > 0.9
    assert nulls.of_places(np.full((4, 4), 16.0), target=0).max() == LEVELS[0]
    assert nulls.of_places(np.full((4, 4), 6.0), target=1).max() == LEVELS[0]


def test_a_rival_of_few_pictures_is_judged_with_the_others_alone() -> None:
    contrasts, shown = pictures(300)
    shown[:] = 1
    shown[:5] = 2
    contrasts[:5, 0] += 10
    assert nulls_from(contrasts, shown).of_places(np.full((4, 4), 6.0), target=0).max() == 0.02
    shown[:40], contrasts[:40, 0] = 2, 10
    assert nulls_from(contrasts, shown).of_places(np.full((4, 4), 6.0), target=0).min() == 1


@pytest.mark.parametrize(("side", "interior"), [(1, 0), (2, 0), (3, 1), (4, 4), (8, 36)])
def test_the_border_is_what_touches_the_edge(side: int, interior: int) -> None:
    assert int((~border_of(side)).sum()) == interior


def test_on_a_grid_without_interior_every_place_is_judged() -> None:
    nulls = nulls_from(*pictures(200, side=2))
    assert nulls.of_places(np.full((2, 2), 50.0), target=0).tolist() == [[LEVELS[0]] * 2] * 2


def test_it_takes_a_hundred_pictures_that_do_not_show_the_class() -> None:
    contrasts, shown = pictures(120, classes=2)
    shown[:] = 0
    shown[:100] = 1
    nulls = nulls_from(contrasts, shown)
    assert [nulls.enough(target=t) for t in (0, 1)] == [True, False]
    assert nulls.counts.tolist() == [100, 20]
