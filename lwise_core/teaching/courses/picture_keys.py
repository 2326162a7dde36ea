"""Which rendering of a picture a trial shows: its name, its ε and the class it is enhanced towards, or its filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.design.trials import Foil, Trial


class PictureKey(NamedTuple):
    """Which rendering of a picture: its name, ε₂₂₄ and the class it is enhanced towards (0 and empty: natural).

    ``treatment`` is what altered it where no guide did.
    """

    picture: str
    epsilon_224: float = 0.0
    towards: str = ""
    treatment: str = ""

    @classmethod
    def of(cls, trial: Trial | Foil) -> PictureKey:
        """Return what a trial shows, of two pictures the right one, or what stands beside it."""
        return cls(trial.picture, trial.epsilon_224, trial.towards, trial.treatment)

    @classmethod
    def all_of(cls, trial: Trial) -> tuple[PictureKey, ...]:
        """Return every picture that a trial shows: none where it shows shapes, else one or two."""
        if trial.shows_shapes:
            return ()
        return (cls.of(trial), *(() if trial.foil is None else (cls.of(trial.foil),)))


@dataclass(frozen=True)
class ShownWhere:
    """What feedback shows of a picture besides: as it is, as it was enhanced, and rings in both."""

    original: PictureKey
    enhanced: PictureKey
    rings: tuple[EvidenceRing, ...] = ()
