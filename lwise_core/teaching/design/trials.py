"""What trials are made of: pictures to draw from, and a trial of one picture or of two side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import fmean

from lwise_core._utils.errors import LWiseError

FEWEST_CLASSES, MOST_CLASSES = 2, 16
SHAPES = ("circle", "triangle")
"""What calibration trials ask for: they show who is attending."""


class CurriculumError(LWiseError):
    """A schedule that the pictures cannot fill. The message is one sentence: what is lacking, and what to do."""


@dataclass(frozen=True)
class Candidate:
    """One picture that a course may show.

    ``difficulty`` only ranks the pictures of one class, higher is harder. ``origin`` is shared by pictures of the same
    thing, such as one lesion; empty when it is on its own. ``rivals`` are the other classes of the course, the one that
    the guide finds likeliest first; courses that were made before it was asked have none.
    """

    name: str
    class_name: str
    split: str
    difficulty: float
    origin: str = ""
    rivals: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """What it must not share with a picture elsewhere in the course."""
        return self.origin or self.name


class TrialKind(StrEnum):
    """What a trial is for."""

    MAIN = "main"
    CALIBRATION = "calibration"
    REPEAT = "repeat"


LEFT, RIGHT = "left", "right"
"""What the page calls the two pictures of a trial, and the answers to it."""


@dataclass(frozen=True)
class Foil:
    """The picture that stands beside the right one in a trial of two: to choose it is wrong.

    ``answer`` is what choosing it says: the class that it shows, or is enhanced ``towards``, or a shape. ``likeness``
    is the place of the wrong class among the others of the course, 1 for the most alike; None for a shape.
    """

    picture: str
    answer: str
    epsilon_224: float = 0.0
    towards: str = ""
    likeness: int | None = None
    on_left: bool = False
    treatment: str = ""


@dataclass(frozen=True)
class Trial:
    """One trial: of one picture, whose class is asked for, or of two, of which one is to be found.

    ``picture`` is a candidate's name, or a shape in calibration, and ``answer`` the class, or shape, that is right.
    ``towards`` is the class that the picture is enhanced towards at ``epsilon_224``; empty when it is natural.
    ``relabelled`` gives, in calibration with one picture, the classes whose buttons say circle and triangle. ``foil``
    is the other picture of two. ``treatment`` is what altered the picture where no guide did, a
    :class:`~lwise_core.teaching.design.treatments.Treatment`; empty elsewhere.
    """

    number: int
    block: str
    kind: TrialKind
    picture: str
    answer: str
    split: str
    feedback: bool
    epsilon_224: float = 0.0
    towards: str = ""
    difficulty: float | None = None
    relabelled: tuple[str, ...] = ()
    foil: Foil | None = None
    treatment: str = ""

    @property
    def altered(self) -> bool:
        """Whether the picture that is shown was enhanced, or altered otherwise."""
        return self.epsilon_224 > 0 or bool(self.treatment)

    @property
    def scored(self) -> bool:
        """Whether it counts in the results."""
        return self.kind is TrialKind.MAIN

    @property
    def spots(self) -> bool:
        """Whether both pictures are of one original, and the one that shows what is not there is to be found."""
        return self.foil is not None and self.foil.picture == self.picture

    @property
    def shows_shapes(self) -> bool:
        """Whether it shows a circle or a triangle and no picture."""
        return self.kind is TrialKind.CALIBRATION and not self.spots

    @property
    def side(self) -> str:
        """Where the right one of two pictures stands; empty where there is one."""
        return "" if self.foil is None else RIGHT if self.foil.on_left else LEFT

    @property
    def meanings(self) -> dict[str, str]:
        """What choosing the left and the right one of two pictures says; empty where there is one."""
        if self.foil is None:
            return {}
        return {self.side: self.answer, LEFT if self.foil.on_left else RIGHT: self.foil.answer}


@dataclass(frozen=True)
class Pool:
    """The pictures of a course; ``as_published`` lets pictures of one origin occur in training and test."""

    candidates: tuple[Candidate, ...]
    as_published: bool = False

    def __post_init__(self) -> None:
        if not FEWEST_CLASSES <= len(self.classes) <= MOST_CLASSES:
            raise CurriculumError(
                f"A course has {FEWEST_CLASSES} to {MOST_CLASSES} classes, and these pictures have "
                f"{len(self.classes)}; choose others."
            )

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes, sorted."""
        return tuple(sorted({c.class_name for c in self.candidates}))

    @cached_property
    def look_alikes(self) -> Mapping[str, tuple[str, ...]]:
        """Each class → the other classes, the one that the guide takes its pictures for most first.

        It is by the mean place among each picture's rivals; in the order of their names where no picture has any.
        """
        ranked: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for candidate in self.candidates:
            if candidate.rivals:
                ranked[candidate.class_name].append(candidate.rivals)
        found = {}
        for name in self.classes:
            others = [other for other in self.classes if other != name]
            places = sorted((fmean([r.index(o) for r in ranked[name]] or [0.0]), o) for o in others)
            found[name] = tuple(other for _, other in places)
        return found

    def family(self, candidate: Candidate) -> str:
        """Return what must not be shared between parts of the course."""
        return candidate.name if self.as_published else candidate.family
