"""The sampling of trials, on the paper's own moths and on made-up pictures."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.schedules import ANIMALS, HISTOLOGY, MOTHS, Group
from lwise_core.teaching.design.trial_sampling import (
    SHAPES,
    Candidate,
    CurriculumError,
    Pool,
    Trial,
    TrialKind,
    aliases_for,
    trials_for,
)

FIXED = [g for g in Group if not g.follows_answers]
DIRMAP = Path(__file__).parents[4] / "shared" / "data" / "idaea4-dirmap.csv"
SHORT = replace(MOTHS.shortened(per_class=1, per_class_in_tests=1))


def pool(*, classes: int = 4, train: int = 100, val: int = 10, as_published: bool = False) -> Pool:
    candidates = [
        Candidate(name=f"{split}/{c}/{i}", class_name=f"class {c}", split=split, difficulty=(i * 37 % 101) / 101)
        for c in range(classes)
        for split, count in (("train", train), ("val", val))
        for i in range(count)
    ]
    return Pool(tuple(candidates), as_published=as_published)


@pytest.fixture(scope="module")
def moths() -> Pool:
    if not DIRMAP.exists():
        pytest.skip("needs ../shared/data/idaea4-dirmap.csv")
    with DIRMAP.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Pool(
        tuple(Candidate(r["im_path"], r["class"], r["split"], difficulty=float(r["difficulty"])) for r in rows),
        as_published=True,
    )


def by_block(trials: Iterable[Trial], *, kind: TrialKind = TrialKind.MAIN) -> dict[str, list[Trial]]:
    blocks: dict[str, list[Trial]] = defaultdict(list)
    for t in trials:
        if t.kind is kind:
            blocks[t.block].append(t)
    return blocks


@pytest.mark.parametrize("group", FIXED)
def test_the_papers_moths_give_201_trials_in_exact_balance(moths: Pool, group: Group) -> None:
    trials = trials_for(moths, MOTHS, group, seed=5)
    assert len(trials) == 201
    assert [t.number for t in trials] == list(range(201))
    assert Counter(t.kind for t in trials) == {TrialKind.MAIN: 168, TrialKind.CALIBRATION: 20, TrialKind.REPEAT: 13}
    blocks = by_block(trials)
    for block in MOTHS.blocks:
        assert set(Counter(t.answer for t in blocks[block.name]).values()) == {block.per_class}


def test_every_learner_of_the_moths_sees_all_forty_test_pictures_and_none_of_them_before(moths: Pool) -> None:
    for group in FIXED:
        trials = [t for t in trials_for(moths, MOTHS, group, seed=11) if t.scored]
        tests = {t.picture for t in trials if not t.feedback}
        assert len(tests) == 40
        assert tests.isdisjoint(t.picture for t in trials if t.feedback)


def test_block_k_stays_within_its_share_of_what_is_left_after_holding_out(moths: Pool) -> None:
    """92 pictures a class are left of 100: the notes' pools of 9, 23, 37, 51, 64 and 78."""
    for seed in range(20):
        trials = trials_for(moths, MOTHS, Group.L_WISE, seed=seed)
        blocks = by_block(trials)
        held = {t.picture for b in ("train_7", "train_8") for t in blocks[b]}
        left = defaultdict(list)
        for c in sorted(moths.candidates, key=lambda c: (c.difficulty, c.name)):
            if c.split == "train" and c.name not in held:
                left[c.class_name].append(c.name)
        for block, size in zip(MOTHS.curriculum, (9, 23, 37, 51, 64, 78), strict=True):
            for t in blocks[block.name]:
                assert t.picture in left[t.answer][:size]
                assert t.epsilon_224 == block.epsilon_224
                assert t.towards == t.answer


