"""Cross-validation, for data too scarce to hold any out.

The guide is trained on all images and judged by others after the same recipe, each of which left a part of the images
out: what these say of the parts that they never saw stands on its card, and is said to.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch

from lwise_core._utils.file_errors import read_file
from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages, Rows
from lwise_core.guides.guide import GuideModel
from lwise_core.training.attacks import Attack
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.export_guide import CardFigures, attack_sizes, card_figures, labelled
from lwise_core.training.recipes import RecipeError

_VERDICTS = "verdicts.safetensors"


@dataclass(frozen=True)
class Fold:
    """Part ``number`` (from 0) of ``of``: every ``of``-th image, sorted by path, so classes keep their shares.

    ``groups`` (N), the group of each image sorted by path, keeps together what is one thing, such as copies of an
    original or pictures of one lesion: every ``of``-th group is then left out. Without it every image is a group.
    """

    number: int
    of: int
    groups: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What is left out as a whole, in words."""
        return "group of images" if self.groups else "image"

    def folder(self, beside: RunFolder) -> RunFolder:
        """Return where the fold's guide is trained: a folder beside that of the run."""
        return RunFolder(beside.path.with_name(f"{beside.path.name}-fold-{self.number}"))

    def training(self, images: LabelledImages) -> LabelledImages:
        """Return the images that the fold's guide is trained on."""
        return images.without(self._part())

    def left_out(self, images: LabelledImages) -> LabelledImages:
        """Return the images that it never sees."""
        return images.take(np.arange(len(images))[self._part()])

    def _part(self) -> slice | Rows:
        if not self.groups:
            return slice(self.number, None, self.of)
        places = {group: i for i, group in enumerate(dict.fromkeys(self.groups))}
        number = np.array([places[group] for group in self.groups], dtype=np.int64)
        return np.flatnonzero(number % self.of == self.number)


def groups_in(file: Path, images: LabelledImages) -> tuple[str, ...]:
    """Return the group of each of ``images`` by a CSV with the columns file (``class/name``) and group.

    Raises:
        RecipeError: A column or an image is missing.
        FileError: It cannot be read.
    """
    rows = csv.DictReader(read_file(file).decode("utf-8-sig").splitlines())
    if not {"file", "group"} <= set(rows.fieldnames or ()):
        raise RecipeError(f"“{file.name}” needs the columns file and group.")
    known = {row["file"]: row["group"] for row in rows}
    missing = [name for name in images.names if name not in known]
    if missing:
        raise RecipeError(f"“{file.name}” names no group for {len(missing):,} images, such as “{missing[0]}”.")
    return tuple(known[name] for name in images.names)


def kept_verdicts(folder: RunFolder) -> Evaluation | None:
    """Return what a fold's guide said of the images it never saw, None before it was asked."""
    file = folder.path / _VERDICTS
    if not file.is_file():
        return None
    kept = safetensors.torch.load_file(file)
    logits, targets = kept.pop("logits"), kept.pop("targets")
    return Evaluation(logits, targets, {name: held.bool() for name, held in kept.items()})


def judge_folds(
    folder: RunFolder, guide: GuideModel, images: LabelledImages, attack: Attack, *, attacked: int
) -> Evaluation:
    """Return what ``guide``, trained with ``attack``, says of ``images``, and keep it in the fold's ``folder``.

    About so many as ``attacked`` of them go through attacks, evenly spread.
    """
    sizes = attack_sizes(guide, norm=attack.norm, trained=attack.epsilon)
    said = Evaluation.of(guide, labelled(images), epsilons=sizes, norm=attack.norm, attacked=attacked)
    keep_verdicts(folder, said)
    return said


def keep_verdicts(folder: RunFolder, said: Evaluation) -> None:
    """Keep what a fold's guide ``said`` in its folder, where :func:`kept_verdicts` finds it."""
    kept = {"logits": said.logits, "targets": said.targets, **{k: v.byte() for k, v in said.held.items()}}
    folder.write(_VERDICTS, safetensors.torch.save({k: v.contiguous() for k, v in kept.items()}))


def pooled_figures(
    parts: Sequence[Evaluation], classes: Sequence[str], *, unit: str = "image", which: str = ""
) -> CardFigures:
    """Return what the card of the guide that was trained on everything says: figures and references out of fold.

    ``unit`` says what the folds left out as a whole, ``which`` which images the figures are of where the folds were
    made otherwise than by :class:`Fold`.
    """
    of = len(parts)
    where = which or (
        f"all images of the training data, out of fold: each was seen by one of {of} guides after the same recipe, "
        f"which had left every {of}th {unit} out, sorted by path"
    )
    pooled = Evaluation.pooled(parts)
    measured = {
        **card_figures(pooled, classes, on=where),
        "attack": f"20 steps of ε/8 from a random start, last iterate, on the {of} guides' stored weights",
        "of": f"the {of} guides, not this one, which was trained on everything; it should be no worse",
    }
    return CardFigures(measured, pooled.references(classes, source=where))
