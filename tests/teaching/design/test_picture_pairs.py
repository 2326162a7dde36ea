"""Two pictures side by side: balanced, of look-alikes first, and every original of a study once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.teaching.design.picture_pairs import matchings
from lwise_core.teaching.design.schedules import CATCH_EPSILON_224, CLINICIANS, MOTHS, Group, TrialQuestion
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, TrialKind, pictures_needed, trials_for
from lwise_core.teaching.design.trials import LEFT, RIGHT

CLASSES = ("a", "b", "c", "d")
# a and b are taken for each other, and so are c and d.
NEAREST = {"a": ("b", "c", "d"), "b": ("a", "d", "c"), "c": ("d", "a", "b"), "d": ("c", "b", "a")}
SHORT = replace(MOTHS, blocks=(*MOTHS.blocks[:2], *MOTHS.blocks[7:9])).in_pairs()


def pool(*, classes: tuple[str, ...] = CLASSES, train: int = 60, test: int = 30) -> Pool:
    return Pool(
        tuple(
            Candidate(f"{split}/{c}/{i}", c, split, difficulty=i, rivals=NEAREST[c] if classes == CLASSES else ())
            for c in classes
            for split, n in (("train", train), ("val", test), ("test", test))
            for i in range(n)
        )
    )


def pairs_of(group: Group, *, seed: int = 3) -> list[Trial]:
    return [t for t in trials_for(pool(), SHORT, group, seed=seed) if t.scored]


@given(count=st.integers(2, 16), rounds=st.integers(1, 20))
def test_every_class_stands_beside_another_one_once_a_round_and_pairs_come_equally_often(
    count: int, rounds: int
) -> None:
    classes = [f"{i:02}" for i in range(count)]
    found = matchings({c: [o for o in classes if o != c] for c in classes}, rounds=rounds)
    for beside in found:
        assert sorted(beside) == sorted(beside.values()) == classes
        assert all(one != other for one, other in beside.items())
    met = Counter(pair for beside in found for pair in beside.items())
    assert max(met.values()) <= -(-rounds // (count - 1)) + 1


def test_look_alikes_come_first() -> None:
    first, second, third, again = matchings(NEAREST, rounds=4)
    assert first == again == {"a": "b", "b": "a", "c": "d", "d": "c"}
    assert {**second, **third} != first
    assert {frozenset(p) for p in second.items()} & {frozenset(p) for p in first.items()} == set()


def test_each_picture_is_asked_for_once_and_stands_beside_another_once_in_its_block() -> None:
    for group in (Group.CONTROL, Group.L_WISE):
        trials = pairs_of(group)
        for block in SHORT.blocks:
            mine = [t for t in trials if t.block == block.name]
            assert len(mine) == block.per_class * len(CLASSES)
            beside = [t.foil for t in mine if t.foil]
            assert Counter(t.picture for t in mine) == Counter(f.picture for f in beside)
            assert all(t.foil and t.foil.answer == t.foil.picture.split("/")[1] != t.answer for t in mine)
            asked = Counter((t.answer, t.foil.likeness) for t in mine if t.foil)
            assert all(asked[c, 1] >= asked[c, place] for c in CLASSES for place in (2, 3))


def test_both_pictures_are_enhanced_as_strongly_each_towards_its_own_class() -> None:
    trials = pairs_of(Group.L_WISE)
    assert {t.epsilon_224 for t in trials} == {8.0, 4.0, 0.0}
    for t in trials:
        assert t.foil
        assert t.foil.epsilon_224 == t.epsilon_224
        assert t.foil.towards == (t.foil.answer if t.altered else "")


def test_who_is_taught_what_is_false_sees_no_rightly_enhanced_picture() -> None:
    altered = [t for t in pairs_of(Group.WRONG_CLASS) if t.altered]
    assert altered
    assert all(t.foil and t.towards != t.answer and t.foil.towards not in ("", t.foil.answer) for t in altered)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_right_one_is_on_the_left_as_often_as_on_the_right(seed: int) -> None:
    trials = trials_for(pool(), SHORT, Group.CONTROL, seed=seed)
    for block in SHORT.blocks:
        mine = [t for t in trials if t.block == block.name]
        for part in ([t for t in mine if t.scored], [t for t in mine if not t.scored]):
            sides = Counter(t.side for t in part)
            assert abs(sides[LEFT] - sides[RIGHT]) <= 1
        for c in CLASSES:
            sides = Counter(t.side for t in mine if t.answer == c)
            assert abs(sides[LEFT] - sides[RIGHT]) <= 1


def test_calibration_shows_both_shapes() -> None:
    shapes = [t for t in trials_for(pool(), SHORT, Group.CONTROL, seed=0) if t.kind is TrialKind.CALIBRATION]
    assert len(shapes) == sum(b.calibration for b in SHORT.blocks)
    assert all(t.shows_shapes and set(t.meanings.values()) == {"circle", "triangle"} for t in shapes)
    assert not any(t.relabelled for t in shapes)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_a_clinician_sees_104_originals_once_and_each_cell_equally_often(seed: int) -> None:
    trials = trials_for(pool(), CLINICIANS, Group.WITHIN, seed=seed)
    assert len(trials) == CLINICIANS.trials(4) == 104
    assert len({t.picture for t in trials}) == 104
    main = [t for t in trials if t.scored]
    cells = Counter((t.epsilon_224, t.foil.likeness) for t in main if t.foil)
    assert set(cells) == {(e, place) for e in (1.0, 2.0, 4.0, 8.0) for place in (1, 3)}
    assert set(cells.values()) == {12}
    on_left = Counter((t.epsilon_224, t.foil.likeness) for t in main if t.foil and t.foil.on_left)
    assert all(5 <= n <= 7 for n in on_left.values())
    for t in main:
        own = t.picture.split("/")[1]
        assert t.foil
        assert (t.towards, t.foil.towards, t.foil.epsilon_224) == (t.answer, own, t.epsilon_224)
        assert t.answer == NEAREST[own][0 if t.foil.likeness == 1 else -1]


def test_a_catch_trial_shows_the_unchanged_original_beside_a_strong_change() -> None:
    catches = [t for t in trials_for(pool(), CLINICIANS, Group.WITHIN, seed=1) if not t.scored]
    assert len(catches) == 8
    for t in catches:
        assert t.foil
        assert (t.kind, t.epsilon_224) == (TrialKind.CALIBRATION, CATCH_EPSILON_224)
        assert (t.foil.epsilon_224, t.foil.towards, t.foil.picture) == (0.0, "", t.picture)


def test_a_study_says_how_many_originals_it_needs() -> None:
    assert pictures_needed(CLINICIANS, [Group.WITHIN], as_published=False) == {"test": 26}
    assert CLINICIANS.epsilons_224 == (1.0, 2.0, 4.0, 8.0, 20.0)
    assert CLINICIANS.questions == {TrialQuestion.SPOT}


def test_two_classes_have_one_other_class_each() -> None:
    mine = trials_for(pool(classes=("a", "b")), SHORT, Group.CONTROL, seed=4)
    assert all(t.foil and {t.answer, t.foil.answer} == {"a", "b"} for t in mine if t.scored)
