"""From a finished run to a guide: the stored weight file, measured, and its card."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.file_errors import read_file
from lwise_core._utils.json_faults import fault_of
from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.checkpoints import Description, Weights, build_guide, read_weights
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.learnt_hashes import LEARNT_FILE, as_file
from lwise_core.guides.model_card import parse_card
from lwise_core.guides.references import References
from lwise_core.training.attacks import Norm
from lwise_core.training.evaluation import Evaluation, Labelled, Measured, reliability
from lwise_core.training.initial_network import InitialNetwork
from lwise_core.training.learnt_pictures import hashes_of
from lwise_core.training.recipes import RecipeError
from lwise_core.training.trainer import Trainer, pixels_of

_WEIGHTS, _CARD = "model.safetensors", "card.json"


@dataclass(frozen=True)
class About:
    """What only a person can say about a guide, for its card.

    ``tuned_on`` counts the pictures of a person's own that it was tuned on; it is 0 for every other guide.
    """

    name: str
    domain: Domain
    data: str
    licence: str
    intended_use: str
    limits: str
    caution: str = ""
    not_for: str = ""
    class_names: Mapping[str, str] = field(default_factory=dict)
    tuned_on: int = 0

    def plain(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class HeldOut:
    """Which held-out images give the reference logits, and which the accuracies.

    Both are slices over the images of ``split`` in ``source``, sorted by path, or by file name where ``by_name``;
    where ``references`` is none, every image that is not measured gives one, and where ``measured`` is none, every
    image that gives no reference is measured. ``attacked`` is about how many of these go through the attack.
    """

    source: Path
    split: str
    by_name: bool
    references: slice | None
    measured: slice | None
    attacked: int

    def of(self, images: LabelledImages) -> HeldOutImages:
        """Return both parts of ``images``, which were read from the source; it is said where they share some.

        Raises:
            RecipeError: A part that was chosen has no image.
        """
        references, measured = self._parts(images)
        if not len(measured) or (self.references is not None and not len(references)):
            raise RecipeError(
                f"“{self.split}” in {self.source.name} has {len(images):,} images, and none of those that were chosen "
                f"to {'give references' if len(measured) else 'measure on'}; choose others."
            )
        both = len(references.shared_with(measured))
        return HeldOutImages(
            references=labelled(references),
            measured=labelled(measured),
            described_references=self._described_references(),
            described_measured=self._described_measured() + (f"; {both:,} of them give references too" if both else ""),
            attacked=self.attacked,
        )

    def refuse_trained(self, images: LabelledImages, *, trained: LabelledImages) -> None:
        """Make sure that neither part of ``images`` is among the images ``trained`` on, as the card will say.

        Raises:
            RecipeError: Some are.
        """
        names = dict.fromkeys(name for part in self._parts(images) for name in part.shared_with(trained))
        if names:
            raise RecipeError(
                f"{len(names):,} of the images to measure on are trained on too, such as “{next(iter(names))}”; "
                "choose others, or take them out of training with --leave-out."
            )

    def _parts(self, images: LabelledImages) -> tuple[LabelledImages, LabelledImages]:
        """Return the images that give references, and those that are measured on."""
        order = list(range(len(images)))
        if self.by_name:
            order.sort(key=lambda i: (images.names[i].split("/", 1)[1], images.names[i]))
        if self.measured is None:
            references = order[self.references or slice(0)]
            return images.take(references), images.take(_without(order, references))
        measured = order[self.measured]
        references = _without(order, measured) if self.references is None else order[self.references]
        return images.take(references), images.take(measured)

    def _described_measured(self) -> str:
        if self.measured is None:
            return f"all images of “{self.split}” in {self.source.name} that give no references; never trained on"
        return self._described(self.measured)

    def _described_references(self) -> str:
        if self.references is None and self.measured == slice(0, None, 1):
            return "none: every image that was held out is measured on"
        if self.references is None:
            return f"all images of “{self.split}” in {self.source.name} that are not measured on; never trained on"
        return self._described(self.references)

    def _described(self, part: slice) -> str:
        if part == slice(0, None, 1):
            return f"all images of “{self.split}” in {self.source.name}; never trained on"
        order = "file name" if self.by_name else "path"
        return (
            f"images {part.start}, {part.start + part.step}, {part.start + 2 * part.step}, … (counted from 0) of "
            f"“{self.split}” in {self.source.name}, sorted by {order}; never trained on"
        )


def _without(order: list[int], taken: list[int]) -> list[int]:
    gone = set(taken)
    return [i for i in order if i not in gone]


@dataclass(frozen=True, eq=False)
class HeldOutImages:
    """The images that give references and accuracies, and how a card describes them."""

    references: Labelled
    measured: Labelled
    described_references: str
    described_measured: str
    attacked: int

    def with_references_of(self, other: HeldOutImages) -> HeldOutImages:
        """Return the same with the references of ``other``, whose images are others."""
        return replace(self, references=other.references, described_references=other.described_references)

    def with_more_references(self, more: Labelled, *, described: str) -> HeldOutImages:
        """Return the same with ``more`` references, which are ``described`` in words: images of none of the parts."""
        both = zip((self.references.images, self.references.targets), (more.images, more.targets), strict=True)
        images, targets = (torch.cat(parts) for parts in both)
        said = f"{described} and {self.described_references}"
        return replace(self, references=Labelled(images, targets), described_references=said)


def read_about(path: Path) -> About:
    """Return what the JSON file ``path`` says about a guide.

    Raises:
        RecipeError: It is not JSON, or a field is missing or of the wrong kind.
        FileError: It cannot be read.
    """
    try:
        return TypeAdapter(About).validate_json(read_file(path))
    except ValidationError as error:
        raise RecipeError(f"“{path.name}” cannot be used: {fault_of(error)}; correct it.") from error


@dataclass(frozen=True)
class CardFigures:
    """What a card says was measured, and the reference logits it carries, by the card's own fields."""

    measured: Measured
    references: References


