"""Which rendering a trial shows."""

from __future__ import annotations

from dataclasses import replace

from lwise_core.teaching.courses.picture_keys import PictureKey
from lwise_core.teaching.design.trials import Foil, Trial, TrialKind

TRIAL = Trial(0, "train_1", TrialKind.MAIN, "a", "cat", "train", feedback=True, epsilon_224=2.0, towards="cat")


def test_a_rendering_is_named_by_all_that_was_done_to_the_picture() -> None:
    natural = replace(TRIAL, epsilon_224=0.0, towards="")
    filtered = replace(natural, treatment="CLAHE")
    keys = [PictureKey.of(t) for t in (TRIAL, natural, filtered)]
    assert keys == [("a", 2.0, "cat", ""), ("a", 0.0, "", ""), ("a", 0.0, "", "CLAHE")]
    assert len(set(keys)) == 3


def test_of_two_pictures_both_are_needed_and_of_shapes_none() -> None:
    pair = replace(TRIAL, foil=Foil("b", "owl", 2.0, "owl"))
    assert PictureKey.all_of(pair) == (PictureKey.of(TRIAL), PictureKey("b", 2.0, "owl"))
    assert PictureKey.all_of(replace(TRIAL, kind=TrialKind.CALIBRATION)) == ()
