"""Folds in which nothing that judges is nearly the same as anything that is learnt."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.images.perceptual_hash import ALIKE, nearest_bits, no_hashes
from lwise_core.training.twin_folds import twin_folds


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(6, 40),
    of=st.integers(2, 5),
    originals=st.integers(3, 12),
    learnt=st.integers(0, 3),
)
def test_no_picture_that_judges_has_a_twin_among_those_learnt(
    seed: int, count: int, of: int, originals: int, learnt: int
) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 2**63, originals, dtype=np.uint64)
    hashes = first[random.integers(0, originals, count)]
    for _ in range(4):  # chains of twins, some of them farther apart than a twin is
        hashes = hashes ^ (np.uint64(1) << random.integers(0, 63, count, dtype=np.uint64))
    targets = random.integers(0, 3, count)
    before = hashes[:learnt]
    folds = twin_folds(hashes, targets, of=of, learnt=before)
    assert len(folds) == of
    for fold in folds:
        assert not set(fold.learnt) & set(fold.judge)
        assert (nearest_bits(hashes[fold.judge], hashes[fold.learnt]) > ALIKE).all()
        assert (nearest_bits(hashes[fold.judge], before) > ALIKE).all()
        assert len(fold.learnt) + fold.twins + fold.known + len(fold.judge) == count
    judging = np.concatenate([fold.judge for fold in folds])
    assert len(judging) == len(set(judging.tolist())) == count - sum(fold.known for fold in folds)


def test_different_pictures_are_spread_evenly_class_by_class() -> None:
    hashes = np.random.default_rng(0).integers(0, 2**63, 60, dtype=np.uint64)
    targets = np.repeat([0, 1, 2], 20)
    for fold in twin_folds(hashes, targets, of=3, learnt=no_hashes()):
        assert fold.twins == fold.known == 0
        assert np.bincount(targets[fold.judge], minlength=3).tolist() in ([7, 7, 6], [7, 6, 7], [6, 7, 7])


def test_copies_judge_together() -> None:
    hashes = np.repeat(np.random.default_rng(0).integers(0, 2**63, 4, dtype=np.uint64), 5)
    folds = twin_folds(hashes, np.zeros(20, dtype=np.int64), of=2, learnt=no_hashes())
    assert [len(fold.judge) for fold in folds] == [10, 10]
    assert [fold.twins for fold in folds] == [0, 0]
