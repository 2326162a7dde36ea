"""The case: what pages share. One frozen value for each photograph, kept in session state, and nothing else crosses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE, canonical
from lwise_core.data.samples import Sample
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, OBJECTIVES, Harder, Objective, objective_named
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from pages.parts.session.memory import hold, when_closed

_DESK = "desk"


def token_of(sha256: str) -> str:
    """Return the short key for the widgets of the photograph with this hash."""
    return sha256[:12]


@dataclass(frozen=True)
class Aim:
    """Where the path goes: the official objective, its rivals by name, and whether it makes the picture harder.

    ``exact`` keeps fp32 throughout, where the path would else be walked by the guide's fast twin.
    """

    objective: str = DEFAULT_OBJECTIVE
    rivals: tuple[str, ...] = ()
    harder: bool = False
    exact: bool = False

    @property
    def lacks_rivals(self) -> bool:
        """Whether the objective takes rivals and none was chosen."""
        return OBJECTIVES[self.objective].takes_rivals and not self.rivals

    def objective_for(self, guide: GuideModel) -> Objective:
        """Return the core's objective.

        Raises:
            ObjectiveError: No rival, where the objective takes them.
            UnknownClass: A rival that the guide does not have.
        """
        easier = objective_named(self.objective, rivals=tuple(guide.class_index(r) for r in self.rivals))
        return Harder(easier) if self.harder else easier


@dataclass(frozen=True, eq=False)
class Case:
    """One photograph on the desk and everything that was chosen for it.

    ``stated`` is the ground-truth class by name, SOMETHING_ELSE, or None while nobody has named it. ``towards`` is the
    class that is enhanced; None means the stated one. ``step`` is the slider's position: ε = step × the guide's step.
    """

    subject: CroppedPhotograph
    guide: str
    sample: Sample | None = None
    stated: str | None = None
    stated_by: StatedBy = StatedBy.GUESS
    towards: str | None = None
    aim: Aim = Aim()
    step: int | None = None
    extent: Extent = Extent.PHOTOGRAPH

    @classmethod
    def new(cls, photograph: Photograph, *, guide: str, sample: Sample | None = None) -> Case:
        """Return a case with the sample's crop and class, or the central crop and no class yet."""
        if sample is None:
            return cls(CroppedPhotograph(photograph, Crop.central(photograph)), guide)
        stated = sample.true_class or SOMETHING_ELSE
        return cls(CroppedPhotograph(photograph, sample.crop), guide, sample, stated=stated, stated_by=StatedBy.SAMPLE)

    @property
    def photograph(self) -> Photograph:
        """The photograph, whole."""
        return self.subject.photograph

    @property
    def crop(self) -> Crop:
        """The square of it that the guide looks at."""
        return self.subject.crop

    @property
    def token(self) -> str:
        """Short key for the widgets of this case."""
        return token_of(self.photograph.sha256)

    def stated_for(self, guide: GuideModel) -> str | None:
        """Return the stated class as this guide spells it, or None when it has no such class."""
        if self.stated is None or self.stated == SOMETHING_ELSE:
            return self.stated
        return next((c for c in guide.classes if canonical(c) == canonical(self.stated)), None)

    def guessed_for(self, guide: GuideModel) -> bool:
        """Return whether nobody has named a class that this guide has, so that its own guess stands in."""
        return self.stated_for(guide) is None

    def stated_by_for(self, guide: GuideModel) -> StatedBy:
        """Return who named the class that this guide is shown the picture as."""
        return StatedBy.GUESS if self.guessed_for(guide) else self.stated_by

    def target_for(self, guide: GuideModel) -> str | None:
        """Return the class to enhance towards, or None while there is none."""
        if self.towards is not None and canonical(self.towards) in map(canonical, guide.classes):
            return guide.classes[guide.class_index(self.towards)]
        stated = self.stated_for(guide)
        return None if stated == SOMETHING_ELSE else stated

    def epsilon_for(self, guide: GuideModel) -> float:
        """Return ε in the guide's units at the slider's position, the guide's default until it was moved."""
        return self.step_for(guide) * guide.epsilon_scale.step

    def step_for(self, guide: GuideModel) -> int:
        """Return the slider's position in steps, within the guide's range."""
        scale = guide.epsilon_scale
        return max(0, min(scale.steps, round(scale.default / scale.step) if self.step is None else self.step))


@dataclass(frozen=True, eq=False)
class Desk:
    """The photographs of one session, each with its case, and which one lies on top."""

    cases: tuple[Case, ...] = ()
    current: int = 0

    @property
    def case(self) -> Case | None:
        """The case on top, None when the desk is empty."""
        return self.cases[self.current] if self.cases else None

    @property
    def size(self) -> int:
        """Bytes that the photographs take; the samples are everybody's."""
        return sum(case.photograph.pixels.nbytes for case in self.cases if case.sample is None)

    def with_case(self, case: Case) -> Desk:
        """Return the desk with ``case`` on top: in the place of the same photograph, or added at the end."""
        places = [i for i, c in enumerate(self.cases) if c.photograph.sha256 == case.photograph.sha256]
        if not places:
            return Desk((*self.cases, case), len(self.cases))
        cases = list(self.cases)
        cases[places[0]] = case
        return Desk(tuple(cases), places[0])

    def turned_to(self, index: int) -> Desk:
        """Return the desk with another case on top."""
        return replace(self, current=index)

    def without_current(self) -> Desk:
        """Return the desk without the case on top."""
        cases = self.cases[: self.current] + self.cases[self.current + 1 :]
        return Desk(cases, max(0, min(self.current, len(cases) - 1)))


class KeptDesk:
    """What holds the desk, so that it can be cleared: Streamlit keeps the state of a closed page for a while."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def clear(self) -> None:
        self.desk = Desk()


def desk() -> Desk:
    """Return this session's desk."""
    found = st.session_state.get(_DESK)
    if not isinstance(found, KeptDesk):
        return Desk()
    when_closed(_DESK, found.clear)  # again: a page that comes back has another lease
    return found.desk


def keep(desk: Desk) -> None:
    """Make ``desk`` this session's desk.

    Raises:
        MemoryFull: It has a photograph more than there is memory for; the desk stays as it was.
    """
    hold(_DESK, desk.size)
    found = st.session_state.get(_DESK)
    if isinstance(found, KeptDesk):
        found.desk = desk
    else:
        found = st.session_state[_DESK] = KeptDesk(desk)
    when_closed(_DESK, found.clear)


def put(case: Case) -> None:
    """Put ``case`` on top of this session's desk: in the place of the same photograph, or added.

    Raises:
        MemoryFull: It is a photograph more than there is memory for; the desk stays as it was.
    """
    keep(desk().with_case(case))
