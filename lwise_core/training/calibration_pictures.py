"""Which pictures of a person's own set calibrate a guide: of which class each is, and what it is used for."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lwise_core._utils.class_names import UnknownClass
from lwise_core.data.decoding import Batch
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.folder_labels import FolderLabels, Instead

Places = npt.NDArray[np.int64]

LEARNT = ("train", "training")
"""What the split of pictures that guides learn is called."""
_NAMED = 3
_UNDECIDED = 5


@dataclass(frozen=True)
class LabelledPictures:
    """The pictures of a set whose class the guide knows, in the order of the set.

    ``targets`` (N) are the class indices of ``entries`` (N); ``notes`` are sentences about what was left out.
    """

    pictures: PictureSet
    entries: tuple[PictureEntry, ...]
    targets: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, pictures: PictureSet, folders: FolderLabels, *, splits: Sequence[str] = ()) -> LabelledPictures:
        """Return the pictures of ``splits``, or of all that are not called after training, labelled by their folders.

        Raises:
            DatasetError: There is none, or the set cannot be listed.
            UnknownClass: A folder is not called after a class, and nothing was decided for it.
        """
        listed = list(pictures.entries())
        found = [e for e in listed if isinstance(e, PictureEntry)]
        wanted = [e for e in found if _asked_for(e, splits)]
        names = tuple(dict.fromkeys(e.class_name for e in wanted))
        _refuse_undecided(folders, folders.undecided(names))
        meanings = {name: folders.meaning(name) for name in names}
        index = {name: i for i, name in enumerate(folders.classes)}
        used = [(e, index[m]) for e in wanted if isinstance(m := meanings[e.class_name], str)]
        unlabelled = Counter(m for e in wanted if isinstance(m := meanings[e.class_name], Instead))
        learnt = 0 if splits else len(found) - len(wanted)
        notes = _notes(learnt=learnt, left_out=unlabelled[Instead.LEFT_OUT], in_no_folder=unlabelled[Instead.GUESSED])
        if not used:
            passed_over = tuple(e for e in listed if isinstance(e, str))
            raise DatasetError(_without(pictures.name, splits=splits, why=(*notes, *passed_over)))
        if pictures.name.casefold() in LEARNT or set(map(str.casefold, splits)) & set(LEARNT):
            notes += ("These pictures are called “train”: if the guide has learnt them, every figure flatters it.",)
        return cls(pictures, tuple(e for e, _ in used), tuple(t for _, t in used), notes)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def fingerprint(self) -> str:
        """The hash of what is known of them without reading any: names, states and classes."""
        listed = (f"{e.name}\0{e.state}\0{t}\n" for e, t in zip(self.entries, self.targets, strict=True))
        return hashlib.sha256("".join(listed).encode()).hexdigest()

    def batches(self, places: Sequence[int] | Places, *, at_once: int) -> Iterator[tuple[Batch, Places]]:
        """Yield the pictures at ``places``, so many at once, each batch with its places."""
        for number, first in enumerate(range(0, len(places), at_once)):
            part = np.asarray(places[first : first + at_once], dtype=np.int64)
            yield Batch(number, tuple(self.entries[i] for i in part)), part


def _without(called: str, *, splits: Sequence[str], why: Sequence[str]) -> str:
    """Return what is said of a set without a labelled picture, with the first reason why others do not count."""
    where = f" in {', '.join(f'“{s}”' for s in splits)}" if splits else ""
    return " ".join((f"“{called}” holds no picture{where} whose folder is called after a class.", *why[:1]))


def _refuse_undecided(folders: FolderLabels, undecided: Sequence[str]) -> None:
    """Make sure that it is decided what every folder stands for.

    Raises:
        UnknownClass: It is not, for these; the message names the nearest classes.
    """
    if undecided:
        near = [(name, " or ".join(f"“{n}”" for n in folders.suggestions(name))) for name in undecided[:_UNDECIDED]]
        said = ", ".join(f"“{name}”" + (f" (perhaps {n}?)" if n else "") for name, n in near)
        more = f" and {len(undecided) - _UNDECIDED:,} others" if len(undecided) > _UNDECIDED else ""
        raise UnknownClass(f"No class is called {said}{more}; say what they stand for, or leave them out.")


def _asked_for(entry: PictureEntry, splits: Sequence[str]) -> bool:
    if splits:
        return entry.split in splits
    above_its_class = entry.name.casefold().split("/")[:-2]  # not every set tells a split from other folders
    return not {entry.split.casefold(), *above_its_class} & set(LEARNT)


def _notes(*, learnt: int, left_out: int, in_no_folder: int) -> tuple[str, ...]:
    counted = (
        (learnt, "their split is called “train”, which a guide may have learnt"),
        (left_out, "their folders stand for no class"),
        (in_no_folder, "no folder says their class"),
    )
    return tuple(f"{_pictures(n)} left out: {why}." for n, why in counted if n)


@dataclass(frozen=True)
class Division:
    """Which pictures measure accuracy: of each class, in the order of their content hashes, every ``every``-th one.

    The others give references. Where ``every`` is 0, all give references, and no accuracy is measured.
    """

    every: int = 4

    def measures(self, hashes: Sequence[str], targets: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return which pictures ``(N,)`` with these content ``hashes`` (N) of the classes ``targets`` (N) measure.

        Whatever order the pictures come in, the same ones do.
        """
        chosen = np.zeros(len(hashes), dtype=np.bool_)
        if self.every:
            classes = defaultdict(list)
            for place in sorted(range(len(hashes)), key=hashes.__getitem__):
                classes[targets[place]].append(place)
            for places in classes.values():
                chosen[places[self.every - 1 :: self.every]] = True
        return chosen

    def described(self, *, references: int, measured: int) -> str:
        """Return the sentence that says how the pictures were divided."""
        if not self.every:
            return f"All {references:,} pictures gave references, so no accuracy was measured."
        return (
            f"Of each class, in the order of the SHA-256 of their files, every {_ordinal(self.every)} picture measures "
            f"accuracy ({measured:,}), and the others give references ({references:,})."
        )


