"""What a course shows when: blocks from easy to hard and from strongly enhanced to natural, and the groups of a study.

Source: L-WISE (arXiv 2412.09765), the experiments' configuration files; notes 3.1 and 3.2 of the method. Budgets are
ε₂₂₄, the L2 norm at 224 px; a guide of another size uses the budget of equal RMS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.design.treatments import Treatment


class ScheduleError(LWiseError, ValueError):
    """A schedule that no course can follow. The message is one sentence."""


class TrialQuestion(StrEnum):
    """What the trials of a block ask: the class of one picture, or which of two pictures is the one that is meant.

    ``FIND`` shows a picture of a class and one of a class that is like it; ``SPOT`` one original twice, enhanced
    towards what it shows and towards what it does not (docs/clinician-study.md).
    """

    NAME = "which class it is"
    FIND = "which of two shows the class"
    SPOT = "which of two was enhanced wrongly"


CATCH_EPSILON_224 = 20.0
"""How strongly the altered picture of a catch trial is enhanced; it stands beside the unchanged original."""


@dataclass(frozen=True)
class Block:
    """One block of trials.

    ``fraction`` is the easiest part of each class, in (0, 1], that pictures are drawn from; ``epsilon_224`` how
    strongly they are enhanced, 0 for natural ones. ``per_class`` pictures of every class are shown, and beside these
    so many ``calibration`` trials, which ask for a circle or a triangle, and ``repeats`` of one natural picture, the
    same throughout. ``split`` is the part of the data that it draws from.

    ``mixed`` are the budgets of a comparison within each learner: every class has equally many pictures at each of
    them, 0 among them where natural pictures are to be compared with, and ``epsilon_224`` does not count.

    ``question`` is what its trials ask. Where two pictures stand side by side there is no repeated one. ``catch`` is
    how many trials of every class, in a block of ``SPOT``, nobody can miss who looks: they show who is attending.
    """

    name: str
    fraction: float
    epsilon_224: float
    feedback: bool
    per_class: int
    calibration: int = 2
    repeats: int = 1
    split: str = "train"
    mixed: tuple[float, ...] = ()
    question: TrialQuestion = TrialQuestion.NAME
    catch: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise ScheduleError(f"Block {self.name}: the share of the easiest pictures lies above 0% and up to 100%.")
        if not all(math.isfinite(e) and e >= 0 for e in (self.epsilon_224, *self.mixed)):
            raise ScheduleError(f"Block {self.name}: ε must be 0 or more.")
        if self.per_class < 1 or self.calibration not in (0, 2) or self.repeats < 0:
            raise ScheduleError(
                f"Block {self.name}: at least 1 picture a class, no or 2 calibration trials, and no negative repeats."
            )

        if self.mixed and self.per_class % len(self.mixed):
            budgets = len(self.mixed)
            raise ScheduleError(
                f"Block {self.name}: its {self.per_class} pictures a class cannot be shared evenly among its {budgets} "
                f"budgets; take {budgets}, {2 * budgets} or another multiple of {budgets}."
            )
        self._check_pairs()

    def _check_pairs(self) -> None:
        """Refuse what two pictures side by side cannot be."""
        if self.question is not TrialQuestion.NAME and self.repeats:
            raise ScheduleError(f"Block {self.name}: two pictures side by side are not repeated; set its repeats to 0.")
        if self.catch < 0 or (self.catch and self.question is not TrialQuestion.SPOT):
            raise ScheduleError(f"Block {self.name}: only a block that asks {TrialQuestion.SPOT} has catch trials.")
        spots = self.mixed and min(self.mixed) > 0 and not self.feedback and not self.calibration
        if self.question is TrialQuestion.SPOT and not spots:
            raise ScheduleError(
                f"Block {self.name}: to ask {TrialQuestion.SPOT} it compares several ε, all above 0, and has no "
                "feedback and no circles or triangles."
            )

    @property
    def drawn(self) -> int:
        """How many pictures of every class it draws."""
        return self.per_class + self.catch

    @property
    def budgets(self) -> frozenset[float]:
        """Every ε₂₂₄ that it shows, 0 among them where it shows natural pictures."""
        return frozenset(self.mixed or (self.epsilon_224,)) | ({CATCH_EPSILON_224, 0.0} if self.catch else set())

    @property
    def plain(self) -> bool:
        """Whether it draws from all pictures and shows them as they are."""
        return self.fraction == 1 and self.epsilon_224 == 0 and not self.mixed

    def trials(self, classes: int) -> int:
        """Return how many trials it has with so many ``classes``."""
        return self.drawn * classes + self.calibration + self.repeats


@dataclass(frozen=True)
class Schedule:
    """The blocks of a course in order; ``repeat_split`` is where the repeated picture comes from.

    Blocks before the first plain one are the curriculum, in which groups differ; the blocks after it are the same for
    everybody, and their pictures are held out from the others.
    """

    name: str
    blocks: tuple[Block, ...]
    repeat_split: str = "train"

    def __post_init__(self) -> None:
        names = [b.name for b in self.blocks]
        if not names or len(set(names)) < len(names):
            raise ScheduleError("A schedule needs blocks, each with a name of its own.")
        if not all(b.plain or b.mixed for b in self.held_out):
            raise ScheduleError("After the first block of all natural pictures, every block must be one.")
        if any(not b.plain and not b.feedback and not b.mixed for b in self.blocks):
            raise ScheduleError("A block without feedback is a test: it shows all pictures as they are.")

    @property
    def curriculum(self) -> tuple[Block, ...]:
        """The blocks in which groups differ."""
        first = next((i for i, b in enumerate(self.blocks) if b.plain or b.mixed), len(self.blocks))
        return self.blocks[:first]

    @property
    def held_out(self) -> tuple[Block, ...]:
        """The blocks after the curriculum."""
        return self.blocks[len(self.curriculum) :]

    @property
    def tests(self) -> tuple[Block, ...]:
        """The blocks without feedback."""
        return tuple(b for b in self.blocks if not b.feedback)

    @property
    def epsilons_224(self) -> tuple[float, ...]:
        """Every budget above 0 that occurs, rising."""
        return tuple(sorted({e for b in self.blocks for e in b.budgets} - {0.0}))

    @property
    def compared_224(self) -> tuple[float, ...]:
        """Every budget above 0 at which answers count, rising: catch trials have a larger one."""
        return tuple(sorted({e for b in self.blocks for e in (b.mixed or (b.epsilon_224,))} - {0.0}))

    @property
    def altered_splits(self) -> frozenset[str]:
        """The parts of the data whose pictures may be shown enhanced."""
        return frozenset(b.split for b in self.blocks if not b.plain)

    @property
    def questions(self) -> frozenset[TrialQuestion]:
        """What its trials ask."""
        return frozenset(b.question for b in self.blocks)

    def in_pairs(self) -> Schedule:
        """Return the same schedule with two pictures side by side wherever one is to be named."""
        blocks = (
            replace(b, question=TrialQuestion.FIND, repeats=0) if b.question is TrialQuestion.NAME else b
            for b in self.blocks
        )
        return replace(self, blocks=tuple(blocks))

    def trials(self, classes: int) -> int:
        """Return how many trials a course has with so many ``classes``."""
        return sum(b.trials(classes) for b in self.blocks)

    def scored(self, classes: int) -> int:
        """Return how many of the trials count in the results: neither calibration nor repeats."""
        return sum(b.per_class * classes for b in self.blocks)

    def with_splits(self, *, training: str, tests: str, repeats: str) -> Schedule:
        """Return the same schedule, drawn from other parts of the data."""
        blocks = tuple(replace(b, split=training if b.feedback else tests) for b in self.blocks)
        return replace(self, blocks=blocks, repeat_split=repeats)

    def shortened(self, *, per_class: int, per_class_in_tests: int) -> Schedule:
        """Return the same schedule with other numbers of pictures a class in training and test blocks."""
        blocks = tuple(replace(b, per_class=per_class if b.feedback else per_class_in_tests) for b in self.blocks)
        return replace(self, blocks=blocks)


class Group(StrEnum):
    """What a learner gets in the curriculum blocks; all see the same kind of blocks after them."""

    CONTROL = "control"
    SELECTION = "selection"
    SELECTION_SHUFFLED = "selection, shuffled"
    ENHANCEMENT = "enhancement, tapered"
    ENHANCEMENT_SHUFFLED = "enhancement, shuffled"
    L_WISE = "L-WISE"
    ADAPTIVE = "adaptive"
    YOKED = "yoked to adaptive"
    WRONG_CLASS = "enhancement towards a wrong class"
    WITHIN = "within each learner"
    PRACTICE = "practice"
    SHOWN_WHERE = "L-WISE, shown where"
    EXPERT = "edited by an expert"
    CLAHE = "CLAHE"
    MSRCR = "MSRCR"
    LEVELS = "automatic levels"

    @property
    def treatment(self) -> Treatment | None:
        """What alters the pictures of every block that enhances, where no guide does."""
        return {
            Group.EXPERT: Treatment.EXPERT,
            Group.CLAHE: Treatment.CLAHE,
            Group.MSRCR: Treatment.MSRCR,
            Group.LEVELS: Treatment.LEVELS,
        }.get(self)

    @property
    def selects(self) -> bool:
        """Whether pictures are drawn from the easiest first."""
        return self in (
            Group.SELECTION,
            Group.SELECTION_SHUFFLED,
            Group.L_WISE,
            Group.ADAPTIVE,
            Group.YOKED,
            Group.SHOWN_WHERE,
        )

    @property
    def enhances(self) -> bool:
        """Whether pictures are enhanced towards what they show."""
        return self in (
            Group.ENHANCEMENT,
            Group.ENHANCEMENT_SHUFFLED,
            Group.L_WISE,
            Group.ADAPTIVE,
            Group.YOKED,
            Group.WITHIN,
            Group.SHOWN_WHERE,
        )

    @property
    def shows_where(self) -> bool:
        """Whether feedback shows the picture original and enhanced by turns, and rings what speaks for its class."""
        return self is Group.SHOWN_WHERE

    @property
    def shuffled(self) -> bool:
        """Whether the curriculum's pictures are shown in random order."""
        return self in (Group.SELECTION_SHUFFLED, Group.ENHANCEMENT_SHUFFLED)

    @property
    def follows_answers(self) -> bool:
        """Whether the next trial depends on answers: the learner's own, or a partner's."""
        return self in (Group.ADAPTIVE, Group.YOKED, Group.PRACTICE)


