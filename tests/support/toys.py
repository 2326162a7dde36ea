"""Small labelled pictures that a tiny network learns in seconds."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np

from lwise_core.images.codec import encode_png

TOY_CLASSES = ("bottom", "left", "top")


def toy_picture(name: str, *, seed: int, size: int = 16) -> bytes:
    """Return a grey PNG that is brighter at the side which ``name`` says, with noise of its own."""
    random = np.random.default_rng((seed, sum(map(ord, name))))
    pixels = random.integers(60, 120, (size, size, 3))
    half = slice(size // 2), slice(None)
    bright = {"bottom": (slice(size // 2, None), slice(None)), "left": (slice(None), slice(size // 2)), "top": half}[
        name
    ]
    pixels[bright] += 100
    return encode_png(pixels.astype(np.uint8))


def toy_folder(root: Path, *, per_class: int = 20, classes: tuple[str, ...] = TOY_CLASSES, seed: int = 0) -> Path:
    """Write an ImageFolder with ``per_class`` pictures of each class to ``root`` and return it."""
    for name in classes:
        (root / name).mkdir(parents=True)
        for i in range(per_class):
            (root / name / f"{i:03d}.png").write_bytes(toy_picture(name, seed=1000 * seed + i))
    return root


def archive_of(root: Path, target: Path, *, split: str = "train") -> Path:
    """Write the ImageFolder ``root`` into a tar archive below ``split`` and return its path."""
    with tarfile.open(target, "w:gz") as archive:
        for file in sorted(root.glob("*/*"), reverse=True):
            archive.add(file, arcname=f"{split}/{file.parent.name}/{file.name}")
    return target


def add_member(target: Path, name: str, data: bytes) -> None:
    """Append a member called ``name`` to an uncompressed archive."""
    with tarfile.open(target, "a") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
