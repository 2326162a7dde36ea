"""Which pixels a change may touch, as options that commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.file_errors import read_file
from lwise_core.cli.options import Refused
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import MAX_BYTES, open_photograph
from lwise_core.inspection.regions import Outline, Region, box, inside, of_mask, on_evidence


@dataclass(frozen=True)
class Restriction:
    """Which pixels may change."""

    only_box: Annotated[
        str | None,
        typer.Option(metavar="LEFT,TOP,RIGHT,BOTTOM", help="Change this box only, in shares of the square's side."),
    ] = None
    only_evidence: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Change only this share of pixels, those with most evidence.")
    ] = None

    only_mask: Annotated[
        Path | None,
        typer.Option(
            help="Change only what is white in this picture: square, for what the guide sees, or as large as the "
            "photograph."
        ),
    ] = None

    def within(self, guide: GuideModel, subject: CroppedPhotograph, *, target: int) -> Region | None:
        """Return the pixels of what ``guide`` sees of ``subject`` that may change, None for all of them.

        Raises:
            Refused: More than one was given, or a share outside 0 to 1, or a box that is none.
            NoRegion: There is no such pixel, or the mask does not fit the photograph.
        """
        if sum(one is not None for one in (self.only_box, self.only_evidence, self.only_mask)) > 1:
            raise Refused("Restrict the change once: --only-box, --only-evidence or --only-mask.")
        size = guide.input_size
        if self.only_mask is not None:
            return of_mask(_mask(self.only_mask), subject, size=size)
        if self.only_evidence is not None:
            if not 0 < self.only_evidence < 1:
                raise Refused(f"--only-evidence takes a share between 0 and 1, not {self.only_evidence:g}.")
            return on_evidence(guide, subject.seen(size=size), target=target, share=self.only_evidence)
        return None if self.only_box is None else inside([_box(self.only_box, size=size)], size=size)


def _mask(file: Path) -> Pixels:
    return open_photograph(read_file(file, at_most=MAX_BYTES + 1), name=file.name).pixels


def _box(text: str, *, size: int) -> Outline:
    try:
        sides = [float(part) for part in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != 4 or not all(0 <= side <= 1 for side in sides):
        raise Refused(f"The box must be LEFT,TOP,RIGHT,BOTTOM between 0 and 1, not “{text}”.")
    left, top, right, bottom = (side * size - 0.5 for side in sides)
    return box(left=left, top=top, right=right, bottom=bottom)
