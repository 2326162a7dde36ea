"""Calibrations: kept beside the guide, laid over its card, and said wherever their figures stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.calibration import Coverage, calibrated
from lwise_core.guides.difficulty import difficulty_of, standing
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import References
from lwise_core.guides.reliability import Reliability, ReliabilityBin
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import calibration_for

GUIDE = guide_of(tiny_network())
WHOLE = "calibrated on 1,234 pictures of “pond” on 2026-01-31"


def measured(*, clean: float, attacked: float, images: int = 100) -> dict[str, object]:
    """Return figures as a card has them, under the attack that decides for a natural guide of 16 px."""
    interval = [round(clean - 0.05, 3), round(clean + 0.05, 3)]
    return {
        "clean_accuracy": {"value": clean, "interval_95": interval},
        "test_images": images,
        "accuracy_under_20_step_attack": {"l2_0.2143": {"value": attacked, "interval_95": [0.0, 1.0]}},
        "attacked_images": images,
        "expected_calibration_error": 0.123,
        "temperature": {"value": 1.5, "expected_calibration_error": 0.031},
    }


def test_references_of_the_folder_replace_the_cards_where_there_are_enough_of_them_or_more() -> None:
    card = References(dict.fromkeys("abc", (-1.0,) * 50) | {"d": (-1.0,)}, "held out")
    guide = replace(GUIDE, references=card)
    over = calibrated(guide, calibration_for(guide, {"a": 30, "b": 29, "d": 2, "e": 1}))
    counts = {c: over.references.count(c) for c in guide.classes}
    assert counts == {"a": 30, "b": 50, "c": 50, "d": 2, "e": 1}
    assert over.references.calibrated == dict.fromkeys("ade", WHOLE)
    assert over.references.source == "held out"
    assert str(over.provenance.calibrated) == WHOLE
    assert guide.references is card


def test_a_difficulty_says_on_whose_pictures_it_rests() -> None:
    guide = replace(GUIDE, references=References({"b": (0.0,) * 40}))
    over = calibrated(guide, calibration_for(guide, {"a": 40, "c": 3}))
    said = {c: str(difficulty_of(over, torch.zeros(5), target=i)) for i, c in enumerate("abc")}
    assert f", {WHOLE})." in said["a"]
    assert "calibrated" not in said["b"]
    assert f"it had not learnt, {WHOLE})" in said["c"]
    assert said["b"].startswith(standing(difficulty_of(guide, torch.zeros(5), target=1), class_name="b"))


def test_how_often_its_probabilities_were_right_is_known_of_the_persons_pictures_first() -> None:
    card = Reliability("held-out pictures", (ReliabilityBin(40, 0.5, 0.25),))
    guide = replace(GUIDE, reliability=(card,))
    figures = measured(clean=0.8, attacked=0.5) | {"reliability": [[12, 0.5, 0.75]]}
    over = calibrated(guide, calibration_for(guide, {"a": 40}, measured=figures))
    assert [r.source for r in over.reliability] == ["pictures of “pond”", "held-out pictures"]
    assert over.reliability[0].bins == (ReliabilityBin(12, 0.5, 0.75),)
    again = calibrated(over, calibration_for(guide, {"a": 40}, measured=figures))
    assert again.reliability == over.reliability
    assert calibrated(guide, calibration_for(guide, {"a": 40})).reliability == (card,)


def test_the_same_weights_under_other_names_are_left_alone() -> None:
    other = replace(GUIDE, classes=tuple("vwxyz"))
    assert calibrated(other, calibration_for(GUIDE, {"a": 40})) is other
    assert calibrated(GUIDE, None) is GUIDE


@pytest.mark.parametrize(
    ("clean", "attacked", "images", "state"),
    [
        (0.8, 0.5, 100, Fit.FIT),
        (0.8, 0.3, 100, Fit.UNFIT),
        (0.25, 0.2, 100, Fit.UNFIT),
        (0.8, 0.5, 29, Fit.CANNOT_JUDGE),
    ],
)
def test_a_guide_is_fit_or_not_by_the_pictures_it_was_calibrated_on(
    clean: float, attacked: float, images: int, state: Fit
) -> None:
    calibration = calibration_for(GUIDE, {}, measured=measured(clean=clean, attacked=attacked, images=images))
    epsilon = GUIDE.epsilon_scale.from_224(GUIDE.domain.attack_224)
    found = calibration.fitness(epsilon=epsilon)
    assert found.state is state
    assert found.sentence.endswith(f"({WHOLE}).")
    over = calibrated(GUIDE, calibration)
    assert over.provenance.fitness == (GUIDE.provenance.fitness if state is Fit.CANNOT_JUDGE else found)


def test_nothing_is_judged_where_nothing_was_measured() -> None:
    assert calibration_for(GUIDE, {"a": 99}).fitness(epsilon=1.0).state is Fit.CANNOT_JUDGE


@given(counts=st.lists(st.sampled_from([0, 1, 29, 30, 99, 100, 150]), min_size=5, max_size=5))
def test_every_class_is_either_enough_or_says_how_many_are_missing(counts: list[int]) -> None:
    found: Coverage = calibration_for(GUIDE, dict(zip("abcde", counts, strict=True))).coverage()
    for name, count in zip("abcde", counts, strict=True):
        assert (name in found.without) == (count == 0)
        assert (name in found.difficulty) == (count >= 30)
        assert (name in found.evidence) == (count >= 100)
        assert found.missing.get(name, 0) == (30 - count if 0 < count < 30 else 0)
        assert found.missing_for_evidence.get(name, 0) == (100 - count if 0 < count < 100 else 0)


def test_what_people_read_of_it_has_every_figure() -> None:
    notes = ("1 picture was left out.",)
    calibration = calibration_for(
        GUIDE, {"a": 100, "b": 30, "c": 4}, measured=measured(clean=0.8, attacked=0.5), notes=notes
    )
    calibration = replace(calibration, abilities=("It can do more.",))
    assert calibration.sentences() == (
        calibration.division,
        "It rightly names 80.0% (75%–85%) of 100 pictures (95% interval in brackets).",
        "Under an attack of 20 steps with ε 0.2143 it still names 50.0% (0%–100%) of 100.",
        "Its probabilities are on average 12.3 points from how often it is right.",
        "With logits divided by 1.5 (the temperature, fitted on the references): 3.1.",
        "2 of 3 classes have the 30 references that difficulty needs, 1 the 100 that the light about evidence needs.",
        "References missing for difficulty: c 26.",
        "References missing for evidence: b 70.",
        "2 classes of the guide have no picture there.",
        "It can do more.",
        "1 picture was left out.",
    )


def test_of_many_classes_those_that_lack_least_are_named() -> None:
    guide: GuideModel = guide_of(tiny_network(classes=10), classes=10)
    few = calibration_for(guide, {c: 10 + i for i, c in enumerate(guide.classes)})
    assert "References missing for difficulty: j 11, i 12, h 13, g 14, f 15, e 16, d 17, c 18 and 2 more classes." in (
        few.sentences()
    )


def test_what_so_few_pictures_do_not_allow_is_said_first() -> None:
    few = calibration_for(GUIDE, {"a": 10, "b": 10})
    assert few.sentences()[0] == (
        "It does not allow yet: a percentile of difficulty (30 references of a class); the light about evidence (100 "
        "references of a class); to judge whether the guide is fit (30 pictures measured, and as many attacked)."
    )
    more = replace(few, references={"a": (0.0,) * 30})
    assert more.not_yet() == few.not_yet()[1:]
    assert not replace(few, references={"a": (0.0,) * 100}, measured=measured(clean=0.8, attacked=0.5)).not_yet()
