"""What a job is before it works: what was asked, the list of its pictures, and the plan that it keeps to.

Whatever could change a bit (the pictures, the guide, the batches, threads, versions, hardware) is in the plan, and a
folder takes no other plan.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

import torch

import lwise_core
from lwise_core._utils.atomic_files import stream_whole
from lwise_core._utils.class_names import UnknownClass, canonical
from lwise_core._utils.file_names import LONGEST_NAME, composed, shortened
from lwise_core._utils.run_folder import RunFolder
from lwise_core.batch.enhance_task import task_for
from lwise_core.batch.settings import JobError, JobSettings, Naming, budgets
from lwise_core.batch.tasks import Task, TaskSettings
from lwise_core.data.decoding import Batch
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels, PictureEntry, PictureSet
from lwise_core.enhancement.fast_twin import hardware
from lwise_core.enhancement.path import steps_for
from lwise_core.guides.guide import GuideModel

_LONGEST_PART = LONGEST_NAME - 15  # bytes of a stem, for what a job puts behind it, such as “.png”
_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?")  # a class index, also as programs write it that take it for a measurement
_MOST_OF_A_NAME = 100  # pictures of a set whose names differ in nothing that every system keeps apart
_NAMED = 5  # labels that no class is called like, in one sentence
_PATH_BYTES = 256 * 2**20  # what the frames of a batch may take: 32 pictures at 64 px, 10 at 224 px and ε₂₂₄ = 20


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What is asked: which pictures, who names their classes, which guide, what to do, and in which folder.

    ``load_guide`` goes to other processes, so it is a function of a module or a frozen dataclass. ``threads`` and
    ``batch`` are those of a job begun before where they are None, else what suits the machine and the guide. ``task``
    is what is done with the pictures, given its settings.
    """

    pictures: PictureSet
    labels: Labels
    load_guide: Callable[[], GuideModel]
    order: JobSettings
    folder: Path
    threads: int | None = None
    batch: int | None = None
    task: Callable[[TaskSettings], Task[Any]] = task_for

    @property
    def guesses(self) -> bool:
        """Whether the guide says what the pictures show."""
        return self.labels is Labels.GUIDE


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the job was found to be: how many pictures in batches of how many, and what is done with them.

    ``size`` is the guide's, in pixels; ``rivals`` are class indices; ``items`` is the file that lists the pictures,
    one a line.
    """

    total: int
    batch: int
    threads: int
    size: int
    rivals: tuple[int, ...]
    settings: TaskSettings
    task: Task[Any]
    items: Path
    passed_over: tuple[str, ...]

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of the job, cut by the pictures' places."""
        with self.items.open(encoding="utf-8") as lines:
            for index in range(-(-self.total // self.batch)):
                yield Batch(index, tuple(PictureEntry(**json.loads(line)) for line in islice(lines, self.batch)))


def make_plan(job: Assignment, guide: GuideModel, run: RunFolder, *, items: Path) -> Plan:
    """List the pictures in the file ``items`` and agree with what was begun before in ``run``.

    Raises:
        JobError: The set is empty, or the order does not fit it.
        DatasetError: The set cannot be read.
        StoreUnavailable: The storage that holds the set cannot be reached.
        UnknownClass: The guide does not have a class of the set.
        RunRefused: Another plan was begun there.
    """
    listing = _Listing(job, guide)
    listed = items.with_name(f"new-{items.name}")
    try:
        digest = stream_whole(listed, listing.lines())
        if not listing.total:
            raise JobError(f"There is no picture to work on: {_why_none(listing, job.order.split)}")
        rivals = job.order.rivals(guide, listing.targets)
        settings = TaskSettings(
            objective=job.order.towards(rivals),
            budgets=budgets(job.order, guide, name=job.pictures.name),
            naming=job.order.naming,
            guesses=job.guesses,
        )
        task = job.task(settings)
        begun = _begun(run)
        batch = job.batch or begun.get("batch") or _suitable_batch(guide, job.order, most=task.most_at_once)
        threads = job.threads or begun.get("threads") or torch.get_num_threads()
        said = {"pictures": digest, "rivals": list(rivals), "batch": batch, "threads": threads}
        run.agree({**task.plan, **_circumstances(job, guide, task), **said})
        listed.replace(items)
    finally:
        listed.unlink(missing_ok=True)
    return Plan(
        total=listing.total,
        batch=batch,
        threads=threads,
        size=guide.input_size,
        rivals=rivals,
        settings=settings,
        task=task,
        items=items,
        passed_over=tuple(listing.passed_over),
    )


def _why_none(listing: _Listing, split: str) -> str:
    """Return why a set has no picture: in which splits all are, what was passed over, or that there is none."""
    reasons = list[str]()
    if listing.splits:
        others = ", ".join(f"“{name}”" for name in sorted(filter(None, listing.splits))[:_NAMED])
        reasons.append(
            f"none is in the split “{split}”; {f'there are {others}' if others else 'the set has no splits'}."
        )
    reasons += listing.passed_over[:1]
    if len(listing.passed_over) > 1:
        reasons.append(f"So it is with {len(listing.passed_over) - 1:,} more.")
    return " ".join(reasons) or "the set holds none, or only those that are left out."


def _circumstances(job: Assignment, guide: GuideModel, task: Task[Any]) -> dict[str, Any]:
    """Return what has to be the same when a job goes on: the order, the guide, the hardware and the versions."""
    return {
        "order": asdict(job.order),
        "labels": job.labels.value,
        "guide": [guide.name, guide.provenance.sha256, guide.domain.value, guide.input_size],
        **guide.provenance.on_calibration(),
        "familiarity": None if guide.familiarity is None else guide.familiarity.digest,
        "versions": versions(task.packages),
        "hardware": hardware(guide.device),
    }


class _Listing:
    """The pictures of a job, line by line; afterwards their number, their classes and what was passed over."""

    def __init__(self, job: Assignment, guide: GuideModel) -> None:
        self._job = job
        self._guide = guide
        self._left_out = set(map(canonical, job.order.diverge_from))
        self._numbered = isinstance(job.pictures, DirmapSet) and job.pictures.column.endswith("_num")
        self._stems: set[int] = set()
        self._classes: dict[str, int] = {}
        self._unknown: dict[str, UnknownClass] = {}
        self.total = 0
        self.targets: set[int] = set()
        self.splits: set[str] = set()  # of pictures that are in another one than was asked for
        self.passed_over: list[str] = []

    def lines(self) -> Iterator[bytes]:
        """Yield a line for each picture.

        Raises:
            UnknownClass: The guide does not have a class of the set; the message names all of these, or a few.
        """
        for found in self._job.pictures.entries():
            if isinstance(found, str):
                self.passed_over.append(found)
            elif not self._job.order.split or found.split == self._job.order.split:
                yield from self._listed(found)
            else:
                self.splits.add(found.split)
        self._refuse_unknown()

    def _listed(self, entry: PictureEntry) -> Iterator[bytes]:
        if not self._job.guesses:
            if not entry.class_name:
                self.passed_over.append(f"“{entry.name}” was passed over: nothing says its class.")
                return
            try:
                target = self._target(entry.class_name)
            except UnknownClass as error:
                self._unknown[entry.class_name] = error
                return
            if canonical(self._guide.classes[target]) in self._left_out:
                return
            self.targets.add(target)
            entry = replace(entry, class_name=self._guide.classes[target])
        stem = self._stem(entry.name)
        if stem is None:
            self.passed_over.append(f"“{entry.name}” was passed over: the set holds another picture of that name.")
            return
        self.total += 1
        yield json.dumps(asdict(replace(entry, stem=stem)), ensure_ascii=False).encode() + b"\n"

    def _target(self, written: str) -> int:
        """Return the class index that a label means; a column whose name ends in ``_num`` holds indices."""
        if written not in self._classes:
            number = _WHOLE.fullmatch(written) if self._numbered else None
            index = len(self._guide.classes) if number is None else int(number[1])
            known = index < len(self._guide.classes)
            self._classes[written] = index if known else self._guide.class_index(written)
        return self._classes[written]

    def _refuse_unknown(self) -> None:
        """Refuse all unknown labels at once, and not one after the other."""
        if len(self._unknown) == 1:
            raise next(iter(self._unknown.values()))
        if self._unknown:
            shown = ", ".join(f"“{label}”" for label in sorted(self._unknown)[:_NAMED])
            more = f" and {len(self._unknown) - _NAMED:,} more" if len(self._unknown) > _NAMED else ""
            classes = self._guide.classes
            raise UnknownClass(
                f"This guide has none of the classes {shown}{more}. It has {len(classes)}, such as “{classes[0]}”."
            )

    def _stem(self, name: str) -> str | None:
        """Return what the results of a picture are called, None where every name is taken.

        Its own name without the ending; the second of a.jpg and a.png keeps its ending, and further ones, such as those
        in folders that differ in case, get a number.
        """
        path = PurePosixPath(name)
        numbered = (path.with_name(f"{path.name}-{number}") for number in range(2, _MOST_OF_A_NAME))
        for candidate in chain((path.with_suffix(""), path), numbered):  # the numbered ones only where they are needed
            stem = "__".join(candidate.parts) if self._job.order.naming is Naming.FLAT else candidate.as_posix()
            stem = "/".join(shortened(part, at_most=_LONGEST_PART) for part in stem.split("/"))
            key = int.from_bytes(hashlib.blake2b(composed(stem.casefold()).encode(), digest_size=8).digest())
            if key not in self._stems or not self._job.order.epsilons:
                self._stems.add(key)
                return stem
        return None


def _begun(run: RunFolder) -> dict[str, int]:
    """Return batch and threads of a job that was begun before, nothing for a new one."""
    try:
        begun = json.loads((run.path / "run.json").read_bytes())
        return {"batch": int(begun["batch"]), "threads": int(begun["threads"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _suitable_batch(guide: GuideModel, order: JobSettings, *, most: int) -> int:
    steps = steps_for(max(order.epsilons, default=0.0), step=guide.epsilon_scale.step)
    each = 12 * guide.input_size**2 * (steps + 1)
    return max(1, min(most, _PATH_BYTES // each))


def versions(further: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the versions of what decides the bytes of a job, and those of ``further`` packages."""
    packages = ["torch", "numpy", "pillow", *further, "pyarrow"]
    own = {"lwise_studio": lwise_core.__version__, "python": platform.python_version()}
    return {**own, **{name: version(name) for name in packages}}
