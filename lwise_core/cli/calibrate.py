"""``lwise calibrate``, ``calibrations`` and ``uncalibrate``: what a guide is worth on a person's own pictures."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from lwise_core._utils.class_names import UnknownClass, canonical
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import (
    GOES_ON,
    PICTURES,
    Architecture,
    ClassGroupsOf,
    ClassList,
    DomainOf,
    GuideChoice,
    Refused,
    StoppedByHand,
    pictures_at,
)
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.guides import catalog
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.learnt_hashes import learnt_by
from lwise_core.images.perceptual_hash import Hashes
from lwise_core.inspection.limit_fit import limits_from
from lwise_core.training.calibrating import ATTACKED, CalibrationRequest, calibrate
from lwise_core.training.calibration_extras import MOST_FOR_LIMITS, Extra
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from lwise_core.training.learnt_pictures import learnt_hashes

_SHORTEST_HASH = 6

Named = Annotated[str, typer.Argument(help="A guide; `models` lists them. Or a weight file.", show_default=False)]
Source = Annotated[str, typer.Argument(help=PICTURES, show_default=False)]


@dataclass(frozen=True)
class WeightFileOptions:
    """What is said of a guide that is a weight file, where the file leaves it open; and groups of its classes."""

    architecture: Architecture = None
    classes: ClassList = None
    domain: DomainOf = Domain.UNKNOWN
    class_groups: ClassGroupsOf = None

    def load(self, name: str) -> GuideModel:
        """Return the guide that is called ``name`` in the catalogue, or that the file of this path makes."""
        file = Path(name)
        if not file.is_file():
            return GuideChoice(name, class_groups=self.class_groups).load()
        return GuideChoice(name, file, self.architecture, self.classes, self.domain, self.class_groups).load()


@dataclass(frozen=True)
class PictureOptions:
    """Which pictures of the set are used, and what its folders stand for."""

    splits: Annotated[
        list[str] | None,
        typer.Option("--split", help="Only this split; repeatable. Without it, all but those called train."),
    ] = None
    column: Annotated[str, typer.Option("--label-column", help="The column of a CSV that says the class.")] = ""
    stands_for: Annotated[
        list[str] | None,
        typer.Option("--stands-for", metavar="FOLDER=CLASS", help="The class that a folder stands for; repeatable."),
    ] = None
    leave_out: Annotated[
        bool, typer.Option("--leave-out-others", help="Leave out folders that are not called after a class.")
    ] = False
    learnt: Annotated[
        list[str] | None,
        typer.Option(help="Pictures that the guide has learnt; what is nearly the same is left out. Repeatable."),
    ] = None

    def of(self, source: str, guide: GuideModel) -> LabelledPictures:
        """Return the pictures at ``source``, labelled with the classes of ``guide``.

        Raises:
            Refused: A folder stands for no class and was not decided on.
            DatasetError: There is no such set, or no picture in it.
        """
        stated = dict(map(_decision, self.stands_for or ()))
        spelt = {folder: guide.classes[guide.class_index(name)] for folder, name in stated.items()}
        folders = FolderLabels(guide.classes, spelt, Instead.LEFT_OUT if self.leave_out else None)
        try:
            return LabelledPictures.of(pictures_at(source, column=self.column), folders, splits=self.splits or ())
        except UnknownClass as error:
            raise Refused(f"{error} That is --stands-for FOLDER=CLASS, or --leave-out-others for all.") from error


@dataclass(frozen=True)
class MeasuringOptions:
    """How much is measured."""

    attacked: Annotated[
        int, typer.Option(min=0, help="Attack so many of the measured pictures at most; 0 is quick, and tells less.")
    ] = ATTACKED
    every: Annotated[
        int,
        typer.Option(
            "--measure-every", min=0, help="Of each class, every Nth picture measures; 0: all give references."
        ),
    ] = field(default=Division().every)
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Measure local evidence too: what places of a picture say to the guide.")
    ] = False
    unlike: Annotated[
        bool, typer.Option("--unlike", help="Let the guide tell pictures unlike all of these; from 200 pictures on.")
    ] = False

    artefacts: Annotated[
        bool,
        typer.Option(
            "--artefacts",
            help=f"Find the limits of the light about artefacts too: a path for each of at most {MOST_FOR_LIMITS}.",
        ),
    ] = False

    def extras(self) -> frozenset[Extra]:
        """Return what else is to be made of the pictures."""
        asked = {
            Extra.EVIDENCE: self.evidence,
            Extra.UNLIKE: self.unlike,
            Extra.ARTEFACTS: self.artefacts,
        }
        return frozenset(extra for extra, wanted in asked.items() if wanted)


@grouped
def calibrate_command(
    name: Named,
    source: Source,
    pictures: PictureOptions,
    measuring: MeasuringOptions,
    weights: WeightFileOptions,
) -> None:
    """Give a guide references, accuracies and reliability from your own labelled pictures, which it never learnt.

    They are kept beside the guide and laid over its card; the same command goes on where it stopped.
    """
    guide = weights.load(name)
    request = CalibrationRequest(
        pictures.of(source, guide),
        Division(measuring.every),
        measuring.attacked,
        _learnt(guide, pictures.learnt or ()),
        measuring.extras(),
    )
    calibration = _followed(guide, request)
    typer.echo("\n".join((f"{guide.name}, {calibration.on}.", *calibration.sentences())))
    typer.echo(calibration.fitness(epsilon=guide.epsilon_scale.from_224(guide.domain.attack_224)).sentence)
    typer.echo(f"It is laid over the guide from now on; `uncalibrate {shlex.quote(guide.name)}` takes it away.")


def calibrations_command() -> None:
    """List what was calibrated on your own pictures."""
    calibrations = catalog.here().calibrations.all()
    if not calibrations:
        typer.echo("Nothing was calibrated on your own pictures yet; `calibrate` does.", err=True)
    for found in calibrations:
        typer.echo(f"{found.guide}: {found.on}; weights {found.weights_sha256[:12]}.")


def uncalibrate_command(
    name: Annotated[str, typer.Argument(help="A guide that `calibrations` lists, or the start of its weights' hash.")],
) -> None:
    """Take a calibration away, so that the guide's card alone counts again."""
    store = catalog.here().calibrations
    hashes = {h for h in store.hashes() if len(name) >= _SHORTEST_HASH and h.startswith(name)}
    hashes = hashes or {c.weights_sha256 for c in store.all() if canonical(c.guide) == canonical(name)}
    if len(hashes) != 1:
        said = "No calibration is of" if not hashes else "Several calibrations are of"
        raise Refused(f"{said} “{name}”; `calibrations` lists them, and the start of a weights' hash names one.")
    store.remove(*hashes)
    typer.echo(f"The calibration of {name} is taken away.")


def _decision(text: str) -> tuple[str, str]:
    folder, sign, name = text.partition("=")
    if not (folder and sign and name):
        raise Refused(f"“{text}” does not say what a folder stands for; write FOLDER=CLASS.")
    return folder, name


def _learnt(guide: GuideModel, sources: Sequence[str]) -> Hashes:
    """Return the hashes of what ``guide`` is known to have learnt, and of the pictures that were named besides."""
    known = learnt_by(catalog.entries(), weights_sha256=guide.provenance.weights_sha256)
    return np.concatenate([known, *(learnt_hashes(pictures_at(source)) for source in sources)])


def _followed(guide: GuideModel, request: CalibrationRequest) -> Calibration:
    """Calibrate, and say on standard error how far it is, once a percent."""
    told = -1
    calibration = None
    try:
        for progress in calibrate(guide, request, catalog.here().calibrations, limits_from=limits_from):
            calibration = progress.calibration
            if (percent := int(100 * progress.share)) > told:
                told = percent
                typer.echo(f"{progress}.", err=True)
    except KeyboardInterrupt as error:
        raise StoppedByHand(GOES_ON) from error
    assert calibration is not None  # noqa: S101  the last progress has it
    return calibration
