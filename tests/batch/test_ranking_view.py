"""What is shown of a ranking, and the hardest of each class."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import Ranking, rank
from lwise_core.batch.ranking_view import RankingView, ends_of, hardest_of_each, is_mistaken, odd_in_words
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png


@pytest.fixture(scope="module")
def ranking(phantom_guide: GuideModel) -> Ranking:
    files = [
        NamedFile(f"{FAMILIES[f]}/{i}{f}.png", encode_png(draw(Creature(f, 0.2 * i, 10 * f + i), size=64)))
        for f in range(2)
        for i in range(4)
    ]
    files.append(NamedFile(f"{FAMILIES[0]}/misfiled.png", encode_png(draw(Creature(1, 0.0, 99), size=64))))
    *_, last = rank(files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files))
    return last


def names(view: RankingView, ranking: Ranking) -> list[str]:
    return [p.name for p in view.of(ranking)]


def test_everything_is_shown_at_first_one_class_after_another_the_hardest_of_each_in_front(ranking: Ranking) -> None:
    found = RankingView().of(ranking)
    assert len(found) == len(ranking.photographs)
    keys = [(p.class_name, -ranking.standing()[p.sha256].share) for p in found]
    assert keys == sorted(keys)
    for name, of_one in ranking.by_class().items():
        assert RankingView(first="easiest", class_name=name).of(ranking) == of_one
        assert RankingView(class_name=name).of(ranking) == of_one[::-1]


@given(st.sets(st.integers(0, 6)))
def test_what_was_marked_elsewhere_is_shown_alone(ranking: Ranking, marked: set[int]) -> None:
    hashes = frozenset(ranking.photographs[i].sha256 for i in marked if i < len(ranking.photographs))
    assert {p.sha256 for p in RankingView(among=hashes).of(ranking)} == hashes


def test_each_filter_narrows_down(ranking: Ranking) -> None:
    assert names(RankingView(which="odd"), ranking) == [f"{FAMILIES[0]}/misfiled.png"]
    assert names(RankingView(words="MISFILED"), ranking) == [f"{FAMILIES[0]}/misfiled.png"]
    of_one = RankingView(class_name=FAMILIES[1]).of(ranking)
    assert {p.class_name for p in of_one} == {FAMILIES[1]}
    assert RankingView(words="no such name").of(ranking) == ()


def test_what_the_guide_takes_for_another_class_is_shown_also_where_it_is_not_sure(ranking: Ranking) -> None:
    misfiled = next(p for p in ranking.photographs if p.name.endswith("misfiled.png"))
    plain = next(p for p in ranking.photographs if not is_mistaken(p, ranking))
    unsure = replace(plain, choice=FAMILIES[2])  # not sure enough for an issue: its logits are as they were
    doubtful = replace(ranking, photographs=(misfiled, unsure, *(p for p in ranking.photographs if p is not plain)))
    assert unsure.sha256 not in doubtful.issues
    assert {p.sha256 for p in RankingView(which="mistaken").of(doubtful)} == {misfiled.sha256, unsure.sha256}
    assert not is_mistaken(replace(unsure, guessed=True), doubtful)


def test_what_is_no_example_of_hard_or_easy_is_counted_with_its_reason(ranking: Ranking) -> None:
    assert odd_in_words(ranking) == (
        "Not among these, as they are no example of either: 1 with a label that may be wrong."
    )
    (misfiled,) = RankingView(words="misfiled").of(ranking)
    without = ranking.relabelled({misfiled.sha256: SOMETHING_ELSE})
    assert odd_in_words(without) == ""


@given(st.tuples(st.integers(0, 100), st.integers(0, 100)))
def test_percentiles_cut_the_ranking_within_each_class(ranking: Ranking, cut: tuple[int, int]) -> None:
    low, high = sorted(cut)
    places = ranking.standing()
    shown = {p.sha256 for p in RankingView(percentiles=(low, high)).of(ranking)}
    assert shown == {sha for sha, place in places.items() if low <= 100 * place.share <= high}


@given(st.integers(0, 6))
def test_the_hardest_of_each_class_have_its_lowest_logits(ranking: Ranking, count: int) -> None:
    found = hardest_of_each(ranking.photographs, count)
    for ranked in ranking.by_class().values():
        assert {p.sha256 for p in ranked if p.sha256 in found} == {p.sha256 for p in ranked[::-1][:count]}


def test_a_new_label_moves_a_photograph_to_its_class_with_its_logit_there(ranking: Ranking) -> None:
    (misfiled,) = RankingView(words="misfiled").of(ranking)
    moved = ranking.relabelled({misfiled.sha256: FAMILIES[1], "0" * 64: FAMILIES[0]})
    (found,) = RankingView(words="misfiled").of(moved)
    classes = ranking.folders.classes
    assert (found.class_name, found.filed_as, found.stated_by) == (FAMILIES[1], FAMILIES[0], "person")
    assert (found.logit, found.rank) == (float(misfiled.logits[classes.index(FAMILIES[1])]), 1)
    assert not moved.issues
    back = moved.relabelled({misfiled.sha256: FAMILIES[0]})
    (again,) = RankingView(words="misfiled").of(back)
    assert (again.logit, again.rank) == (misfiled.logit, misfiled.rank)
    assert ranking.relabelled({misfiled.sha256: "unicorn"}).photographs == ranking.photographs


def test_what_shows_none_of_the_classes_is_set_aside_and_comes_back_as_it_was(
    ranking: Ranking, phantom_guide: GuideModel
) -> None:
    (misfiled,) = RankingView(words="misfiled").of(ranking)
    without = ranking.relabelled({misfiled.sha256: SOMETHING_ELSE})
    assert without.set_aside == (misfiled,)
    assert misfiled.sha256 not in {*without.standing(), *without.issues, *without.presumed()}
    assert without.done == ranking.done
    *rows, last = without.as_table(phantom_guide)
    assert len(rows) == len(ranking.photographs) - 1
    assert (last["stated_class"], last["stated_by"], last["robust_gt_logit"]) == (SOMETHING_ELSE, "person", None)
    back = without.taken_back(misfiled.sha256)
    assert back.set_aside == ()
    assert back.standing() == ranking.standing()
    named = without.relabelled({misfiled.sha256: FAMILIES[1]})
    assert (named.set_aside, named.standing().keys()) == ((), ranking.standing().keys())
    nothing = ranking.relabelled(dict.fromkeys(ranking.standing(), SOMETHING_ELSE))
    assert (nothing.photographs, len(list(nothing.as_table(phantom_guide)))) == ((), len(ranking.photographs))


@given(st.integers(1, 12))
def test_both_ends_have_photographs_of_every_class_none_of_them_odd_and_none_twice(ranking: Ranking, room: int) -> None:
    hardest, easiest = ends_of(ranking, room=room)
    places = ranking.standing()
    assert len(hardest) == len(easiest) == min(room, 2 * max(1, min(room // 2, 2)))
    assert len({p.sha256 for p in (*hardest, *easiest)}) == 2 * len(hardest)
    assert all("misfiled" not in p.name for p in (*hardest, *easiest))
    for name in FAMILIES[:2] if room > 1 else FAMILIES[:1]:
        harder = [places[p.sha256].share for p in hardest if p.class_name == name]
        assert min(harder) > max(places[p.sha256].share for p in easiest if p.class_name == name)
