"""Making courses: resumable, the same again, and refused with a sentence."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lwise_core.data.decoding import Unusable
from lwise_core.data.phantom import FAMILIES
from lwise_core.data.picture_sets import picture_set
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import ImageRejected, Photograph, encode_png, open_photograph
from lwise_core.images.geometry import Crop
from lwise_core.teaching.courses.builder import LEARNERS_TRIED, SIDE, CourseBuilder, build_course, check_filled
from lwise_core.teaching.courses.course import STIMULI, Course, CourseError, Design
from lwise_core.teaching.courses.pictures import FromData, FromPhantom, LabelledFile, Pictures
from lwise_core.teaching.design.schedules import MOTHS, SEVEN_SLOTS, Group
from lwise_core.teaching.design.trial_sampling import Candidate, CurriculumError, Pool, trials_for
from tests.support.courses import DESIGN, PICTURES, SHORT
from tests.support.images import scene

FEW = FromPhantom(per_class=3, per_class_in_tests=2, size=64)
FEW_BLOCKS = replace(SHORT, blocks=(SHORT.blocks[0], SHORT.blocks[-1]))
"""A block of enhanced pictures and a test, and pictures that are enough for them."""


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a course → the hash of its bytes."""
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def finished(folder: Path, maker: CourseBuilder, pictures: Pictures = PICTURES) -> Course:
    *_, last = build_course(folder, maker, pictures)
    assert last.course is not None
    return last.course


@dataclass(frozen=True)
class Broken:
    """The phantom's pictures, and so many files that are none."""

    count: int

    def __len__(self) -> int:
        return len(PICTURES) + self.count

    def listed(self) -> Iterator[Candidate]:
        yield from PICTURES.listed()

    def __iter__(self) -> Iterator[LabelledFile]:
        yield from PICTURES
        for i in range(self.count):
            yield LabelledFile(f"train/{FAMILIES[0]}/broken{i}.png", FAMILIES[0], "train", b"no picture")


