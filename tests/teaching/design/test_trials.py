"""A trial of one picture or of two, and which classes are alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.trials import LEFT, RIGHT, Candidate, CurriculumError, Foil, Pool, Trial, TrialKind

ONE = Trial(0, "train_1", TrialKind.MAIN, "a/1", "a", "train", feedback=True)


@given(on_left=st.booleans())
def test_the_right_one_stands_where_the_foil_does_not(on_left: bool) -> None:
    two = replace(ONE, foil=Foil("b/1", "b", on_left=on_left))
    assert two.side == (RIGHT if on_left else LEFT)
    assert two.meanings == ({LEFT: "b", RIGHT: "a"} if on_left else {LEFT: "a", RIGHT: "b"})
    assert (ONE.side, ONE.meanings) == ("", {})


def test_two_pictures_of_one_original_are_told_from_two_originals_and_from_shapes() -> None:
    assert replace(ONE, foil=Foil("a/1", "b")).spots
    assert not replace(ONE, foil=Foil("b/1", "b")).spots
    catch = replace(ONE, kind=TrialKind.CALIBRATION, foil=Foil("a/1", "b"))
    shapes = replace(ONE, kind=TrialKind.CALIBRATION, picture="circle", answer="circle")
    assert shapes.shows_shapes
    assert replace(shapes, foil=Foil("triangle", "triangle")).shows_shapes
    assert not catch.shows_shapes
    assert not ONE.shows_shapes


def test_the_class_that_pictures_are_most_taken_for_is_the_most_alike() -> None:
    rivals = {"a": ("c", "b"), "b": ("a", "c"), "c": ("a", "b")}
    candidates = [Candidate(f"{c}/{i}", c, "train", 0.0, rivals=r) for c, r in rivals.items() for i in range(2)]
    candidates.append(Candidate("a/odd", "a", "train", 0.0, rivals=("b", "c")))
    assert Pool(tuple(candidates)).look_alikes == rivals


def test_without_what_the_guide_said_classes_are_alike_by_name() -> None:
    pool = Pool(tuple(Candidate(f"{c}/1", c, "train", 0.0) for c in "cab"))
    assert pool.look_alikes == {"a": ("b", "c"), "b": ("a", "c"), "c": ("a", "b")}


def test_one_class_is_no_course() -> None:
    with pytest.raises(CurriculumError, match="A course has 2 to 16 classes, and these pictures have 1"):
        Pool((Candidate("a/1", "a", "train", 0.0),))