SEVEN_SLOTS = (
    Group.CONTROL,
    Group.CONTROL,
    Group.SELECTION,
    Group.SELECTION_SHUFFLED,
    Group.ENHANCEMENT,
    Group.ENHANCEMENT_SHUFFLED,
    Group.L_WISE,
)
"""The paper's moths and dermoscopy: the control group is twice as large."""

TWO_SLOTS = (Group.CONTROL, Group.L_WISE)
"""The paper's histology."""

_TAPER = ((0.10, 8.0), (0.25, 4.0), (0.40, 2.0), (0.55, 1.0), (0.70, 0.5), (0.85, 0.25), (1.0, 0.0), (1.0, 0.0))


def _paper(name: str, *, per_class: int, per_class_in_tests: int) -> Schedule:
    training = tuple(
        Block(f"train_{i}", f, e, feedback=True, per_class=per_class, repeats=0 if i == 1 else 1)
        for i, (f, e) in enumerate(_TAPER, start=1)
    )
    tests = tuple(
        Block(f"test_{i}", 1.0, 0.0, feedback=False, per_class=per_class_in_tests, repeats=3, split="val")
        for i in (1, 2)
    )
    return Schedule(name, training + tests)


MOTHS = _paper("moths", per_class=4, per_class_in_tests=5)
"""Four species, 201 trials; training from ``train``, tests from ``val``."""

