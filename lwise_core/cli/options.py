"""What the verbs of the shell share: how photographs, their square, the guide and the budget are named."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.class_names import SOMETHING_ELSE, UnknownClass, canonical
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import FileError, read_file
from lwise_core.cli.guides import ForeignGuide, PixelsAs, note
from lwise_core.data.entries import Labels, PictureSet
from lwise_core.data.object_storage import is_url, remote_set
from lwise_core.data.picture_sets import LAYOUTS, picture_set
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides import catalog
from lwise_core.guides.class_groups import IMAGENET_ANIMALS, class_groups_at
from lwise_core.guides.grouped_guide import grouped
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.images.codec import MAX_BYTES, ImageRejected, open_photograph
from lwise_core.images.geometry import Crop

DEFAULT_GUIDE = "animals16-128"

GOES_ON = "Stopped; what was done is kept: repeat the command, which does what is left."
"""What is said where a command that can be repeated was stopped."""

PICTURES = f"{LAYOUTS} A folder or a CSV may lie at an address, such as s3://bucket/photos."
"""Help on every argument that is a set of labelled pictures."""

Photos = Annotated[list[Path], typer.Argument(help="PNG, JPEG, WebP, AVIF, TIFF, BMP, GIF files.", show_default=False)]
ClassName = Annotated[
    str,
    typer.Option("--class", help="What they show, or “something else”; case, space, - and _ do not count."),
]
Guide = Annotated[str, typer.Option("--guide", help="A guide model; `models` lists them.")]
WeightFile = Annotated[
    Path | None, typer.Option("--weights", help="A weight file to use as guide instead; read without running it.")
]
Architecture = Annotated[
    str | None,
    typer.Option("--architecture", help="For --weights: timm's or torchvision's name, where the file leaves it open."),
]
ClassList = Annotated[Path | None, typer.Option("--classes", help="For --weights: class names, one a line.")]
DomainOf = Annotated[Domain, typer.Option("--domain", help="For --weights; unknown is treated as medical.")]
NormaliserOf = Annotated[
    PixelsAs | None,
    typer.Option(
        "--normaliser", help="For --weights without one: pixels as they are, or ImageNet's mean and deviation."
    ),
]
ClassGroupsOf = Annotated[
    str | None,
    typer.Option(
        "--class-groups",
        metavar="CSV",
        help=f"Group the guide's classes: a CSV with “group” and “class”, “index” or “wnid”, or {IMAGENET_ANIMALS} for "
        "the paper's sixteen on an ImageNet guide. The logit of a group is the highest of its members'.",
    ),
]
CropAt = Annotated[
    str | None,
    typer.Option("--crop", metavar="LEFT,TOP,SIDE", help="The square to look at, in pixels; else the central one."),
]


def pictures_at(source: str, *, labels: Labels | None = None, column: str = "") -> PictureSet:
    """Return the pictures at an address or on this machine.

    Raises:
        DatasetError: There is nothing there, or it is no set of pictures.
        StoreUnavailable: The address cannot be reached.
    """
    return (remote_set if is_url(source) else picture_set)(source, labels=labels, column=column)


def listed_names(text: str) -> list[str]:
    """Return the names in a list with commas between them; one that has a comma stands in quotes, as in a CSV.

    Raises:
        Refused: A quote is not closed.
    """
    try:
        (names,) = csv.reader([text], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError) as error:
        if not text.strip():
            return []
        raise Refused(f'Write names with commas between them, those with a comma in "quotes", not “{text}”.') from error
    return [name.strip() for name in names if name.strip()]


@dataclass(frozen=True)
class GuideChoice:
    """The guide that was asked for, to be loaded in whichever process needs it."""

    guide_name: Guide = DEFAULT_GUIDE
    weights: WeightFile = None
    architecture: Architecture = None
    classes: ClassList = None
    domain: DomainOf = Domain.UNKNOWN
    class_groups: ClassGroupsOf = None
    normaliser: NormaliserOf = None

    def load(self) -> GuideModel:
        """Return the guide as by :meth:`load_quietly`, and say what its weight file leaves open."""
        return self._loaded(say=note)

    def load_quietly(self) -> GuideModel:
        """Return the guide of the catalogue, or the one in the weight file, with groups as its classes if asked.

        Raises:
            GuideUnavailable: The catalogue has none of that name, or it cannot be used.
            CheckpointError: The weight file is refused.
            ClassListError: The class list does not fit.
            ClassGroupsError: The groups do not fit.
            CalibrationError: There is a calibration of it, and that is damaged.
            UnknownClass: The groups name a class that the guide does not have.
            FileError: A file cannot be read.
            Refused: Something is said of a weight file, and none is named.
        """
        return self._loaded(say=lambda _: None)

    def _loaded(self, *, say: Callable[[str], object]) -> GuideModel:
        if self.weights is None and (alone := self._of_weights()):
            raise Refused(f"{alone} says something of the file that --weights names; name one, or leave it out.")
        guide = catalog.load(self.guide_name) if self.weights is None else self._foreign(self.weights).load(say=say)
        if self.class_groups is None:
            return guide
        guide = grouped(guide, class_groups_at(self.class_groups, classes=guide.classes))
        return catalog.here().calibrations.laid_over(guide)

    def _of_weights(self) -> str:
        """Return an option that was given and only counts with a weight file, empty where there is none."""
        given = {"--architecture": self.architecture, "--classes": self.classes, "--normaliser": self.normaliser}
        return next((name for name, value in given.items() if value is not None), "")

    def _foreign(self, weights: Path) -> ForeignGuide:
        return ForeignGuide(weights, self.architecture, self.classes, self.domain, self.normaliser)


@dataclass(frozen=True)
class BudgetOptions:
    """The budget that was asked for, in one of two units."""

    eps: Annotated[float | None, typer.Option("--eps", help="Budget ε in the guide's own units.")] = None
    eps_224: Annotated[float | None, typer.Option("--eps-224", help="Budget of equal RMS at 224 px instead.")] = None

    def of(self, guide: GuideModel) -> float:
        """Return ε in the guide's units.

        Raises:
            Refused: Both were given, or neither.
            EpsilonOutOfRange: The guide does not offer it.
        """
        if (self.eps is None) == (self.eps_224 is None):
            said = "Say the budget" if self.eps is None else "Give the budget once"
            raise Refused(f"{said}: --eps in the guide's units, or --eps-224.")
        scale = guide.epsilon_scale
        epsilon = self.eps if self.eps is not None else scale.from_224(self.eps_224 or 0.0)
        scale.check(epsilon)
        return epsilon


def help_without_verb(context: typer.Context) -> None:
    """Print the help of a command that was called without its verb, and end with code 2."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


