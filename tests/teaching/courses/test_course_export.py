"""A course as an experiment without a server: whose trials, with which names, in which language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.study_terms import StudyTerms
from tests.support.courses import DESIGN
from tests.teaching.courses.test_static_export import plan_of, unzipped


def of_two_groups(course: Course, *, language: str = "") -> Course:
    names = {"de": {name: f"{name} auf Deutsch" for name in course.classes}}
    slots = (Group.CONTROL, Group.L_WISE)
    design = replace(DESIGN, slots=slots, aliases=(), language=language, class_names=names)
    return replace(course, manifest=replace(course.manifest, design=design))


def test_the_first_learners_have_their_trials(course: Course) -> None:
    experiment = static_experiment_of(of_two_groups(course), learners=3)
    assert [p.group for p in experiment.participants] == ["control", "L-WISE", "control"]
    assert [p.trials for p in experiment.participants] == [of_two_groups(course).trials(slot) for slot in range(3)]


def test_the_page_is_in_the_language_that_is_asked_for_else_the_courses_else_english(course: Course) -> None:
    german = of_two_groups(course, language="de")
    for of, language, code in ((of_two_groups(course), "", "en"), (german, "", "de"), (german, "en", "en")):
        experiment = static_experiment_of(of, learners=1, language=language)
        assert experiment.words.language.code == code
        names = set(experiment.participants[0].aliases.values())
        assert names == set(of.names(code).values())


def test_what_the_author_wrote_goes_with_it(course: Course) -> None:
    terms = StudyTerms("I agree.\nReally.\n\nYes.", "Sit still.", "C1", "https://a.example/done", 12)
    written = replace(of_two_groups(course), manifest=replace(course.manifest, design=replace(DESIGN, terms=terms)))
    files = unzipped(static_experiment_of(written, learners=2))
    assert plan_of(files)["terms"] == {
        "consent": [["I agree.", "Really."], ["Yes."]],
        "instructions": [["Sit still."]],
        "completionCode": "C1",
        "completionLink": "https://a.example/done",
        "completionHost": "a.example",
    }
    assert "meant for 12 people" in files["README.txt"].decode()


def test_trials_that_follow_answers_need_a_server(course: Course) -> None:
    with pytest.raises(CourseError, match="group “adaptive” are shown follows answers"):
        static_experiment_of(course, learners=4)


def test_two_pictures_stand_from_left_to_right_and_say_what_choosing_them_means(pair_course: Course) -> None:
    whole = static_experiment_of(pair_course, learners=2)
    files = unzipped(whole)
    plan = plan_of(files)
    assert plan["sureness"] is True
    for participant, written in zip(whole.participants, plan["participants"], strict=True):
        for trial, said in zip(participant.trials, written["trials"], strict=True):
            assert said["meanings"] == trial.meanings
            if trial.shows_shapes:
                assert [said["stimulus"], said["second"]] == [f"shape:{trial.meanings[s]}" for s in ("left", "right")]
                continue
            shown = [files[said["stimulus"]], files[said["second"]]]
            sides = pair_course.sides(trial)
            assert shown == [sides["left"].read_bytes(), sides["right"].read_bytes()]
            assert said["asked"] == ("" if trial.spots else participant.aliases[trial.answer])


def test_feedback_that_shows_where_has_both_versions_and_its_rings(course: Course) -> None:
    slots = (Group.SHOWN_WHERE,)
    shown = replace(course, manifest=replace(course.manifest, design=replace(course.design, slots=slots)))
    files = unzipped(static_experiment_of(shown, learners=1))
    (person,) = plan_of(files)["participants"]
    for trial, said in zip(shown.trials(0), person["trials"], strict=True):
        where = shown.where(trial, Group.SHOWN_WHERE)
        assert ("where" in said) is (where is not None)
        if where:
            assert files[said["where"]["original"]] == where.original.read_bytes()
            assert files[said["where"]["enhanced"]] == where.enhanced.read_bytes()
            assert said["where"]["rings"] == []  # the phantom's guide measured no evidence


def test_what_was_done_is_in_the_zip_with_every_picture_that_is_seen_again(course: Course, pair_course: Course) -> None:
    for shown in (of_two_groups(course, language="de"), pair_course):
        files = unzipped(static_experiment_of(shown, learners=2))
        for slot, person in enumerate(plan_of(files)["participants"]):
            said = person["debriefing"]
            rows = [*said["altered"], *said["pairs"]]
            assert all(seen["src"] in files for row in rows for seen in row)
            altered = [t for t in shown.trials(slot) if t.altered]
            assert bool(rows) == bool(altered)
            first = "Ein neuronales Netz" if shown.design.language == "de" else "A neural network"
            assert said["paragraphs"][0].startswith(first)
