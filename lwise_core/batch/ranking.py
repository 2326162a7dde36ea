"""Many photographs in front of one guide: how hard each is among its class, and what is odd about it.

Each photograph is decoded once. Kept are a small square to look at, one to make a lesson of, and figures;
never the file. Nothing here is written to a disk.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from time import perf_counter
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import torch

from lwise_core._utils.arrays import Pixels, Values
from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.batch.file_reading import OPENED_AT_ONCE, SQUARE, THUMBNAIL, FileReader, ReadFile, in_order, said_twice
from lwise_core.batch.label_issues import NOBODY, LabelIssue, label_issues, unlikely_labels
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.score_table import ADDED_COLUMNS, GUESSED, RELABELLED, Ranks, reference_columns, row_set_aside
from lwise_core.batch.tables import Row
from lwise_core.data.entries import Labels
from lwise_core.data.folder_labels import FolderLabels, Instead, folder_of
from lwise_core.guides.difficulty import Difficulty
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import Looker
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.references import References
from lwise_core.images.codec import OpenFile, open_photograph
from lwise_core.images.perceptual_hash import near_duplicates

BYTES_A_PHOTOGRAPH = 3 * (SQUARE**2 + THUMBNAIL**2)
"""What one ranked photograph takes in memory at most; small ones take less."""

RANKED_AT_ONCE = 16

ENOUGH = 10
"""Photographs of a class; among fewer, the place of one of them says little."""


_TIMED = 2 * OPENED_AT_ONCE  # photographs by which the pace of many is told


class _Said(TypedDict):
    logit: float
    probability: float
    rank: int


@dataclass(frozen=True, eq=False)
class RankedPhotograph:
    """One photograph and what the guide says of it.

    ``guessed`` tells labels that are the guide's own from those that a person gave. ``logit`` is the ground-truth
    logit, ``probability`` its softmax, ``rank`` its place among the classes, ``choice`` the guide's first choice.
    ``logits`` ``(K,)`` float32 are those of all classes. ``novelty`` says whether it is unlike everything that the
    guide learnt. ``square`` ``(S, S, 3)`` uint8 is its central square, ``thumbnail`` a small PNG of it, ``hashed`` its
    perceptual hash. ``filed_as`` is the class that it counted as before a person gave it another, empty where nobody
    did.
    """

    name: str
    sha256: str
    class_name: str
    guessed: bool
    logit: float
    probability: float
    rank: int
    choice: str
    logits: npt.NDArray[np.float32]
    square: Pixels
    thumbnail: bytes
    hashed: int
    filed_as: str = ""
    novelty: Novelty = NOT_JUDGED

    @property
    def folder(self) -> str:
        """The folder that it lies in; empty without one."""
        return folder_of(self.name)

    def difficulty(self, guide: GuideModel) -> Difficulty:
        """Return how hard it is, against the references of the guide that ranked it."""
        return Difficulty(
            logit=self.logit,
            log_probability=float(np.log(max(self.probability, np.finfo(float).tiny))),
            rank=self.rank,
            references=guide.references.count(self.class_name),
            percentile=guide.references.standing(self.logit, class_name=self.class_name),
            class_name=self.class_name,
            calibrated=guide.references.calibrated.get(self.class_name, ""),
            novelty=self.novelty,
        )

    @property
    def stated_by(self) -> str:
        """Who says its class, in the words of the table."""
        if self.filed_as:
            return RELABELLED
        return GUESSED if self.guessed else Labels.FOLDER.value

    def relabelled(self, class_name: str, classes: Sequence[str]) -> RankedPhotograph:
        """Return it as a person says that it shows ``class_name``, one of the guide's ``classes``, in their order."""
        target = classes.index(class_name)
        before = self.filed_as or self.class_name
        return replace(
            self, class_name=class_name, guessed=False, filed_as=before, **_said_of(self.logits, target=target)
        )


