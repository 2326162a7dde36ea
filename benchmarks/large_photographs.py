"""Photographs of 12 megapixels: what ranking one takes beside decoding it, both as a server does it.

`python -m benchmarks.large_photographs` prints the table. Decoding alone is what a server's decoders do when they are
asked for as many at once as they take; ranking is :func:`lwise_core.batch.ranking.rank` with the same decoders. Every
figure comes from a process of its own, rates are slopes between a few and more, the two take turns, and the medians
count. Photographs are one of scikit-image's, enlarged, with noise, as JPEG of quality 90.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from functools import partial
from importlib.resources import files
from time import perf_counter

import numpy as np
import typer
from PIL import Image

from benchmarks.many import Measured, Slope, processor_seconds, typical
from benchmarks.resident import forget_peak, resident_peak
from lwise_core.batch.file_reading import OPENED_AT_ONCE, in_order
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import rank
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.guides import catalog
from lwise_core.images.codec import open_photograph
from lwise_core.images.decode_pool import DecodePool

WIDTH, HEIGHT = 4000, 3000
GUIDE = "animals16-128"
WAYS = ("decoded", "ranked")

app = typer.Typer(add_completion=False)


def photographs(count: int) -> Iterator[NamedFile]:
    """Yield ``count`` files of one photograph, told apart by bytes behind its end, which no decoder reads."""
    small = open_photograph(files("skimage.data").joinpath("coffee.png").read_bytes(), name="coffee.png").pixels
    large = np.asarray(Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=np.int16)
    noise = np.random.default_rng(0).integers(-6, 7, large.shape, dtype=np.int16)
    stream = io.BytesIO()
    Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)).save(stream, "JPEG", quality=90)
    for i in range(count):
        yield NamedFile(f"{i}.jpg", stream.getvalue() + bytes(i))


@app.command("one")
def one(way: str, count: int) -> None:
    """Print what COUNT photographs take, “decoded” or “ranked”, as JSON."""
    taken, guide = list(photographs(count)), catalog.load(GUIDE)
    with closing(DecodePool()) as pool:
        pool.warm_up()
        forget_peak()
        began, busy = perf_counter(), processor_seconds()
        if way == "decoded":
            for _ in in_order(partial(pool.open, file.data, name=file.name) for file in taken):
                pass
        else:
            nobody = FolderLabels(guide.classes, others=Instead.GUESSED)
            for _ in rank(taken, guide, folders=nobody, total=count, open_file=pool.open):
                pass
        seconds = perf_counter() - began
    print(json.dumps(asdict(Measured(count, seconds, processor_seconds() - busy, resident_peak()))))


def measured(way: str, count: int) -> Measured:
    """Return what ``count`` photographs take, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.large_photographs", "one", way, str(count)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    return Measured(**json.loads(answer.stdout.splitlines()[-1]))


@app.command("table")
def table(small: int = 16, large: int = 48, rounds: int = 3) -> None:
    """Print what a photograph of 12 megapixels takes, decoded and ranked, and what 1,000 would."""
    runs = {(way, count): list[Measured]() for way in WAYS for count in (small, large)}
    for _ in range(rounds):
        for (way, count), taken in runs.items():
            taken.append(measured(way, count))
    print(f"{GUIDE}, {small} to {large} photographs, medians of {rounds} rounds, {OPENED_AT_ONCE} at once\n")
    print("| what | ms a photograph | processor, ms a photograph | 1,000 of them, s | peak of the main process, MiB |")
    print("|---|---|---|---|---|")
    for way in WAYS:
        many = typical(runs[way, large])
        slope = Slope.between(typical(runs[way, small]), many)
        print(f"| {way} | {slope.clock:.0f} | {slope.processor:.0f} | {slope.clock:.0f} | {many.peak:,.0f} |")


if __name__ == "__main__":
    app()
