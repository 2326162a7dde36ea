"""The wobble of a rank: among references where there are enough, else among the others, else of the logit alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.rank_wobbles import wobble_words, wobbles_of
from lwise_core.batch.ranking import Ranking, rank
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.guides.references import References
from lwise_core.guides.wobble import AS_IT_IS, Wobble
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import noise

GUIDE = guide_of(tiny_network())


def ranking_of(count: int) -> Ranking:
    files = [NamedFile(f"a/{i}.png", noise(i, side=24)) for i in range(count)]
    *_, found = rank(files, GUIDE, folders=FolderLabels(GUIDE.classes), total=count)
    return found


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return ranking_of(12)


def test_each_photograph_is_looked_at_nine_times(ranking: Ranking) -> None:
    steps = list(wobbles_of(ranking.photographs[:3], GUIDE))
    assert [len(found) for found in steps] == [1, 2, 3]
    for photograph in ranking.photographs[:3]:
        wobble = steps[-1][photograph.sha256]
        assert wobble == Wobble.of(GUIDE, photograph.square, target=0)
        assert wobble.logits[AS_IT_IS] == pytest.approx(photograph.logit, abs=1e-4)  # it is small, so kept as it is


def test_among_the_others_so_many_are_easier_than_its_easiest_and_its_hardest_look(ranking: Ranking) -> None:
    hardest = ranking.by_class()["a"][-1]
    *_, found = wobbles_of([hardest], GUIDE)
    wobble = found[hardest.sha256]
    others = [p.logit for p in ranking.photographs if p is not hardest]
    fewest, most = sum(o > wobble.highest for o in others), sum(o > wobble.lowest for o in others)
    assert wobble_words(hardest, wobble, ranking) == (
        f"Wobbles from harder than {fewest} to harder than {most} of the 11 others here; "
        f"seen in {wobble.seen} of 9 looks."
    )
    assert fewest <= ranking.standing()[hardest.sha256].easier <= most


def test_where_there_are_references_it_wobbles_among_them(ranking: Ranking) -> None:
    photograph = ranking.photographs[0]
    guide = replace(GUIDE, references=References({"a": tuple(photograph.logit + i / 10 for i in range(-20, 20))}))
    *_, found = wobbles_of([photograph], guide)
    wobble = found[photograph.sha256]
    assert wobble.shares is not None
    easiest, hardest = wobble.shares
    assert wobble_words(photograph, wobble, ranking).startswith(
        f"Wobbles from {easiest:.0%} to {hardest:.0%} of the references; seen in "
    )


def test_among_few_others_the_logit_alone_is_said() -> None:
    few = ranking_of(3)
    *_, found = wobbles_of(few.photographs[:1], GUIDE)
    wobble = found[few.photographs[0].sha256]
    words = f"Its logit wobbles from {wobble.lowest:.2f} to {wobble.highest:.2f}; seen in {wobble.seen} of 9 looks."
    assert wobble_words(few.photographs[0], wobble, few) == words
