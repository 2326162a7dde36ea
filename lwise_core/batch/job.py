"""Jobs over many pictures: rank a whole data set, enhance it or inspect it at many ε, and never start over.

A job is cut into batches by the pictures' places in the set, and a batch is done when its record lies on the disk,
which is written last. So a job that is killed and started again does only the rest, and the same files come out byte
for byte. Which engine works, and in which order, changes nothing; what is done with a batch is the job's task.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from lwise_core._utils.atomic_files import remove_half_written, write_whole
from lwise_core._utils.csv_lines import begins_a_formula
from lwise_core._utils.file_errors import DISK_FULL, file_errors, make_folder
from lwise_core._utils.run_folder import RunFolder
from lwise_core.batch.batch_records import BatchRecord, BatchRecords, Failed
from lwise_core.batch.executors import Executor, Stages
from lwise_core.batch.official_difficulty import OfficialRanking
from lwise_core.batch.outputs import Finished, manifest_bytes, ranks_of, write_outputs
from lwise_core.batch.plan import Assignment, Plan, make_plan, versions
from lwise_core.batch.progress import BatchProgress, Cost, Log
from lwise_core.batch.score_table import GUESSED
from lwise_core.batch.settings import JobError, JobSettings, Naming, budgets
from lwise_core.batch.tasks import MadeBatch, Worker
from lwise_core.data.archives import close_archives
from lwise_core.data.decoding import Batch, Decoder
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.enhancement.fast_twin import hardware
from lwise_core.guides.guide import GuideModel

__all__ = ["LOG", "MANIFEST", "BatchProgress", "Cost", "Job", "JobError", "JobSettings", "Naming", "budgets"]

JOB_SCHEMA_VERSION = 1
LOG, MANIFEST = "log.jsonl", "manifest.json"
_WORK, _PLAN, _DONE, _ITEMS = ".job", "plan", "done", "items.jsonl"
_WRITERS = 4  # threads that encode and write while the next batch is computed; most of it is waiting for the disk


@dataclass(frozen=True, kw_only=True)
class Job(Assignment):
    """An assignment that is carried out in its folder."""

    def run(self, engine: Executor) -> Iterator[BatchProgress]:
        """Do the rest of the job and yield its progress; to stop iterating is to stop, and nothing is lost.

        Raises:
            JobError: The order does not fit the guide, the set is empty, the folder lies in the set, or the disk is
                full.
            DatasetError: The set cannot be read.
            StoreUnavailable: The storage that holds the set cannot be reached.
            UnknownClass: The guide does not have a class of the set.
            RunRefused: The folder holds another job, or one that is at work.
            EpsilonOutOfRange: The guide does not offer an ε.
            ExecutorLost: No worker is left.
        """
        try:
            with file_errors(self.folder):
                yield from _run(self, engine)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            raise JobError(
                "The disk is full; what was done is kept: make room and repeat the command, which does what is left."
            ) from error
        finally:
            close_archives()


def _run(job: Job, engine: Executor) -> Iterator[BatchProgress]:
    began = perf_counter()
    _check_places(job)
    guide = job.load_guide()
    job.order.check(guide)
    make_folder(job.folder)  # of which people know, and not of the folder in it
    work = job.folder / _WORK
    run = RunFolder(work / _PLAN)
    with run.held(), _threads_kept():
        (work / _DONE).mkdir(exist_ok=True)
        remove_half_written(job.folder)
        plan = make_plan(job, guide, run, items=work / _ITEMS)
        records = BatchRecords(work / _DONE, plan.task.form)
        log = Log(job.folder / LOG)
        left = _Left(job.folder, plan, records)
        log.say("began", engine=repr(engine), done=left.done, total=plan.total, passed_over=plan.passed_over)
        progress = BatchProgress(left.done, plan.total, left.failed, sentences=plan.passed_over)
        yield progress
        for batch, record in _worked(job, plan, engine, records, left):
            here = progress.done + len(batch.entries) - left.done
            sentences = tuple(f.sentence for f in record.failed)
            progress = progress.further(len(batch.entries), sentences, rate=here / (perf_counter() - began))
            log.say("batch", index=batch.index, done=progress.done, failed=progress.failed, said=progress.sentences)
            yield progress
        notes = _finish(job, guide, plan, records)
        cost = Cost.of(progress.done - left.done, seconds=perf_counter() - began)
        log.say("finished", notes=notes, seconds_per_1000=cost.seconds_per_1000, **asdict(cost))
        yield replace(progress, sentences=(), notes=notes, cost=cost)


def _check_places(job: Job) -> None:
    """Make sure that nothing of the set is written over, or taken for a part of the set."""
    folder, place = job.folder.resolve(), job.pictures.place
    if place is not None and (folder == place.resolve() or (place.is_dir() and folder.is_relative_to(place.resolve()))):
        raise JobError(f"“{job.folder}” lies in the set itself; choose a folder outside “{place}”.")
    if folder.is_dir() and not (folder / _WORK).is_dir() and any(folder.iterdir()):
        raise JobError(f"“{job.folder}” holds other files; choose an empty folder, and none of them is touched.")


@contextmanager
def _threads_kept() -> Iterator[None]:
    """Give this process its number of threads back."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


