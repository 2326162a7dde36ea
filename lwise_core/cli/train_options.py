"""The options of ``train``, by what they decide: the network, the attack, the training, the images, the measuring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.precision import native_bf16
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import best_device
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.cross_validation import Fold, groups_in
from lwise_core.training.export_guide import HeldOut
from lwise_core.training.initial_network import InitialNetwork, new_start, start_from, start_from_file
from lwise_core.training.people_answers import read_answers
from lwise_core.training.recipes import PRESETS, Augmentation, Recipe, RecipeError, Trained, step_for


@dataclass(frozen=True)
class NetworkOptions:
    """The network that training begins with."""

    begin_from: Annotated[str | None, typer.Option("--from", help="Fine-tune this guide of the catalogue.")] = None
    weights: Annotated[
        Path | None, typer.Option(help="Begin with the network of this weight file, which may know other classes.")
    ] = None
    size: Annotated[
        int | None, typer.Option(help="Input size in pixels; without it 32, or what the network begun with has.")
    ] = None
    width: Annotated[int, typer.Option(min=1, help="Channels of a new CompactResNet after its stem.")] = 32
    architecture: Annotated[
        str | None, typer.Option(help="Another new network, or that of --weights, by timm's name.")
    ] = None

    def start(self) -> InitialNetwork:
        """Return it.

        Raises:
            GuideUnavailable: There is no guide to fine-tune of that name.
            CheckpointError: The weight file cannot be read, or does not tell its network.
            RecipeError: Two networks to begin with are named, or there is no such network.
        """
        if self.begin_from and self.weights:
            raise RecipeError("Begin with a guide (--from) or with a weight file (--weights), not with both.")
        if self.weights:
            return start_from_file(self.weights, self.architecture, size=self.size)
        if self.begin_from:
            return start_from(self.begin_from, size=self.size)
        return new_start(self.architecture, width=self.width, size=self.size or 32)


@dataclass(frozen=True)
class AttackOptions:
    """What is asked of the attack in training otherwise than by the preset."""

    norm: Annotated[Norm | None, typer.Option(help="How the size of a change is measured.")] = None
    epsilon: Annotated[float | None, typer.Option(help="Radius of the attack; 0 for a non-robust network.")] = None
    steps: Annotated[int | None, typer.Option(help="Steps of the attack.")] = None

    def of(self, preset: Attack) -> Attack:
        """Return the preset's attack with what was asked for otherwise."""
        if self.norm is None and self.epsilon is None and self.steps is None:
            return preset
        radius = preset.epsilon if self.epsilon is None else self.epsilon
        count = 0 if radius == 0 else preset.steps if self.steps is None else self.steps
        return Attack(self.norm or preset.norm, radius, count, step_for(radius, count), preset.random_start)


@dataclass(frozen=True)
class TrainingOptions:
    """What is asked of the training otherwise than by the preset."""

    grow: Annotated[float, typer.Option(help="Share of the run over which the attack grows to its size.")] = 0.0
    epochs: Annotated[int | None, typer.Option()] = None
    batch: Annotated[int | None, typer.Option(help="Images a batch.")] = None
    lr: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None
    seed: Annotated[int | None, typer.Option()] = None
    epoch_images: Annotated[int, typer.Option(help="Images an epoch, after which the run is kept; 0: all.")] = 0
    validation: Annotated[int, typer.Option(help="Images set aside to watch the run by.")] = 500
    balanced: Annotated[bool, typer.Option("--balanced", help="Draw every class equally often.")] = False
    wide: Annotated[bool, typer.Option("--wide", help="Crop from a quarter of the area on, and recolour.")] = False
    first_size: Annotated[int, typer.Option(help="Show images at this size at first, then larger; 0: full size.")] = 0
    unattacked: Annotated[float, typer.Option(help="Share of every batch that is learnt without an attack.")] = 0.0
    any_way_up: Annotated[bool, typer.Option("--any-way-up", help="Also turn by quarter turns.")] = False
    any_light: Annotated[bool, typer.Option("--any-light", help="Turn, and recolour.")] = False
    last_layer: Annotated[bool, typer.Option("--last-layer", help="Train the last layer only.")] = False
    freeze: Annotated[int, typer.Option(help="Leave the first convolutions as they are.")] = 0

    def recipe(self, preset: Recipe, attack: AttackOptions, *, size: int) -> Recipe:
        """Return the preset's recipe with what was asked for otherwise.

        Raises:
            RecipeError: It cannot be trained so.
        """
        changes = {"epochs": self.epochs, "batch": self.batch, "peak_lr": self.lr, "seed": self.seed}
        return replace(
            preset,
            attack=attack.of(preset.attack),
            balanced=self.balanced,
            images_per_epoch=self.epoch_images,
            validation=self.validation,
            augmentation=self._augmentation(),
            trained=Trained.LAST if self.last_layer else Trained.AFTER if self.freeze else Trained.ALL,
            frozen_convolutions=self.freeze,
            attack_warm_up=self.grow,
            first_size=_first_size(self.first_size, size),
            unattacked=self.unattacked,
            bf16=preset.bf16 and native_bf16(best_device()),
            **{k: v for k, v in changes.items() if v is not None},  # type: ignore[arg-type]
        )

    def _augmentation(self) -> Augmentation:
        asked = {
            Augmentation.WIDE: self.wide,
            Augmentation.ANY_WAY_UP: self.any_way_up,
            Augmentation.ANY_LIGHT: self.any_light,
        }
        chosen = [a for a, wanted in asked.items() if wanted]
        if len(chosen) > 1:
            raise RecipeError("Choose one of --wide, --any-way-up and --any-light.")
        return chosen[0] if chosen else Augmentation.PHOTOGRAPH


