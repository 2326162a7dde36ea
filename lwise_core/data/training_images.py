"""Labelled images on the disk, as a trainer wants them: decoded once, resized, memory-mapped."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.atomic_files import whole_folder
from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_errors import DISK_FULL
from lwise_core.data.decoding import Unusable
from lwise_core.data.entries import PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.labelled_split import LabelledSplit, class_of, told
from lwise_core.data.picture_sets import picture_set
from lwise_core.images.codec import ImageRejected, open_photograph
from lwise_core.images.geometry import Crop, see, to_8_bit

Rows = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float32]

UNREADABLE_SHARE = 0.1
"""Above this share of unreadable files the folder is refused: it is probably not what was meant."""

_LAYOUT = 1  # of the cache: raise it when what is stored changes
_PIXELS, _INDEX = "pixels.npy", "index.json"


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images with their classes.

    ``pixels`` is ``(M, size, size, 3)`` uint8, memory-mapped and read-only; ``rows`` ``(N,)`` says which of them belong
    here, ``targets`` ``(N,)`` their class indices, ``names`` (N) their ``<class>/<file>``. ``notes`` has a sentence for
    everything that was left out, ``sha256`` is the hash of names and pixels. ``learnt`` ``(N, C)`` float32, each row
    summing to 1, is what a network is to say of each image where that is not its class alone.
    """

    pixels: Pixels
    rows: Rows
    targets: Rows
    names: tuple[str, ...]
    classes: tuple[str, ...]
    sha256: str
    notes: tuple[str, ...] = ()
    learnt: Shares | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> int:
        """Side of the images in pixels."""
        return int(self.pixels.shape[1])

    def take(self, positions: Sequence[int] | Rows) -> LabelledImages:
        """Return the images at ``positions``, in that order."""
        chosen = np.asarray(positions, dtype=np.int64)
        names = tuple(self.names[i] for i in chosen)
        learnt = None if self.learnt is None else self.learnt[chosen]
        return replace(self, rows=self.rows[chosen], targets=self.targets[chosen], names=names, learnt=learnt)

    def of_classes(self, classes: Sequence[str]) -> LabelledImages:
        """Return the images of ``classes`` alone, by name (case, space, hyphen and underscore do not count).

        Raises:
            DatasetError: There is no such class, or fewer than two are left.
        """
        places = {canonical(c): i for i, c in enumerate(self.classes)}
        for name in classes:
            if canonical(name) not in places:
                raise DatasetError(f"There is no class “{name}” in the data.")
        kept = sorted({places[canonical(name)] for name in classes})
        names = tuple(self.classes[i] for i in kept)
        if len(names) < 2:
            raise DatasetError(f"There is only one class, “{names[0]}”; a guide needs at least two.")
        chosen = self.take(np.flatnonzero(np.isin(self.targets, kept)))
        return replace(
            chosen,
            targets=np.searchsorted(kept, chosen.targets),
            classes=names,
            sha256=f"{self.sha256} only {', '.join(names)}",
        )

    def without(self, part: slice | Rows) -> LabelledImages:
        """Return the images but those of ``part``, a slice or positions; the hash says which ones are missing."""
        kept = np.delete(np.arange(len(self), dtype=np.int64), part)
        said = f"{part.start}:{part.step}" if isinstance(part, slice) else hashlib.sha256(part.tobytes()).hexdigest()
        return replace(self.take(kept), sha256=f"{self.sha256} without {said}")

    def shared_with(self, other: LabelledImages) -> tuple[str, ...]:
        """Return the names of the images that ``other`` holds too: the same name and the same pixels."""
        places = dict(zip(other.names, other.rows, strict=True))
        return tuple(
            name
            for name, row in zip(self.names, self.rows, strict=True)
            if name in places and np.array_equal(self.pixels[row], other.pixels[places[name]])
        )

    def in_order_of(self, classes: Sequence[str]) -> LabelledImages:
        """Return the same images with the class indices of ``classes``, the same names in another order.

        Case, space, hyphen and underscore do not count.

        Raises:
            DatasetError: ``classes`` are other names.
        """
        places = {canonical(c): i for i, c in enumerate(classes)}
        strangers = sorted(places.keys() ^ {canonical(c) for c in self.classes})
        if strangers:
            raise DatasetError(f"The classes do not match: “{strangers[0]}” is on one side only.")
        place = np.array([places[canonical(c)] for c in self.classes], dtype=np.int64)
        return replace(self, targets=place[self.targets], classes=tuple(classes))

    def renamed(self, names: Mapping[str, str]) -> LabelledImages:
        """Return the same images, each class called what ``names`` says, or as before."""
        return replace(self, classes=tuple(names.get(c, c) for c in self.classes))


def read_images(source: Path | PictureSet, *, split: str, size: int, cache: Path) -> LabelledImages:
    """Return the images of ``source`` sorted by name, their central square resized to ``size`` px.

    The first reading decodes every file and leaves the result in ``cache``; the next only maps it. Unreadable files and
    rows without a file are left out and said so, and so is every image that occurs under two labels.

    Args:
        source: Labelled pictures, or where they are, as :func:`~lwise_core.data.picture_sets.picture_set` reads it.
        split: The folder above the classes, such as ``train``, or the CSV's split; empty when there is none.
        size: Side in pixels.
        cache: Where decoded images are kept.

    Raises:
        DatasetError: There is nothing there, a class is empty, there is only one, too many files are unreadable, or
            the disk is full.
    """
    steps = reading_images(source, split=split, size=size, cache=cache)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            images: LabelledImages = end.value
            return images