def test_selection_may_repeat_pictures_across_curriculum_blocks_as_often_as_the_original(moths: Pool) -> None:
    """About 4.1 of a class's 24 curriculum pictures are repeats (notes 3.3, by simulation)."""
    repeats = []
    for seed in range(200):
        trials = trials_for(moths, MOTHS, Group.SELECTION, seed=seed)
        curriculum = {b.name for b in MOTHS.curriculum}
        shown = defaultdict(list)
        for t in trials:
            if t.scored and t.block in curriculum:
                shown[t.answer].append(t.picture)
        repeats += [len(pictures) - len(set(pictures)) for pictures in shown.values()]
    assert sum(repeats) / len(repeats) == pytest.approx(4.1, abs=0.3)


@pytest.mark.parametrize("group", [Group.CONTROL, Group.ENHANCEMENT, Group.ENHANCEMENT_SHUFFLED])
def test_without_selection_no_picture_is_shown_twice(group: Group) -> None:
    pictures = [t.picture for t in trials_for(pool(), MOTHS, group, seed=3) if t.scored]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize(
    ("shuffled", "plain"),
    [(Group.SELECTION_SHUFFLED, Group.SELECTION), (Group.ENHANCEMENT_SHUFFLED, Group.ENHANCEMENT)],
)
def test_shuffled_groups_see_the_same_pictures_at_the_same_strength_in_another_order(
    shuffled: Group, plain: Group
) -> None:
    curriculum = {b.name for b in MOTHS.curriculum}
    there = trials_for(pool(), MOTHS, shuffled, seed=8)
    here = trials_for(pool(), MOTHS, plain, seed=8)
    assert Counter((t.picture, t.epsilon_224) for t in there if t.block in curriculum) == Counter(
        (t.picture, t.epsilon_224) for t in here if t.block in curriculum
    )
    assert [(t.block, t.kind, t.answer, t.split) for t in there] == [(t.block, t.kind, t.answer, t.split) for t in here]
    assert [t.picture for t in there] != [t.picture for t in here]
    assert [t for t in there if t.block not in curriculum] == [t for t in here if t.block not in curriculum]


def test_the_same_seed_gives_the_same_trials_and_another_one_others() -> None:
    for group in FIXED:
        once = trials_for(pool(), MOTHS, group, seed=21)
        assert trials_for(pool(), MOTHS, group, seed=21) == once
        assert trials_for(pool(), MOTHS, group, seed=22) != once


def test_the_repeated_picture_is_natural_always_the_same_and_put_aside() -> None:
    for group in (Group.CONTROL, Group.L_WISE):
        trials = trials_for(pool(), MOTHS, group, seed=2)
        repeats = [t for t in trials if t.kind is TrialKind.REPEAT]
        assert len({t.picture for t in repeats}) == 1
        assert not any(t.altered or t.scored for t in repeats)
        assert repeats[0].picture not in {t.picture for t in trials if t.scored}
        assert [len(by_block(trials, kind=TrialKind.REPEAT)[b.name]) for b in MOTHS.blocks] == [0, *[1] * 7, 3, 3]


def test_pictures_of_one_origin_never_stand_on_both_sides_of_the_test() -> None:
    """Three pictures of each lesion, all from one split, as in the paper's dermoscopy."""
    lesions = tuple(
        Candidate(f"{c}/{i}", f"class {c}", "val", difficulty=i / 240, origin=f"lesion {c} {i // 3}")
        for c in range(4)
        for i in range(240)
    )
    schedule = MOTHS.with_splits(training="val", tests="val", repeats="val")
    origin = {c.name: c.origin for c in lesions}

    def shared(kept: Pool, seed: int) -> int:
        trials = [t for t in trials_for(kept, schedule, Group.L_WISE, seed=seed) if t.scored]
        tests = [origin[t.picture] for t in trials if not t.feedback]
        assert kept.as_published or len(set(tests)) == len(tests)
        return len(set(tests) & {origin[t.picture] for t in trials if t.feedback})

    assert [shared(Pool(lesions), seed) for seed in range(10)] == [0] * 10
    assert all(shared(Pool(lesions, as_published=True), seed) > 0 for seed in range(10))


def test_calibration_relabels_two_buttons() -> None:
    trials = [t for t in trials_for(pool(), MOTHS, Group.CONTROL, seed=1) if t.kind is TrialKind.CALIBRATION]
    for t in trials:
        assert t.picture == t.answer
        assert len(set(t.relabelled)) == len(SHAPES)
        assert set(t.relabelled) <= set(pool().classes)