@dataclass(frozen=True)
class Standing:
    """Where a photograph stands among the ``others`` of its class: so many of them are ``easier``."""

    easier: int
    others: int

    @property
    def share(self) -> float:
        """The share of the class that is easier, in [0, 1)."""
        return self.easier / (self.others + 1)

    @property
    def says_something(self) -> bool:
        """Whether there are enough others to compare with."""
        return self.others + 1 >= ENOUGH


@dataclass(frozen=True, eq=False)
class Ranking:
    """Photographs as far as they are ranked, of ``total`` files.

    ``folders`` says what their labels follow from. ``refused`` has a sentence for each file that could not be ranked,
    and ``left_out`` counts those whose folders were left out. ``set_aside`` are those that a person says show none of
    the guide's classes: they stand in no class, and in no lesson. ``references`` are the guide's.
    """

    total: int
    folders: FolderLabels
    photographs: tuple[RankedPhotograph, ...] = ()
    refused: tuple[str, ...] = ()
    left_out: int = 0
    set_aside: tuple[RankedPhotograph, ...] = ()
    references: References = field(default_factory=lambda: References({}), repr=False)

    @property
    def done(self) -> int:
        """How many files are behind."""
        return len(self.photographs) + len(self.set_aside) + len(self.refused) + self.left_out

    def by_class(self) -> Mapping[str, tuple[RankedPhotograph, ...]]:
        """Return class → its photographs from the easiest to the hardest."""
        groups: Mapping[str, list[RankedPhotograph]] = defaultdict(list)
        for photograph in sorted(self.photographs, key=lambda p: (p.class_name, -p.logit, p.name)):
            groups[photograph.class_name].append(photograph)
        return {name: tuple(found) for name, found in groups.items()}

    def standing(self) -> Mapping[str, Standing]:
        """Return SHA-256 → where each photograph stands among its class here."""
        return {
            p.sha256: Standing(i, len(found) - 1) for found in self.by_class().values() for i, p in enumerate(found)
        }

    @cached_property
    def issues(self) -> Mapping[str, LabelIssue]:
        """SHA-256 → why the label of a photograph may be wrong, for those where something speaks against it."""
        found, classes = self.photographs, self.folders.classes
        if not found:
            return {}
        probabilities = np.stack([_softmax(p.logits) for p in found])
        labels = np.array([NOBODY if p.guessed else classes.index(p.class_name) for p in found])
        doubts = label_issues(probabilities, labels, classes)
        unlikely = unlikely_labels(probabilities, labels, self._harder_than(), classes)
        issues = (doubt or other for doubt, other in zip(doubts, unlikely, strict=True))
        return {p.sha256: issue for p, issue in zip(found, issues, strict=True) if issue is not None}

    def _harder_than(self) -> Values:
        places = (self.references.standing(p.logit, class_name=p.class_name) for p in self.photographs)
        return np.array([np.nan if place is None else place.share for place in places])

    def relabelled(self, labels: Mapping[str, str]) -> Ranking:
        """Return the ranking with photographs of the classes that a person gives them, by their SHA-256.

        One that is said to show ``SOMETHING_ELSE`` is set aside. What is not of the ranking, or names a class that the
        guide does not have, is passed over.
        """
        classes = self.folders.classes
        given = {sha: name for sha, name in labels.items() if name in classes}
        others = {sha for sha, name in labels.items() if name == SOMETHING_ELSE} - given.keys()
        back = tuple(p for p in self.set_aside if p.sha256 in given)
        found = (
            p.relabelled(given[p.sha256], classes) if p.sha256 in given else p
            for p in (*self.photographs, *back)
            if p.sha256 not in others
        )
        aside = (
            *(p for p in self.set_aside if p.sha256 not in given),
            *(p for p in self.photographs if p.sha256 in others),
        )
        return replace(self, photographs=tuple(found), set_aside=aside)

    def taken_back(self, sha256: str) -> Ranking:
        """Return the ranking with a photograph that was set aside in the class that it had before."""
        back = tuple(p for p in self.set_aside if p.sha256 == sha256)
        aside = tuple(p for p in self.set_aside if p.sha256 != sha256)
        return replace(self, photographs=(*self.photographs, *back), set_aside=aside)

    @cached_property
    def duplicates(self) -> Mapping[str, tuple[str, ...]]:
        """SHA-256 → the names of other files with nearly the same picture, for those that have any."""
        found = self.photographs
        return {
            found[i].sha256: tuple(found[j].name for j in near if j != i)
            for i, near in enumerate(self._near)
            if len(near) > 1
        }

    def as_table(self, guide: GuideModel) -> Iterator[Row]:
        """Yield a row for each photograph with ``SCORE_COLUMNS``, as score-set has them, and ``ODDITY_COLUMNS``.

        Difficulties and percentiles are among these photographs; ``guide`` is the one that ranked them. What was set
        aside comes last, without figures of a class.
        """
        found = self.photographs
        ranks = Ranks.of(np.array([p.logit for p in found]), [p.class_name for p in found])
        for i, photograph in enumerate(found):
            yield {
                "picture": photograph.name,
                "split": "",
                "stated_class": photograph.class_name,
                "stated_by": photograph.stated_by,
                **dict(zip(ADDED_COLUMNS, ranks.added(i, logit=photograph.logit), strict=True)),
                "log_probability": photograph.difficulty(guide).log_probability,
                "rank": photograph.rank,
                "first_choice": photograph.choice,
                **reference_columns(guide.references, photograph.logit, class_name=photograph.class_name),
                **photograph.novelty.fields(),
                "source_sha256": photograph.sha256,
                **self._oddities(photograph),
            }
        for p in self.set_aside:
            yield row_set_aside(p.name, first_choice=p.choice, sha256=p.sha256, unlike=p.novelty.fields())

    def _oddities(self, photograph: RankedPhotograph) -> Row:
        """Return the values of ``ODDITY_COLUMNS`` for one photograph."""
        issue = self.issues.get(photograph.sha256)
        return {
            "label_issue": None if issue is None else issue.class_name,
            "label_issue_probability": None if issue is None else issue.probability,
            "near_duplicate_of": next(iter(self.duplicates.get(photograph.sha256, ())), None),
        }

    def presumed(self) -> frozenset[str]:
        """Return the SHA-256 of those that nothing speaks against, and one of each that are nearly the same.

        What speaks against one is doubt about its label, or that it is unlike what the guide learnt. Of those that are
        nearly the same it is the largest as kept, the first among equals.
        """
        found, near, taken = self.photographs, self._near, set[int]()
        for i in sorted(range(len(found)), key=lambda i: -len(found[i].square)):
            doubtful = found[i].sha256 in self.issues or found[i].novelty.flagged
            if not doubtful and taken.isdisjoint(near[i]):
                taken.add(i)
        return frozenset(found[i].sha256 for i in taken)

    @cached_property
    def _near(self) -> tuple[tuple[int, ...], ...]:
        """Return for each photograph the places of those with nearly the same picture, its own among them."""
        return near_duplicates(np.array([p.hashed for p in self.photographs], dtype=np.uint64))