def _ordinal(number: int) -> str:
    return {1: "", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(number, f"{number}th")


def once_each(hashes: Sequence[str], targets: Sequence[int]) -> tuple[npt.NDArray[np.bool_], tuple[str, ...]]:
    """Return which pictures ``(N,)`` stay when a file counts once and one of two classes not at all, and what was done.

    ``hashes`` (N) are those of the files' contents, ``targets`` (N) their class indices.
    """
    classes = defaultdict(set)
    for digest, target in zip(hashes, targets, strict=True):
        classes[digest].add(target)
    stays, met = np.ones(len(hashes), dtype=np.bool_), set[str]()
    for place, digest in enumerate(hashes):
        stays[place] = len(classes[digest]) == 1 and digest not in met
        met.add(digest)
    disputed = sum(len(classes[digest]) > 1 for digest in hashes)
    copies = int((~stays).sum()) - disputed
    notes = []
    if copies:
        notes.append(f"{_pictures(copies)} left out as an exact copy of another.")
    if disputed:
        notes.append(f"{_pictures(disputed)} left out because the same file is filed under two classes.")
    return stays, tuple(notes)


def alike_sentence(groups: Sequence[tuple[int, ...]], names: Sequence[str], targets: Sequence[int]) -> str:
    """Return the sentence about near-duplicates among pictures called ``names``, empty where there are none.

    ``groups`` (N) are the places of each one's near-duplicates, its own among them; ``targets`` (N) its class.
    """
    alike = [i for i, group in enumerate(groups) if len(group) > 1]
    if not alike:
        return ""
    pairs = [(i, j) for i in alike for j in groups[i] if j > i]
    across = sum(targets[i] != targets[j] for i, j in pairs)
    shown = "; ".join(f"“{names[i]}” and “{names[j]}”" for i, j in pairs[:_NAMED])
    more = " …" if len(pairs) > _NAMED else ""
    said = f", {across:,} of the {len(pairs):,} pairs across classes" if across else ""
    return (
        f"{_pictures(len(alike))} found nearly the same as another ({shown}{more}){said}; they were kept, so there "
        "may be fewer different pictures than it seems."
    )


def _pictures(count: int) -> str:
    return "1 picture was" if count == 1 else f"{count:,} pictures were"
