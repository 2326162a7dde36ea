"""The work of a calibration, batch by batch: pictures are scored, then some attacked, and every batch is kept.

A batch is as small as a page can wait for, since one compute slot serves everybody.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.decoding import Batch, Decoded, DecodedBatch, Decoder, Unusable
from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import see, to_8_bit
from lwise_core.images.perceptual_hash import HASHED_SIZE, Hashes, perceptual_hash
from lwise_core.training.attacks import Attack, Norm, perturbed
from lwise_core.training.calibration_pictures import LabelledPictures, Places
from lwise_core.training.evaluation import ATTACK_STEPS, Labelled, correct_under_attack, logits_of

Arrays = Mapping[str, npt.NDArray[Any]]
Chosen = npt.NDArray[np.bool_]

_MOST_AT_ONCE = 16
_SAMPLED = 4
_SCORED_PIXELS, _ATTACKED_PIXELS = 2**19, 2**16  # of a batch: a second or two of a ResNet-50 on two cores


@dataclass(frozen=True, eq=False)
class SeenPictures:
    """What a guide said of pictures: ``logits`` ``(N, C)``, and ``places`` ``(N,)``, which are theirs in the set.

    ``hashed`` ``(N,)`` are their perceptual hashes, ``sha256`` ``(N,)`` those of their files. ``unusable`` has a
    sentence for each that could not be read.
    """

    places: Places
    logits: npt.NDArray[np.float32]
    hashed: Hashes
    sha256: npt.NDArray[np.str_]
    unusable: tuple[str, ...] = ()

    def take(self, chosen: Chosen) -> SeenPictures:
        """Return the pictures that are ``chosen`` ``(N,)``."""
        return replace(
            self,
            places=self.places[chosen],
            logits=self.logits[chosen],
            hashed=self.hashed[chosen],
            sha256=self.sha256[chosen],
        )

    @classmethod
    def joined(cls, parts: Sequence[SeenPictures]) -> SeenPictures:
        """Return the pictures of ``parts``, of which there is one at least, one after the other."""
        return cls(
            places=np.concatenate([p.places for p in parts]),
            logits=np.concatenate([p.logits for p in parts]),
            hashed=np.concatenate([p.hashed for p in parts]),
            sha256=np.concatenate([p.sha256 for p in parts]),
            unusable=tuple(sentence for p in parts for sentence in p.unusable),
        )


@dataclass(frozen=True)
class KeptBatches:
    """The batches of a run that are done, each in a file of its own, written whole."""

    folder: RunFolder

    def of(self, name: str, make: Callable[[], Arrays]) -> tuple[Arrays, float]:
        """Return the arrays called ``name``, made now unless they are kept, and the seconds that it took.

        That is 0 for those that are kept.
        """
        kept = self.kept(name)
        if kept is not None:
            return kept, 0.0
        began = perf_counter()
        made = make()
        self.keep(name, made)
        return made, perf_counter() - began

    def kept(self, name: str) -> Arrays | None:
        """Return the arrays called ``name``, None where they are not kept."""
        file = self.folder.path / f"{name}.npz"
        if not file.is_file():
            return None
        with np.load(file, allow_pickle=False) as found:
            return dict(found)

    def keep(self, name: str, made: Arrays) -> None:
        """Keep the arrays called ``name``."""
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, **made)
        self.folder.write(f"{name}.npz", stream.getvalue())


def scored_batches(
    guide: GuideModel, pictures: LabelledPictures, kept: KeptBatches
) -> Iterator[tuple[SeenPictures, float]]:
    """Yield what ``guide`` says of the pictures, batch by batch, with the seconds that it took now."""
    decoder = Decoder(pictures.pictures, guide.input_size)
    for batch, places in pictures.batches(range(len(pictures)), at_once=scored_at_once(guide)):
        found, seconds = kept.of(f"seen-{batch.index}", partial(_seen, guide, decoder, batch, places))
        unusable = tuple(map(str, found["unusable"]))
        yield (
            SeenPictures(found["places"], found["logits"], found["hashed"], found["sha256"], unusable),
            seconds,
        )


def attacked_batches(
    guide: GuideModel, pictures: LabelledPictures, places: Places, kept: KeptBatches, *, epsilon: float
) -> Iterator[tuple[Chosen, float]]:
    """Yield which of the pictures at ``places`` ``guide`` still names under an L2 attack, batch by batch.

    With the seconds that each took now. The pictures are decoded again: they were readable when they were scored.
    """
    decoder = Decoder(pictures.pictures, guide.input_size)
    targets = np.array(pictures.targets, dtype=np.int64)
    for batch, part in pictures.batches(places, at_once=_at_once(guide, _ATTACKED_PIXELS)):
        found, seconds = kept.of(
            f"attacked-{batch.index}", partial(_attacked, guide, decoder, batch, targets[part], epsilon=epsilon)
        )
        yield found["held"].astype(np.bool_), seconds


@dataclass(frozen=True)
class CalibrationPace:
    """The seconds that one picture takes to decode and score, to attack, and to enhance along the whole slider."""

    to_score: float
    to_attack: float
    to_walk: float = 0.0


def pace_of(guide: GuideModel, pictures: LabelledPictures) -> CalibrationPace | None:
    """Return the pace by the first few pictures and one step of the attack; None where none of them can be read."""
    decoder = Decoder(pictures.pictures, guide.input_size)
    batch, _ = next(pictures.batches(range(len(pictures)), at_once=min(_SAMPLED, scored_at_once(guide))))
    decoded = decoder(batch)
    if not any(isinstance(seen, Decoded) for seen in decoded.seen):
        return None
    logits_of(guide, _labelled(decoded))  # the first look warms up
    began = perf_counter()
    few = _labelled(decoder(batch))
    logits_of(guide, few)
    scored = perf_counter()
    attack = Attack(Norm.L2, guide.epsilon_scale.step, steps=1, step=guide.epsilon_scale.step)
    perturbed(
        guide.logits,
        few.images.to(guide.device),
        few.targets.to(guide.device),
        attack=attack,
        generator=torch.Generator().manual_seed(0),
    )
    stepped = perf_counter()
    a_step = (stepped - scored) / len(few)
    return CalibrationPace((scored - began) / len(few), ATTACK_STEPS * a_step, guide.epsilon_scale.steps * a_step)


def scored_at_once(guide: GuideModel) -> int:
    """Return how many pictures ``guide`` looks at in one batch."""
    return _at_once(guide, _SCORED_PIXELS)


def read_images(decoder: Decoder, batch: Batch, places: Places) -> tuple[Places, torch.Tensor]:
    """Return those of the ``places`` (N,) of a ``batch`` that can be read, and their pictures ``(n, 3, H, W)``."""
    decoded = decoder(batch)
    there = np.array([isinstance(seen, Decoded) for seen in decoded.seen], dtype=np.bool_)
    if not there.any():
        return places[there], torch.zeros(0, 3, decoder.size, decoder.size)
    return places[there], _labelled(decoded).images


def _at_once(guide: GuideModel, pixels: int) -> int:
    return max(1, min(_MOST_AT_ONCE, pixels // guide.input_size**2))


def _seen(guide: GuideModel, decoder: Decoder, batch: Batch, places: Places) -> Arrays:
    decoded = decoder(batch)
    usable = [(place, seen) for place, seen in zip(places, decoded.seen, strict=True) if isinstance(seen, Decoded)]
    logits = logits_of(guide, _labelled(decoded)) if usable else torch.zeros(0, len(guide.classes))
    return {
        "places": np.array([place for place, _ in usable], dtype=np.int64),
        "logits": logits.float().numpy(),
        "hashed": np.array([_hash_of(seen) for _, seen in usable], dtype=np.uint64),
        "sha256": np.array([seen.sha256 for _, seen in usable], dtype="U64"),
        "unusable": np.array([s.sentence for s in decoded.seen if isinstance(s, Unusable)], dtype=np.str_),
    }


def _attacked(guide: GuideModel, decoder: Decoder, batch: Batch, targets: Places, *, epsilon: float) -> Arrays:
    decoded = decoder(batch)
    there = np.array([isinstance(seen, Decoded) for seen in decoded.seen])
    held = np.zeros(len(there), dtype=np.bool_)  # what has gone meanwhile is not named, as it cannot be
    if there.any():
        data = Labelled(_labelled(decoded).images, torch.from_numpy(targets[there]))
        held[there] = correct_under_attack(guide, data, norm=Norm.L2, epsilon=epsilon).numpy()
    return {"held": held}


def _labelled(decoded: DecodedBatch) -> Labelled:
    images = np.stack([seen.image for seen in decoded.seen if isinstance(seen, Decoded)])
    return Labelled(torch.from_numpy(images), torch.zeros(len(images), dtype=torch.int64))


def _hash_of(seen: Decoded) -> int:
    return perceptual_hash(see(to_8_bit(seen.image).transpose(1, 2, 0), size=HASHED_SIZE))
