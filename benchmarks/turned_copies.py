"""Which pictures are turned, mirrored or zoomed copies of one another, found by lining them up.

    python -m benchmarks.turned_copies lung-histology3-128.tar.gz --split train --out groups.csv --sheet groups.png

A data set that was blown up by turning a few originals leaks when it is split at random: a guide is then judged on what
it learnt. Every picture is unrolled about its middle, angle against the logarithm of the radius, where a turn and a
zoom are shifts; two pictures are one where a shift of the one or of its mirror image correlates with the other. A
perceptual hash does not find them: it changes with every degree.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from platformdirs import user_cache_path
from rich.progress import track
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.transform import warp_polar

from lwise_core._utils.arrays import Pixels
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.images.codec import encode_png

Floats = npt.NDArray[np.float32]
Spectra = npt.NDArray[np.complex64]

ANGLES, RADII = 48, 24
ZOOMS = tuple(range(-8, 9, 2))
"""Shifts along the rings: a ring is 7.5% wider than the one within it, so a zoom by up to 1.8 either way."""


def unrolled(pixels: Pixels) -> Floats:
    """Return ``pixels`` ``(size, size, 3)`` uint8 about its middle, ``(3, ANGLES, RADII)``, the outer rings."""
    polar = warp_polar(
        pixels.astype(np.float32),
        radius=len(pixels) / 2,
        output_shape=(ANGLES, 2 * RADII),
        scaling="log",
        channel_axis=-1,
    )[:, -RADII:]
    rolled: Floats = np.moveaxis(polar, -1, 0).astype(np.float32)
    return rolled


def spectra(rolled: Floats, *, zoom: int) -> Spectra:
    """Return what unrolled pictures ``(N, 3, ANGLES, RADII)`` share with those ``zoom`` rings away, in frequencies.

    Each colour is centred and the whole has length 1, so products of two are correlations: ``(ANGLES/2 + 1, N, K)``
    """
    part = rolled[..., max(0, zoom) : RADII + min(0, zoom)]
    centred = part - part.mean(axis=(2, 3), keepdims=True)
    length = np.sqrt((centred**2).sum(axis=(1, 2, 3), keepdims=True))
    turned = np.fft.rfft(centred / np.maximum(length, 1e-6), axis=2)
    return np.moveaxis(turned, 2, 0).reshape(turned.shape[2], len(rolled), -1).astype(np.complex64)


def likeness(one: Spectra, others: Spectra) -> Floats:
    """Return the best correlation over all turns of ``one`` ``(F, K)`` with each of ``others`` ``(F, N, K)``."""
    products = np.matmul(others, one.conj()[:, :, None])[..., 0]
    best: Floats = np.fft.irfft(products, n=ANGLES, axis=0).max(axis=0).astype(np.float32)
    return best


def groups_of(images: LabelledImages, *, limit: float, colour: float) -> npt.NDArray[np.int32]:
    """Return the group ``(N,)`` of each image: joined are those of one class that line up with at least ``limit``.

    Pairs whose mean colours are further apart than ``colour`` (RMS over the channels, of 255) are not lined up.
    """
    groups = np.zeros(len(images), dtype=np.int32)
    for target in range(len(images.classes)):
        members = np.flatnonzero(images.targets == target)
        rolled = np.stack([unrolled(images.pixels[row]) for row in images.rows[members]])
        groups[members] = groups.max() + 1 + _joined(rolled, limit=limit, colour=colour)
    return groups


def _joined(rolled: Floats, *, limit: float, colour: float) -> npt.NDArray[np.int32]:
    """Return which of the unrolled pictures ``(N, 3, ANGLES, RADII)`` belong together, a number each."""
    means = rolled.mean(axis=(2, 3))
    both = (rolled, rolled[:, :, ::-1])  # as it is, and mirrored
    mine = [[spectra(side, zoom=zoom) for zoom in ZOOMS] for side in both]
    theirs = [spectra(rolled, zoom=-zoom) for zoom in ZOOMS]
    pairs: list[tuple[int, int]] = []
    for i in track(range(len(rolled)), "Lining up"):
        later = np.arange(i + 1, len(rolled))
        near = later[np.sqrt(((means[later] - means[i]) ** 2).mean(axis=1)) <= colour]
        if len(near):
            tries = [
                likeness(own[:, i], other[:, near]) for side in mine for own, other in zip(side, theirs, strict=True)
            ]
            pairs += [(i, int(j)) for j in near[np.max(tries, axis=0) >= limit]]
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(rolled), len(rolled)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)


def _sheet(images: LabelledImages, groups: npt.NDArray[np.int32], *, rows: int = 16, columns: int = 10) -> Pixels:
    """Return the groups of middling size, one a row, for a look."""
    sizes = Counter(groups.tolist())
    chosen = [g for g, n in sizes.most_common() if n > 1]
    chosen = chosen[:: max(1, len(chosen) // rows)][:rows]
    lines = []
    for group in chosen:
        members = images.rows[np.flatnonzero(groups == group)[:columns]]
        blank = np.full_like(images.pixels[:1], 255).repeat(columns - len(members), axis=0)
        lines.append(np.concatenate([*images.pixels[members], *blank], axis=1))
    sheet: Pixels = np.concatenate(lines)
    return sheet


def _main(
    data: Annotated[Path, typer.Argument(help="Folder or archive with split/<class>/*.")],
    out: Annotated[Path, typer.Option(help="CSV with file and group.")],
    sheet: Annotated[Path | None, typer.Option(help="PNG with some groups, one a row.")] = None,
    split: Annotated[str, typer.Option(help="The folder above the classes.")] = "train",
    size: Annotated[int, typer.Option(help="Side in pixels at which they are lined up.")] = 64,
    limit: Annotated[float, typer.Option(help="Least correlation of copies.")] = 0.6,
    colour: Annotated[float, typer.Option(help="Largest difference of mean colours, of 255.")] = 12,
) -> None:
    images = read_images(data, split=split, size=size, cache=user_cache_path("lwise-studio", appauthor=False))
    groups = groups_of(images, limit=limit, colour=colour)
    with out.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["file", "group"])
        lines.writerows(zip(images.names, groups.tolist(), strict=True))
    if sheet is not None:
        sheet.write_bytes(encode_png(_sheet(images, groups)))
    sizes = sorted(Counter(groups.tolist()).values(), reverse=True)
    typer.echo(f"{len(images):,} pictures in {len(sizes):,} groups; the largest have {sizes[:8]}")


if __name__ == "__main__":
    typer.run(_main)
