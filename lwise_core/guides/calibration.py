"""What a person measured of a guide on pictures of their own, stored beside it: its card is never touched.

A calibration belongs to weights and to the names of their classes, wherever the guide came from. It is laid over a
guide when that is loaded: references, and whether the guide is fit, then come from the person's pictures, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints
from pydantic.dataclasses import dataclass

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.fitness import Fit, Fitness, fitness_of
from lwise_core.guides.guide import CalibratedOn, GuideModel
from lwise_core.guides.model_card import ClassName, Prose
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY, ENOUGH_FOR_EVIDENCE, References
from lwise_core.guides.reliability import Reliability, read_reliability

_TO_JUDGE = f"{ENOUGH_FOR_DIFFICULTY} pictures measured, and as many attacked"
_CHECKED = ConfigDict(strict=True, allow_inf_nan=False, extra="ignore")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
IsoDate = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class CalibrationError(LWiseError):
    """A calibration that cannot be used. The message is one sentence that says why, and how to be rid of it."""


@dataclass(frozen=True, config=_CHECKED)
class Calibration:
    """What was measured of the guide with the weights ``weights_sha256`` on labelled pictures of a person's own.

    ``folder`` is what the set of ``pictures`` pictures is called, ``pictures_sha256`` the hash of their classes and
    contents, ``division`` the sentence that says which of them gave ``references`` (ground-truth logits by class) and
    which were ``measured`` on, whose fields are those of a card. ``notes`` are sentences about what was left out, and
    ``abilities`` about the local evidence and the familiarity that were asked for.
    """

    guide: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    weights_sha256: Sha256
    classes: tuple[ClassName, ...]
    folder: Annotated[str, StringConstraints(max_length=300)]
    pictures: Annotated[int, Field(gt=0)]
    pictures_sha256: Sha256
    date: IsoDate
    division: Prose
    references: Mapping[ClassName, tuple[float, ...]]
    measured: Mapping[str, JsonValue]
    notes: tuple[Prose, ...] = ()
    abilities: tuple[Prose, ...] = ()

    @property
    def on(self) -> CalibratedOn:
        """On how many pictures of what, and when."""
        return CalibratedOn(self.pictures, self.folder, self.date, self.pictures_sha256)

    def fitness(self, *, epsilon: float) -> Fitness:
        """Return whether the guide is fit by these figures; ``epsilon`` is the attack's size in the guide's units.

        So few pictures as would give no percentile judge nothing.
        """
        if not self._judges_fitness:
            return Fitness(Fit.CANNOT_JUDGE, f"Too few pictures were measured to judge whether it is fit ({self.on}).")
        found = fitness_of(self.measured, epsilon=epsilon, classes=len(self.classes))
        return replace(found, sentence=f"{found.sentence.removesuffix('.')} ({self.on}).")

    def sentences(self) -> tuple[str, ...]:
        """Return what a person reads of it: what was measured, what its references suffice for, what was left out."""
        found = self.coverage()
        limits = self.not_yet()
        return (
            *((f"It does not allow yet: {'; '.join(limits)}.",) if limits else ()),
            self.division,
            *_on_figures(self.measured),
            *found.sentences(),
            *self.abilities,
            *self.notes,
        )

    def not_yet(self) -> tuple[str, ...]:
        """Return what so few pictures do not allow for any class, and how many it takes."""
        found = self.coverage()
        lacking = (
            (found.difficulty, f"a percentile of difficulty ({ENOUGH_FOR_DIFFICULTY} references of a class)"),
            (found.evidence, f"the light about evidence ({ENOUGH_FOR_EVIDENCE} references of a class)"),
            (self._judges_fitness, f"to judge whether the guide is fit ({_TO_JUDGE})"),
        )
        return tuple(words for there, words in lacking if not there)

    @property
    def _judges_fitness(self) -> bool:
        counts = [self.measured.get(name) for name in ("test_images", "attacked_images")]
        return all(isinstance(n, int) and n >= ENOUGH_FOR_DIFFICULTY for n in counts)

    def coverage(self) -> Coverage:
        """Return what its references suffice for, class by class."""
        counts = {name: len(self.references.get(name, ())) for name in self.classes}
        seen = {name: n for name, n in counts.items() if n}
        return Coverage(
            difficulty=tuple(c for c, n in seen.items() if n >= ENOUGH_FOR_DIFFICULTY),
            evidence=tuple(c for c, n in seen.items() if n >= ENOUGH_FOR_EVIDENCE),
            missing={c: ENOUGH_FOR_DIFFICULTY - n for c, n in seen.items() if n < ENOUGH_FOR_DIFFICULTY},
            missing_for_evidence={c: ENOUGH_FOR_EVIDENCE - n for c, n in seen.items() if n < ENOUGH_FOR_EVIDENCE},
            without=tuple(c for c, n in counts.items() if not n),
        )


@dataclass(frozen=True)
class Coverage:
    """Which classes have references enough to speak of difficulty and of evidence, and how many the others lack.

    ``without`` are the classes of which there was no picture at all; they are in none of the others.
    """

    difficulty: tuple[str, ...]
    evidence: tuple[str, ...]
    missing: Mapping[str, int]
    missing_for_evidence: Mapping[str, int]
    without: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """Return what a person reads of it."""
        seen = len(self.difficulty) + len(self.missing)
        said = [
            f"{len(self.difficulty):,} of {seen:,} classes have the {ENOUGH_FOR_DIFFICULTY} references that difficulty "
            f"needs, {len(self.evidence):,} the {ENOUGH_FOR_EVIDENCE} that the light about evidence needs."
        ]
        if self.missing:
            said.append(f"References missing for difficulty: {listed(self.missing)}.")
        if rest := {c: n for c, n in self.missing_for_evidence.items() if c not in self.missing}:
            said.append(f"References missing for evidence: {listed(rest)}.")
        if self.without:
            said.append(f"{len(self.without):,} classes of the guide have no picture there.")
        return tuple(said)


def listed(missing: Mapping[str, int], *, most: int = 8) -> str:
    """Return the classes that lack least, each with how many it lacks, and how many more there are."""
    shown = [f"{name} {count}" for name, count in sorted(missing.items(), key=lambda item: item[1])[:most]]
    return ", ".join(shown) + (f" and {len(missing) - most:,} more classes" if len(missing) > most else "")


def _on_figures(measured: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return what was ``measured``, in sentences; nothing where no accuracy was."""
    if not isinstance(clean := measured.get("clean_accuracy"), Mapping):
        return ()
    said = [f"It rightly names {_share(clean)} of {measured.get('test_images'):,} pictures (95% interval in brackets)."]
    attacks = measured.get("accuracy_under_20_step_attack")
    for name, held in attacks.items() if isinstance(attacks, Mapping) else ():
        count, size = measured.get("attacked_images"), name.removeprefix("l2_")
        said.append(f"Under an attack of 20 steps with ε {size} it still names {_share(held)} of {count:,}.")
    error, temperature = measured.get("expected_calibration_error"), measured.get("temperature")
    if isinstance(error, float):
        said.append(f"Its probabilities are on average {100 * error:.1f} points from how often it is right.")
    match temperature:
        case {"value": float() as value, "expected_calibration_error": float() as left}:
            said.append(
                f"With logits divided by {value} (the temperature, fitted on the references): {100 * left:.1f}."
            )
    return tuple(said)


