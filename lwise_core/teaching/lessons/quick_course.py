"""A course for the Learn page from a choice of photographs, with nothing else to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lwise_core._utils.durations import in_words
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.course import CourseError, Design
from lwise_core.teaching.courses.pictures import TEST, TESTED, TRAIN, LabelledFile
from lwise_core.teaching.design.schedules import MOTHS, Group, Schedule
from lwise_core.teaching.design.timing import SECONDS_A_TRIAL
from lwise_core.teaching.design.trial_sampling import Candidate, pictures_needed

FEWEST = 5
"""Photographs a class without which there is no course: four to learn from and one for the test."""

FEWEST_FOR_ALL = 17
"""Photographs a class for all of the paper's blocks: 13 to learn from, of which the easiest tenth is one, and three for
the test."""

_EXAMPLES = 3  # of every class, before the first trial
_NAMED = 8  # classes in one sentence

_FEWER_BLOCKS = ("train_2", "train_4", "train_6", "train_7", "test_1")
"""Which of the paper's blocks remain where there are fewer photographs: still from easy and enhanced to natural."""

_MOST_IN_FEWER_BLOCKS = 2  # pictures a class in each: with more, fewer photographs would make a longer course


@dataclass(frozen=True, eq=False)
class FromRanking:
    """Chosen photographs as the pictures of a course; their names stay behind."""

    photographs: tuple[RankedPhotograph, ...]

    def __len__(self) -> int:
        return len(self.photographs)

    def listed(self) -> Iterator[Candidate]:
        for file in self:
            yield Candidate(file.name, file.class_name, file.split, difficulty=0.0)

    def __iter__(self) -> Iterator[LabelledFile]:
        met: Counter[str] = Counter()
        for p in sorted(self.photographs, key=lambda p: p.sha256):  # by hash, so the test is no harder than the rest
            split = TEST if met[p.class_name] % TESTED == TESTED - 1 else TRAIN
            met[p.class_name] += 1
            yield LabelledFile(f"{split}/{p.class_name}/{p.sha256[:16]}.png", p.class_name, split, encode_png(p.square))


def lesson_design(photographs: Sequence[RankedPhotograph], *, name: str) -> Design:
    """Return the design of a course of these photographs: L-WISE for everybody, in as many blocks as they allow.

    Raises:
        CourseError: There is one class only, or too few photographs of one.
    """
    counts = Counter(p.class_name for p in photographs)
    lacking = fewer_than(FEWEST, counts)
    needs = f"A course needs two classes and {FEWEST} photographs of each"
    if lacking:
        raise CourseError(f"{needs}: chosen are {lacking}. Choose more of these, or leave those out, or make a lesson.")
    if len(counts) < 2:
        only = f"chosen is only {next(iter(counts))}" if counts else "none is chosen"
        raise CourseError(f"{needs}: {only}. Choose another class too, or make a lesson.")
    return Design(name.strip() or "Lesson", _schedule(min(counts.values())), (Group.L_WISE,), examples=_EXAMPLES)


def fewer_than(needed: int, counts: Mapping[str, int]) -> str:
    """Return in words every class with fewer photographs than are needed, the fewest first; empty where none has."""
    short = sorted((count, name) for name, count in counts.items() if count < needed)
    named = [f"{count} of {name}" for count, name in short[:_NAMED]]
    if len(short) > _NAMED:
        named.append(f"too few of {len(short) - _NAMED:,} more classes")
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def course_in_words(photographs: Sequence[RankedPhotograph], *, name: str) -> str:
    """Return what the course of these photographs asks of a learner, and why it is shorter than the paper's, if it is.

    Raises:
        CourseError: There is one class only, or too few photographs of one.
    """
    counts = Counter(p.class_name for p in photographs)
    schedule = lesson_design(photographs, name=name).schedule
    trials, learning = schedule.trials(len(counts)), len(schedule.blocks) - len(schedule.tests)
    said = (
        f"The course has {learning} blocks to learn from and {len(schedule.tests)} to test, with "
        f"{schedule.blocks[0].per_class} of each class in a block to learn from: {trials} trials, about "
        f"{in_words(trials * SECONDS_A_TRIAL)} for a learner."
    )
    if len(schedule.blocks) == len(MOTHS.blocks):
        return said
    return (
        f"{said} It is shorter than the paper's, whose {len(MOTHS.blocks) - len(MOTHS.tests)} blocks need "
        f"{FEWEST_FOR_ALL} photographs of each class: chosen are {fewer_than(FEWEST_FOR_ALL, counts)}."
    )


def _schedule(fewest: int) -> Schedule:
    """Return the longest schedule for ``fewest`` photographs a class, of which every fifth is for the test.

    It has no circles or triangles and no picture that comes again: those compare the groups of a study, and here all
    learn alike, so every trial counts.
    """
    tests = fewest // TESTED
    training = fewest - tests
    if fewest >= FEWEST_FOR_ALL:
        per_class = max(1, (training - 1) // 12)  # two blocks of all pictures, and a tenth of what is left
        return _counting(MOTHS).shortened(per_class=per_class, per_class_in_tests=max(1, tests // 2))
    fewer = replace(MOTHS, blocks=tuple(b for b in MOTHS.blocks if b.name in _FEWER_BLOCKS))
    shortened = (
        _counting(fewer).shortened(per_class=per_class, per_class_in_tests=min(tests, _MOST_IN_FEWER_BLOCKS))
        for per_class in range(_MOST_IN_FEWER_BLOCKS, 0, -1)
    )
    return next(s for s in shortened if pictures_needed(s, (Group.L_WISE,), as_published=False)[TRAIN] <= training)


def _counting(schedule: Schedule) -> Schedule:
    return replace(schedule, blocks=tuple(replace(b, calibration=0, repeats=0) for b in schedule.blocks))