def rank(
    files: Iterable[NamedFile],
    guide: GuideModel,
    *,
    folders: FolderLabels,
    total: int,
    open_file: OpenFile = open_photograph,
) -> Iterator[Ranking]:
    """Yield the ranking after every file that was decoded; it grows batch by batch. Stop iterating to cancel.

    The label of a photograph is what its folder stands for in ``folders``, which are about the guide's classes; where
    it is guessed, it is the guide's first choice and said to be guessed. A file that is met twice, byte for byte, is
    ranked once. ``open_file`` decodes a file, as :func:`open_photograph` does; it is called by several threads.

    Raises:
        UnknownClass: A folder has no class.
    """
    looker, reader = Looker.of(guide), FileReader(guide.input_size, open_file)
    ranking, read = Ranking(total, folders, references=guide.references), list[ReadFile]()
    for found in in_order(_reading(files, reader, folders=folders)):
        match found:
            case Instead():
                ranking = replace(ranking, left_out=ranking.left_out + 1)
                continue
            case str():
                ranking = replace(ranking, refused=(*ranking.refused, found))
            case ReadFile():
                read.append(found)
        if len(read) == RANKED_AT_ONCE:
            ranking, read = _with(ranking, read, looker), []
        yield ranking
    if read:
        ranking = _with(ranking, read, looker)
    yield ranking


