"""Calibrating a guide: references, accuracies and the worth of its probabilities, from a person's own pictures.

The same pictures and the same choices give the same figures, however often the work was stopped.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Generator
from dataclasses import dataclass, field, replace

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.archives import close_archives
from lwise_core.guides.calibration import Calibration, CalibrationStore
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
from lwise_core.training.calibration_figures import CountedPictures, calibration_of
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from lwise_core.training.evaluation import ATTACK_STEPS

ATTACKED = 100
"""Pictures that go through the attack where nothing else is asked for."""

_LAYOUT = 1  # of what is kept of a run: raise it when that changes
_LOOKS = 3 * ATTACK_STEPS  # what an attack costs, in forward passes: a gradient costs about two more


@dataclass(frozen=True, eq=False)
class CalibrationRequest:
    """What is asked: on which pictures, how they are divided, and how many of the measured ones are attacked at most.

    ``learnt`` ``(N,)`` are the perceptual hashes of pictures that the guide has learnt, as far as they are known.
    """

    pictures: LabelledPictures
    division: Division = field(default_factory=Division)
    attacked: int = ATTACKED
    learnt: Hashes = field(default_factory=no_hashes)

    def seconds(self, pace: CalibrationPace) -> float:
        """Return about how long it takes at a ``pace``."""
        return len(self.pictures) * pace.to_score + self.attacks * pace.to_attack

    def key(self, guide: GuideModel) -> str:
        """Return what tells this question to ``guide`` from every other."""
        asked = f"{_LAYOUT} {guide.provenance.sha256} {attack_epsilon(guide)} {guide.classes} {self.division}"
        rest = f"{asked} {self.attacked} {self.pictures.fingerprint} ".encode() + self.learnt.tobytes()
        return hashlib.sha256(rest).hexdigest()[:16]

    @property
    def attacks(self) -> int:
        """About how many pictures will be attacked."""
        measured = len(self.pictures) // self.division.every if self.division.every else 0
        return min(self.attacked, measured)


@dataclass(frozen=True)
class CalibrationProgress:
    """How far a calibration is: ``done`` of ``total`` pictures of the present phase, and the ``share`` of the whole.

    ``attacking`` tells the second phase from the first. ``seconds_left`` is None before anything was computed in this
    call. The last progress carries the ``calibration``.
    """

    done: int
    total: int
    attacking: bool
    share: float
    seconds_left: float | None = None
    calibration: Calibration | None = None


def attack_epsilon(guide: GuideModel) -> float:
    """Return the size of the attack that decides whether a guide is fit, in its own units."""
    return round(guide.epsilon_scale.from_224(guide.domain.attack_224), 4)


def calibrate(
    guide: GuideModel, request: CalibrationRequest, store: CalibrationStore
) -> Generator[CalibrationProgress]:
    """Calibrate ``guide``, keep what was found in ``store``, and yield the progress; to stop iterating is to stop.

    What was done is kept, and the same request goes on after it.

    Raises:
        DatasetError: No picture can be used.
        StoreUnavailable: What holds the pictures cannot be reached.
        RunRefused: The same calibration is at work, or the disk is full.
        FileError: The folder of calibrations cannot be written.
    """
    folder = RunFolder(store.unfinished(guide.provenance.sha256, request.key(guide)))
    try:
        with folder.held():
            yield from _calibrate(guide, request, store, KeptBatches(folder))
        shutil.rmtree(folder.path, ignore_errors=True)
    finally:
        close_archives()


def _calibrate(
    guide: GuideModel, request: CalibrationRequest, store: CalibrationStore, kept: KeptBatches
) -> Generator[CalibrationProgress]:
    pictures, epsilon = request.pictures, attack_epsilon(guide)
    course = _Course(scored=len(pictures), attacked=request.attacks)
    parts: list[SeenPictures] = []
    for part, seconds in scored_batches(guide, pictures, kept):
        parts.append(part)
        yield course.scored_more(len(part.places) + len(part.unusable), seconds=seconds)
    counted = CountedPictures.of(SeenPictures.joined(parts), pictures, request.division, learnt=request.learnt)
    places = counted.to_attack(request.attacked)
    course.attacked = len(places)
    held: list[Chosen] = []
    for answers, seconds in attacked_batches(guide, pictures, places, kept, epsilon=epsilon):
        held.append(answers)
        yield course.attacked_more(len(answers), seconds=seconds)
    calibration = calibration_of(
        guide, counted, folder=pictures.pictures.name, division=request.division, held=held, epsilon=epsilon
    )
    store.keep(calibration)
    yield replace(course.progress(attacking=bool(held)), seconds_left=0.0, calibration=calibration)


@dataclass
class _Course:
    """How much of the work is done, and how quickly: ``scored`` and ``attacked`` pictures are to be done in all."""

    scored: int
    attacked: int
    scored_done: int = 0
    attacked_done: int = 0
    seconds_a_look: float | None = None
    _computed: int = 0
    _seconds: float = 0.0

    def scored_more(self, pictures: int, *, seconds: float) -> CalibrationProgress:
        """Return the progress after so many pictures more, which took so many seconds, 0 where they were kept."""
        self.scored_done += pictures
        self._timed(pictures, seconds)
        return self.progress(attacking=False)

    def attacked_more(self, pictures: int, *, seconds: float) -> CalibrationProgress:
        """Return the progress after so many attacks more; their own pace counts, not that of the pictures before."""
        if not self.attacked_done:
            self._computed, self._seconds = 0, 0.0
        self.attacked_done += pictures
        self._timed(_LOOKS * pictures, seconds)
        return self.progress(attacking=True)

    def progress(self, *, attacking: bool) -> CalibrationProgress:
        """Return how far it is."""
        whole = self.scored + _LOOKS * self.attacked
        done = self.scored_done + _LOOKS * self.attacked_done
        left = None if self.seconds_a_look is None else self.seconds_a_look * (whole - done)
        return CalibrationProgress(
            done=self.attacked_done if attacking else self.scored_done,
            total=self.attacked if attacking else self.scored,
            attacking=attacking,
            share=done / whole,
            seconds_left=left,
        )

    def _timed(self, looks: int, seconds: float) -> None:
        if seconds:
            self._computed, self._seconds = self._computed + looks, self._seconds + seconds
            self.seconds_a_look = self._seconds / self._computed
