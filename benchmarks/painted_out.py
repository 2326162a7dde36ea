"""The same pictures with what matters painted out: what a guide still reads there, it reads from the frame.

    python -m benchmarks.painted_out dermoscopy9-128.tar.gz --out frames --size 128

Lesions lie in the middle of a dermoscopic picture, so a disc over the middle leaves skin, corners, rulers and the
habits of who took it. A guide trained after the same recipe on such pictures says how much of an accuracy needs no
lesion.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from platformdirs import user_cache_path

from lwise_core._utils.arrays import Pixels
from lwise_core.data.training_images import read_images
from lwise_core.images.codec import encode_png

GREY = 128


def without_disc(pixels: Pixels, *, share: float) -> Pixels:
    """Return ``pixels`` ``(size, size, 3)`` uint8 with a central disc in mid grey, ``share`` of the side across."""
    size = len(pixels)
    away = np.hypot(*np.meshgrid(np.arange(size) - (size - 1) / 2, np.arange(size) - (size - 1) / 2))
    painted: Pixels = np.where((away <= share * size / 2)[..., None], np.uint8(GREY), pixels)
    return painted


def _main(
    data: Annotated[Path, typer.Argument(help="Folder or archive with train/<class>/*.")],
    out: Annotated[Path, typer.Option(help="A folder for the painted ones.")],
    size: Annotated[int, typer.Option(help="Their side in pixels.")] = 128,
    split: Annotated[str, typer.Option(help="Which of them: the folder above the classes.")] = "train",
    share: Annotated[float, typer.Option(min=0, max=1.5, help="The disc's diameter as a share of the side.")] = 0.8,
) -> None:
    images = read_images(data, split=split, size=size, cache=user_cache_path("lwise-studio", appauthor=False))
    for name, row in zip(images.names, images.rows, strict=True):
        file = out / split / Path(name).with_suffix(".png")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encode_png(without_disc(images.pixels[row], share=share)))
    typer.echo(f"{len(images):,} pictures without a disc of {share:g} of their side in {out.name}")


if __name__ == "__main__":
    typer.run(_main)
