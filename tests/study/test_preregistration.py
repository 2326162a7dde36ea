"""A preregistration says what the course does and what the analysis does, and nothing in it comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.study.accuracy import ATTENTIVE
from lwise_core.study.comparisons import PERMUTATIONS
from lwise_core.study.power import Spread, effect_found
from lwise_core.study.preregistration import preregistration_of
from lwise_core.teaching.courses.course import Course, Design
from lwise_core.teaching.design.schedules import ANIMALS, MOTHS, SEVEN_SLOTS, Group
from lwise_core.teaching.design.study_terms import StudyTerms


def designed(course: Course, design: Design) -> Course:
    return replace(course, manifest=replace(course.manifest, design=design))


def test_it_names_the_course_its_groups_and_every_block(course: Course) -> None:
    text = preregistration_of(course)
    assert course.digest in text
    assert course.manifest.guide.sha256 in text
    for group in course.design.slots:
        assert f"| {group} | 1 of 4 |" in text
    for block in course.design.schedule.blocks:
        name = block.name.replace("_", r"\_")
        assert f"| {name} | which class it is | {100 * block.fraction:g} | {block.epsilon_224:g} |" in text
    assert f"{course.design.schedule.trials(4)} trials." in text


def test_it_says_the_analysis_with_the_figures_of_the_code(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    text = preregistration_of(course)
    assert f"up to {PERMUTATIONS:,}" in text
    assert f"fewer than {ATTENTIVE:.0%} of the calibration trials" in text
    assert "by Holm over 3 comparisons" in text
    monkeypatch.setattr("lwise_core.study.preregistration.PERMUTATIONS", 77)
    assert "up to 77, else" in preregistration_of(course)


def test_power_is_that_of_the_smallest_group_against_a_control_twice_as_large(course: Course) -> None:
    planned = designed(course, replace(course.design, schedule=MOTHS, slots=SEVEN_SLOTS, terms=StudyTerms(target=210)))
    found = effect_found(30, Spread(test_trials=40), alpha=0.05 / 5, control_ratio=2.0)
    text = preregistration_of(planned)
    assert "30 people in the smallest group and 60 in “control”" in text
    assert f"a difference of {100 * found:.1f} points" in text
    assert "each has 40 scored test trials" in text


def test_without_a_number_of_people_it_asks_for_one(course: Course) -> None:
    text = preregistration_of(course)
    assert "[How many participants" in text
    assert "with a power of" not in text


def test_where_nothing_is_compared_between_groups_no_such_analysis_is_promised(course: Course) -> None:
    within = preregistration_of(designed(course, replace(course.design, schedule=ANIMALS, slots=(Group.WITHIN,))))
    assert "permutation" not in within
    assert "difference to their own at 0" in within


def test_two_pictures_are_tested_against_one_half(pair_course: Course) -> None:
    text = preregistration_of(pair_course)
    assert "t test over people of the share found against 50%" in text
    assert "permutation" not in text


def test_what_participants_read_stands_in_it_as_text(course: Course) -> None:
    terms = StudyTerms(consent="I agree.\n\n<b>Fully</b> and | *freely*.")
    text = preregistration_of(designed(course, replace(course.design, terms=terms, name="Kinds\n# of [moths](x)")))
    assert text.startswith("# Preregistration: Kinds \\# of \\[moths\\](x)\n")
    assert "> I agree.\n>\n> \\<b\\>Fully\\</b\\> and \\| \\*freely\\*." in text
    assert "Instructions:" not in text
