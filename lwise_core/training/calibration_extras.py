"""What else a person's own pictures can give a guide: nulls of local evidence, what tells a stranger, and limits.

All take further looks at pictures, so they are made only where they are asked for; every batch of them is kept. The
limits of the light about artefacts are found by who knows that light (:mod:`lwise_core.inspection.limit_fit`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeVar

import numpy as np
import torch

from lwise_core.data.decoding import Batch, Decoder
from lwise_core.guides.calibration import listed
from lwise_core.guides.evidence_nulls import EvidenceNulls
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, NotLocal, contrasts, nulls_from
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE
from lwise_core.guides.stage_features import NoStages, StageFeatures, stages_of
from lwise_core.training.calibration_batches import Arrays, KeptBatches, read_images, scored_at_once
from lwise_core.training.calibration_pictures import LabelledPictures, Places
from lwise_core.training.familiarity_fit import MADE_UP, familiarity_of, features_of
from lwise_core.training.unlike_pictures import noise, shuffled, textures

MOST_FOR_EVIDENCE = 500
"""So many pictures give nulls at most: what every place of them says for every class is held at once."""

MOST_FOR_UNLIKE = 1_000
"""So many pictures tell what is unlike them at most."""

ENOUGH_FOR_UNLIKE = 2 * ENOUGH_FOR_EVIDENCE
"""Below this many pictures nothing can be told: half of them are fitted to, the others are what a p is among."""

ENOUGH_FOR_LIMITS = 119
"""With fewer pictures no conformal limit is exceeded so rarely as a sixth of 5%, which an indicator has."""

MOST_FOR_LIMITS = 120
"""So many pictures are enhanced at most to find limits: it costs a path each."""

_MADE_AT_ONCE = 12  # twice round the kinds of textures, three times round those of noise
_SEED = 42

T = TypeVar("T")

Reads = Generator[tuple[int, float], None, T]
"""Yields how many pictures were read, and the seconds that it took, 0 where they were kept; returns what was made."""


class Extra(StrEnum):
    """What may be made beside references and figures. The value is what a progress says was done with pictures."""

    EVIDENCE = "read for local evidence"
    UNLIKE = "compared with what is unlike them"
    ARTEFACTS = "enhanced to find the limits of artefacts"


@dataclass(frozen=True, eq=False)
class ExtraPictures:
    """The pictures that count: their ``places`` ``(N,)`` in the set, and their class indices ``targets`` ``(N,)``."""

    pictures: LabelledPictures
    places: Places
    targets: Places

    def spread(self, most: int) -> ExtraPictures:
        """Return at most so many of them, evenly spread."""
        count = len(self.places)
        if count <= most:
            return self
        chosen = np.arange(most) * count // most
        return ExtraPictures(self.pictures, self.places[chosen], self.targets[chosen])


@dataclass(frozen=True, eq=False)
class Ability:
    """What was made of an extra, and the sentence that says what it suffices for, or why it could not be made."""

    said: str
    nulls: EvidenceNulls | None = None
    familiarity: Familiarity | None = None
    limits: OwnLimits | None = None


LimitsMaker = Callable[[GuideModel, ExtraPictures, KeptBatches, str], Reads[Ability]]
"""Finds the limits of artefacts of a guide on pictures, which are of a source in words."""


def looks_of(extra: Extra, pictures: int) -> int:
    """Return about how many looks at a picture an ``extra`` takes of so many ``pictures``, or paths, for limits."""
    if extra is Extra.EVIDENCE:
        return min(pictures, MOST_FOR_EVIDENCE) if pictures >= ENOUGH_FOR_EVIDENCE else 0
    if extra is Extra.ARTEFACTS:
        return min(pictures, MOST_FOR_LIMITS) if pictures >= ENOUGH_FOR_LIMITS else 0
    if pictures < ENOUGH_FOR_UNLIKE:
        return 0
    used = min(pictures, MOST_FOR_UNLIKE)
    return used + len(range(0, used, _one_in(used))) + 2 * MADE_UP


def too_few_for(extra: Extra, targets: Sequence[int] | Places, *, classes: int) -> str:
    """Return the sentence that says how many pictures an ``extra`` lacks; empty where there are enough.

    ``targets`` (N) are the indices of their classes, of so many ``classes`` of the guide.
    """
    if extra is Extra.EVIDENCE:
        missing = ENOUGH_FOR_EVIDENCE - int(_others(targets, classes=classes).max())
        said = f"Local evidence cannot be judged: a class needs {ENOUGH_FOR_EVIDENCE} pictures of other classes"
    elif extra is Extra.ARTEFACTS:
        missing = ENOUGH_FOR_LIMITS - len(targets)
        said = f"The limits of the light about artefacts cannot be found: that takes {ENOUGH_FOR_LIMITS} pictures"
    else:
        missing = ENOUGH_FOR_UNLIKE - len(targets)
        said = f"Whether a picture is unlike what it learnt cannot be judged: that takes {ENOUGH_FOR_UNLIKE} pictures"
    if missing <= 0:
        return ""
    return f"{said}, and {'1 is' if missing == 1 else f'{missing} are'} missing."


def ability_of(
    extra: Extra, guide: GuideModel, found: ExtraPictures, kept: KeptBatches, *, source: str
) -> Reads[Ability]:
    """Return what ``found``, of a ``source`` in words, gives ``guide``; what cannot be made is said, never raised.

    Of local evidence and what is unlike; limits are found elsewhere.
    """
    if few := too_few_for(extra, found.targets, classes=len(guide.classes)):
        return Ability(few)
    try:
        if extra is Extra.EVIDENCE:
            nulls = yield from _nulls(guide, found.spread(MOST_FOR_EVIDENCE), kept, source=source)
            return Ability(_on_nulls(nulls, guide.classes), nulls=nulls)
        known = yield from _familiarity(guide, found.spread(MOST_FOR_UNLIKE), kept, source=source)
        held_out = f"{len(known.held_out):,} of these pictures, held out"
        return Ability(f"Whether a picture is unlike what it learnt is judged by {held_out}.", familiarity=known)
    except (NotLocal, NoStages) as error:
        return Ability(str(error))


def _nulls(guide: GuideModel, used: ExtraPictures, kept: KeptBatches, *, source: str) -> Reads[EvidenceNulls]:
    """Return the nulls of ``guide`` from the pictures ``used``.

    Raises:
        NotLocal: Its logits are no mean over places.
    """
    reader, decoder = LocalEvidence.of(guide), Decoder(used.pictures.pictures, guide.input_size)
    classes = dict(zip(used.places.tolist(), used.targets.tolist(), strict=True))
    parts, shown = [], list[int]()
    for batch, places in used.pictures.batches(used.places, at_once=scored_at_once(guide)):
        read, seconds = kept.of(f"evidence-{batch.index}", partial(_contrasts, reader, decoder, batch, places))
        parts.append(read["contrasts"])
        shown += [classes[place] for place in read["places"].tolist()]
        yield len(places), seconds
    return nulls_from(guide, np.concatenate(parts), shown, basis=f"{len(shown):,} pictures of {source}")


def _familiarity(guide: GuideModel, used: ExtraPictures, kept: KeptBatches, *, source: str) -> Reads[Familiarity]:
    """Return what tells pictures that are unlike those ``used`` to ``guide``.

    Every other one is fitted to, against shuffled copies, textures and noise; the rest are held out.

    Raises:
        NoStages: The network has no stages with maps.
    """
    if not (stages := stages_of(guide)):
        raise NoStages(
            f"The network of “{guide.name}” has no maps of the picture, as most transformers, so whether a picture is "
            "unlike what it learnt cannot be judged."
        )
    reader = StageFeatures.of(guide, stages)
    own, others = yield from _compared(reader, used, kept)
    for make in (textures, noise):
        made = []
        for number in range(MADE_UP // _MADE_AT_ONCE):
            read, seconds = kept.of(f"{make.__name__}-{number}", partial(_made, reader, make, number))
            made.append(read["features"])
            yield _MADE_AT_ONCE, seconds
        others.append(torch.from_numpy(np.concatenate(made)))
    return familiarity_of(reader, own, others, source=f"every second of {len(own):,} pictures of {source}")


def _compared(
    reader: StageFeatures, used: ExtraPictures, kept: KeptBatches
) -> Reads[tuple[torch.Tensor, list[torch.Tensor]]]:
    """Return the features ``(N, D)`` of the pictures ``used``, and those of shuffled copies of some of them."""
    decoder = Decoder(used.pictures.pictures, reader.guide.input_size)
    few = used.places[:: _one_in(len(used.places))]
    own, copies = [], []
    for batch, places in used.pictures.batches(used.places, at_once=scored_at_once(reader.guide)):
        read, seconds = kept.of(f"like-{batch.index}", partial(_features, reader, decoder, batch, places, few))
        own.append(read["features"])
        copies.append(read["shuffled"])
        yield len(places) + int(np.isin(places, few).sum()), seconds
    return torch.from_numpy(np.concatenate(own)), [torch.from_numpy(np.concatenate(copies))]


def _contrasts(reader: LocalEvidence, decoder: Decoder, batch: Batch, places: Places) -> Arrays:
    there, images = read_images(decoder, batch, places)
    return {"places": there, "contrasts": contrasts(reader.read(images)).float().numpy()}


def _features(reader: StageFeatures, decoder: Decoder, batch: Batch, places: Places, few: Places) -> Arrays:
    there, images = read_images(decoder, batch, places)
    copied = shuffled(images[torch.from_numpy(np.isin(there, few))], seed=_SEED + batch.index)
    return {"features": features_of(reader, images).numpy(), "shuffled": features_of(reader, copied).numpy()}


def _made(reader: StageFeatures, make: Callable[..., torch.Tensor], number: int) -> Arrays:
    images = make(_MADE_AT_ONCE, size=reader.guide.input_size, seed=_SEED + number)
    return {"features": features_of(reader, images).numpy()}


def _on_nulls(nulls: EvidenceNulls, classes: Sequence[str]) -> str:
    """Return for how many classes what places say is judged, and how many pictures the others lack."""
    missing = {c: ENOUGH_FOR_EVIDENCE - int(n) for c, n in zip(classes, nulls.counts, strict=True)}
    lacking = {c: n for c, n in missing.items() if n > 0}
    enough = f"{len(classes) - len(lacking):,} of {len(classes):,} classes"
    rest = f"; of pictures that show another class are missing: {listed(lacking)}" if lacking else ""
    return f"Local evidence is judged for {enough}, by {nulls.basis}{rest}."


def _others(targets: Sequence[int] | Places, *, classes: int) -> Places:
    """Return for each class how many pictures show another one, ``(classes,)``."""
    counts: Places = len(targets) - np.bincount(np.asarray(targets, dtype=np.int64), minlength=classes)
    return counts


def _one_in(pictures: int) -> int:
    """Return of how many pictures one is shuffled, so that they are about as many as the textures."""
    return max(1, pictures // MADE_UP)
