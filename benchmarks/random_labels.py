"""A dirmap of images whose labels were drawn at random: what a network learns from it means nothing (V9)."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Annotated

import typer


def write_random_labels(images: Path, out: Path, *, seed: int = 0) -> int:
    """Write to ``out`` a dirmap of the folders of ``images``, with their labels shuffled; return how many there are.

    The shares of the classes stay as they are. ``images`` holds one folder for each class and lies below ``out``'s.
    """
    files = sorted(p for p in images.glob("*/*") if p.is_file())
    labels = [p.parent.name for p in files]
    random.Random(seed).shuffle(labels)  # noqa: S311 - an experiment that can be repeated, not a secret
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["split", "class", "im_path"])
        writer.writerows(
            ["train", label, path.relative_to(out.parent).as_posix()] for label, path in zip(labels, files, strict=True)
        )
    return len(files)


def _main(
    images: Annotated[Path, typer.Argument(help="A folder with one folder for each class.")],
    out: Annotated[Path, typer.Option(help="The dirmap to write, in a folder above the images.")],
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    typer.echo(f"{write_random_labels(images, out, seed=seed):,} images with random labels in {out.name}")


if __name__ == "__main__":
    typer.run(_main)