# --- the work -----------------------------------------------------------------------------------------------------


class _Left:
    """What of a job is done already, by the records that lie there whole, with their pictures."""

    def __init__(self, folder: Path, plan: Plan, records: BatchRecords[Any]) -> None:
        self.done = 0
        self.failed = 0
        self._finished: set[int] = set()
        for batch in plan.batches():
            record = records.read(batch.index)
            if record is not None and _all_there(folder, batch, record):
                self._finished.add(batch.index)
                self.done += len(batch.entries)
                self.failed += len(record.failed)

    def __contains__(self, batch: Batch) -> bool:
        return batch.index not in self._finished


def _all_there(folder: Path, batch: Batch, record: BatchRecord[Any]) -> bool:
    whole = len(record.told) + len(record.failed) == len(batch.entries)
    return whole and all((folder / file).is_file() for told in record.told for file in told.files)


def _worked(
    job: Job, plan: Plan, engine: Executor, records: BatchRecords[Any], left: _Left
) -> Iterator[tuple[Batch, BatchRecord[Any]]]:
    """Yield the remaining batches of the job, each when it is completely on the disk."""
    worker = Worker(job.load_guide, plan.task, guesses=plan.settings.guesses, threads=plan.threads)
    stages = Stages(Decoder(job.pictures, plan.size, varied=plan.task.varied), worker)
    writer = _Writer(job.folder, records)
    with ThreadPoolExecutor(_WRITERS) as threads:
        under_way: list[Future[tuple[Batch, BatchRecord[Any]]]] = []
        for made in engine.run(stages, (batch for batch in plan.batches() if batch in left)):
            under_way.append(threads.submit(writer.write, made))
            if len(under_way) > _WRITERS:
                yield under_way.pop(0).result()
        for future in under_way:
            yield future.result()


@dataclass(frozen=True)
class _Writer:
    """Writes the files of a batch and, when all are there, its record."""

    folder: Path
    records: BatchRecords[Any]

    def write(self, made: MadeBatch[Any]) -> tuple[Batch, BatchRecord[Any]]:
        """Write a batch; afterwards it is done, however often it was begun."""
        failed = tuple(result for result in made.results if isinstance(result, Failed))
        told = tuple(result.written(self._put) for result in made.results if not isinstance(result, Failed))
        record = BatchRecord(told, failed)
        write_whole(self.records.file(made.batch.index), self.records.as_bytes(record))
        return made.batch, record

    def _put(self, name: str, data: bytes) -> str:
        """Write a file of the job's folder and return its SHA-256."""
        target = self.folder / name
        make_folder(target.parent)
        write_whole(target, data)
        return hashlib.sha256(data).hexdigest()


