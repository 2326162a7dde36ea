"""A course for the Learn page from a choice of photographs, with nothing else to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.course import CourseError, Design
from lwise_core.teaching.courses.pictures import TEST, TRAIN, LabelledFile
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.trial_sampling import Candidate

TESTED = 5
"""Every fifth photograph of a class is kept for the test."""

FEWEST = 17
"""Photographs a class: 13 to learn from, of which the easiest tenth is one, and three for the test."""


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
    """Return the design of a course of these photographs: L-WISE for everybody, as long as they allow.

    Raises:
        CourseError: There is one class only, or too few photographs of one.
    """
    counts = Counter(p.class_name for p in photographs)
    scarce, fewest = min(counts.items(), key=lambda item: item[1], default=("", 0))
    if len(counts) < 2 or fewest < FEWEST:
        raise CourseError(
            f"A course needs two classes and {FEWEST} photographs of each, and there are {fewest} of {scarce}; choose "
            "more, or make a lesson."
        )
    tests = fewest // TESTED
    per_class = max(1, (fewest - tests - 1) // 12)  # two blocks of all pictures, and a tenth of what is left
    schedule = MOTHS.shortened(per_class=per_class, per_class_in_tests=max(1, tests // 2))
    return Design(name.strip() or "Lesson", schedule, (Group.L_WISE,))
