"""Cross-validation, for data too scarce to hold any out.

The guide is trained on all images and judged by others after the same recipe, each of which left a part of the images
out: what these say of the parts that they never saw stands on its card, and is said to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import safetensors.torch

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import GuideModel
from lwise_core.training.attacks import Attack
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.export_guide import CardFigures, attack_sizes, card_figures, labelled

_VERDICTS = "verdicts.safetensors"


@dataclass(frozen=True)
class Fold:
    """Part ``number`` (from 0) of ``of``: every ``of``-th image, sorted by path, so classes keep their shares."""

    number: int
    of: int

    def folder(self, beside: RunFolder) -> RunFolder:
        """Return where the fold's guide is trained: a folder beside that of the run."""
        return RunFolder(beside.path.with_name(f"{beside.path.name}-fold-{self.number}"))

    def training(self, images: LabelledImages) -> LabelledImages:
        """Return the images that the fold's guide is trained on."""
        return images.without(self._part)

    def left_out(self, images: LabelledImages) -> LabelledImages:
        """Return the images that it never sees."""
        return images.take(range(len(images))[self._part])

    @property
    def _part(self) -> slice:
        return slice(self.number, None, self.of)


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
    kept = {"logits": said.logits, "targets": said.targets, **{k: v.byte() for k, v in said.held.items()}}
    folder.write(_VERDICTS, safetensors.torch.save({k: v.contiguous() for k, v in kept.items()}))
    return said


def pooled_figures(parts: Sequence[Evaluation], classes: Sequence[str]) -> CardFigures:
    """Return what the card of the guide that was trained on everything says: figures and references out of fold."""
    of = len(parts)
    where = (
        f"all images of the training data, out of fold: each was seen by one of {of} guides after the same recipe, "
        f"which had left every {of}th image out, sorted by path"
    )
    pooled = Evaluation.pooled(parts)
    measured = {
        **card_figures(pooled, classes, on=where),
        "attack": f"20 steps of ε/8 from a random start, last iterate, on the {of} guides' stored weights",
        "of": f"the {of} guides, not this one, which was trained on everything; it should be no worse",
    }
    return CardFigures(measured, pooled.references(classes, source=where))