def reading_images(
    source: Path | PictureSet, *, split: str, size: int, cache: Path
) -> Generator[tuple[int, int], None, LabelledImages]:
    """Read images as :func:`read_images` does, a file a step; yield how many of how many files are decoded.

    To stop iterating is to stop, and leaves nothing behind.

    Raises:
        DatasetError: As for :func:`read_images`.
    """
    labelled = LabelledSplit(picture_set(str(source)) if isinstance(source, Path) else source, split)
    _check_classes(Counter(map(class_of, labelled.entries)), empty=labelled.empty_classes)
    key = hashlib.sha256(f"{_LAYOUT} {split} {size}\n{labelled.fingerprint}".encode()).hexdigest()[:32]
    kept = cache / key
    if not (kept / _INDEX).is_file():
        try:
            yield from _build(kept, labelled, size=size)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            raise DatasetError(f"The disk is full, so the images cannot be decoded to “{cache}”; make room.") from error
    images = _open(kept)
    return replace(images, notes=(*told(labelled.passed_over), *images.notes))


def _check_classes(counts: Counter[str], *, empty: Sequence[str]) -> None:
    if empty:
        raise DatasetError(f"The class folder “{empty[0]}” holds no readable image; fill it or remove it.")
    if len(counts) < 2:
        raise DatasetError(f"There is only one class, “{next(iter(counts))}”; a guide needs at least two.")


def _build(kept: Path, labelled: LabelledSplit, *, size: int) -> Generator[tuple[int, int]]:
    """Decode everything into a folder beside ``kept`` and rename it, so that it is complete or absent."""
    with whole_folder(kept) as building:
        hashes, unreadable = yield from _decode(building / _PIXELS, labelled, size=size)
        _check_readable(unreadable, of=len(labelled.entries))
        index = _index(labelled.names, hashes, unreadable)
        (building / _INDEX).write_text(json.dumps(index, ensure_ascii=False))


def _decode(
    target: Path, labelled: LabelledSplit, *, size: int
) -> Generator[tuple[int, int], None, tuple[dict[str, str], dict[str, str]]]:
    """Write the pixels of every file; return the hash of those read, and why the others were not, by name."""
    names = labelled.names
    shape = (len(names), size, size, 3)
    needed = int(np.prod(shape))
    if shutil.disk_usage(target.parent).free < needed * 1.05:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    pixels = np.lib.format.open_memmap(target, mode="w+", dtype=np.uint8, shape=shape)
    places = {name: i for i, name in enumerate(names)}
    hashes: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for number, (name, data) in enumerate(labelled.contents()):
        yield number, len(names)
        if isinstance(data, Unusable):
            unreadable[name] = data.sentence
            continue
        try:
            photograph = open_photograph(data, name=name)
        except ImageRejected as error:
            unreadable[name] = str(error)
            continue
        seen = to_8_bit(see(Crop.central(photograph).of(photograph.pixels), size=size)).transpose(1, 2, 0)
        pixels[places[name]] = seen
        hashes[name] = hashlib.sha256(seen.tobytes()).hexdigest()
    pixels.flush()
    return hashes, unreadable


def _check_readable(unreadable: Mapping[str, str], *, of: int) -> None:
    if len(unreadable) > UNREADABLE_SHARE * of:
        raise DatasetError(f"{len(unreadable):,} of {of:,} files cannot be read; the first: {_first(unreadable)}")


def _first(unreadable: Mapping[str, str]) -> str:
    return next(iter(unreadable.values()))


def _index(listed: Sequence[str], hashes: Mapping[str, str], unreadable: Mapping[str, str]) -> dict[str, object]:
    labels: dict[str, set[str]] = {}
    for name, digest in hashes.items():
        labels.setdefault(digest, set()).add(class_of(name))
    twice = [n for n in listed if n in hashes and len(labels[hashes[n]]) > 1]
    rows = [i for i, n in enumerate(listed) if n in hashes and len(labels[hashes[n]]) == 1]
    names = [listed[i] for i in rows]
    classes = sorted({class_of(n) for n in listed})
    counts = Counter(class_of(n) for n in names)
    _check_classes(counts or Counter(classes), empty=[c for c in classes if not counts[c]])
    notes = []
    if unreadable:
        notes.append(f"{_files(len(unreadable))} left out as unreadable; the first: {_first(unreadable)}")
    if twice:
        notes.append(f"{_files(len(twice))} left out because the same image is filed under two labels: “{twice[0]}”.")
    digest = hashlib.sha256("".join(f"{n}\0{hashes[n]}\n" for n in names).encode()).hexdigest()
    return {"rows": rows, "names": names, "classes": classes, "notes": notes, "sha256": digest}


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count:,} files were"


def _open(kept: Path) -> LabelledImages:
    index = json.loads((kept / _INDEX).read_text())
    classes = tuple(index["classes"])
    places = {c: i for i, c in enumerate(classes)}
    return LabelledImages(
        pixels=np.load(kept / _PIXELS, mmap_mode="r"),
        rows=np.array(index["rows"], dtype=np.int64),
        targets=np.array([places[class_of(n)] for n in index["names"]], dtype=np.int64),
        names=tuple(index["names"]),
        classes=classes,
        sha256=index["sha256"],
        notes=tuple(index["notes"]),
    )