class Refused(LWiseError):
    """A request that cannot be met. The message is one sentence."""


class StoppedByHand(LWiseError):
    """A person has stopped the command. The message is one sentence: what is kept, and how to go on."""


def subjects_in(photos: list[Path], crop: str | None) -> Iterator[tuple[str, CroppedPhotograph]]:
    """Yield every photograph that can be read; at the end, refuse if there were others.

    Raises:
        Refused: One cannot be read, or does not hold the crop.
    """
    rejected = 0
    for path in photos:
        try:
            photograph = open_photograph(read_file(path, at_most=MAX_BYTES + 1), name=path.name)
        except (ImageRejected, FileError) as error:
            if len(photos) == 1:
                raise Refused(str(error)) from error
            rejected += 1
            typer.echo(f"Error: {error}", err=True)
            continue
        for sentence in photograph.notes:
            note(f"{path}: {sentence}")
        asked = Crop.central(photograph) if crop is None else _crop(crop)
        if asked != asked.within(photograph):
            raise Refused(f"The crop {crop} does not lie inside {path} ({photograph.width} × {photograph.height} px).")
        yield str(path), CroppedPhotograph(photograph, asked)
    if rejected == len(photos):
        raise Refused(f"None of the {rejected} files could be used.")
    if rejected:
        raise Refused(f"{rejected} of {len(photos)} files could not be used; the others were.")


def _crop(text: str) -> Crop:
    parts = text.split(",")
    if len(parts) != 3 or not all(p.strip().isdecimal() for p in parts):
        raise Refused(f"The crop must be LEFT,TOP,SIDE in whole pixels, not “{text}”.")
    left, top, side = (int(p) for p in parts)
    return Crop(left=left, top=top, side=side)


def stated_class(guide: GuideModel, class_name: str) -> str:
    """Return what the photographs are stated to show: a class as the guide spells it, or SOMETHING_ELSE.

    Raises:
        Refused: The guide has no such class.
    """
    return SOMETHING_ELSE if canonical(class_name) == canonical(SOMETHING_ELSE) else class_called(guide, class_name)


def class_called(guide: GuideModel, name: str) -> str:
    """Return the class called ``name`` as the guide spells it.

    Raises:
        Refused: The guide has no such class; the message says how to list those of a guide of the catalogue.
    """
    try:
        return guide.classes[guide.class_index(name)]
    except UnknownClass as error:
        listed = guide.name in {e.name for e in catalog.entries()}
        raise Refused(f"{error} `models {guide.name}` lists its classes." if listed else str(error)) from error


def stated_and_target(guide: GuideModel, *, class_name: str, towards: str | None) -> tuple[str, str]:
    """Return what the photographs are stated to show, or SOMETHING_ELSE, and the class to enhance towards.

    Raises:
        Refused: They show something else, and no class to enhance towards was given; or the guide has no such class.
    """
    stated = stated_class(guide, class_name)
    if stated == SOMETHING_ELSE and towards is None:
        raise Refused(f"With --class “{SOMETHING_ELSE}”, say with --towards which class to enhance towards.")
    return stated, class_called(guide, towards) if towards else stated
