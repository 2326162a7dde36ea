"""How many held-out pictures have a near-duplicate among those trained on: what an accuracy on them may owe to it.

python -m benchmarks.near_duplicates butterflies100-128.tar.gz
python -m benchmarks.near_duplicates animals16-128.tar.gz --learnt animals16-64-train.tar.gz
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from lwise_core.data.training_images import read_images
from lwise_core.images.perceptual_hash import ALIKE, HASHED_SIZE, nearest_bits
from lwise_core.training.learnt_pictures import hashes_of


def _main(
    data: Annotated[Path, typer.Argument(help="Folder or archive with train/<class>/* and another split.")],
    split: Annotated[str, typer.Option(help="The folder of the held-out ones.")] = "test",
    learnt: Annotated[Path | None, typer.Option(help="What holds train/<class>/*, where that is another.")] = None,
) -> None:
    cache = user_cache_path("lwise-studio", appauthor=False)
    sources = ((data, split), (learnt or data, "train"))
    held_out, trained_on = (hashes_of(read_images(d, split=s, size=HASHED_SIZE, cache=cache)) for d, s in sources)
    bits = nearest_bits(held_out, trained_on)
    for most in (0, ALIKE, 2 * ALIKE):
        typer.echo(f"{(bits <= most).sum():,} of {len(bits):,} have one at most {most} of 64 bits apart")


if __name__ == "__main__":
    typer.run(_main)