def publish(
    folder: RunFolder,
    trainer: Trainer,
    start: InitialNetwork,
    about: About,
    evidence: Callable[[GuideModel], CardFigures],
    *,
    command: str,
) -> dict[str, object]:
    """Write the guide of a finished run to ``folder.guide``, with hashes of what it learnt, and return its card.

    ``evidence`` is asked of the stored file's guide.
    """
    building = folder.path / ".guide"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    folder.write(f"{building.name}/{_WEIGHTS}", stored(trainer.averaged))
    weights = read_weights(building / _WEIGHTS)
    found = evidence(_guide(weights, start, about))
    card: dict[str, object] = {
        **_said(about),
        **_network(start),
        "weights": {
            "file": _WEIGHTS,
            "dtype": "float16",
            "sha256": weights.sha256,
            "bytes": (building / _WEIGHTS).stat().st_size,
        },
        "training": _training(trainer, start, command),
        "measured": found.measured,
        "references": found.references.for_card(),
    }
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    parse_card(text.encode())
    folder.write(f"{building.name}/{_CARD}", text.encode())
    learnt = np.concatenate([start.learnt, hashes_of(trainer.images)])
    folder.write(f"{building.name}/{LEARNT_FILE}", as_file(learnt))
    shutil.rmtree(folder.guide, ignore_errors=True)
    building.rename(folder.guide)
    return card


def stored(network: torch.nn.Module) -> bytes:
    """Return the weight file of ``network``: safetensors, float16, without counters of batches."""
    state = network.state_dict()
    halves = {k: v.detach().cpu().half().contiguous() for k, v in state.items() if v.is_floating_point()}
    return safetensors.torch.save(halves)


def _said(about: About) -> dict[str, object]:
    said = about.plain()
    del said["class_names"]  # they are the guide's classes by now
    if not about.tuned_on:
        del said["tuned_on"]
    return said