def _reading(
    files: Iterable[NamedFile], reader: FileReader, *, folders: FolderLabels
) -> Iterator[Callable[[], ReadFile | str | Instead]]:
    """Yield what reads each file, or says why it is not read."""
    met = dict[str, str]()  # the folder of each file, by its digest
    for file in files:
        if folders.meaning(file.folder) is Instead.LEFT_OUT:
            yield lambda: Instead.LEFT_OUT
            continue
        digest = hashlib.sha256(file.data).hexdigest()
        if digest in met and not file.unusable:
            yield partial(str, said_twice(file, first=met[digest], folders=folders))
        else:
            met[digest] = file.folder
            yield partial(reader.read, file, sha256=digest)


def seconds_a_photograph(
    files: Iterable[NamedFile], guide: GuideModel, *, open_file: OpenFile = open_photograph
) -> float | None:
    """Return about how long one photograph of many takes to rank, by the first of ``files``: the very first warms up.

    Several are timed together, as several are read at once. What cannot be ranked counts as none: a refusal is quicker
    than a photograph. None where there is no second one, or none can be ranked.
    """
    nothing = FolderLabels(guide.classes, others=Instead.GUESSED)
    first = list(islice(files, 1 + _TIMED))
    timed = first[1:]
    if not timed:
        return None
    for _ in rank(first[:1], guide, folders=nothing, total=1, open_file=open_file):
        pass
    began = perf_counter()
    *_, ranked = rank(timed, guide, folders=nothing, total=len(timed), open_file=open_file)
    return (perf_counter() - began) / len(ranked.photographs) if ranked.photographs else None


def _with(ranking: Ranking, read: Sequence[ReadFile], looker: Looker) -> Ranking:
    """Return the ranking with some files more."""
    looks = looker.look(torch.from_numpy(np.stack([r.seen for r in read])))
    found = tuple(
        replace(_ranked(r, row, looker.guide, folders=ranking.folders), novelty=novelty)
        for r, row, novelty in zip(read, looks.logits.float().numpy().copy(), looks.novelty, strict=True)
    )
    return replace(ranking, photographs=(*ranking.photographs, *found))


def _ranked(
    read: ReadFile, logits: npt.NDArray[np.float32], guide: GuideModel, *, folders: FolderLabels
) -> RankedPhotograph:
    choice = guide.classes[int(logits.argmax())]
    meaning = folders.meaning(folder_of(read.name))
    stated = meaning if isinstance(meaning, str) else None
    target = guide.classes.index(stated or choice)
    return RankedPhotograph(
        name=read.name,
        sha256=read.sha256,
        class_name=guide.classes[target],
        guessed=stated is None,
        **_said_of(logits, target=target),
        choice=choice,
        logits=logits,
        square=read.square,
        thumbnail=read.thumbnail,
        hashed=read.hashed,
    )


def _said_of(logits: npt.NDArray[np.float32], *, target: int) -> _Said:
    """Return what the logits ``(K,)`` of a photograph say of one class: its logit, its softmax, its place."""
    return {
        "logit": float(logits[target]),
        "probability": float(_softmax(logits)[target]),
        "rank": int((logits > logits[target]).sum()) + 1,
    }


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(powers / powers.sum())
