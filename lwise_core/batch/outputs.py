"""What a job over many pictures hands out: a table, dirmap CSVs and failures, written from what its batches left.

Everything is written row by row, so a million pictures need a few numbers each in memory, and without the order in
which batches were done: the same job gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Generic

import numpy as np

from lwise_core._utils.atomic_files import stream_whole
from lwise_core._utils.csv_lines import cell, csv_line
from lwise_core.batch.batch_records import BatchRecord, PictureResult, T
from lwise_core.batch.score_table import ADDED_COLUMNS, SCORE_COLUMNS, Ranks, reference_columns
from lwise_core.batch.tables import Row as TableRow
from lwise_core.batch.tables import write_tables
from lwise_core.batch.tasks import Task
from lwise_core.data.decoding import Batch
from lwise_core.data.dirmap import DirmapFile, Row
from lwise_core.data.entries import PictureEntry
from lwise_core.data.list_columns import CLASS, PATH, names_a_file
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty


@dataclass(frozen=True)
class Finished(Generic[T]):
    """A job all of whose batches are done: where it lies and how to go through it again.

    ``batches`` starts anew at each call; ``record`` returns what a batch left, ``passed_over`` the sentences about
    what is no picture of the set. ``stated_by`` says who named the classes.
    """

    folder: Path
    guide: GuideModel
    stated_by: str
    task: Task[T]
    batches: Callable[[], Iterator[Batch]]
    record: Callable[[int], BatchRecord[T]]
    passed_over: Callable[[], Iterator[str]]

    def rows(self) -> Iterator[tuple[int, PictureEntry, T]]:
        """Yield the running number, the entry and what was told of every picture that has a result."""
        number = 0
        for batch in self.batches():
            for told in self.record(batch.index).told:
                yield number + told.place, batch.entries[told.place], told
            number += len(batch.entries)

    def failures(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the sentence of every picture that has none, and what was passed over, without a name."""
        yield from (("", sentence) for sentence in self.passed_over())
        for batch in self.batches():
            yield from ((batch.entries[f.place].name, f.sentence) for f in self.record(batch.index).failed)

    def class_of(self, told: PictureResult) -> str:
        """Return the guide's name of the class that a picture is stated to show."""
        return self.guide.classes[told.target]


def ranks_of(finished: Finished[T], *, count: int) -> Ranks:
    """Return the ranks of a job of ``count`` pictures."""
    logits = np.full(count, np.nan)
    classes = [""] * count
    for number, _, told in finished.rows():
        logits[number] = told.logit
        classes[number] = finished.class_of(told)
    return Ranks.of(logits, classes)


def _table(finished: Finished[T], ranks: Ranks) -> Iterator[TableRow]:
    """Yield the rows of the table: the columns of every job, beside each row that its task has for a picture."""
    guide = finished.guide
    for number, entry, told in finished.rows():
        class_name = finished.class_of(told)
        known: TableRow = {
            "picture": entry.name,
            "split": entry.split,
            "stated_class": class_name,
            "stated_by": finished.stated_by,
            **dict(zip(ADDED_COLUMNS, ranks.added(number, logit=told.logit), strict=True)),
            "log_probability": told.log_probability,
            "rank": told.rank,
            "first_choice": guide.classes[told.first_choice],
            **reference_columns(guide.references, told.logit, class_name=class_name),
            **Novelty(told.unlike_p, guide.held_out_count).fields(),
            "source_sha256": told.source_sha256,
        }
        yield from ({**known, **row} for row in finished.task.rows(told))


def write_outputs(finished: Finished[T], ranks: Ranks, *, dirmap: DirmapFile | None) -> Mapping[str, str]:
    """Write the table, the failures and the dirmaps of a job; return file name → SHA-256.

    ``results`` is written as CSV and as Parquet. ``dirmap.csv`` is ``dirmap`` with columns added, or one
    made for the set; every folder of pictures that is a set itself gets one of its own, whose rows are its pictures.
    """
    columns = {**SCORE_COLUMNS, **finished.task.columns}
    hashes = write_tables(finished.folder / "results", columns, lambda: _table(finished, ranks))
    failures = map(csv_line, chain([("picture", "sentence")], finished.failures()))
    hashes["failures.csv"] = stream_whole(finished.folder / "failures.csv", failures)
    for folder in ("", *(f for f in finished.task.folders if (finished.folder / f).is_dir())):
        name = f"{folder}/dirmap.csv" if folder else "dirmap.csv"
        lines = _own_dirmap(finished, ranks, folder) if dirmap is None else _dirmap(finished, ranks, dirmap, folder)
        hashes[name] = stream_whole(finished.folder / name, lines)
    return hashes


def _dirmap(finished: Finished[T], ranks: Ranks, dirmap: DirmapFile, folder: str) -> Iterator[bytes]:
    """Yield the dirmap with columns added; for a folder of pictures, only its rows, each with the picture's path.

    Where pictures are named without their endings, or classes by a 1 in one of many columns, paths and a column of
    classes are written as the official tools read them.
    """
    rows = finished.rows()
    ahead = next(rows, None)
    path = dirmap.place(PATH)
    said_by_many = (CLASS,) if dirmap.class_columns else ()

    def values(row: Row) -> Sequence[str] | None:
        nonlocal ahead
        written = row.values[path]
        if ahead is None or ahead[1].row != row.number:
            return None if folder else [written, *[""] * (len(said_by_many) + len(ADDED_COLUMNS))]
        (number, entry, told), ahead = ahead, next(rows, None)
        named = written if names_a_file(written) else entry.name  # other tools find no picture by its name alone
        classes = [entry.class_name] * len(said_by_many)
        added = [cell(v) for v in ranks.added(number, logit=told.logit)]
        return [f"{entry.stem}.png" if folder else named, *classes, *added]

    yield from dirmap.rewritten((PATH, *said_by_many, *ADDED_COLUMNS), values)


def _own_dirmap(finished: Finished[T], ranks: Ranks, folder: str) -> Iterator[bytes]:
    """Yield a dirmap for a set that had none; its class numbers are the guide's."""
    yield csv_line(("split", "class", "class_num", PATH, *ADDED_COLUMNS))
    for number, entry, told in finished.rows():
        path = f"{entry.stem}.png" if folder else entry.name
        stated = (entry.split, finished.class_of(told), str(told.target), path)
        yield csv_line((*stated, *map(cell, ranks.added(number, logit=told.logit))))


def manifest_bytes(said: Mapping[str, object]) -> bytes:
    """Return a manifest as it is written: sorted, in UTF-8, without what JSON does not know."""
    return (json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n").encode()
