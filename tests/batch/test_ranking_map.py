"""The map of a ranking: those that the guide sees alike lie together, and it is the same map every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import Ranking, rank
from lwise_core.batch.ranking_map import RankingMap, features_of
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png

FEATURES = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=st.integers(-9, 9).map(float))


@pytest.fixture(scope="module")
def ranking(phantom_guide: GuideModel) -> Ranking:
    files = [
        NamedFile(f"{FAMILIES[f]}/{n}.png", encode_png(draw(Creature(f, 0.1, 10 * f + n), size=64)))
        for f in range(2)
        for n in range(9)
    ]
    *_, last = rank(files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files))
    return last


def test_creatures_of_one_family_lie_together(ranking: Ranking, phantom_guide: GuideModel) -> None:
    steps = list(features_of(ranking.photographs, phantom_guide))
    assert [len(found) for found in steps] == [16, 18]
    places = RankingMap.of(steps[-1]).places
    first, second = (np.array([places[p.sha256] for p in ranking.by_class()[FAMILIES[f]]]) for f in range(2))
    apart = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    assert apart > first.std(axis=0).max()
    assert apart > second.std(axis=0).max()


@given(FEATURES)
def test_a_map_of_two_features_keeps_every_distance(features: np.ndarray) -> None:
    of = {str(i): row for i, row in enumerate(features[:, :2])}
    found = RankingMap.of(of)
    places = np.array([found.places[name] for name in of])
    for i, row in enumerate(of.values()):
        assert np.linalg.norm(places - places[i], axis=1) == pytest.approx(
            np.linalg.norm(np.stack(list(of.values())) - row, axis=1), abs=1e-6
        )


@given(FEATURES)
def test_shares_are_of_one_whole_and_the_first_axis_shows_most(features: np.ndarray) -> None:
    first, second = RankingMap.of({str(i): row for i, row in enumerate(features)}).shares
    assert 1 + 1e-9 >= first + second >= first >= second >= 0


def test_nothing_is_an_empty_map() -> None:
    assert RankingMap.of({}).places == {}
