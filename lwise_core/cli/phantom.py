"""``python -m lwise_core phantom``: draw creatures of known features, from a shell."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import file_errors, make_folder
from lwise_core.data.phantom import FAMILIES, Creature, draw, population
from lwise_core.images.codec import encode_png


def phantom_command(
    out: Annotated[Path, typer.Argument(help="Folder for the pictures.", show_default=False)],
    split: Annotated[str, typer.Option(help="The folder above the families.")] = "train",
    per_family: Annotated[int, typer.Option(min=2, help="Creatures of each family.")] = 600,
    size: Annotated[int, typer.Option(min=16, max=1024, help="Side in pixels.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other creatures, no two alike.")] = 0,
) -> None:
    """Draw an ImageFolder of artificial creatures, with a dirmap CSV that says each one's dial and seed."""
    creatures = population(per_family=per_family, seed=seed)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("split", "class", "class_num", "im_path", "dial", "creature"))
    for i, creature in enumerate(creatures):
        path = Path(split) / FAMILIES[creature.family] / f"{i % per_family:05d}.png"
        make_folder((out / path).parent)
        with file_errors(out / path):
            (out / path).write_bytes(encode_png(draw(creature, size=size)))
        rows.writerow(_row(creature, path))
    write_whole(out / f"{split}.csv", table.getvalue().encode())
    typer.echo(f"{len(creatures):,} creatures are in “{out / split}”, their dials in “{split}.csv”.")


def _row(creature: Creature, path: Path) -> tuple[object, ...]:
    family = FAMILIES[creature.family]
    return path.parts[0], family, creature.family, path.as_posix(), repr(creature.dial), creature.seed