def _network(start: InitialNetwork) -> dict[str, object]:
    mean, std = start.statistics()
    return {
        "architecture": _architecture(start),
        "input_size": start.input_size,
        "mean": list(mean),
        "std": list(std),
        "classes": list(start.classes),
    }


def _architecture(start: InitialNetwork) -> dict[str, object]:
    state = start.network.state_dict()
    if "stages.0.reduce.conv.weight" not in state:
        return {"class": start.blueprint().name}
    stem = state["stem.conv.weight"]
    return {
        "class": "CompactResNet",
        "width": stem.shape[0],
        "num_classes": len(start.classes),
        "stem_stride": 1 if stem.shape[-1] == 3 else 2,
    }


def _training(trainer: Trainer, start: InitialNetwork, command: str) -> dict[str, object]:
    recipe = trainer.recipe.plain()
    return {
        **recipe,
        "started_from": start.origin,
        "command": command,
        "training_images": len(trainer.images) - trainer.watched,
        "watched_by": (
            f"{trainer.watched} images of the training data, evenly spread by path; a guide that the run started from "
            "may have learnt them, so the history below flatters it"
        ),
        "images_sha256": trainer.images.sha256,
        "minutes": round(sum(e.seconds for e in trainer.epochs) / 60, 1),
        "hardware": f"{os.cpu_count()} CPU cores" if trainer.device.type == "cpu" else torch.cuda.get_device_name(),
        "history": [asdict(e) for e in trainer.epochs],
    }


def held_out_figures(guide: GuideModel, held: HeldOutImages, *, norm: Norm, trained: float) -> CardFigures:
    """Return what ``guide``, ``trained`` with attacks of that size, is worth on held-out images, and its references."""
    sizes = attack_sizes(guide, norm=norm, trained=trained)
    verdicts = Evaluation.of(guide, held.measured, epsilons=sizes, norm=norm, attacked=held.attacked)
    source, references = held.described_references, References(source=held.described_references)
    if len(held.references):
        references = Evaluation.of(guide, held.references, epsilons=()).references(guide.classes, source=source)
    return CardFigures(
        card_figures(verdicts, guide.classes, on=held.described_measured),
        references,
    )


def attack_sizes(guide: GuideModel, *, norm: Norm, trained: float) -> list[float]:
    """Return the sizes of the attacks that a card tells of, rising.

    These are the one it was ``trained`` with, twice that, and for L2 the one that says whether a guide is fit at all.
    """
    size = trained or guide.input_size / 64
    sizes = {size, 2 * size}
    if norm is Norm.L2:
        sizes.add(round(guide.epsilon_scale.from_224(guide.domain.attack_224), 4))
    return sorted(sizes)


def card_figures(verdicts: Evaluation, classes: Sequence[str], *, on: str) -> Measured:
    """Return what a card says of ``verdicts`` on the images that ``on`` describes."""
    bins = reliability(verdicts.logits, verdicts.targets)
    return {
        "on": on,
        **verdicts.figures(classes),
        "attack": "20 steps of ε/8 from a random start, last iterate, on the stored file",
        "reliability": [[b.images, round(b.confidence, 3), round(b.accuracy, 3)] for b in bins],
    }


def stored_guide(trainer: Trainer, start: InitialNetwork, about: About) -> GuideModel:
    """Return the guide of a finished run as its stored file has it, without writing that."""
    return _guide(read_weights(stored(trainer.averaged)), start, about)


def _guide(weights: Weights, start: InitialNetwork, about: About) -> GuideModel:
    described = Description(name=about.name, classes=start.classes, domain=about.domain)
    return build_guide(weights, start.blueprint(), described)


def labelled(images: LabelledImages) -> Labelled:
    """Return ``images`` as tensors."""
    return Labelled(pixels_of(images, torch.arange(len(images))), torch.from_numpy(images.targets))
