"""Arms that no guide makes: filters and an expert's edits, from the folder to the trial."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.entries import Labels
from lwise_core.data.phantom import FAMILIES
from lwise_core.data.picture_sets import picture_set
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png, open_photograph
from lwise_core.images.control_filters import clahe
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import Course, CourseError, read_course
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.courses.edited_pictures import EditedPictures
from lwise_core.teaching.courses.follow_up import with_natural_only
from lwise_core.teaching.courses.pictures import FromPhantom
from lwise_core.teaching.design.schedules import Group, TrialQuestion
from lwise_core.teaching.design.treatments import Treatment
from lwise_core.teaching.design.trial_sampling import TrialKind
from tests.support.courses import DESIGN, SHORT
from tests.teaching.courses.test_static_export import plan_of, unzipped

PICTURES = FromPhantom(per_class=4, per_class_in_tests=2, size=64)
BLOCKS = replace(SHORT, blocks=(replace(SHORT.blocks[0], fraction=1.0), SHORT.blocks[-1]))
ARMS = replace(DESIGN, schedule=BLOCKS, slots=(Group.CONTROL, Group.CLAHE, Group.MSRCR, Group.LEVELS))


def made(folder: Path, guide: GuideModel, edits: EditedPictures | None = None, slots: tuple[Group, ...] = ()) -> Course:
    design = replace(ARMS, slots=slots or ARMS.slots)
    *_, last = build_course(folder, CourseBuilder(Walker(guide), design, FAMILIES, edits=edits), PICTURES)
    assert last.course is not None
    return last.course


@pytest.fixture(scope="module")
def filtered(phantom_guide: GuideModel, tmp_path_factory: pytest.TempPathFactory) -> Course:
    return made(tmp_path_factory.mktemp("filtered"), phantom_guide)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody made the creatures to learn from brighter."""
    folder = tmp_path_factory.mktemp("edited")
    for file in PICTURES:
        if file.split == "train":
            pixels = open_photograph(file.data, name="a").pixels.astype(int)
            target = folder / file.class_name / Path(file.name).name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(encode_png(np.clip(pixels + 30, 0, 255).astype(np.uint8)))
    return folder


def test_a_filtered_group_sees_filtered_pictures_where_others_see_enhanced_ones(filtered: Course) -> None:
    for slot, group in enumerate(ARMS.slots):
        trials = [t for t in filtered.trials(slot) if t.kind is TrialKind.MAIN]
        for trial in trials:
            treated = trial.block == BLOCKS.blocks[0].name and group is not Group.CONTROL
            assert trial.treatment == (group.treatment if treated else "")
            assert trial.altered is treated
            assert (trial.epsilon_224, trial.towards) == (0.0, "")
            shown, natural = filtered.stimulus(trial), filtered.original(trial)
            assert (shown != natural) is treated
            if trial.treatment == Treatment.CLAHE:
                pixels = [open_photograph(f.read_bytes(), name="a").pixels for f in (natural, shown) if f]
                assert np.array_equal(pixels[1], clahe(pixels[0]))


def test_treated_pictures_are_made_again_byte_for_byte(
    filtered: Course, phantom_guide: GuideModel, tmp_path: Path
) -> None:
    assert made(tmp_path, phantom_guide).digest == filtered.digest
    assert read_course(filtered.folder).digest == filtered.digest


def test_only_what_is_learnt_from_is_treated_and_a_later_test_has_none_of_it(filtered: Course) -> None:
    for picture in filtered.manifest.pictures:
        treatments = [s.treatment for s in picture.stimuli if s.treatment]
        assert treatments == (["CLAHE", "MSRCR", "automatic levels"] if picture.candidate.split == "train" else [])
        assert [s.natural for s in with_natural_only(picture).stimuli] == [True]


def test_the_zip_for_other_servers_has_them_too(filtered: Course) -> None:
    files = unzipped(static_experiment_of(filtered, learners=4))
    said = plan_of(files)["participants"][1]["trials"]
    for trial, written in zip(filtered.trials(1), said, strict=True):
        assert (written["treatment"], written["altered"]) == (trial.treatment, trial.altered)
        if trial.treatment:
            shown = filtered.stimulus(trial)
            assert shown is not None
            assert files[written["stimulus"]] == shown.read_bytes()


def test_of_two_pictures_both_are_treated(filtered: Course) -> None:
    pairs = tuple(replace(b, question=TrialQuestion.FIND, repeats=0) for b in BLOCKS.blocks)
    design = replace(ARMS, schedule=replace(BLOCKS, blocks=pairs))
    course = replace(filtered, manifest=replace(filtered.manifest, design=design))
    trials = [t for t in course.trials(1) if t.foil and not t.shows_shapes]
    assert {t.foil.treatment for t in trials if t.foil and t.treatment} == {"CLAHE"}
    assert all(t.foil is not None and t.foil.treatment == t.treatment and not t.foil.towards for t in trials)
    assert all(len(course.sides(t)) == 2 for t in trials)


def test_an_experts_edits_are_what_their_group_is_shown(
    phantom_guide: GuideModel, edited: Path, tmp_path: Path
) -> None:
    edits = EditedPictures(picture_set(str(edited), labels=Labels.GUIDE))
    course = made(tmp_path, phantom_guide, edits, (Group.CONTROL, Group.EXPERT))
    trials = [t for t in course.trials(1) if t.treatment]
    assert trials
    for trial in trials:
        shown, natural = course.stimulus(trial), course.original(trial)
        assert shown is not None
        brighter = [open_photograph(f.read_bytes(), name="a").pixels.astype(int) for f in (natural, shown)]
        assert np.array_equal(np.clip(brighter[0] + 30, 0, 255), brighter[1])


def test_an_expert_group_without_edits_is_refused_before_anything_is_made(
    phantom_guide: GuideModel, edited: Path, tmp_path: Path
) -> None:
    slots = (Group.CONTROL, Group.EXPERT)
    with pytest.raises(CourseError, match="name the folder or zip of the edited pictures"):
        made(tmp_path / "none", phantom_guide, slots=slots)
    some = EditedPictures(picture_set(str(edited / FAMILIES[0]), labels=Labels.GUIDE))
    with pytest.raises(CourseError, match="would be the edit of"):  # the families number their creatures alike
        made(tmp_path / "some", phantom_guide, some, slots)
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "some").exists()


def test_an_edit_that_shows_something_else_leaves_its_original_out_and_says_so(
    phantom_guide: GuideModel, edited: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "edits"
    for file in edited.rglob("*.png"):
        target = folder / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (folder / FAMILIES[0] / "00003.png").write_bytes(encode_png(noise))
    design = replace(ARMS, slots=(Group.CONTROL, Group.EXPERT), schedule=BLOCKS)
    edits = EditedPictures(picture_set(str(folder), labels=Labels.GUIDE))
    *_, last = build_course(
        tmp_path / "out", CourseBuilder(Walker(phantom_guide), design, FAMILIES, edits=edits), PICTURES
    )
    (sentence,) = last.left_out
    assert "“edit of 00003.png” does not look like a version of “00003.png”" in sentence
    assert last.course is not None
    assert len(last.course.manifest.pictures) == len(PICTURES) - 1
