"""From the files that a folder or an archive holds to its pictures: one rule for what counts, and where it belongs.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import PurePosixPath

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_names import is_text, shown
from lwise_core.data.entries import PictureEntry, placed
from lwise_core.data.system_files import is_an_archive, is_somebodys, may_be_a_picture

USUAL_SPLITS = frozenset(
    {"train", "training", "trainset", "trainingset", "val", "valid", "validation", "test", "testing", "testset"}
    | {"dev", "eval", "evaluation", "holdout"}
)
"""What splits are usually called, in the form in which names are compared."""

_DEEPEST = 3  # parts of split/class/file


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a folder or an archive: its path there with slashes, and what an entry says of it."""

    path: str
    state: str
    offset: int = -1

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its path."""
        return PurePosixPath(self.path).parts


def entries_of(found: Iterable[FoundFile | str], *, guess: bool) -> Iterator[PictureEntry | str]:
    """Yield the pictures among ``found``, and a sentence for what is passed over; sentences in it are passed on.

    What no person put there does not count at all. Files whose endings say that they are no pictures get one sentence
    together. Where ``guess``, every layout is read, and no folder says a class.
    """
    others, archives, unlabelled = PassedOver(*_OTHERS), PassedOver(*_ARCHIVES), PassedOver(*_UNLABELLED)
    named = _named(found, others, archives)
    for file, parts in _as_they_lie(named) if guess else _split_first(_looked_through(named), unlabelled):
        if isinstance(file, str):
            yield file
        elif (where := placed(_once(parts), guess=guess)) is None:
            yield passed_over(file.path, "it is not laid out as class/file or split/class/file")
        else:
            yield PictureEntry(file.path, *where, file.state, offset=file.offset)
    yield from unlabelled.sentence()
    yield from archives.sentence()
    yield from others.sentence()


def passed_over(path: str, why: str) -> str:
    """Return the sentence about a file that is passed over."""
    return f"“{shown(path)}” was passed over: {why}."


_OTHERS = ("its ending says that it is no picture", "their endings say that they are no pictures")
_ARCHIVES = ("it is an archive; unpack it first", "they are archives; unpack them first")
_UNLABELLED = ("it lies in a split and in no folder of a class", "they lie in a split and in no folder of a class")


class PassedOver:
    """Files passed over for one reason, said of ``one`` and of ``several``: how many, and the first."""

    def __init__(self, one: str, several: str) -> None:
        self._one, self._several = one, several
        self._count = 0
        self._first = ""

    def add(self, path: str) -> None:
        """Count one more."""
        self._count += 1
        self._first = self._first or path

    def sentence(self) -> Iterator[str]:
        """Yield a sentence about them where there are any."""
        if self._count == 1:
            yield passed_over(self._first, self._one)
        elif self._count:
            yield f"{self._count:,} files were passed over, such as “{shown(self._first)}”: {self._several}."


def _named(found: Iterable[FoundFile | str], others: PassedOver, archives: PassedOver) -> Iterator[FoundFile | str]:
    """Yield what is a person's and has a name that can be written down."""
    for file in found:
        if isinstance(file, str):
            yield file
        elif not is_somebodys(file.path):
            continue
        elif not is_text(file.path):
            yield passed_over(file.path, "its name is not in UTF-8; rename it")
        elif not may_be_a_picture(file.path):
            (archives if is_an_archive(file.path) else others).add(file.path)
        else:
            yield file


_Parted = tuple[FoundFile | str, tuple[str, ...]]


def _as_they_lie(found: Iterable[FoundFile | str]) -> Iterator[_Parted]:
    for file in found:
        yield file, () if isinstance(file, str) else file.parts


def _looked_through(found: Iterable[FoundFile | str]) -> Iterator[_Parted]:
    """Yield files with the parts of their paths below the folders that lie around everything.

    Such a folder is looked through where most pictures would lie too deep otherwise, and is not called as a split is.
    Files wait until it is known which folders those are: where a second one lies beside the first, none wait.
    """
    waiting: list[tuple[FoundFile, tuple[str, ...]]] = []
    around: tuple[str, ...] | None = None
    for file in found:
        parts = () if isinstance(file, str) else file.parts
        if isinstance(file, str) or len(parts) < 2 or around == ():
            yield file, parts
            continue
        around = _shared(around, parts[:-1])
        waiting.append((file, parts))
        if not around:
            yield from waiting
            waiting.clear()
    through = _too_many(around or (), Counter(len(parts) for _, parts in waiting))
    for waited, parts in waiting:
        yield waited, parts[through:]


def _shared(around: tuple[str, ...] | None, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of the folders ``around`` the files so far lies around one more in ``folders``."""
    alike = zip(folders if around is None else around, folders, strict=False)
    return tuple(a for a, _ in takewhile(lambda ab: ab[0] == ab[1] and canonical(ab[0]) not in USUAL_SPLITS, alike))


def _too_many(around: tuple[str, ...], lengths: Counter[int]) -> int:
    """Return how many of the folders ``around`` everything make most paths, of so many parts each, too long."""
    through = 0
    while through < len(around) and 2 * _deeper(lengths, _DEEPEST + through) > lengths.total():
        through += 1
    return through


def _deeper(lengths: Counter[int], parts: int) -> int:
    return sum(count for length, count in lengths.items() if length > parts)


def _split_first(found: Iterable[_Parted], unlabelled: PassedOver) -> Iterator[_Parted]:
    """Yield files with the split before the class, and count those that are in a split and in no class.

    Two layouts show only when all files are known, and such files wait until then: every class with folders called as
    splits are, where there are several and nothing else; and files right in a split, as in test sets that are handed
    out without labels, where other splits have folders of classes. Alone such a folder is a class, as one of trains.
    """
    loose, turned = list[tuple[FoundFile, tuple[str, ...]]](), list[tuple[FoundFile, tuple[str, ...]]]()
    layouts = set[tuple[bool, ...]]()
    for file, parts in found:
        layout = tuple(map(is_called_as_a_split, parts[:-1]))
        if isinstance(file, FoundFile) and layout in ((True,), (False, True)):
            (turned if len(layout) > 1 else loose).append((file, parts))
        else:
            layouts.add(layout)
            yield file, parts
    turns = len({parts[0] for _, parts in turned}) > 1 and not layouts & {(True, False), (False, False)}
    for file, parts in turned:
        yield file, (parts[1], parts[0], parts[2]) if turns else parts
    classes_in_splits = (True, False) in layouts and (False,) not in layouts
    for file, parts in loose:
        if classes_in_splits:
            unlabelled.add(file.path)
        else:
            yield file, parts


@lru_cache(maxsize=4096)
def is_called_as_a_split(folder: str) -> bool:
    """Return whether a folder has one of the names that splits usually have."""
    return canonical(folder) in USUAL_SPLITS


def _once(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of a path; a split in a folder of its own name, as some archives have it, is one split."""
    return parts[1:] if len(parts) > _DEEPEST and parts[0] == parts[1] else parts
