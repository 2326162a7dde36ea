"""Divide a labelled set anew, so that no group of copies lies on both sides.

    python -m benchmarks.group_split lung-histology3-128.tar.gz --groups groups.csv --out lung-by-groups

All parts of the archive whose files ``groups.csv`` has (``benchmarks.turned_copies`` writes it of one part) are divided
together. Every ``--every``-th group, by number, is in ``test``, the others in ``train``.
"""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from lwise_core._utils.counting import counted


def main(
    data: Annotated[Path, typer.Argument(help="Archive with split/<class>/*.")],
    groups: Annotated[Path, typer.Option(help="CSV with file and group.")],
    out: Annotated[Path, typer.Option(help="The folder to make.")],
    every: Annotated[int, typer.Option(help="Of so many groups one is in test.")] = 3,
) -> None:
    """Write the files of the archive into train and test, and say how many have no group and so are in neither."""
    left_out = 0
    with groups.open(newline="", encoding="utf-8") as file:
        number = {PurePosixPath(row["file"]).name: int(row["group"]) for row in csv.DictReader(file)}
    with tarfile.open(data) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            content = archive.extractfile(member)
            if content is None:
                continue
            if path.name not in number:
                left_out += 1
                continue
            split = "train" if number[path.name] % every else "test"
            folder = out / split / path.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).write_bytes(content.read())
    if left_out:
        typer.echo(f"{counted(left_out, 'file')} without a group left out: is every part in {groups.name}?", err=True)


if __name__ == "__main__":
    typer.run(main)