def test_a_course_stopped_in_the_middle_and_begun_again_is_the_same_byte_for_byte(
    maker: CourseBuilder, tmp_path: Path
) -> None:
    few = replace(maker, design=replace(DESIGN, schedule=FEW_BLOCKS, slots=(Group.CONTROL, Group.ENHANCEMENT)))
    whole = finished(tmp_path / "whole", few, FEW)
    folder = tmp_path / "stopped"
    steps = build_course(folder, few, FEW)
    before = [next(steps) for _ in range(len(FEW) // 2)][-1].effort
    steps.close()  # type: ignore[attr-defined]
    stopped = contents(folder)
    *_, last = build_course(folder, few, FEW)
    again = last.course
    assert again is not None
    assert (before.spent, before.left) == (sum(map(few.effort, FEW)) - before.left, last.effort.spent)
    assert contents(folder) == contents(whole.folder)
    assert again.digest == whole.digest
    assert stopped
    assert stopped.items() < contents(folder).items()


def test_what_is_made_is_not_made_again(course: Course, maker: CourseBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(Walker, "to", unexpected)
    monkeypatch.setattr(CroppedPhotograph, "logits", unexpected)
    assert finished(course.folder, maker).digest == course.digest


def test_a_picture_that_was_lost_is_made_again(course: Course, maker: CourseBuilder, tmp_path: Path) -> None:
    copy = shutil.copytree(course.folder, tmp_path / "copy")
    next((copy / STIMULI).iterdir()).unlink()
    assert finished(copy, maker).digest == course.digest
    assert contents(copy) == contents(course.folder)


def test_pictures_are_ranked_by_the_guide_and_enhanced_towards_what_they_show(
    course: Course, phantom_guide: GuideModel
) -> None:
    for picture in course.manifest.pictures[::7]:
        target = phantom_guide.class_index(picture.candidate.class_name)
        logits = []
        for stimulus in picture.stimuli:
            photograph = open_photograph(course.file(stimulus.file).read_bytes(), name="stimulus")
            seen = CroppedPhotograph(photograph, Crop.central(photograph)).seen(size=64)
            logits.append(float(score(phantom_guide, seen)[target]))
        assert picture.logit == pytest.approx(logits[0], abs=1e-4)
        assert picture.candidate.difficulty == -picture.logit
        assert [s.epsilon_224 for s in picture.stimuli] == ([0, 1, 2, 8] if picture.candidate.split == "train" else [0])
        assert logits == sorted(logits)


def test_what_a_progress_bar_needs(course: Course, maker: CourseBuilder) -> None:
    seen = list(build_course(course.folder, maker, PICTURES))
    assert [p.done for p in seen] == [*range(1, len(PICTURES) + 1), len(PICTURES)]
    assert {p.total for p in seen} == {len(PICTURES)}
    assert [p.course is not None for p in seen].count(True) == 1
    assert {p.effort.spent for p in seen} == {0}  # all were made before
    left = [p.effort.left for p in seen]
    assert left == sorted(left, reverse=True)
    assert (left[0] > 0, left[-1]) == (True, 0)


def test_a_file_that_is_no_picture_is_left_out_and_said_so(
    course: Course, maker: CourseBuilder, tmp_path: Path
) -> None:
    copy = shutil.copytree(course.folder, tmp_path / "copy")
    *_, last = build_course(copy, maker, Broken(2))
    assert len(last.left_out) == 2
    assert "broken0.png" in last.left_out[0]
    with pytest.raises(CourseError, match=r"Too many pictures cannot be read; the first: “broken0.png”"):
        list(build_course(copy, maker, Broken(20)))


def test_too_few_pictures_are_refused_before_any_is_made(maker: CourseBuilder, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"^This schedule needs \d+ in “train” and \d+ in “val” of each"):
        finished(tmp_path, maker, FromPhantom(per_class=4, per_class_in_tests=2, size=64))
    assert not list(tmp_path.iterdir())


def test_too_few_that_can_be_read_are_refused_after_it(maker: CourseBuilder, tmp_path: Path) -> None:
    class Lost(FromPhantom):
        def __iter__(self) -> Iterator[LabelledFile]:
            yield from list(super().__iter__())[::6]

    few = replace(maker, design=replace(maker.design, slots=(Group.CONTROL,)))
    with pytest.raises(CourseError, match="missing are"):
        finished(tmp_path, few, Lost(per_class=PICTURES.per_class, per_class_in_tests=2, size=32))


def test_pictures_of_one_origin_are_known_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "dirmap.csv").write_text("split,class,im_path,lesion_id\nval,a,a.png,one\nval,a,b.png,NA\n")
    (first, second) = FromData(picture_set(str(tmp_path / "dirmap.csv")), ("val",)).listed()
    assert (first.origin, second.origin) == ("one", "")


def test_a_guide_that_does_not_know_a_class_is_refused(maker: CourseBuilder, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Call every folder as the guide calls the class"):
        finished(tmp_path, replace(maker, classes=(*FAMILIES[:3], "monarch")))


def test_a_schedule_beyond_the_guides_budgets_is_refused(maker: CourseBuilder, tmp_path: Path) -> None:
    first, *rest = SHORT.blocks
    strong = replace(SHORT, blocks=(replace(first, epsilon_224=99.0), *rest))
    with pytest.raises(CourseError, match="this guide goes up to"):
        finished(tmp_path, replace(maker, design=replace(DESIGN, schedule=strong)))


def test_aliases_must_be_as_many_as_classes(maker: CourseBuilder, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="4 classes and 3 aliases"):
        finished(tmp_path, replace(maker, design=replace(DESIGN, aliases=("a", "b", "c"))))


def test_without_a_group_that_enhances_nothing_is_enhanced(maker: CourseBuilder, tmp_path: Path) -> None:
    design = replace(DESIGN, slots=(Group.CONTROL, Group.SELECTION))
    made = finished(tmp_path, replace(maker, design=design))
    assert {len(p.stimuli) for p in made.manifest.pictures} == {1}


def test_research_on_harm_enhances_towards_every_other_class(maker: CourseBuilder, tmp_path: Path) -> None:
    design = replace(DESIGN, schedule=FEW_BLOCKS, slots=(Group.WRONG_CLASS,), research_on_harm=True)
    made = finished(tmp_path, replace(maker, design=design), FEW)
    picture = made.manifest.pictures[0]
    assert {s.towards for s in picture.stimuli} == {"", *FAMILIES} - {picture.candidate.class_name}
    assert all(made.stimulus(t) is None or made.stimulus(t).is_file() for t in made.trials(0))  # type: ignore[union-attr]


def test_large_photographs_become_squares_of_at_most_512_px(maker: CourseBuilder, tmp_path: Path) -> None:
    for part in (STIMULI, "made"):
        (tmp_path / part).mkdir()
    file = LabelledFile("train/x/large.png", FAMILIES[0], "train", encode_png(scene(width=900, height=700)))
    picture = maker.make(file, tmp_path)
    for stimulus in picture.stimuli:
        made = open_photograph((tmp_path / STIMULI / f"{stimulus.file}.png").read_bytes(), name="x")
        assert (made.width, made.height) == (SIDE, SIDE)


def test_files_are_decoded_by_what_the_builder_is_given(maker: CourseBuilder, tmp_path: Path) -> None:
    """A server decodes what visitors bring in processes that it can end."""

    def too_slow(_data: bytes, *, name: str) -> Photograph:
        raise ImageRejected(f"“{name}” took too long.")

    file = LabelledFile("a/slow.png", "a", "train", b"")
    with pytest.raises(ImageRejected, match=r"“slow\.png” took too long"):
        replace(maker, open_file=too_slow).make(file, tmp_path)


def test_a_dirmap_says_which_pictures_have_one_origin(tmp_path: Path) -> None:
    rows = ["split,class,im_path,lesion_id"]
    for i in range(4):
        (tmp_path / f"{i}.png").write_bytes(encode_png(scene(width=20 + i, height=20)))
        rows.append(f"val,{'ab'[i % 2]},{i}.png,lesion {i // 2}")
    (tmp_path / "dirmap.csv").write_text("\n".join(rows))
    found = [f for f in FromData(picture_set(str(tmp_path / "dirmap.csv")), ("val",)) if isinstance(f, LabelledFile)]
    assert sorted((f.class_name, f.origin) for f in found) == [
        ("a", "lesion 0"),
        ("a", "lesion 1"),
        ("b", "lesion 0"),
        ("b", "lesion 1"),
    ]
    assert len(FromData(picture_set(str(tmp_path / "dirmap.csv")), ("val",), frozenset("a"))) == 2


def test_a_picture_of_a_set_that_cannot_be_read_is_said_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "dirmap.csv").write_text("split,class,im_path\nval,a,gone.png\n")
    (gone,) = FromData(picture_set(str(tmp_path / "dirmap.csv")), ("val",))
    assert gone == Unusable("“gone.png” has no file.")


def pictures_of(counts: dict[str, int]) -> tuple[Candidate, ...]:
    splits = {"train": counts, "val": dict.fromkeys(counts, 20)}
    return tuple(
        Candidate(f"{split}/{name}/{i}", name, split, float(i))
        for split, of in splits.items()
        for name, n in of.items()
        for i in range(n)
    )


@pytest.mark.parametrize("count", [32, 33])
def test_a_course_that_is_not_refused_can_be_sat_by_every_learner_tried(count: int) -> None:
    """The eight blocks of the moths take 32 pictures of a class; which one is repeated is drawn for each learner."""
    design = Design(name="moths", schedule=MOTHS, slots=(Group.CONTROL,), aliases=())
    candidates = pictures_of({"A": count, "B": 100})
    stuck = []
    for slot in range(LEARNERS_TRIED):
        try:
            trials_for(Pool(candidates), MOTHS, Group.CONTROL, seed=design.seed_for(slot))
        except CurriculumError:
            stuck.append(slot)
    assert (count == 32) == bool(stuck)
    if stuck:
        with pytest.raises(CourseError, match=r"needs 33 in “train” .* missing are 1 of A in “train”;"):
            check_filled(design, candidates)
    else:
        check_filled(design, candidates)


def test_every_picture_that_is_missing_is_said_at_once() -> None:
    design = Design(name="moths", schedule=MOTHS, slots=SEVEN_SLOTS, aliases=())
    with pytest.raises(CourseError) as refused:
        check_filled(design, pictures_of({"A": 20, "B": 100, "C": 5}))
    assert str(refused.value) == (
        "This schedule needs 44 in “train” and 10 in “val” of each class, and missing are 24 of A in “train”, 39 of C "
        "in “train”; add pictures, or ask for fewer a block."
    )
    check_filled(design, pictures_of({"A": 44, "B": 44}))


def test_what_a_killed_maker_left_half_written_is_gone_when_the_course_goes_on(
    course: Course, maker: CourseBuilder, tmp_path: Path
) -> None:
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    half, whole = folder / STIMULI / ".0a1b.png-__30oqmj", folder / STIMULI / "a-whole_one.png"
    for file in (half, whole):
        file.write_bytes(b"half")
    for _ in build_course(folder, maker, PICTURES):
        pass
    assert not half.exists()
    assert whole.exists()
