"""Guides from a shell: list them, fetch published ones, and take one from a weight file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from lwise_core._utils.file_errors import read_file
from lwise_core.guides import catalog
from lwise_core.guides.card_words import accuracy_words
from lwise_core.guides.catalog import GuideStatus
from lwise_core.guides.checkpoints import Description, blueprint_for, build_guide, read_weights
from lwise_core.guides.class_lists import classes_from_text
from lwise_core.guides.guide import Domain, GuideModel

MAX_CLASS_LIST_BYTES = 5_000_000


@dataclass(frozen=True)
class ForeignGuide:
    """A weight file and what a person says about it: architecture and class list only where the file leaves them open.

    ``domain`` UNKNOWN is treated as medical.
    """

    weights: Path
    architecture: str | None = None
    classes: Path | None = None
    domain: Domain = Domain.UNKNOWN

    def load(self) -> GuideModel:
        """Return the guide.

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
        guide = build_guide(weights, blueprint_for(weights, self.architecture), description)
        return catalog.here().calibrations.laid_over(guide)


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
    name: Annotated[str, typer.Argument(help="A published guide; `models` lists them.")],
) -> None:
    """Fetch a published guide; an interrupted download goes on where it stopped."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)
        for progress in catalog.here().download(name):
            bars.update(bar, completed=progress.done, total=progress.total)
    typer.echo(f"{name} is ready.")
