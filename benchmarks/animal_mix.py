"""The pictures that `animals16-128` learnt from, and its references, as folders that `train` reads.

    python -m benchmarks.animal_mix --shared ../shared/data --out .

`mix/train/<class>/*` holds the training part of animals16-128 less the references, four butterflies of each species of
butterflies100-128 that are not in it, and the pictures of animals16-64, of each class as many as --small says.
`animals-references/test/<class>/*` holds 105 training pictures of every class, each the only one of its origin, so that
no copy of it is learnt.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import tarfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

REFERENCES, BUTTERFLIES = 105, 4


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _origin(row: dict[str, str]) -> str:
    """Return what copies of one picture share: where it is from and its name before the copying tool's ending."""
    return f"{row['repository']} {row['path'].split('.rf.')[0].rsplit('/', 1)[-1]}"


def references_of(rows: Iterable[dict[str, str]]) -> frozenset[str]:
    """Return the files of ``rows`` of the sources CSV that give references, in the order of a hash of their origin."""
    by_class: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["file"].startswith("train/"):
            by_class[row["class"]][_origin(row)].append(row["file"])
    chosen: list[str] = []
    for origins in by_class.values():
        alone = sorted((origin for origin in origins if len(origins[origin]) == 1), key=_hash)
        chosen += [origins[origin][0] for origin in alone[:REFERENCES]]
    return frozenset(chosen)


def _link(files: Iterable[Path], folder: Path, *, prefix: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        place = folder / f"{prefix}-{file.name}"
        if not place.exists():
            os.link(file, place)


def _butterflies(folder: Path, rows: Iterable[dict[str, str]], place: Path) -> None:
    """Link some of each species, but none that a row of the sources CSV names."""
    known = {tuple(PurePosixPath(r["path"]).parts[-2:]) for r in rows if "butterflies100" in r["repository"]}
    for species in sorted((folder / "train").iterdir()):
        own = [file for file in sorted(species.iterdir()) if (species.name, file.name) not in known]
        step = max(1, len(own) // BUTTERFLIES)
        _link(own[1::step][:BUTTERFLIES], place, prefix=f"b-{species.name}")


def main(
    shared: Annotated[Path, typer.Option(help="The folder with the archives.")],
    out: Annotated[Path, typer.Option(help="Where the folders are made.")],
    small: Annotated[
        int | None, typer.Option(help="At most so many pictures of 64 px a class; all without it.")
    ] = None,
) -> None:
    """Unpack the archives and link what is learnt and what gives references."""
    unpacked = out / "unpacked"
    for name in ("animals16-128", "animals16-64-train", "butterflies100-128"):
        with tarfile.open(shared / f"{name}.tar.gz") as archive:
            archive.extractall(unpacked / name, filter="data")
    with gzip.open(shared / "animals16-128-sources.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    references = references_of(rows)
    for folder in sorted((unpacked / "animals16-128" / "train").iterdir()):
        pictures = sorted(folder.iterdir())
        kept = [p for p in pictures if f"train/{folder.name}/{p.name}" in references]
        learnt = out / "mix" / "train" / folder.name
        _link(sorted(set(pictures) - set(kept)), learnt, prefix="b")
        _link(kept, out / "animals-references" / "test" / folder.name, prefix="r")
        tiny = sorted((unpacked / "animals16-64-train" / "train" / folder.name).iterdir(), key=lambda p: _hash(p.name))
        _link(tiny[:small], learnt, prefix="s")
    _butterflies(unpacked / "butterflies100-128", rows, out / "mix" / "train" / "butterfly")
    typer.echo(f"{len(references):,} references; the rest is in {out / 'mix'}")


if __name__ == "__main__":
    typer.run(main)
