"""Courses as folders: copied, read, refused."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lwise_core.teaching.courses.course import MANIFEST, STIMULI, Course, CourseError, Design, read_course, write_course
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.study_terms import StudyTerms
from lwise_core.teaching.design.trial_sampling import TrialKind
from tests.support.courses import DESIGN, PAIR_DESIGN, SLOTS


def changed(course: Course, folder: Path, **changes: object) -> Path:
    """Return a copy of the course whose manifest says something else."""
    shutil.copytree(course.folder, folder)
    manifest = json.loads((folder / MANIFEST).read_text()) | changes
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


def test_a_course_can_be_copied_and_is_the_same(course: Course, tmp_path: Path) -> None:
    copy = read_course(shutil.copytree(course.folder, tmp_path / "copy"))
    assert copy.digest == course.digest
    assert copy.trials(1) == course.trials(1)
    assert copy.design == DESIGN


def test_every_trial_of_every_learner_has_its_picture(course: Course) -> None:
    for slot in (0, 1, 4, 5):
        for trial in course.trials(slot):
            picture = course.stimulus(trial)
            assert (picture is None) == (trial.kind is TrialKind.CALIBRATION)
            assert picture is None or picture.is_file()


def test_learners_take_their_groups_in_turn_and_differ_in_seed(course: Course) -> None:
    assert [course.design.group(i) for i in range(5)] == [*DESIGN.slots, DESIGN.slots[0]]
    assert len({course.design.seed_for(i) for i in range(100)}) == 100
    assert course.design.seed_for(7) == course.design.seed_for(7)


def test_aliases_hide_the_classes_and_without_them_the_names_are_shown(course: Course) -> None:
    labels = course.labels("p3")
    assert set(labels) == set(course.classes)
    assert set(labels.values()) == set(DESIGN.aliases)
    assert len({tuple(course.labels(f"p{i}")[c] for c in course.classes) for i in range(40)}) > 10
    plain = replace(course, manifest=replace(course.manifest, design=replace(DESIGN, aliases=())))
    assert plain.labels("p3") == {c: c for c in course.classes}


def test_a_picture_is_only_served_by_a_hash_that_the_course_knows(course: Course) -> None:
    known = course.manifest.pictures[0].stimuli[0].file
    assert course.file(known).is_file()
    for other in ("0" * 64, "../course", "", known.upper()):
        with pytest.raises(CourseError, match="no such picture"):
            course.file(other)


def test_what_8_bit_pictures_keep_is_told_for_every_budget(course: Course) -> None:
    kept = course.kept()
    assert list(kept) == [1.0, 2.0, 8.0]
    assert kept[1.0] < kept[8.0]
    assert kept[8.0] == pytest.approx(1, abs=0.05)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="not a finished course"):
        read_course(tmp_path)


def test_a_manifest_that_is_none_is_refused_with_its_place(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="format"):
        read_course(changed(course, tmp_path / "a", format="L-WISE course 99"))
    (tmp_path / "a" / MANIFEST).write_text("{")
    with pytest.raises(CourseError, match="cannot be read"):
        read_course(tmp_path / "a")


def test_a_stimulus_that_is_a_path_is_refused(course: Course, tmp_path: Path) -> None:
    pictures = json.loads((course.folder / MANIFEST).read_text())["pictures"]
    pictures[0]["stimuli"][0]["file"] = "../../secret"
    with pytest.raises(CourseError, match="named by its hash"):
        read_course(changed(course, tmp_path / "a", pictures=pictures))


def test_a_course_that_lacks_a_picture_is_refused(course: Course, tmp_path: Path) -> None:
    copy = shutil.copytree(course.folder, tmp_path / "a")
    next((copy / STIMULI).iterdir()).unlink()
    with pytest.raises(CourseError, match="lacks the picture"):
        read_course(copy)


def test_a_picture_that_was_damaged_is_not_shown(course: Course, tmp_path: Path) -> None:
    copy = read_course(Path(shutil.copytree(course.folder, tmp_path / "a")))
    digest = copy.manifest.pictures[0].stimuli[0].file
    whole = copy.file(digest).read_bytes()
    assert copy.picture(digest) == whole
    copy.file(digest).write_bytes(whole[:-20] + bytes(20))
    with pytest.raises(CourseError, match=f"“{digest}.png” of “a” is gone or damaged; copy the whole folder"):
        copy.picture(digest)
    copy.file(digest).unlink()
    with pytest.raises(CourseError, match="is gone or damaged"):
        copy.picture(digest)
    with pytest.raises(CourseError, match="no such picture"):
        copy.picture("0" * 64)


def test_a_changed_manifest_is_another_course(course: Course, tmp_path: Path) -> None:
    assert read_course(changed(course, tmp_path / "a", versions={})).digest != course.digest


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "needs a name"),
        ({"slots": ()}, "at least one group"),
        ({"slots": (Group.WRONG_CLASS,)}, "research on harm"),
        ({"slots": (Group.YOKED,)}, "needs an adaptive group"),
        ({"aliases": ("a", "a", "b", "c")}, "Two aliases are the same"),
    ],
)
def test_a_design_that_cannot_be_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        replace(DESIGN, **changes)  # type: ignore[arg-type]


def test_harm_can_be_studied_where_it_is_said() -> None:
    design = Design("harm", MOTHS, (Group.WRONG_CLASS,), research_on_harm=True)
    assert design.enhances


def test_examples_of_every_class_are_natural_easy_and_of_no_test(course: Course) -> None:
    assert course.examples() == {}
    design = replace(course.design, examples=2)
    shown = replace(course, manifest=replace(course.manifest, design=design)).examples()
    assert list(shown) == list(course.classes)
    learnt = [p for p in course.manifest.pictures if p.candidate.split == "train"]
    for name, files in shown.items():
        own = [p for p in learnt if p.candidate.class_name == name]
        easiest = sorted(own, key=lambda p: (-p.logit, p.candidate.name))[:2]
        assert files == tuple(s.file for p in easiest for s in p.stimuli if not s.epsilon_224)
    tested = replace(design, schedule=design.schedule.with_splits(training="train", tests="train", repeats="train"))
    only_tested = replace(course.manifest, design=tested, pictures=tuple(learnt))
    assert replace(course, manifest=only_tested).examples() == {}


def test_a_course_cannot_show_fewer_examples_than_none() -> None:
    with pytest.raises(CourseError, match="fewer than no examples"):
        Design("x", MOTHS, (Group.L_WISE,), examples=-1)


def test_classes_have_names_in_other_languages_where_the_design_gives_them(course: Course) -> None:
    first, *others = course.classes
    design = replace(DESIGN, aliases=(), language="de", class_names={"de": {first: "Erste"}})
    translated = replace(course, manifest=replace(course.manifest, design=design))
    assert translated.labels("p3", language="de") == {first: "Erste", **{c: c for c in others}}
    assert translated.labels("p3", language="fr") == translated.labels("p3") == {c: c for c in course.classes}
    hidden = replace(course, manifest=replace(course.manifest, design=replace(design, aliases=DESIGN.aliases)))
    assert hidden.labels("p3", language="de") == course.labels("p3")
    with pytest.raises(CourseError, match="same name in another language"):
        replace(design, class_names={"de": dict.fromkeys(course.classes, "Erste")})


def test_a_course_that_was_made_before_there_were_languages_is_read(course: Course, tmp_path: Path) -> None:
    design = json.loads((course.folder / MANIFEST).read_text())["design"]
    older = {name: value for name, value in design.items() if name not in ("language", "class_names")}
    assert len(design) - len(older) == 2
    assert read_course(changed(course, tmp_path / "a", design=older)).design == course.design


def test_a_course_from_before_two_pictures_is_read(course: Course, tmp_path: Path) -> None:
    manifest = json.loads((course.folder / MANIFEST).read_text())
    del manifest["design"]["sureness"]
    for block in manifest["design"]["schedule"]["blocks"]:
        del block["question"], block["catch"]
    for picture in manifest["pictures"]:
        del picture["candidate"]["rivals"]
    old = read_course(changed(course, tmp_path / "old", **manifest))
    assert old.design == course.design
    assert old.trials(1) == course.trials(1)


def test_every_trial_of_two_pictures_has_both(pair_course: Course) -> None:
    assert all(p.candidate.rivals for p in pair_course.manifest.pictures)
    for trial in pair_course.trials(0):
        sides = pair_course.sides(trial)
        if trial.shows_shapes:
            assert sides == {}
            continue
        assert sides[trial.side] == pair_course.stimulus(trial)
        assert set(sides.values()) == {pair_course.stimulus(trial), pair_course.foil(trial)}
        assert len(set(sides.values())) == 2
        assert all(file.is_file() for file in sides.values())
        if trial.spots:
            assert pair_course.original(trial) not in sides.values()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"research_on_harm": False}, "made for research only"),
        ({"slots": (Group.ADAPTIVE,)}, "does not follow answers yet"),
    ],
)
def test_a_design_of_two_pictures_that_cannot_be_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        replace(PAIR_DESIGN, **change)


def test_feedback_shows_where_to_its_group_and_while_learning_only(course: Course) -> None:
    trials = course.trials(SLOTS.index(Group.L_WISE))
    assert all(course.where(t, Group.L_WISE) is None for t in trials)
    shown = {t.number: course.where(t, Group.SHOWN_WHERE) for t in trials}
    assert {n for n, where in shown.items() if where} == {t.number for t in trials if t.scored and t.feedback}
    for trial in trials:
        if where := shown[trial.number]:
            assert where.original == course.original(trial)
            assert where.epsilon_224 == max(course.design.schedule.compared_224)
            assert where.enhanced == course.stimulus(
                replace(trial, epsilon_224=where.epsilon_224, towards=trial.answer)
            )


def test_the_authors_words_are_hashed_with_the_course_and_one_without_them_is_read(
    course: Course, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(course.folder, tmp_path / "terms"))
    terms = StudyTerms(consent="I agree.")
    written = write_course(folder, replace(course.manifest, design=replace(course.design, terms=terms)))
    assert read_course(folder).design.terms == terms
    assert written.digest != course.digest
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["design"]["terms"]["completion_link"] = "javascript:alert(1)"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CourseError, match="completion link"):
        read_course(folder)
    del manifest["design"]["terms"]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert read_course(folder).design == course.design
