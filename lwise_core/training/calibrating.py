"""Calibrating a guide: references, accuracies and the worth of its probabilities, from a person's own pictures.

The same pictures and the same choices give the same figures, however often the work was stopped.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar, cast

from lwise_core._utils.durations import in_words
from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.archives import close_archives
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.guide import GuideModel
from lwise_core.images.perceptual_hash import Hashes, no_hashes
from lwise_core.training.calibration_batches import (
    CalibrationPace,
    Chosen,
    KeptBatches,
    SeenPictures,
    attacked_batches,
    scored_batches,
)
from lwise_core.training.calibration_extras import (
    Ability,
    Extra,
    ExtraPictures,
    LimitsMaker,
    Reads,
    ability_of,
    looks_of,
)
from lwise_core.training.calibration_figures import CountedPictures, calibration_of
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from lwise_core.training.evaluation import ATTACK_STEPS

ATTACKED = 100
"""Pictures that go through the attack where nothing else is asked for."""

T = TypeVar("T")

_LAYOUT = 1  # of what is kept of a run: raise it when that changes


class Phase(StrEnum):
    """What is done first and always. The value is what a progress says was done with pictures."""

    SCORED = "scored"
    ATTACKED = "attacked"


Step = Phase | Extra

_LOOKS: Mapping[Step, int] = MappingProxyType(
    {
        Phase.SCORED: 1,
        Phase.ATTACKED: 3 * ATTACK_STEPS,  # a gradient costs about two forward passes more
        **dict.fromkeys(Extra, 1),
    }
)
"""What a picture of each phase costs, in forward passes; a path, as many gradients as the guide's slider has steps."""


@dataclass(frozen=True, eq=False)
class CalibrationRequest:
    """What is asked: on which pictures, how they are divided, and how many of the measured ones are attacked at most.

    ``learnt`` ``(N,)`` are the perceptual hashes of pictures that the guide has learnt, as far as they are known, and
    ``extras`` what else is to be made of the pictures.
    """

    pictures: LabelledPictures
    division: Division = field(default_factory=Division)
    attacked: int = ATTACKED
    learnt: Hashes = field(default_factory=no_hashes)
    extras: frozenset[Extra] = frozenset()

    def seconds(self, pace: CalibrationPace) -> float:
        """Return about how long it takes at a ``pace``."""
        each: Mapping[Step, float] = {Phase.ATTACKED: pace.to_attack, Extra.ARTEFACTS: pace.to_walk}
        return sum(count * each.get(phase, pace.to_score) for phase, count in self.expected().items())

    def expected(self) -> dict[Step, int]:
        """Return about how many pictures each phase looks at, in their order."""
        count = len(self.pictures)
        extras: dict[Step, int] = {extra: looks_of(extra, count) for extra in sorted(self.extras)}
        return {Phase.SCORED: count, Phase.ATTACKED: self.attacks, **extras}

    def key(self, guide: GuideModel) -> str:
        """Return what tells this question to ``guide`` from every other."""
        asked = f"{_LAYOUT} {guide.provenance.sha256} {attack_epsilon(guide)} {guide.classes} {self.division}"
        extras = " ".join(map(str, sorted(self.extras)))
        rest = f"{asked} {self.attacked} {self.pictures.fingerprint} {extras}".encode() + self.learnt.tobytes()
        return hashlib.sha256(rest).hexdigest()[:16]

    @property
    def attacks(self) -> int:
        """About how many pictures will be attacked."""
        measured = len(self.pictures) // self.division.every if self.division.every else 0
        return min(self.attacked, measured)


@dataclass(frozen=True)
class CalibrationProgress:
    """How far a calibration is: ``done`` of ``total`` pictures of its ``phase``, and the ``share`` of the whole.

    ``seconds_left`` is None before anything was computed in this call. The last progress carries the ``calibration``.
    """

    done: int
    total: int
    phase: Step
    share: float
    seconds_left: float | None = None
    calibration: Calibration | None = None

    def __str__(self) -> str:
        """What was done with how many pictures, and how long the rest will take."""
        left = f", about {in_words(self.seconds_left)} left" if self.seconds_left else ""
        return f"{self.done:,} of {self.total:,} pictures {self.phase}{left}"


def attack_epsilon(guide: GuideModel) -> float:
    """Return the size of the attack that decides whether a guide is fit, in its own units."""
    return round(guide.epsilon_scale.from_224(guide.domain.attack_224), 4)


def calibrate(
    guide: GuideModel, request: CalibrationRequest, store: CalibrationStore, *, limits_from: LimitsMaker | None = None
) -> Generator[CalibrationProgress]:
    """Calibrate ``guide``, keep what was found in ``store``, and yield the progress; to stop iterating is to stop.

    What was done is kept, and the same request goes on after it. ``limits_from`` finds the limits of the light about
    artefacts where they are asked for.

    Raises:
        ValueError: These limits are asked for, and nothing finds them.
        DatasetError: No picture can be used.
        StoreUnavailable: What holds the pictures cannot be reached.
        RunRefused: The same calibration is at work, or the disk is full.
        FileError: The folder of calibrations cannot be written.
    """
    if Extra.ARTEFACTS in request.extras and limits_from is None:
        raise ValueError("Limits of artefacts are asked for, and nothing is there to find them.")
    makers = _Makers(store, limits_from)
    folder = RunFolder(store.unfinished(guide.provenance.sha256, request.key(guide)))
    try:
        with folder.held():
            yield from _calibrate(guide, request, makers, KeptBatches(folder))
        shutil.rmtree(folder.path, ignore_errors=True)
    finally:
        close_archives()