def test_a_wrong_class_course_never_enhances_towards_what_is_there() -> None:
    trials = [t for t in trials_for(pool(), MOTHS, Group.WRONG_CLASS, seed=4) if t.altered]
    assert len(trials) == 96
    assert all(t.towards and t.towards != t.answer for t in trials)


def test_groups_that_follow_answers_have_no_list_of_trials() -> None:
    with pytest.raises(CurriculumError, match="follow answers"):
        trials_for(pool(), MOTHS, Group.ADAPTIVE, seed=0)


def test_too_few_pictures_are_refused_with_the_block_and_the_class() -> None:
    with pytest.raises(
        CurriculumError,
        match=r"train_1 needs 4 pictures of class 0 .* easiest 10% of the 28 that are left there are 3",
    ):
        trials_for(pool(train=36), MOTHS, Group.L_WISE, seed=0)
    with pytest.raises(CurriculumError, match=r"test_2 needs 5 pictures .* there are 0"):
        trials_for(pool(val=5), MOTHS, Group.CONTROL, seed=0)
    with pytest.raises(CurriculumError, match="no picture in “test” to repeat"):
        trials_for(pool(), replace(MOTHS, repeat_split="test"), Group.CONTROL, seed=0)


@pytest.mark.parametrize("classes", [1, 17])
def test_a_course_has_two_to_sixteen_classes(classes: int) -> None:
    with pytest.raises(CurriculumError, match="2 to 16 classes"):
        pool(classes=classes, train=1, val=1)


def test_within_each_learner_every_class_has_every_budget_equally_often() -> None:
    trials = trials_for(pool(val=20), ANIMALS, Group.WITHIN, seed=6)
    main = by_block(trials)["main"]
    counts = Counter((t.answer, t.epsilon_224) for t in main)
    assert set(counts.values()) == {2}
    assert len(counts) == 4 * 5
    assert all(bool(t.towards) == t.altered for t in main)
    pictures = [t.picture for t in trials if t.scored]
    assert len(set(pictures)) == len(pictures)
    drawn = {t.picture: t.epsilon_224 for t in main}
    other = {
        t.picture: t.epsilon_224 for t in by_block(trials_for(pool(val=20), ANIMALS, Group.WITHIN, seed=7))["main"]
    }
    assert any(drawn[p] != other[p] for p in drawn.keys() & other.keys())


def test_histology_has_eight_a_class() -> None:
    schedule = HISTOLOGY.with_splits(training="train", tests="val", repeats="train")
    trials = trials_for(pool(classes=2, val=20), schedule, Group.L_WISE, seed=0)
    assert len(trials) == 201
    assert {len(b) for b in by_block(trials).values()} == {16, 20}


@given(classes=st.integers(2, 16), seed=st.integers(0, 10**6), group=st.sampled_from(FIXED))
def test_every_block_is_balanced_whatever_the_classes(classes: int, seed: int, group: Group) -> None:
    trials = trials_for(pool(classes=classes, train=20, val=2), SHORT, group, seed=seed)
    assert len(trials) == SHORT.trials(classes)
    for block in by_block(trials).values():
        assert set(Counter(t.answer for t in block).values()) == {1}
        assert len(block) == classes


@given(seed=st.integers(0, 10**6))
def test_aliases_are_a_permutation_that_differs_between_learners(seed: int) -> None:
    classes, names = ("a", "b", "c", "d"), ("Leda", "Tyro", "Eris", "Ajax")
    aliases = aliases_for(classes, names, seed=seed)
    assert set(aliases) == set(classes)
    assert set(aliases.values()) == set(names)
    assert aliases == aliases_for(classes, names, seed=seed)


def test_every_assignment_of_aliases_occurs() -> None:
    drawn = [aliases_for("abc", ("Leda", "Tyro", "Eris"), seed=s) for s in range(100)]
    seen = {tuple(aliases[c] for c in "abc") for aliases in drawn}
    assert len(seen) == 6
