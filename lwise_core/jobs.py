"""Jobs over many pictures: rank a whole data set, or enhance it at many ε, and never start over.

A job is cut into batches by the pictures' places in the set, and a batch is done when its record lies on the disk,
which is written last. So whoever is killed and begins again does only what is left, and the same files come out byte
for byte: whatever could change a bit (the pictures, the guide, the batches, threads, versions, hardware) is in the
plan, and a folder takes no other plan. Which engine works, and in which order, changes nothing.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import platform
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from itertools import islice
from pathlib import Path, PurePosixPath
from time import perf_counter

import torch

import lwise_core
from lwise_core.engines import Engine, Stages
from lwise_core.enhancement import Harder, Objective, objective_named, steps_for
from lwise_core.fast import hardware
from lwise_core.guide import GuideModel
from lwise_core.images import encode_png
from lwise_core.job_painting import MadeBatch, PaintedPixels, Painter
from lwise_core.job_results import (
    Budget,
    Failed,
    Finished,
    Painted,
    Ranks,
    Record,
    manifest_bytes,
    record_bytes,
    record_in,
    stream_whole,
    written,
)
from lwise_core.names import canonical
from lwise_core.official_difficulty import Ranked
from lwise_core.picture_sets import Batch, DirmapSet, Entry, Eyes, Labels, PictureSet, close_archives
from lwise_core.runs import RunFolder
from lwise_core.whole_files import write_whole

SCHEMA_VERSION = 1
LAYOUT = 1
"""Of what is written: raise it when the same inputs give other files."""

LOG, MANIFEST = "log.jsonl", "manifest.json"
_WORK, _PLAN, _DONE, _ITEMS = ".job", "plan", "done", "items.jsonl"
_HALF_WRITTEN = re.compile(r"\..+-[a-z0-9_]{8}")  # as write_whole calls a file before it is whole

_LARGEST_BATCH = 32
_PATH_BYTES = 256 * 2**20  # what the frames of a batch may take: 32 pictures at 64 px, 10 at 224 px and ε₂₂₄ = 20
_WRITERS = 4  # threads that encode and write while the next batch is computed; most of it is waiting for the disk


class JobError(ValueError):
    """A job that cannot begin or go on. The message is one sentence that says why and what is kept."""


class Naming(StrEnum):
    """How pictures are called: in a folder for each ε, as official code does, or all in one folder."""

    OFFICIAL = "official"
    FLAT = "flat"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done with every picture: ranked only, or enhanced at ``epsilons`` too (the guide's units, rising).

    ``objective`` as in :func:`~lwise_core.enhancement.objective_named`; for ``logit_diverge`` the rivals are the other
    classes of the set, or those of ``diverge_from`` alone, whose own pictures are then left out, as official code does.
    """

    epsilons: tuple[float, ...] = ()
    objective: str = "logit"
    diverge_from: tuple[str, ...] = ()
    harder: bool = False
    naming: Naming = Naming.OFFICIAL
    split: str = ""


@dataclass(frozen=True)
class Cost:
    """What the work of one call took: ``images`` done in ``seconds``; ``peak_mib``, the most memory held here, in MiB.

    Processes that decode hold a photograph at a time and are not counted, nor are those of a cluster.
    """

    images: int
    seconds: float
    peak_mib: float

    @property
    def seconds_per_1000(self) -> float | None:
        """Seconds for a thousand images, None where nothing was left to do."""
        return 1000 * self.seconds / self.images if self.images else None


