"""Guides from a shell: list them, fetch published ones, and take one from a weight file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from lwise_core._utils.file_errors import read_file
from lwise_core.guides import catalog
from lwise_core.guides.blueprints import Blueprint
from lwise_core.guides.card_words import accuracy_words
from lwise_core.guides.catalog import GuideStatus
from lwise_core.guides.checkpoints import Description, Weights, blueprint_for, build_guide, read_weights
from lwise_core.guides.class_lists import classes_from_text
from lwise_core.guides.guide import (
    IDENTITY_MEAN,
    IDENTITY_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Domain,
    GuideModel,
)
from lwise_core.guides.hub import HubAddress, is_hub_address

MAX_CLASS_LIST_BYTES = 5_000_000


class PixelsAs(StrEnum):
    """What the training of a weight file's network did to pixels in [0, 1]."""

    NONE = "none"
    IMAGENET = "imagenet"


_STATISTICS = {PixelsAs.NONE: (IDENTITY_MEAN, IDENTITY_STD), PixelsAs.IMAGENET: (IMAGENET_MEAN, IMAGENET_STD)}


@dataclass(frozen=True)
class ForeignGuide:
    """A weight file and what a person says about it, each only where the file leaves it open.

    ``domain`` UNKNOWN is treated as medical; ``normaliser`` None is what is usual for the architecture.
    """

    weights: Path
    architecture: str | None = None
    classes: Path | None = None
    domain: Domain = Domain.UNKNOWN
    normaliser: PixelsAs | None = None

    def load(self, *, say: Callable[[str], object]) -> GuideModel:
        """Return the guide; ``say`` gets a sentence on its normaliser where the file leaves it open.

        Raises:
            CheckpointError: The file is refused; the message says why and how to convert it.
            ClassListError: The class list does not fit.
            CalibrationError: There is a calibration of it, and that is damaged.
            FileError: The class list cannot be read.
        """
        weights = read_weights(self.weights)
        names = None
        if self.classes is not None:
            names = classes_from_text(read_file(self.classes, at_most=MAX_CLASS_LIST_BYTES))
        description = Description(name=self.weights.stem, classes=names, domain=self.domain)
        blueprint = self._normalising(blueprint_for(weights, self.architecture), weights, say=say)
        return catalog.here().calibrations.laid_over(build_guide(weights, blueprint, description))

    def _normalising(self, blueprint: Blueprint, weights: Weights, *, say: Callable[[str], object]) -> Blueprint:
        """Return ``blueprint`` with the normaliser that was asked for, and say which one is taken where none is stated.

        A wrong one costs accuracy and shows in nothing else.
        """
        if weights.normaliser is not None:
            if self.normaliser is not None:
                say("The weight file has a normaliser of its own, so --normaliser changes nothing.")
            return blueprint
        if self.normaliser is not None:
            mean, std = _STATISTICS[self.normaliser]
            return replace(blueprint, mean=mean, std=std)
        taken = "pixels are taken as they are" if blueprint.mean == IDENTITY_MEAN else _normalised(blueprint)
        say(f"The weight file has no normaliser: {taken}, as usual for {blueprint.name}; --normaliser says otherwise.")
        return blueprint


def note(sentence: str) -> None:
    """Say something beside the result, on standard error."""
    typer.echo(f"Note: {sentence}", err=True)


def _normalised(blueprint: Blueprint) -> str:
    mean, std = (", ".join(f"{v:.3g}" for v in values) for values in (blueprint.mean, blueprint.std))
    return f"pixels are normalised by the mean {mean} and the standard deviation {std}"


def models_command(
    name: Annotated[str | None, typer.Argument(help="A guide, to list its classes.", show_default=False)] = None,
) -> None:
    """List the guide models: those that are there, and those that `download` can fetch; or the classes of one."""
    if name is not None:
        typer.echo("\n".join(catalog.load(name).classes))
        return
    for entry in catalog.entries():
        detail = entry.reason
        if entry.state is GuideStatus.READY and entry.card is not None:
            detail = f"{len(entry.card.classes)} classes, {entry.card.input_size} px, {entry.card.domain}, "
            detail += accuracy_words(entry.card)
        typer.echo(f"{entry.name}: {entry.state.value}. {detail}".rstrip())


def download_command(
    name: Annotated[
        str,
        typer.Argument(
            help="A published guide; `models` lists them. Or an image model of timm with safetensors on the Hugging "
            "Face Hub, such as hf-hub:timm/resnet18.a1_in1k."
        ),
    ],
) -> None:
    """Fetch a published guide; an interrupted download goes on where it stopped."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)
        for progress in catalog.here().download(name):
            bars.update(bar, completed=progress.done, total=progress.total)
    ready = HubAddress.parse(name).guide_name if is_hub_address(name) else name
    typer.echo(f"{ready} is ready.")