@dataclass(frozen=True)
class HeldOutOptions:
    """What the guide is measured on."""

    held_out: Annotated[str | None, typer.Option(help="Images to measure on; without it, the run's DATA.")] = None
    held_out_split: Annotated[str, typer.Option(help="Their split.")] = "test"
    by_name: Annotated[bool, typer.Option("--by-name", help="Sort held-out images by file name, not path.")] = False
    reference_slice: Annotated[
        str | None, typer.Option(metavar="FIRST:STEP", help="Held-out images for references; without it, the rest.")
    ] = None
    references: Annotated[
        str | None, typer.Option(help="Images of their own for references, of the same split: all of them.")
    ] = None
    measured_slice: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Held-out images for accuracies.")] = "1:2"
    attacked: Annotated[int, typer.Option(help="Measure the attack on about so many images.")] = 1000

    def of(self, data: str) -> HeldOut:
        """Return how the held-out images are divided; they are the run's ``data`` where no others were named.

        Raises:
            RecipeError: A slice is none.
        """
        return HeldOut(
            source=Path(self.held_out or data),
            split=self.held_out_split,
            by_name=self.by_name,
            references=part(self.reference_slice) if self.reference_slice else None,
            measured=part(self.measured_slice),
            attacked=self.attacked,
        )

    def of_references(self) -> HeldOut | None:
        """Return how the images that were named for references alone are divided: all of them give one."""
        if self.references is None:
            return None
        everything = slice(0, None, 1)
        return HeldOut(Path(self.references), self.held_out_split, self.by_name, everything, everything, self.attacked)


@dataclass(frozen=True)
class ImageOptions:
    """Which of the images are learnt from, and what says their classes."""

    label_column: Annotated[
        str, typer.Option("--label-column", help="The CSV's column that says the class; “class” if not given.")
    ] = ""
    leave_out: Annotated[
        str | None, typer.Option(metavar="FIRST:STEP", help="Do not train on these of DATA, sorted by path.")
    ] = None
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CLASS", help="Only this class of DATA; repeatable.")
    ] = None
    folds: Annotated[
        int, typer.Option(min=0, help="Judge by so many guides that each leave a part out; then hold none out.")
    ] = 0
    groups: Annotated[
        Path | None, typer.Option(help="For --folds: CSV with file and group; each group is left out as a whole.")
    ] = None

    answers: Annotated[
        Path | None,
        typer.Option(help="CSV of what people called the images: file or index, and a count for each class."),
    ] = None
    answers_weight: Annotated[
        float, typer.Option(help="How much of those answers is learnt, up to 1; the rest is the class.")
    ] = 0.5

    def with_answers(self, images: LabelledImages) -> LabelledImages:
        """Return the images, their classes in the final order, with what people called them, where that was named.

        Raises:
            RecipeError: The answers are about other classes or images, or cannot be counted.
        """
        if self.answers is None:
            return images
        return read_answers(self.answers).beside(images, weight=self.answers_weight)

    def folds_of(self, images: LabelledImages) -> list[Fold]:
        """Return the parts that are left out in turn.

        Raises:
            RecipeError: The CSV of groups lacks a column or an image.
        """
        groups = groups_in(self.groups, images) if self.groups else ()
        return [Fold(n, self.folds, groups) for n in range(self.folds)]

    def of(self, images: LabelledImages) -> LabelledImages:
        """Return the images without those that are left out.

        Raises:
            RecipeError: What is left out is no slice.
        """
        return images.without(part(self.leave_out)) if self.leave_out else images

    def refuse_held_out(self, held: HeldOutOptions) -> None:
        """Make sure that folds, which leave out every image once, leave nothing else out.

        Raises:
            RecipeError: Something else is held or left out.
        """
        if held.held_out is not None or self.leave_out is not None:
            raise RecipeError(
                f"--folds {self.folds} leaves out every image once; take --held-out and --leave-out away."
            )


def recipe_named(preset: str, size: int) -> Recipe:
    """Return a preset's recipe for images of ``size`` px.

    Raises:
        RecipeError: There is no such preset.
    """
    if preset not in PRESETS:
        raise RecipeError(f"There is no preset “{preset}”; there is {', '.join(PRESETS)}.")
    return PRESETS[preset](size=size)


def _first_size(wanted: int, full: int) -> int:
    if wanted > full:
        raise RecipeError(f"Images of {full} px cannot begin at {wanted} px; choose a smaller --first-size.")
    return wanted


def part(text: str) -> slice:
    """Return the slice that FIRST:STEP means.

    Raises:
        RecipeError: It means none.
    """
    first, _, step = text.partition(":")
    if not (first.isdecimal() and step.isdecimal() and int(step)):
        raise RecipeError(f"“{text}” is not a choice of images; write FIRST:STEP, such as 1:2 for every second one.")
    return slice(int(first), None, int(step))
