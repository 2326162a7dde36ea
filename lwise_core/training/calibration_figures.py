"""What follows from a calibration's answers: which pictures count, what was measured on them, and how that is said."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from pydantic import JsonValue

from lwise_core.data.errors import DatasetError
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY
from lwise_core.images.perceptual_hash import ALIKE, Hashes, near_duplicates, nearest_bits
from lwise_core.training.attacks import Norm
from lwise_core.training.calibration_batches import Chosen, SeenPictures
from lwise_core.training.calibration_pictures import Division, LabelledPictures, Places, alike_sentence, once_each
from lwise_core.training.evaluation import Evaluation, Measured, calibration_error
from lwise_core.training.export_guide import card_figures
from lwise_core.training.temperature import fitted_temperature


@dataclass(frozen=True, eq=False)
class CountedPictures:
    """The pictures that count: ``seen`` (N), their class indices ``targets`` ``(N,)``, and which ``measures`` accuracy.

    ``notes`` are sentences about those that do not count.
    """

    seen: SeenPictures
    targets: Places
    measures: Chosen
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, seen: SeenPictures, pictures: LabelledPictures, division: Division, *, learnt: Hashes
    ) -> CountedPictures:
        """Return those of ``seen`` that can be used, are there once and are not like what was ``learnt``.

        Raises:
            DatasetError: There is none.
        """
        notes = [*pictures.notes, *_on_unusable(seen.unusable)]
        targets = np.array(pictures.targets, dtype=np.int64)
        stays, said = once_each(seen.sha256.tolist(), targets[seen.places].tolist())
        seen = seen.take(stays)
        alike = nearest_bits(seen.hashed, learnt) <= ALIKE
        seen = seen.take(~alike)
        notes += [*said, _on_learnt(int(alike.sum()), of=len(learnt))]
        if not len(seen.places):
            raise DatasetError(f"No picture of “{pictures.pictures.name}” can be used. {' '.join(notes)}")
        targets = targets[seen.places]
        names = [pictures.entries[place].name for place in seen.places]
        notes.append(alike_sentence(near_duplicates(seen.hashed), names, targets.tolist()))
        return cls(seen, targets, division.measures(seen.sha256.tolist(), targets.tolist()), tuple(filter(None, notes)))

    def to_attack(self, count: int) -> Places:
        """Return the places in the set of ``count`` measured pictures, the first by content hash, in its order."""
        measured = self.seen.take(self.measures)
        return np.sort(measured.places[np.argsort(measured.sha256)[:count]])


def calibration_of(
    guide: GuideModel,
    counted: CountedPictures,
    *,
    folder: str,
    division: Division,
    held: Sequence[Chosen],
    epsilon: float,
) -> Calibration:
    """Return the calibration of ``guide`` from ``counted`` pictures of the set called ``folder``.

    ``held`` says, batch by batch, which of those that were attacked with ``epsilon`` were still named.
    """
    rest, count = ~counted.measures, len(counted.targets)
    references = _evaluation(counted, rest).references(guide.classes, source=folder)
    contents = sorted(zip(counted.targets.tolist(), counted.seen.sha256.tolist(), strict=True))
    listed = "".join(f"{guide.classes[target]}\0{digest}\n" for target, digest in contents)
    return Calibration(
        guide=guide.name,
        weights_sha256=guide.provenance.sha256,
        classes=guide.classes,
        folder=folder,
        pictures=count,
        pictures_sha256=hashlib.sha256(listed.encode()).hexdigest(),
        date=datetime.now(UTC).date().isoformat(),
        division=division.described(references=int(rest.sum()), measured=count - int(rest.sum())),
        references={name: values for name, values in references.logits.items() if values},
        measured=cast("dict[str, JsonValue]", _measured(guide, counted, held=held, epsilon=epsilon)),
        notes=counted.notes,
    )


def _measured(guide: GuideModel, counted: CountedPictures, *, held: Sequence[Chosen], epsilon: float) -> Measured:
    """Return what a card says was measured, and the temperature, of which the measured pictures know nothing."""
    if not counted.measures.any():
        return {}
    attacked = {f"{Norm.L2.value}_{epsilon:g}": torch.from_numpy(np.concatenate(held))} if held else {}
    plain = _evaluation(counted, counted.measures)
    verdicts = Evaluation(plain.logits, plain.targets, attacked)
    figures = card_figures(verdicts, guide.classes, on="the pictures that measure accuracy, by the division")
    if not held:
        del figures["attack"]
    fitted_on = _evaluation(counted, ~counted.measures)
    temperature = fitted_temperature(fitted_on.logits, fitted_on.targets)
    if temperature is not None and len(fitted_on.targets) >= ENOUGH_FOR_DIFFICULTY:
        error = calibration_error(plain.logits / temperature, plain.targets)
        figures["temperature"] = {
            "value": round(temperature, 3),
            "fitted_on": f"the {len(fitted_on.targets):,} references",
            "expected_calibration_error": round(error, 3),
        }
    return figures


def _evaluation(counted: CountedPictures, chosen: npt.NDArray[np.bool_]) -> Evaluation:
    logits, targets = counted.seen.logits[chosen], counted.targets[chosen]
    return Evaluation(torch.from_numpy(logits), torch.from_numpy(targets), {})


def _on_unusable(sentences: Sequence[str]) -> tuple[str, ...]:
    if not sentences:
        return ()
    files = "1 file was" if len(sentences) == 1 else f"{len(sentences):,} files were"
    return (f"{files} left out as unreadable; the first: {sentences[0]}",)


def _on_learnt(alike: int, *, of: int) -> str:
    if not of:
        return "What the guide learnt is not known here picture by picture, so nothing could be compared with it."
    pictures = "1 picture was" if alike == 1 else f"{alike:,} pictures were"
    return f"{pictures} left out as nearly the same as one of the {of:,} that the guide is known to have learnt."
