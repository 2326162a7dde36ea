"""Options of ``course make`` for a study: what its author wrote for participants, and the cells of a factorial."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.file_errors import read_file
from lwise_core.cli.options import Refused, listed_names, pictures_at
from lwise_core.data.entries import Labels
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, OBJECTIVES
from lwise_core.teaching.courses.course_design import FactorCell, factor_cells
from lwise_core.teaching.courses.edited_pictures import EditedPictures
from lwise_core.teaching.design.study_terms import LONGEST_TEXT, StudyTerms, as_written
from lwise_core.teaching.design.timing import BRIEF, LEARNING, Timing

_LARGEST = 4 * LONGEST_TEXT  # bytes: UTF-8 has at most four for a character


@dataclass(frozen=True)
class StudyOptions:
    """What participants read, agree to and are given at the end, and the cells of a factorial."""

    consent: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A text, in UTF-8, that people agree to before they begin.")
    ] = None
    instructions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A text, in UTF-8, that people read before they begin.")
    ] = None
    completion_code: Annotated[str, typer.Option(metavar="CODE", help="What people are given at the end.")] = ""
    completion_link: Annotated[
        str, typer.Option(metavar="HTTPS", help="Where people finish, such as Prolific's completion link.")
    ] = ""
    target: Annotated[int, typer.Option(min=0, help="Nobody may begin once so many finished or are at it.")] = 0
    shares: Annotated[
        str, typer.Option(metavar="10,40,100", help="Factorial: shares of the easiest pictures in percent.")
    ] = ""
    epsilons: Annotated[
        str, typer.Option(metavar="0,2,8", help="Factorial: ε₂₂₄. Every share with every ε is one more group.")
    ] = ""

    edits: Annotated[
        str,
        typer.Option(
            metavar="PICTURES", help="Folder or zip of pictures that an expert edited, named as their originals."
        ),
    ] = ""

    def edited(self) -> EditedPictures | None:
        """Return the pictures that an expert edited, None where nobody said where they are.

        Raises:
            DatasetError: There is nothing there, or it is no set of pictures.
        """
        return EditedPictures(pictures_at(self.edits, labels=Labels.GUIDE)) if self.edits else None

    def terms(self) -> StudyTerms:
        """Return what the author of the course wrote.

        Raises:
            StudyTermsError: A course cannot have it.
            Refused: A text is not in UTF-8.
            FileError: A file cannot be read.
        """
        return StudyTerms(
            _text(self.consent), _text(self.instructions), self.completion_code, self.completion_link, self.target
        )

    def cells(self) -> tuple[FactorCell, ...]:
        """Return the cells of the factorial, none where none was asked for.

        Raises:
            CourseError: There are shares and no ε or the other way round, or something is no number.
        """
        return factor_cells(self.shares, self.epsilons)


@dataclass(frozen=True)
class ShownOptions:
    """What enhancement raises, for how long a picture stands, and what classes are called in the course's language."""

    objective: Annotated[str, typer.Option(help=f"What enhancement raises: {', '.join(OBJECTIVES)}.")] = (
        DEFAULT_OBJECTIVE
    )
    shown_ms: Annotated[
        float | None,
        typer.Option(min=0, help="How long a picture is shown, 0: until the answer; the preset's if not given."),
    ] = None
    class_names: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME", help="What the classes, sorted, are called in the language of --language."),
    ] = None

    def timing(self, usual: Timing) -> Timing:
        """Return how long everything is shown; ``usual`` where nothing was asked for.

        Raises:
            Refused: It is no finite number.
        """
        if self.shown_ms is None:
            return usual
        if not math.isfinite(self.shown_ms):
            raise Refused("How long a picture is shown is a number of milliseconds, or 0: until the answer.")
        return replace(BRIEF, stimulus_ms=self.shown_ms) if self.shown_ms else LEARNING

    def names(self, classes: tuple[str, ...], language: str) -> dict[str, dict[str, str]]:
        """Return language → class → what it is called in it.

        Raises:
            Refused: There is no language, or there are more or fewer names than classes.
        """
        said = listed_names(self.class_names or "")
        if not said:
            return {}
        if not language or len(said) != len(classes):
            raise Refused(
                f"Names of classes need --language and one for each of the {len(classes)} classes, in the order "
                f"{', '.join(sorted(classes))}; there are {len(said)}."
            )
        return {language: dict(zip(sorted(classes), said, strict=True))}


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    data = read_file(file, at_most=_LARGEST + 1)
    if len(data) > _LARGEST:
        raise Refused(f"“{file.name}” is longer than the {LONGEST_TEXT:,} characters that a text may have; shorten it.")
    try:
        return as_written(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(f"“{file.name}” is not a text in UTF-8; save it as one.") from error