@dataclass(frozen=True)
class _Makers:
    """Where a calibration is kept, and what finds the limits of artefacts."""

    store: CalibrationStore
    limits_from: LimitsMaker | None

    def ability(
        self, extra: Extra, guide: GuideModel, used: ExtraPictures, kept: KeptBatches, *, source: str
    ) -> Reads[Ability]:
        """Return what an ``extra`` gives, made only where the guide did not come with it."""
        if extra is Extra.EVIDENCE and self.store.has_own_nulls(guide):
            return Ability("The guide came with its own nulls of local evidence, which stay.")
        if extra is Extra.UNLIKE and self.store.has_own_familiarity(guide):
            return Ability("The guide came with its own way to tell what is unlike what it learnt, which stays.")
        if extra is Extra.ARTEFACTS and self.limits_from is not None:
            return (yield from self.limits_from(guide, used, kept, source))
        return (yield from ability_of(extra, guide, used, kept, source=source))


def _calibrate(
    guide: GuideModel, request: CalibrationRequest, makers: _Makers, kept: KeptBatches
) -> Generator[CalibrationProgress]:
    pictures, epsilon = request.pictures, attack_epsilon(guide)
    course = _Course(request.expected(), looks={**_LOOKS, Extra.ARTEFACTS: 3 * guide.epsilon_scale.steps})
    parts: list[SeenPictures] = []
    for part, seconds in scored_batches(guide, pictures, kept):
        parts.append(part)
        yield course.more(Phase.SCORED, len(part.places) + len(part.unusable), seconds=seconds)
    counted = CountedPictures.of(SeenPictures.joined(parts), pictures, request.division, learnt=request.learnt)
    places = counted.to_attack(request.attacked)
    course.totals[Phase.ATTACKED] = len(places)
    held: list[Chosen] = []
    for answers, seconds in attacked_batches(guide, pictures, places, kept, epsilon=epsilon):
        held.append(answers)
        yield course.more(Phase.ATTACKED, len(answers), seconds=seconds)
    calibration = calibration_of(
        guide, counted, folder=pictures.pictures.name, division=request.division, held=held, epsilon=epsilon
    )
    used = ExtraPictures(pictures, counted.seen.places, counted.targets)
    made: dict[Extra, Ability] = {}
    for extra in sorted(request.extras):
        source = f"“{calibration.folder}” on {calibration.date}"
        making = makers.ability(extra, guide, used, kept, source=source)
        made[extra] = yield from course.followed(extra, making)
    calibration = replace(calibration, abilities=tuple(ability.said for ability in made.values()))
    nothing = Ability("")
    makers.store.keep(
        calibration,
        nulls=made.get(Extra.EVIDENCE, nothing).nulls,
        familiarity=made.get(Extra.UNLIKE, nothing).familiarity,
        artefact_limits=made.get(Extra.ARTEFACTS, nothing).limits,
    )
    yield replace(course.progress(), seconds_left=0.0, share=1.0, calibration=calibration)


@dataclass
class _Course:
    """How much of the work is done, and how quickly: ``totals`` says how many pictures each phase looks at."""

    totals: dict[Step, int]
    done: Counter[Step] = field(default_factory=Counter)
    phase: Step = Phase.SCORED
    seconds_a_look: float | None = None
    looks: Mapping[Step, int] = field(default_factory=lambda: _LOOKS)
    _computed: int = 0
    _seconds: float = 0.0

    def more(self, phase: Step, pictures: int, *, seconds: float) -> CalibrationProgress:
        """Return the progress after so many pictures more, which took so many seconds, 0 where they were kept.

        The pace of a phase counts for all that is left, not that of the pictures before it.
        """
        if phase is not self.phase:
            self.phase, self._computed, self._seconds = phase, 0, 0.0
        self.done[phase] += pictures
        if seconds:
            self._computed, self._seconds = self._computed + self.looks[phase] * pictures, self._seconds + seconds
            self.seconds_a_look = self._seconds / self._computed
        return self.progress()

    def followed(self, phase: Step, making: Reads[T]) -> Generator[CalibrationProgress, None, T]:
        """Yield the progress of what is ``making``, and return what was made."""
        while True:
            try:
                pictures, seconds = next(making)
            except StopIteration as made:
                self.totals[phase] = self.done[phase]  # of fewer pictures than were thought, or of none
                return cast("T", made.value)
            yield self.more(phase, pictures, seconds=seconds)

    def progress(self) -> CalibrationProgress:
        """Return how far it is."""
        whole, done = (sum(self.looks[phase] * n for phase, n in counts.items()) for counts in (self.totals, self.done))
        left = None if self.seconds_a_look is None else self.seconds_a_look * max(0, whole - done)
        return CalibrationProgress(
            done=self.done[self.phase],
            total=max(self.done[self.phase], self.totals[self.phase]),
            phase=self.phase,
            share=min(1.0, done / whole),
            seconds_left=left,
        )