def _share(figure: JsonValue) -> str:
    match figure:
        case {"value": int() | float() as value, "interval_95": [int() | float() as low, int() | float() as high]}:
            return f"{value:.1%} ({low:.0%}–{high:.0%})"
    return "–"


def calibrated(guide: GuideModel, calibration: Calibration | None) -> GuideModel:
    """Return ``guide`` with what was measured on a person's pictures laid over what its card says.

    Of a class with references enough in the calibration, or with more than the card has, those are used; of the others
    the card's. The guide is fit or not by the calibration wherever that can judge, and how often its probabilities were
    right is known of the person's pictures too. A calibration of other classes, as
    of the same weights under other names, changes nothing.
    """
    if calibration is None or calibration.classes != guide.classes:
        return guide
    own = {c: v for c, v in calibration.references.items() if _preferred(v, over=guide.references.of(c))}
    logits = MappingProxyType({**guide.references.logits, **own})
    found = calibration.fitness(epsilon=guide.epsilon_scale.from_224(guide.domain.attack_224))
    fitness = guide.provenance.fitness if found.state is Fit.CANNOT_JUDGE else found
    return replace(
        guide,
        references=References(
            logits, guide.references.source, MappingProxyType(dict.fromkeys(own, str(calibration.on)))
        ),
        reliability=_reliability(guide, calibration),
        provenance=replace(guide.provenance, fitness=fitness, calibrated=calibration.on),
    )


def _reliability(guide: GuideModel, calibration: Calibration) -> tuple[Reliability, ...]:
    """Return how often probabilities were right on the person's pictures, where it was measured, then on the others."""
    own = read_reliability(calibration.measured, source=f"pictures of “{calibration.folder}”")
    others = guide.reliability if own is None else tuple(r for r in guide.reliability if r.source != own.source)
    return others if own is None else (own, *others)


def _preferred(own: tuple[float, ...], *, over: tuple[float, ...]) -> bool:
    return len(own) >= ENOUGH_FOR_DIFFICULTY or len(own) > len(over)
