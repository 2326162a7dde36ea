"""The pictures that `butterflies-128` learnt from, and those that give its references, as folders that `train` reads.

    python -m benchmarks.butterfly_parts --shared ../shared/data --mix mix/train/butterfly --out .

`butterflies/train/<species>/*` holds the part train of butterflies100-128 without pictures that are like one of val or
test, turned over or not, and without the references. `butterflies-references/test/<species>/*` holds 30 of every
species: all five of val, and pictures of train that are like no other picture. `mix` is the folder of butterflies that
`animals16-128`, from which the guide is tuned, has learnt (`benchmarks.animal_mix`): none of these is a reference.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from PIL import Image

from lwise_core.images.codec import open_photograph

REFERENCES = 30
ALIKE = 6
"""Bits of 64 by which two pictures differ at most that are called alike."""

_SIDE = 8

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Picture:
    """One picture of the set: its ``file``, ``split`` and ``species``, and whether it was ``learnt`` before."""

    file: Path
    split: str
    species: str
    learnt: bool


def hashed(file: Path) -> tuple[np.uint64, np.uint64]:
    """Return the difference hash (64 bits: where the picture brightens to the right) of ``file`` and of its mirror."""
    image = Image.fromarray(open_photograph(file.read_bytes(), name=file.name).pixels)
    grey = np.asarray(image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BILINEAR), dtype=np.int16)
    one, mirrored = (np.packbits((g[:, 1:] > g[:, :-1]).ravel()).view(np.uint64)[0] for g in (grey, grey[:, ::-1]))
    return one, mirrored


def twins_of(hashes: Sequence[tuple[np.uint64, np.uint64]]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return for each picture which others are like it or like its mirror image."""
    plain, mirrored = (np.array(column) for column in zip(*hashes, strict=True))
    found = []
    for i, own in enumerate(plain):
        bits = np.minimum(np.bitwise_count(plain ^ own), np.bitwise_count(mirrored ^ own))
        bits[i] = 64
        found.append(np.flatnonzero(bits <= ALIKE))
    return tuple(found)


def parts_of(
    pictures: Sequence[Picture], twins: Sequence[npt.NDArray[np.int64]]
) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """Return what is learnt, and what gives references.

    Raises:
        ValueError: A species has too few pictures that are like no other.
    """
    references: set[Picture] = set()
    for species in dict.fromkeys(p.species for p in pictures):
        own = [(p, len(t)) for p, t in zip(pictures, twins, strict=True) if p.species == species and not p.learnt]
        validation = [p for p, _ in own if p.split == "val"]
        alone = sorted((p for p, alike in own if p.split == "train" and not alike), key=lambda p: _digest(p.file))
        chosen = [*validation, *alone][:REFERENCES]
        if len(chosen) < REFERENCES:
            raise ValueError(f"{species} has only {len(chosen)} pictures for references; it takes {REFERENCES}.")
        references |= set(chosen)
    like_held_out = {p for p, t in zip(pictures, twins, strict=True) if any(pictures[j].split != "train" for j in t)}
    learnt = [p for p in pictures if p.split == "train" and p not in references | like_held_out]
    return tuple(learnt), tuple(p for p in pictures if p in references)


def main(
    shared: Annotated[Path, typer.Option(help="The folder with the archive.")],
    mix: Annotated[Path, typer.Option(help="Folder of the butterflies that animals16-128 learnt.")],
    out: Annotated[Path, typer.Option(help="Where the folders are made.")],
) -> None:
    """Unpack the archive and link what is learnt and what gives references."""
    unpacked = out / "unpacked" / "butterflies100-128"
    with tarfile.open(shared / "butterflies100-128.tar.gz") as archive:
        archive.extractall(unpacked, filter="data")
    known = {_digest(p) for p in mix.rglob("*") if p.is_file()}
    pictures = [
        Picture(file, split, species.name, _digest(file) in known)
        for split in ("train", "val", "test")
        for species in sorted((unpacked / split).iterdir())
        for file in sorted(species.iterdir())
    ]
    learnt, references = parts_of(pictures, twins_of([hashed(p.file) for p in pictures]))
    _link(learnt, out / "butterflies" / "train")
    _link(references, out / "butterflies-references" / "test")
    typer.echo(f"{len(learnt):,} pictures to learn, {len(references):,} references")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _link(pictures: Sequence[Picture], folder: Path) -> None:
    for picture in pictures:
        prefix = "val-" if picture.split == "val" else ""
        place = folder / picture.species / f"{prefix}{picture.file.name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            os.link(picture.file, place)


if __name__ == "__main__":
    typer.run(main)