# --- the end ------------------------------------------------------------------------------------------------------


def _finish(job: Job, guide: GuideModel, plan: Plan, records: BatchRecords[Any]) -> tuple[str, ...]:
    """Write what the job hands out, the manifest last, and return the notes."""

    def record(index: int) -> BatchRecord[Any]:
        kept = records.read(index)
        if kept is None:
            raise JobError("What was written down of a batch is gone; repeat the command, which does it again.")
        return kept

    finished = Finished(
        folder=job.folder,
        guide=guide,
        stated_by=GUESSED if job.guesses else job.labels.value,
        task=plan.task,
        batches=plan.batches,
        record=record,
        passed_over=lambda: iter(plan.passed_over),
    )
    ranks = ranks_of(finished, count=plan.total)
    dirmap = job.pictures.dirmap if isinstance(job.pictures, DirmapSet) else None
    files = write_outputs(finished, ranks, dirmap=dirmap)
    counts = Counter(finished.class_of(told) for _, _, told in finished.rows())
    failed = plan.total - counts.total()
    summary = plan.task.summary(guide, (told for _, _, told in finished.rows()))
    notes = (*_on_failures(failed, plan), *_on_formulas(plan), *ranks.notes, *summary.notes)
    manifest = {
        **_circumstances(job, guide, plan),
        **summary.said,
        "set": job.pictures.name,
        "pictures": {"listed": plan.total, "failed": failed, "passed_over": len(plan.passed_over)},
        "classes": dict(counts),
        "stated_by": finished.stated_by,
        "difficulty": {
            "difficulty": {"definition": "global", **_span(ranks.over_all, "")},
            "difficulty_per_class": {c: _span(ranks.by_class, c) for c in sorted(ranks.by_class.lowest)},
        },
        "notes": list(notes),
        "files": dict(files),
    }
    write_whole(job.folder / MANIFEST, manifest_bytes(manifest))
    return notes


def _circumstances(job: Job, guide: GuideModel, plan: Plan) -> dict[str, Any]:
    """Return what of the manifest was settled before the first picture."""
    objective = plan.settings.objective.name if plan.settings.budgets else ""
    return {
        "schema_version": JOB_SCHEMA_VERSION,
        "guide": {
            "name": guide.name,
            "sha256": guide.provenance.weights_sha256,
            "input_size": guide.input_size,
            **guide.provenance.on_calibration(),
            **guide.provenance.on_groups(),
        },
        "domain": guide.domain.value,
        "cautions": list(guide.cautions),
        "order": asdict(job.order),
        "objective": {"name": objective, "rivals": [guide.classes[i] for i in plan.rivals]},
        "batch": plan.batch,
        "threads": plan.threads,
        "hardware": hardware(guide.device),
        "versions": versions(plan.task.packages),
    }


def _span(ranked: OfficialRanking, name: str) -> dict[str, float | None]:
    return {"lowest_logit": ranked.lowest.get(name), "highest_logit": ranked.highest.get(name)}


def _on_failures(failed: int, plan: Plan) -> tuple[str, ...]:
    left_out = failed + len(plan.passed_over)
    if not left_out:
        return ()
    files = "1 file has" if left_out == 1 else f"{left_out:,} files have"
    return (f"{files} no result; failures.csv says why.",)


def _on_formulas(plan: Plan) -> tuple[str, ...]:
    """Say where a spreadsheet would compute a name: names are what rows are found by, so they stay as they are."""
    entries = (entry for batch in plan.batches() for entry in batch.entries)
    begin = sum(any(map(begins_a_formula, (e.name, e.class_name))) for e in entries)
    if not begin:
        return ()
    names = "1 picture's name or class begins" if begin == 1 else f"The names or classes of {begin:,} pictures begin"
    return (f"{names} as a spreadsheet's formula does; open results.csv as text, or take results.parquet.",)