DERMOSCOPY = replace(MOTHS.with_splits(training="val", tests="val", repeats="val"), name="dermoscopy")
"""Four diagnoses, 201 trials, all from ``val``."""

HISTOLOGY = replace(
    _paper("histology", per_class=8, per_class_in_tests=10).with_splits(training="test", tests="test", repeats="test"),
    name="histology",
)
"""Two diagnoses, 201 trials, all from ``test``."""

ANIMALS = Schedule(
    "animals",
    (
        Block("warm_up", 1.0, 0.0, feedback=True, per_class=2, calibration=0, repeats=0, split="val"),
        Block(
            "main",
            1.0,
            0.0,
            feedback=True,
            per_class=10,
            repeats=0,
            split="val",
            mixed=(0.0, 5.0, 10.0, 15.0, 20.0),
        ),
    ),
    repeat_split="val",
)
"""ImageNet Animals: every learner sees each class twice at each of five budgets, shown for one frame (notes 3.4).

The paper compares with three filters besides, within each learner; here they are groups of their own.
"""

CLINICIANS = Schedule(
    "clinicians",
    tuple(
        Block(
            f"part_{i}",
            1.0,
            0.0,
            feedback=False,
            per_class=12,
            calibration=0,
            repeats=0,
            split="test",
            mixed=(1.0, 2.0, 4.0, 8.0),
            question=TrialQuestion.SPOT,
            catch=1,
        )
        for i in (1, 2)
    ),
    repeat_split="test",
)
"""The study of docs/clinician-study.md, with four classes: 96 trials, 8 catch trials, and a pause in the middle."""

SCHEDULES = {s.name: s for s in (MOTHS, DERMOSCOPY, HISTOLOGY, ANIMALS, CLINICIANS)}
SLOTS = {
    MOTHS.name: SEVEN_SLOTS,
    DERMOSCOPY.name: SEVEN_SLOTS,
    HISTOLOGY.name: TWO_SLOTS,
    ANIMALS.name: (Group.WITHIN,),
    CLINICIANS.name: (Group.WITHIN,),
}
