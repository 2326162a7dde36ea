"""Divide a labelled set anew, so that no group of copies lies on both sides.

    python -m benchmarks.group_split lung-histology3-128.tar.gz --groups groups.csv --out lung-by-groups

All parts of the archive are divided together; ``groups.csv`` is what ``benchmarks.turned_copies`` says of them. Every
``--every``-th group, by number, is in ``test``, the others in ``train``.
"""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer


def _main(
    data: Annotated[Path, typer.Argument(help="Archive with split/<class>/*.")],
    groups: Annotated[Path, typer.Option(help="CSV with file and group.")],
    out: Annotated[Path, typer.Option(help="The folder to make.")],
    every: Annotated[int, typer.Option(help="Of so many groups one is in test.")] = 3,
) -> None:
    with groups.open(newline="", encoding="utf-8") as file:
        number = {PurePosixPath(row["file"]).name: int(row["group"]) for row in csv.DictReader(file)}
    with tarfile.open(data) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            content = archive.extractfile(member)
            if content is None or path.name not in number:
                continue
            split = "train" if number[path.name] % every else "test"
            folder = out / split / path.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).write_bytes(content.read())


if __name__ == "__main__":
    typer.run(_main)
