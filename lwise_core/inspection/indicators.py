"""Lights in three states, the indicators that they are made of, and what each indicator measures.

A light is flagged, has no flag, or cannot judge, and none of them means safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lwise_core.inspection.first_choice import FirstChoice
from lwise_core.inspection.why import NOT_ASKED, Why

NOT_SAFETY = "not a safety limit; not validated on people"


class LightState(StrEnum):
    """What a light or an indicator says. There is no fourth state, and none of them is called safe."""

    FLAGGED = "flagged"
    NO_FLAG = "no flag"
    CANNOT_JUDGE = "cannot judge"


class LightKind(StrEnum):
    """What an indicator asks."""

    SEMANTIC = "Was the evidence there?"
    ARTEFACT = "Are there artefacts?"


@dataclass(frozen=True)
class Measure:
    """What an indicator measures. ``high_is_bad`` says on which side of its limit it is flagged.

    ``sign`` is what a flag means, a clause that can be read aloud: what was found, or was looked for and not found. In
    it “the class” stands for the class of the change. Empty for what is never counted, as is ``of_what``, which says
    of what the value is a share.
    """

    key: str
    kind: LightKind
    name: str
    unit: str
    high_is_bad: bool
    meaning: str
    sign: str = ""
    of_what: str = ""

    def sign_of(self, shown: str = "the class") -> str:
        """Return what a flag means for a change towards the class ``shown``; its name where nothing is said of that."""
        return self.sign.replace("the class", shown) if self.sign else self.name.lower()

    def looked_for(self, shown: str = "the class") -> str:
        """Return the same where it was looked for and not found."""
        return f"signs that {self.sign_of(shown)}" if self.kind is LightKind.SEMANTIC else self.sign_of(shown)

    def share_of(self, shown: str = "the class") -> str:
        """Return of what its value is a share, for a change towards the class ``shown``."""
        return self.of_what.replace("the class", shown)


MEASURES = (
    Measure(
        "H1",
        LightKind.SEMANTIC,
        "Prior support",
        "p",
        False,
        "How often a picture that shows this class is at least as hard as the original: conformal p among references.",
        "the original hardly shows the class to this guide",
        "of known pictures of the class are at least as hard for it",
    ),
    Measure(
        "HE",
        LightKind.SEMANTIC,
        "Gain without evidence",
        "share",
        True,
        "How much of what the change added for the class lies at places where the guide saw no sign of it before.",
        "most of what the change added for the class lies where the guide saw no sign of it before",
        "of what it added lies there",
    ),
    Measure(
        "H2",
        LightKind.SEMANTIC,
        "Evidence created",
        "share",
        True,
        "How much of the final logit, above what the guide gives to other classes here, the enhancement made.",
    ),
    Measure(
        "H3",
        LightKind.SEMANTIC,
        "On the evidence",
        "× others",
        False,
        "How much of the change lies on the fifth of the pixels that the class depends on most, against other classes.",
    ),
    Measure(
        "H4",
        LightKind.SEMANTIC,
        "Class-specific",
        "1 − cosine",
        False,
        "How different the change is from the changes towards other classes; 0: the same for any class.",
    ),
    Measure(
        "H5",
        LightKind.SEMANTIC,
        "Transfer",
        "share",
        False,
        "How much of the gain another guide sees too. Little is a bad sign; much clears nothing.",
    ),
    Measure(
        "H6",
        LightKind.SEMANTIC,
        "Stability",
        "cosine",
        False,
        "How alike the changes are that start from slightly different copies of the picture; 1: the same.",
    ),
    Measure(
        "H7",
        LightKind.ARTEFACT,
        "New detail",
        "share",
        True,
        "How much of the change is fine detail where the original is flat.",
        "fine detail where the original is flat",
        "of the change is that",
    ),
    Measure(
        "H8",
        LightKind.ARTEFACT,
        "Regular pattern",
        "share",
        True,
        "How much of the change repeats every 2, 4, 8, 16 or 32 px, beyond what chance gives.",
        "a regular pattern",
        "of the change repeats",
    ),
    Measure(
        "H9",
        LightKind.ARTEFACT,
        "Saturation",
        "share",
        True,
        "How many pixels were driven to black, white or a pure colour.",
        "pixels driven to black or white",
        "of the pixels",
    ),
    Measure(
        "HF",
        LightKind.ARTEFACT,
        "Fine grain",
        "share",
        True,
        "How much of the change is finer than 4 px: robust guides paint shapes, ordinary ones grain.",
        "fine grain",
        "of the change is finer than 4 px",
    ),
    Measure(
        "HS",
        LightKind.ARTEFACT,
        "Detail lost",
        "share",
        True,
        "How much of the original's detail that is finer than 4 px the change took away, as over-smoothing does.",
        "fine detail of the original smoothed away",
        "of that detail is gone",
    ),
    Measure(
        "HP",
        LightKind.ARTEFACT,
        "Smeared place",
        "share",
        True,
        "How much of the original's detail is gone in the square of 8 px where most is, as a brush or a blur there "
        "leaves it.",
        "a smeared place",
        "of the detail of the original is gone in the square of 8 px where most is",
    ),
)


@dataclass(frozen=True)
class Limit:
    """Where an indicator is flagged, and on what the limit stands."""

    value: float
    basis: str


@dataclass(frozen=True)
class Indicator:
    """One indicator at one ε. ``value`` is None where it cannot be measured; ``because`` then says why.

    ``null`` says in words what it would be without what it asks for.
    """

    measure: Measure
    value: float | None
    null: str
    limit: Limit | None
    because: str = ""

    @property
    def state(self) -> LightState:
        """Flagged beyond its limit; cannot judge without a value or a limit."""
        if self.value is None or self.limit is None:
            return LightState.CANNOT_JUDGE
        beyond = self.value > self.limit.value if self.measure.high_is_bad else self.value < self.limit.value
        return LightState.FLAGGED if beyond else LightState.NO_FLAG

    @property
    def verdict(self) -> str:
        """Its state in a word or two, or that it has a value but no limit and is not counted."""
        return "not counted" if self.value is not None and self.limit is None else self.state.value


@dataclass(frozen=True)
class Light:
    """All indicators of one kind at one ε.

    ``contradicted`` is the sentence on a picture that is changed towards something else than it is said to show: the
    light is flagged then, whatever the indicators find. ``undecided`` is the clause on why what the original holds of
    the class tells nothing: the light cannot judge then, unless it is flagged. ``alike`` is the sentence on two classes
    that the guide cannot tell apart in the original; it changes no state.
    """

    kind: LightKind
    indicators: tuple[Indicator, ...]
    contradicted: str = ""
    alike: str = ""
    undecided: str = ""

    @property
    def counted(self) -> tuple[Indicator, ...]:
        """The indicators that have a value and a limit."""
        return tuple(i for i in self.indicators if i.state is not LightState.CANNOT_JUDGE)

    @property
    def state(self) -> LightState:
        """Flagged when it is contradicted or any counted indicator is; cannot judge if undecided, or if none counts."""
        if self.contradicted or any(i.state is LightState.FLAGGED for i in self.counted):
            return LightState.FLAGGED
        return LightState.NO_FLAG if self.counted and not self.undecided else LightState.CANNOT_JUDGE

    @property
    def because(self) -> str:
        """Why it cannot judge, a clause that ends with a full stop; empty where it can."""
        if self.state is not LightState.CANNOT_JUDGE:
            return ""
        if self.undecided:
            return f"{self.undecided}."
        return next((i.because for i in self.indicators if i.because), "there are no limits for this guide.")

    @property
    def sentence(self) -> str:
        """What the light says, and why."""
        return " ".join(filter(None, (self._on_its_state, self.alike)))

    @property
    def _on_its_state(self) -> str:
        flagged = [i.measure.sign_of() for i in self.counted if i.state is LightState.FLAGGED]
        if self.contradicted or flagged:
            return f"Flagged: {'; '.join(filter(None, (self.contradicted, ', '.join(flagged))))}."
        if self.state is LightState.NO_FLAG:
            signs = ", ".join(i.measure.looked_for() for i in self.counted)
            return f"No flag. Looked for and not found: {signs}. This is {NOT_SAFETY}."
        return f"Cannot judge: {self.because}"


@dataclass(frozen=True)
class Risk:
    """Both lights after one ``step`` of the path, at ``epsilon`` in the guide's units.

    ``why`` says where the class was before, and where its gain arose; ``choice`` what the guide takes the picture for,
    None where nobody looked; ``gain`` is that of the class's logit, below 0 where somebody else's change goes away from
    the class. ``beyond`` is the ε above which the guide's changes are increasingly its own invention, None at or below
    it.
    """

    step: int
    epsilon: float
    semantic: Light
    artefact: Light
    why: Why = NOT_ASKED
    choice: FirstChoice | None = None
    gain: float = 0.0
    beyond: float | None = None

    @property
    def flagged(self) -> bool:
        """Whether either light is."""
        return LightState.FLAGGED in (self.semantic.state, self.artefact.state)

    @property
    def values(self) -> dict[str, float | None]:
        """Every indicator's value, None where it cannot be measured, by its key."""
        return {i.measure.key: i.value for light in (self.semantic, self.artefact) for i in light.indicators}


def no_flag_up_to(risks: tuple[Risk, ...]) -> float | None:
    """Return the largest ε before the first flag on the slider; None when the semantic light cannot judge anywhere."""
    changed = tuple(risk for risk in risks if risk.step) or risks  # the original alone has no change to judge
    if all(risk.semantic.state is LightState.CANNOT_JUDGE for risk in changed):
        return None
    clear = 0.0
    for risk in risks:
        if risk.flagged:
            return clear
        clear = risk.epsilon
    return clear
