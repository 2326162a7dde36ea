"""What a person decides about a course: its blocks, its groups, and how they are named and timed.

The last groups of the rotation may be the cells of a factorial, in which every block of the curriculum has one share of
the easiest pictures and one ε: the paper's open question is what each of the two does (arXiv 2412.09765).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, OBJECTIVES
from lwise_core.teaching.design.schedules import Group, Schedule, TrialQuestion
from lwise_core.teaching.design.study_terms import StudyTerms
from lwise_core.teaching.design.timing import LEARNING, Timing


class CourseError(LWiseError, ValueError):
    """A course that cannot be made or read. The message is one sentence: what is wrong, and what to do."""


@dataclass(frozen=True)
class FactorCell:
    """One cell of a factorial: the same share of the easiest pictures and the same ε in every block of the curriculum.

    ``fraction`` is the easiest part of each class, in (0, 1]; ``epsilon_224`` how strongly pictures are enhanced, from
    0 on. Its learners get what the group L-WISE gets, by a schedule of their own.

    Raises:
        CourseError: One of the two lies outside its range.
    """

    fraction: float
    epsilon_224: float

    def __post_init__(self) -> None:
        if not (0 < self.fraction <= 1 and math.isfinite(self.epsilon_224) and self.epsilon_224 >= 0):
            raise CourseError("A cell of a factorial has a share above 0% and up to 100%, and an ε of 0 or more.")

    @property
    def name(self) -> str:
        """What people call it, also in files of answers."""
        return f"easiest {100 * self.fraction:g}%, ε₂₂₄ {self.epsilon_224:g}"

    def schedule(self, base: Schedule) -> Schedule:
        """Return a schedule with this share and ε in every block of its curriculum."""
        curriculum = {b.name for b in base.curriculum}
        return replace(
            base,
            blocks=tuple(
                replace(b, fraction=self.fraction, epsilon_224=self.epsilon_224) if b.name in curriculum else b
                for b in base.blocks
            ),
        )


def factor_cells(shares: str, epsilons: str) -> tuple[FactorCell, ...]:
    """Return every share with every ε, none where both are empty.

    Args:
        shares: Shares of the easiest pictures in percent, with commas between them: “10, 40, 100”.
        epsilons: ε₂₂₄, with commas between them: “0, 2, 8”.

    Raises:
        CourseError: One of the two is empty, or something in them is no number, share or ε.
    """
    percents, budgets = _numbers(shares), _numbers(epsilons)
    if bool(percents) != bool(budgets):
        raise CourseError("A factorial needs shares of the easiest pictures and ε; give both, or neither.")
    return tuple(FactorCell(percent / 100, budget) for percent, budget in product(percents, budgets))


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise CourseError(f"“{text}” is not a list of numbers; write 0, 2, 8.") from error


@dataclass(frozen=True)
class Design:
    """What a person decides about a course.

    ``slots`` are the groups in the order in which learners are assigned to them. ``aliases`` hide the classes' names,
    each learner's behind others; without them the names themselves are shown. ``objective`` is what enhancement
    raises. ``research_on_harm`` is the switch without which no course may enhance towards wrong classes.
    ``examples`` is how many natural pictures of every class a learner sees before the first trial, 0 as in the paper.
    ``language`` is the code of the language that learners read, such as “de”; empty, each reads their browser's.
    ``class_names`` gives classes their names in other languages: code → class → name.
    With ``sureness``, every answer is followed by the question how sure the learner is. ``terms`` are the
    words of its author.
    ``cells`` are the last of ``slots``, where those are the cells of a factorial; each of them is the group L-WISE.
    """

    name: str
    schedule: Schedule
    slots: tuple[Group, ...]
    aliases: tuple[str, ...] = ()
    timing: Timing = LEARNING
    objective: str = DEFAULT_OBJECTIVE
    seed: int = 0
    as_published: bool = False
    research_on_harm: bool = False
    examples: int = 0
    language: str = ""
    class_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sureness: bool = False
    terms: StudyTerms = field(default_factory=StudyTerms)
    cells: tuple[FactorCell, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CourseError("A course needs a name.")
        if not self.slots:
            raise CourseError("A course needs at least one group of learners.")
        if Group.WRONG_CLASS in self.slots and not self.research_on_harm:
            raise CourseError(
                "A course that enhances towards wrong classes teaches what is false; it is made for research on harm "
                "only, and that must be said."
            )
        if Group.YOKED in self.slots and Group.ADAPTIVE not in self.slots:
            raise CourseError(
                "Yoked learners see what adaptive ones were shown, so the course needs an adaptive group."
            )
        _check_practice(self.slots)
        self._check_cells()
        self._check_names()
        if self.examples < 0:
            raise CourseError("A course cannot show fewer than no examples of a class.")
        if self.objective not in OBJECTIVES:
            raise CourseError(f"There is no objective “{self.objective}”. Choose one of {', '.join(OBJECTIVES)}.")
        self._check_pairs()

    def _check_pairs(self) -> None:
        """Refuse what two pictures side by side cannot be."""
        if TrialQuestion.SPOT in self.schedule.questions and not self.research_on_harm:
            raise CourseError(
                "A course that shows pictures enhanced towards what they do not show is made for research only, and "
                "that must be said."
            )
        if any(g.follows_answers for g in self.slots) and self.schedule.questions != {TrialQuestion.NAME}:
            raise CourseError(
                "What two pictures side by side show does not follow answers yet; choose other groups, or one picture "
                "in every trial."
            )

    def _check_cells(self) -> None:
        """Refuse cells that are no groups of the rotation, come twice, or have nothing to vary."""
        places = self.slots[len(self.slots) - len(self.cells) :]
        if len(self.cells) > len(self.slots) or any(g is not Group.L_WISE for g in places):
            raise CourseError(f"The cells of a factorial are the last groups of a course, each “{Group.L_WISE}”.")
        if len(set(self.cells)) < len(self.cells):
            raise CourseError("Two cells of the factorial are the same; leave one out.")
        if self.cells and not self.schedule.curriculum:
            raise CourseError("This schedule has no block in which groups differ, so a factorial has nothing to vary.")

    def _check_names(self) -> None:
        if len(set(self.aliases)) < len(self.aliases):
            raise CourseError("Two aliases are the same; give every class another.")
        if any(len(set(names.values())) < len(names) for names in self.class_names.values()):
            raise CourseError("Two classes have the same name in another language; name them apart.")

    def group(self, slot: int) -> Group:
        """Return the group of the learner who comes as number ``slot``, counted from 0."""
        return self.slots[slot % len(self.slots)]

    def cell(self, slot: int) -> FactorCell | None:
        """Return the cell of the factorial that the learner who comes as number ``slot`` is in, None in no cell."""
        place = slot % len(self.slots) - (len(self.slots) - len(self.cells))
        return self.cells[place] if place >= 0 else None

    def name_of(self, slot: int) -> str:
        """Return what the group of the learner who comes as number ``slot`` is called, a cell by its factors."""
        cell = self.cell(slot)
        return cell.name if cell else str(self.group(slot))

    def schedule_of(self, slot: int) -> Schedule:
        """Return the blocks of the learner who comes as number ``slot``."""
        cell = self.cell(slot)
        return cell.schedule(self.schedule) if cell else self.schedule

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """The schedule that all groups share, and that of every cell."""
        return (self.schedule, *(cell.schedule(self.schedule) for cell in self.cells))

    @property
    def compared_224(self) -> tuple[float, ...]:
        """Every budget above 0 at which answers of any group count, rising."""
        return tuple(sorted({e for schedule in self.schedules for e in schedule.compared_224}))

    @property
    def epsilons_224(self) -> tuple[float, ...]:
        """Every budget above 0 that any group is shown, rising."""
        return tuple(sorted({e for schedule in self.schedules for e in schedule.epsilons_224}))

    @property
    def group_names(self) -> tuple[str, ...]:
        """What the groups are called, each once, in the order of the rotation."""
        return tuple(dict.fromkeys(map(self.name_of, range(len(self.slots)))))

    def seed_for(self, slot: int) -> int:
        """Return the seed of the learner who comes as number ``slot``."""
        return int(np.random.SeedSequence([self.seed, slot]).generate_state(1)[0])

    @property
    def practises(self) -> bool:
        """Whether it is a practice, which goes on until every class is known, and again after days."""
        return Group.PRACTICE in self.slots

    @property
    def enhances(self) -> bool:
        """Whether any group sees enhanced pictures."""
        return any(g.enhances or g is Group.WRONG_CLASS for g in self.slots)


def _check_practice(slots: tuple[Group, ...]) -> None:
    if Group.PRACTICE in slots and set(slots) != {Group.PRACTICE}:
        raise CourseError("A practice is a course of its own; make it of a course, and leave that group out here.")
