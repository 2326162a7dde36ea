"""A choice covers what is like it, and what it leaves out shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.lesson_coverage import coverage_of
from lwise_core.batch.ranking import RankedPhotograph, Ranking
from lwise_core.batch.ranking_map import RankingMap
from lwise_core.data.folder_labels import FolderLabels

SQUARE = np.zeros((8, 8, 3), np.uint8)


def ranked(*logits: float, class_name: str = "a") -> tuple[RankedPhotograph, ...]:
    return tuple(
        RankedPhotograph(
            f"{class_name}/{i}", f"{class_name}{i}", class_name, False, logit, 0.5, 1, "a", np.zeros(2), SQUARE, b"", 0
        )
        for i, logit in enumerate(logits)
    )


def ranking(*photographs: RankedPhotograph) -> Ranking:
    return Ranking(len(photographs), FolderLabels(("a", "b")), photographs)


LINE = ranking(*ranked(*range(11)))
MAP = RankingMap({p.sha256: (p.logit, 0.0) for p in LINE.photographs}, (1.0, 0.0))


def test_of_the_easy_ones_alone_the_hard_ones_are_not_covered() -> None:
    (found,) = coverage_of(LINE, {"a8", "a9", "a10"}, MAP)
    assert (found.chosen, found.total) == (3, 11)
    assert found.difficulty == found.on_map == pytest.approx(4 / 11)
    assert str(found) == (
        "a: 3 of 11 chosen; for 36% of its photographs a chosen one is about as hard, for 36% one lies near on the map."
    )


def test_nearly_the_same_once_is_enough() -> None:
    (found,) = coverage_of(ranking(*ranked(*[0.0] * 9, 5.0)), {"a0", "a9"})
    assert found.difficulty == 1
    assert found.on_map is None


def test_the_least_covered_class_comes_first_and_one_without_a_choice_is_covered_by_none() -> None:
    found = coverage_of(ranking(*ranked(1, 2), *ranked(1, 2, class_name="b")), {"a0", "a1"})
    assert [(c.class_name, c.least) for c in found] == [("b", 0.0), ("a", 1.0)]


@given(st.sets(st.integers(0, 10)), st.integers(0, 10))
def test_a_photograph_more_never_covers_less(chosen: set[int], more: int) -> None:
    before, after = (coverage_of(LINE, {f"a{i}" for i in some}, MAP)[0] for some in (chosen, chosen | {more}))
    assert after.least >= before.least
    assert coverage_of(LINE, {p.sha256 for p in LINE.photographs}, MAP)[0].least == 1
