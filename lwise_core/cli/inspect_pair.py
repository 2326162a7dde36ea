"""``python -m lwise_core inspect-pair``: how far to trust what somebody else made of a photograph, as a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import make_folder
from lwise_core.cli.inspect import (
    LEARNT_FOR_ITSELF,
    Methods,
    NeighboursAmong,
    SecondGuide,
    methods_of,
    say_neighbours,
    second_asked,
)
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import ClassName, CropAt, GuideChoice, stated_and_target, subjects_in


@grouped
def inspect_pair_command(
    original: Annotated[Path, typer.Argument(help="The photograph as it was.", show_default=False)],
    altered: Annotated[
        Path,
        typer.Argument(help="What was made of it: any size of its shape, or the square alone.", show_default=False),
    ],
    class_name: ClassName,
    out: Annotated[
        Path, typer.Option(help="Folder for report.html, report.json and pixels.npz; the names of both pictures in it.")
    ],
    *,
    towards: Annotated[str | None, typer.Option("--towards", help="Another class to inspect the change for.")] = None,
    method: Methods = None,
    second: SecondGuide = LEARNT_FOR_ITSELF,
    neighbours: NeighboursAmong = None,
    chosen: GuideChoice,
    crop: CropAt = None,
) -> None:
    """Say how far to trust what an expert, another model or another tool made of a photograph."""
    # As for `inspect`: only who inspects waits for Captum.
    from lwise_core.images.alignment import aligned  # noqa: PLC0415
    from lwise_core.inspection.examine import Question  # noqa: PLC0415
    from lwise_core.inspection.picture_pair import PicturePair  # noqa: PLC0415

    guide = chosen.load()
    stated, aimed = stated_and_target(guide, class_name=class_name, towards=towards)
    ((_, before),) = subjects_in([original], crop)
    ((_, after),) = subjects_in([altered], None)
    squares = aligned(before.photograph, after.photograph, crop=before.crop)
    pair = PicturePair(before.photograph, after.photograph, squares, stated)
    target = guide.class_index(aimed)
    question = Question(target, methods_of(guide, method))
    path = pair.path(guide, target=target)
    *_, found = pair.inspected(path, question, second=second_asked(guide, second, class_name=aimed))
    typer.echo(str(found))
    for one in (guide, found.second):
        if one is not None:
            typer.echo(found.said_by(one))
    if neighbours is not None:
        say_neighbours(path, neighbours, epsilon=found.epsilon)
    make_folder(out)
    report = found.report
    contents = {
        "report.html": report.as_html().encode(),
        "report.json": report.as_json().encode(),
        "pixels.npz": report.as_arrays(),
    }
    for name, content in contents.items():
        write_whole(out.resolve() / name, content)
        typer.echo(str(out / name))
