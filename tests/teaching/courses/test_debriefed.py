"""What learners are told when a course is over: the group, how much was altered, and what it was before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.teaching.courses.course import Course, natural_of
from lwise_core.teaching.courses.debriefed import GROUPS, debriefing_of
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.languages.catalogue import ENGLISH, catalogue_for
from tests.support.courses import DESIGN


def grouped(course: Course, group: Group) -> Course:
    design = replace(DESIGN, slots=(group,), aliases=())
    return replace(course, manifest=replace(course.manifest, design=design))


@pytest.mark.parametrize("group", [Group.CONTROL, Group.L_WISE])
def test_it_counts_the_pictures_that_were_altered_of_those_that_count(course: Course, group: Group) -> None:
    trials = grouped(course, group).trials(0)
    told = debriefing_of(grouped(course, group), group, trials, participant="1", words=ENGLISH)
    scored = [t for t in trials if t.scored]
    altered = sum(t.altered for t in scored)
    assert f"“{GROUPS[group]}”" in told.paragraphs[0]
    if altered:
        assert f"Of the {len(scored)} pictures that count, {altered} had been altered" in told.paragraphs[0]
    else:
        assert told.paragraphs[0].endswith("All your pictures were natural.")
    assert bool(told.altered) == bool(altered) == (group is Group.L_WISE)


def test_the_strongest_pictures_stand_beside_what_they_were(course: Course) -> None:
    shown = grouped(course, Group.L_WISE)
    trials = shown.trials(0)
    told = debriefing_of(shown, Group.L_WISE, trials, participant="1", words=ENGLISH)
    pictures = {p.candidate.name: p for p in course.manifest.pictures}
    assert len(told.altered) == 4
    strongest = max(t.epsilon_224 for t in trials if t.scored)
    assert told.altered[0][0].key.epsilon_224 == strongest
    for altered, natural in told.altered:
        assert altered.file.read_bytes() != natural.file.read_bytes()
        assert natural.file == course.file(natural_of(pictures[altered.key.picture]).file)
    assert not told.pairs


def test_every_pair_of_one_original_comes_again_with_the_original_first(pair_course: Course) -> None:
    trials = pair_course.trials(0)
    told = debriefing_of(pair_course, pair_course.design.group(0), trials, participant="1", words=ENGLISH)
    spots = [t for t in trials if t.spots]
    assert len(told.pairs) == len(spots) > 0
    for trial, (original, own, wrong) in zip(spots, told.pairs, strict=True):
        assert original.file == pair_course.original(trial)
        assert (own.file, wrong.file) == (pair_course.foil(trial), pair_course.stimulus(trial))
        assert f"towards {trial.towards}" in wrong.said
    assert told.pairs_heading == "Every picture again"
    counted = sum(t.scored for t in trials)
    assert f"Of the {counted} pairs that count, the network had altered both pictures." in told.paragraphs[0]
    assert "learn faster" not in told.paragraphs[0]
    assert "group" not in told.paragraphs[0]  # all are shown both


def test_names_that_hid_the_classes_are_said_in_the_learners_language(course: Course) -> None:
    german = catalogue_for("de")
    told = debriefing_of(course, Group.CONTROL, course.trials(0), participant="1", words=german)
    hidden = course.labels("1", language="de").values()
    assert all(name in told.paragraphs[1] for name in hidden)
    assert told.paragraphs[0].startswith("Ein neuronales Netz")


def test_it_claims_of_the_network_and_not_of_people(course: Course) -> None:
    """Only one of the guides that ship was ever compared with people."""
    told = debriefing_of(course, Group.CONTROL, course.trials(0), participant="1", words=ENGLISH)
    assert "can say which pictures are hard for it" in told.paragraphs[0]
    assert "People may find other pictures hard." in told.paragraphs[0]


def test_of_a_test_alone_no_group_is_named(course: Course) -> None:
    tested = [t for t in course.trials(0) if not t.feedback]
    told = debriefing_of(course, Group.CONTROL, tested, participant="1", words=ENGLISH)
    assert "You were in the group" not in told.paragraphs[0]
    assert "All your pictures were natural." in told.paragraphs[0]