@dataclass(frozen=True)
class Progress:
    """How far a job is: ``done`` of ``total`` pictures, ``failed`` of them without a result.

    ``rate`` is pictures a second of this call and ``seconds_left`` what follows from it, None before the first batch.
    ``sentences`` are those about the last batch. The last progress carries the ``cost`` and the ``notes``.
    """

    done: int
    total: int
    failed: int
    rate: float | None = None
    seconds_left: float | None = None
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Cost | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job: which pictures, who names their classes, which guide, what to do, and in which folder.

    ``load_guide`` goes to other processes, so it is a function of a module or a frozen dataclass. ``threads`` and
    ``batch`` are those of a job begun before where they are None, else what suits the machine and the guide.
    """

    pictures: PictureSet
    labels: Labels
    load_guide: Callable[[], GuideModel]
    order: Order
    folder: Path
    threads: int | None = None
    batch: int | None = None

    def run(self, engine: Engine) -> Iterator[Progress]:
        """Do what is left of the job and yield how far it is; to stop iterating is to stop, and nothing is lost.

        Raises:
            JobError: The order does not fit the guide, the set is empty, the folder lies in the set, or the disk is
                full.
            DatasetError: The set cannot be read.
            ShelfLost: The storage that holds the set cannot be reached.
            UnknownClass: The guide does not have a class of the set.
            RunRefused: The folder holds another job, or one that is at work.
            EpsilonOutOfRange: The guide does not offer an ε.
            EngineLost: No worker is left.
        """
        try:
            yield from _run(self, engine)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise JobError(
                "The disk is full; what was done is kept: make room and repeat the command, which does what is left."
            ) from error
        finally:
            close_archives()


def _run(job: Job, engine: Engine) -> Iterator[Progress]:
    began = perf_counter()
    _check_places(job)
    guide = job.load_guide()
    _check_order(job, guide)
    work = job.folder / _WORK
    run = RunFolder(work / _PLAN)
    with run.held(), _threads_kept():
        (work / _DONE).mkdir(exist_ok=True)
        _sweep(job.folder)
        plan = _planned(job, guide, run)
        log = _Log(job.folder / LOG)
        left = _Left(work, plan)
        log.say("began", engine=repr(engine), done=left.done, total=plan.total, passed_over=plan.passed_over)
        progress = Progress(left.done, plan.total, left.failed, sentences=plan.passed_over)
        yield progress
        for batch, record in _worked(job, plan, engine, left):
            progress = _further(progress, batch, record, since=began, done_before=left.done)
            log.say("batch", index=batch.index, done=progress.done, failed=progress.failed, said=progress.sentences)
            yield progress
        notes = _finish(job, guide, plan)
        cost = _cost(progress.done - left.done, perf_counter() - began)
        log.say("finished", notes=notes, seconds_per_1000=cost.seconds_per_1000, **asdict(cost))
        yield replace(progress, sentences=(), notes=notes, cost=cost)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the job was found to be: how many pictures in batches of how many, and what is painted towards what.

    ``size`` is the guide's, in pixels; ``items`` the file that lists the pictures, one a line.
    """

    total: int
    batch: int
    threads: int
    size: int
    rivals: tuple[int, ...]
    objective: Objective
    budgets: tuple[Budget, ...]
    items: Path
    passed_over: tuple[str, ...]

    @property
    def batches(self) -> int:
        """Number of batches."""
        return -(-self.total // self.batch)


def _check_places(job: Job) -> None:
    """Make sure that nothing of the set is written over, or taken for a part of the set."""
    folder, place = job.folder.resolve(), job.pictures.place
    if place is not None and (folder == place.resolve() or (place.is_dir() and folder.is_relative_to(place.resolve()))):
        raise JobError(f"“{job.folder}” lies in the set itself; choose a folder outside “{place}”.")
    if folder.is_dir() and not (folder / _WORK).is_dir() and any(folder.iterdir()):
        raise JobError(f"“{job.folder}” holds other files; choose an empty folder, and none of them is touched.")


def _check_order(job: Job, guide: GuideModel) -> None:
    for epsilon in job.order.epsilons:
        guide.epsilon_scale.check(epsilon)
        if epsilon == 0:
            raise JobError("ε = 0 changes nothing, and the originals are written anyway; leave it out.")
    if list(job.order.epsilons) != sorted(set(job.order.epsilons)):
        raise JobError("Give every ε once, the smallest first.")
    if job.order.diverge_from and job.order.objective != "logit_diverge":
        raise JobError(f"The objective “{job.order.objective}” takes no rivals; use logit_diverge.")


@contextmanager
def _threads_kept() -> Iterator[None]:
    """Give this process its number of threads back."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _sweep(folder: Path) -> None:
    """Remove what a killed process had begun to write."""
    for above, _, files in os.walk(folder):
        for name in filter(_HALF_WRITTEN.fullmatch, files):
            (Path(above) / name).unlink()


# --- the plan -----------------------------------------------------------------------------------------------------


def _planned(job: Job, guide: GuideModel, run: RunFolder) -> Plan:
    """List the pictures and agree with what was begun before."""
    listing = _Listing(job, guide)
    items = job.folder / _WORK / _ITEMS
    listed = items.with_name(f"new-{_ITEMS}")
    try:
        digest = stream_whole(listed, listing.lines())
        if not listing.total:
            raise JobError("There is no picture to work on: the set is empty, or no picture has that split or class.")
        begun = _begun(run)
        rivals = _rivals(job, guide, listing.targets)
        batch = job.batch or begun.get("batch") or _suitable_batch(guide, job.order)
        threads = job.threads or begun.get("threads") or torch.get_num_threads()
        run.agree(
            {
                "layout": LAYOUT,
                "pictures": digest,
                "order": asdict(job.order),
                "labels": job.labels.value,
                "guide": [guide.name, guide.provenance.sha256, guide.domain.value, guide.input_size],
                "rivals": list(rivals),
                "batch": batch,
                "threads": threads,
                "versions": versions(),
                "hardware": hardware(guide.device),
            }
        )
        listed.replace(items)
    finally:
        listed.unlink(missing_ok=True)
    return Plan(
        total=listing.total,
        batch=batch,
        threads=threads,
        size=guide.input_size,
        rivals=rivals,
        objective=_objective(job.order, rivals),
        budgets=budgets(job.order, guide, name=job.pictures.name),
        items=items,
        passed_over=tuple(listing.passed_over),
    )


def _objective(order: Order, rivals: tuple[int, ...]) -> Objective:
    chosen = objective_named(order.objective, rivals=rivals)
    return Harder(chosen) if order.harder else chosen


def _begun(run: RunFolder) -> dict[str, int]:
    """Return batch and threads of a job that was begun before, nothing for a new one."""
    try:
        begun = json.loads((run.path / "run.json").read_bytes())
        return {"batch": int(begun["batch"]), "threads": int(begun["threads"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class _Listing:
    """The pictures of a job, line by line; afterwards their number, their classes and what was passed over."""

    def __init__(self, job: Job, guide: GuideModel) -> None:
        self._job = job
        self._guide = guide
        self._left_out = set(map(canonical, job.order.diverge_from))
        self._numbered = isinstance(job.pictures, DirmapSet) and job.pictures.column.endswith("_num")
        self._stems: set[int] = set()
        self._classes: dict[str, int] = {}
        self.total = 0
        self.targets: set[int] = set()
        self.passed_over: list[str] = []

    def lines(self) -> Iterator[bytes]:
        for found in self._job.pictures.entries():
            if isinstance(found, str):
                self.passed_over.append(found)
            elif not self._job.order.split or found.split == self._job.order.split:
                yield from self._listed(found)

    def _listed(self, entry: Entry) -> Iterator[bytes]:
        if self._job.labels is not Labels.GUIDE:
            if not entry.class_name:
                self.passed_over.append(f"“{entry.name}” was passed over: nothing says its class.")
                return
            target = self._target(entry.class_name)
            if canonical(self._guide.classes[target]) in self._left_out:
                return
            self.targets.add(target)
            entry = replace(entry, class_name=self._guide.classes[target])
        stem = self._stem(entry.name)
        if stem is None:
            self.passed_over.append(f"“{entry.name}” was passed over: the set holds another picture of that name.")
            return
        self.total += 1
        yield _line(asdict(replace(entry, stem=stem)))

    def _target(self, written: str) -> int:
        """Return the class index that a label means; a column whose name ends in ``_num`` holds indices."""
        if written not in self._classes:
            numbered = self._numbered and written.isdecimal() and int(written) < len(self._guide.classes)
            self._classes[written] = int(written) if numbered else self._guide.class_index(written)
        return self._classes[written]

    def _stem(self, name: str) -> str | None:
        """Return what the results of a picture are called, None where every name is taken.

        Its own name without the ending; the second of a.jpg and a.png keeps its ending.
        """
        path = PurePosixPath(name)
        for candidate in (path.with_suffix("").as_posix(), path.as_posix()):
            stem = candidate.replace("/", "__") if self._job.order.naming is Naming.FLAT else candidate
            key = int.from_bytes(hashlib.blake2b(stem.casefold().encode(), digest_size=8).digest())
            if key not in self._stems or not self._job.order.epsilons:
                self._stems.add(key)
                return stem
        return None


def _rivals(job: Job, guide: GuideModel, targets: set[int]) -> tuple[int, ...]:
    """Return the class indices that ``logit_diverge`` diverges from: the set's own, or those that were named."""
    if job.order.objective != "logit_diverge":
        return ()
    if job.order.diverge_from:
        return tuple(guide.class_index(c) for c in job.order.diverge_from)
    rivals = tuple(sorted(targets)) or tuple(range(len(guide.classes)))
    if len(rivals) < 2:
        raise JobError(
            "The set holds one class only, so there is nothing to diverge from; name it with --diverge-from."
        )
    return rivals


def _suitable_batch(guide: GuideModel, order: Order) -> int:
    steps = steps_for(max(order.epsilons, default=0.0), step=guide.epsilon_scale.step)
    each = 12 * guide.input_size**2 * (steps + 1)
    return max(1, min(_LARGEST_BATCH, _PATH_BYTES // each))


def budgets(order: Order, guide: GuideModel, *, name: str) -> tuple[Budget, ...]:
    """Return the original and every ε of a job with the words of its folder, none for a job that only ranks.

    The official ones: {name}_{eps}_{step}_{steps}_{objective}[_from_A_B][_attack], and {name}_natural; in flat naming
    without the name. ε and step are those at 224 px, which is where the paper states them.

    Raises:
        JobError: Two budgets are too near each other to be told apart by name.
    """
    if not order.epsilons:
        return ()
    scale, lead = guide.epsilon_scale, f"{name}_" if order.naming is Naming.OFFICIAL else ""
    objective = order.objective + "".join(f"_{c}" for c in ("from", *order.diverge_from) if order.diverge_from)
    tail = objective + ("_attack" if order.harder else "")
    step = scale.at_224(scale.step)
    found = [Budget(0.0, 0.0, f"{lead}natural")]
    for epsilon in order.epsilons:
        at_224 = scale.at_224(epsilon)
        words = f"{lead}{at_224:.6g}_{step:.6g}_{steps_for(epsilon, step=scale.step)}_{tail}"
        found.append(Budget(epsilon, float(f"{at_224:.12g}"), words.replace("/", "-")))
    if len({b.words for b in found}) < len(found):
        raise JobError("Two ε are too near each other to be told apart in a folder's name; leave one out.")
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of what decides the bytes of a job."""
    packages = ["torch", "numpy", "pillow"]
    if importlib.util.find_spec("pyarrow") is not None:
        packages.append("pyarrow")
    own = {"lwise_studio": lwise_core.__version__, "python": platform.python_version()}
    return {**own, **{name: version(name) for name in packages}}


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


# --- the work -----------------------------------------------------------------------------------------------------


def _batches(plan: Plan) -> Iterator[Batch]:
    """Yield the batches of a job, cut by the pictures' places."""
    with plan.items.open(encoding="utf-8") as lines:
        for index in range(plan.batches):
            yield Batch(index, tuple(Entry(**json.loads(line)) for line in islice(lines, plan.batch)))


class _Left:
    """What of a job is done already, by the records that lie there whole, with their pictures."""

    def __init__(self, work: Path, plan: Plan) -> None:
        self._work = work
        self.done = 0
        self.failed = 0
        self._finished: set[int] = set()
        for batch in _batches(plan):
            record = record_in(_record_file(work, batch.index))
            if record is not None and _all_there(work.parent, batch, record):
                self._finished.add(batch.index)
                self.done += len(batch.entries)
                self.failed += len(record.failed)

    def __contains__(self, batch: Batch) -> bool:
        return batch.index not in self._finished


def _record_file(work: Path, index: int) -> Path:
    return work / _DONE / f"{index:07d}.json"


def _all_there(folder: Path, batch: Batch, record: Record) -> bool:
    whole = len(record.told) + len(record.failed) == len(batch.entries)
    return whole and all((folder / p.file).is_file() for told in record.told for p in told.pictures)


def _worked(job: Job, plan: Plan, engine: Engine, left: _Left) -> Iterator[tuple[Batch, Record]]:
    """Yield what is left of the job batch by batch, each when all of it lies on the disk."""
    guesses = job.labels is Labels.GUIDE
    painter = Painter(job.load_guide, plan.objective, plan.budgets, guesses=guesses, threads=plan.threads)
    stages = Stages(Eyes(job.pictures, plan.size), painter)
    writer = _Writer(job.folder, job.order.naming, plan.budgets)
    with ThreadPoolExecutor(_WRITERS) as threads:
        under_way: list[Future[tuple[Batch, Record]]] = []
        for made in engine.run(stages, (batch for batch in _batches(plan) if batch in left)):
            under_way.append(threads.submit(writer.write, made))
            if len(under_way) > _WRITERS:
                yield under_way.pop(0).result()
        for future in under_way:
            yield future.result()


@dataclass(frozen=True)
class _Writer:
    """Writes the pictures of a batch and, when all are there, its record."""

    folder: Path
    naming: Naming
    budgets: tuple[Budget, ...]

    def write(self, made: MadeBatch) -> tuple[Batch, Record]:
        """Write a batch; afterwards it is done, however often it was begun."""
        told, failed = [], []
        for result in made.results:
            if isinstance(result, Failed):
                failed.append(result)
            else:
                entry = made.batch.entries[result[0].place]
                told.append(replace(result[0], pictures=tuple(self._picture(entry, p) for p in result[1])))
        record = Record(tuple(told), tuple(failed))
        write_whole(_record_file(self.folder / _WORK, made.batch.index), record_bytes(record))
        return made.batch, record

    def _picture(self, entry: Entry, painted: PaintedPixels) -> Painted:
        words = self.budgets[painted.number].words
        official = self.naming is Naming.OFFICIAL
        file = f"{words}/{entry.stem}.png" if official else f"pictures/{entry.stem}_{words}.png"
        data = encode_png(painted.pixels, text=painted.text)
        target = self.folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)
        return Painted(
            number=painted.number,
            spent=painted.spent,
            logit=painted.logit,
            gain=painted.gain,
            gain_float=painted.gain_float,
            file=file,
            sha256=hashlib.sha256(data).hexdigest(),
        )


# --- the end ------------------------------------------------------------------------------------------------------


def _finish(job: Job, guide: GuideModel, plan: Plan) -> tuple[str, ...]:
    """Write what the job hands out, the manifest last, and return the notes."""
    work = job.folder / _WORK

    def record(index: int) -> Record:
        kept = record_in(_record_file(work, index))
        if kept is None:
            raise JobError("What was written down of a batch is gone; repeat the command, which does it again.")
        return kept

    finished = Finished(
        folder=job.folder,
        guide=guide,
        stated_by="guess of the guide" if job.labels is Labels.GUIDE else job.labels.value,
        budgets=plan.budgets,
        batches=lambda: _batches(plan),
        record=record,
        passed_over=lambda: iter(plan.passed_over),
    )
    ranks = Ranks.of(finished, count=plan.total)
    dirmap = job.pictures.dirmap if isinstance(job.pictures, DirmapSet) else None
    files = written(finished, ranks, dirmap=dirmap)
    counts = Counter(finished.class_of(told) for _, _, told in finished.rows())
    failed = plan.total - counts.total()
    notes = (*_on_failures(failed, plan), *ranks.notes)
    objective = plan.objective.name if plan.budgets else ""
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "statement": "AI-altered pictures. Not for diagnosis." if plan.budgets else "Ranks by a guide model.",
        "set": job.pictures.name,
        "pictures": {"listed": plan.total, "failed": failed, "passed_over": len(plan.passed_over)},
        "classes": dict(counts),
        "stated_by": finished.stated_by,
        "guide": {"name": guide.name, "sha256": guide.provenance.sha256, "input_size": guide.input_size},
        "domain": guide.domain.value,
        "cautions": list(guide.cautions),
        "order": asdict(job.order),
        "objective": {"name": objective, "rivals": [guide.classes[i] for i in plan.rivals]},
        "budgets": [asdict(b) for b in plan.budgets],
        "geometry": f"central square, antialiased bilinear to {guide.input_size} px, lossless PNG",
        "difficulty": {
            "difficulty": {"definition": "global", **_span(ranks.over_all, "")},
            "difficulty_per_class": {c: _span(ranks.by_class, c) for c in sorted(ranks.by_class.lowest)},
        },
        "notes": list(notes),
        "batch": plan.batch,
        "threads": plan.threads,
        "hardware": hardware(guide.device),
        "versions": versions(),
        "files": dict(files),
    }
    write_whole(job.folder / MANIFEST, manifest_bytes(manifest))
    return notes


def _span(ranked: Ranked, name: str) -> dict[str, float | None]:
    return {"lowest_logit": ranked.lowest.get(name), "highest_logit": ranked.highest.get(name)}


def _on_failures(failed: int, plan: Plan) -> tuple[str, ...]:
    left_out = failed + len(plan.passed_over)
    if not left_out:
        return ()
    files = "1 file has" if left_out == 1 else f"{left_out:,} files have"
    return (f"{files} no result; failures.csv says why.",)


def _further(before: Progress, batch: Batch, record: Record, *, since: float, done_before: int) -> Progress:
    """Return the progress one batch later."""
    done = before.done + len(batch.entries)
    rate = (done - done_before) / (perf_counter() - since)
    return Progress(
        done=done,
        total=before.total,
        failed=before.failed + len(record.failed),
        rate=rate,
        seconds_left=(before.total - done) / rate,
        sentences=tuple(f.sentence for f in record.failed),
    )


def _cost(images: int, seconds: float) -> Cost:
    return Cost(images, seconds, _peak_mib())


def _peak_mib() -> float:
    """Return the most memory this process held, in MiB.

    Linux' own high-water mark where there is one: getrusage counts what the parent held when it started this process.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return (float(found[1]) if found else most) / 1024


class _Log:
    """What happened, one JSON object a line, for programs that watch; the only file with times in it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with file.open("ab+") as log:
            log.seek(0, os.SEEK_END)
            if log.tell():
                log.seek(-1, os.SEEK_END)
                if log.read(1) != b"\n":  # the process before this one was killed while it wrote
                    log.write(b"\n")

    def say(self, event: str, **details: object) -> None:
        """Append an event with its time."""
        with self._file.open("ab") as log:
            log.write(_line({"time": datetime.now(UTC).isoformat(), "event": event, **details}))
