"""What a job over many pictures hands out: a table, dirmap CSVs, failures and a manifest, written from its batches.

Everything is written row by row from what each batch left on the disk, so a million pictures need a few numbers each
in memory. Nothing here carries a date, a path of this machine or the order in which batches were done: the same job
gives the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

import numpy as np
from pydantic import TypeAdapter, ValidationError

from lwise_core.difficulty import percentile
from lwise_core.dirmaps import PATH, DirmapFile, Row, csv_line
from lwise_core.guide import GuideModel
from lwise_core.official_difficulty import Definition, Ranked, Values, difficulties, percentiles
from lwise_core.picture_sets import Batch, Entry

ADDED_COLUMNS = ("robust_gt_logit", "difficulty", "difficulty_per_class", "percentile_in_class")
"""What a dirmap gets: the ground-truth logit, both official difficulties (over the file, by class), the percentile."""

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Painted:
    """One picture as it was written: at which ε (0 for the original), and what the guide says of its 8 bits.

    ``number`` counts the budgets of the job, 0 for the original. ``spent`` is the L2 norm of the float result, in the
    guide's units; ``logit`` that of the written file's target, ``gain`` and ``gain_float`` its change against the
    original before rounding, of the file and of the float result.
    """

    number: int
    spent: float
    logit: float
    gain: float
    gain_float: float
    file: str
    sha256: str


@dataclass(frozen=True)
class Told:
    """What the guide says of one picture: ``place`` is its place in the batch, classes are the guide's indices."""

    place: int
    source_sha256: str
    target: int
    logit: float
    log_probability: float
    rank: int
    first_choice: int
    pictures: tuple[Painted, ...] = ()


@dataclass(frozen=True)
class Failed:
    """Why there is no result for the picture at ``place`` in the batch."""

    place: int
    sentence: str


@dataclass(frozen=True)
class Record:
    """What is kept of a finished batch."""

    told: tuple[Told, ...]
    failed: tuple[Failed, ...]


_RECORD = TypeAdapter(Record)


def record_bytes(record: Record) -> bytes:
    """Return ``record`` as it is kept on the disk."""
    return _RECORD.dump_json(record)


def record_in(file: Path) -> Record | None:
    """Return what a batch left in ``file``, None where there is nothing whole."""
    try:
        return _RECORD.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


@dataclass(frozen=True)
class Result:
    """One row of the table of a job that only scores."""

    picture: str
    split: str
    stated_class: str
    stated_by: str
    robust_gt_logit: float
    difficulty: float
    difficulty_per_class: float
    percentile_in_class: float
    log_probability: float
    rank: int
    first_choice: str
    harder_than_references: float | None
    references: int
    source_sha256: str


@dataclass(frozen=True)
class PaintedResult(Result):
    """One row of the table of a job that enhances: what is known of the original, and one of its pictures."""

    epsilon_224: float
    epsilon: float
    spent: float
    logit: float
    gain: float
    gain_float: float
    file: str
    file_sha256: str


@dataclass(frozen=True)
class Budget:
    """One ε in the guide's units and at 224 px, and the folder or ending that says it in a name."""

    epsilon: float
    epsilon_224: float
    words: str


@dataclass(frozen=True)
class Finished:
    """A job all of whose batches are done: where it lies and how to go through it again.

    ``batches`` starts anew at each call; ``record`` returns what a batch left, ``passed_over`` the sentences about
    what is no picture of the set. ``stated_by`` says who named the classes, ``budgets`` begins with the original, and
    there are none where nothing is painted.
    """

    folder: Path
    guide: GuideModel
    stated_by: str
    budgets: tuple[Budget, ...]
    batches: Callable[[], Iterator[Batch]]
    record: Callable[[int], Record]
    passed_over: Callable[[], Iterator[str]]

    def rows(self) -> Iterator[tuple[int, Entry, Told]]:
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

    def class_of(self, told: Told) -> str:
        """Return the guide's name of the class that a picture is stated to show."""
        return self.guide.classes[told.target]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Difficulties of all pictures ``(N,)``, in the order of the set, NaN where there is no result."""

    over_all: Ranked
    by_class: Ranked
    shares: Values

    @classmethod
    def of(cls, finished: Finished, *, count: int) -> Ranks:
        """Return the ranks of a job of ``count`` pictures."""
        logits = np.full(count, np.nan)
        classes = [""] * count
        for number, _, told in finished.rows():
            logits[number] = told.logit
            classes[number] = finished.class_of(told)
        return cls(
            difficulties(logits, classes, definition=Definition.GLOBAL),
            difficulties(logits, classes, definition=Definition.PER_CLASS),
            percentiles(logits, classes),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on classes, or the whole file, in which nothing can be ranked."""
        return (*self.over_all.notes, *self.by_class.notes)

    def added(self, number: int, told: Told) -> tuple[float, float, float, float]:
        """Return the values of ``ADDED_COLUMNS`` for one picture."""
        return (
            told.logit,
            float(self.over_all.values[number]),
            float(self.by_class.values[number]),
            float(self.shares[number]),
        )


def table(finished: Finished, ranks: Ranks) -> Iterator[Result]:
    """Yield the rows of the table: one a picture, or one for each picture and ε, the original first."""
    guide = finished.guide
    for number, entry, told in finished.rows():
        logit, over_all, by_class, share = ranks.added(number, told)
        references = guide.references.get(finished.class_of(told), ())
        place = percentile(told.logit, references)
        known = Result(
            picture=entry.name,
            split=entry.split,
            stated_class=finished.class_of(told),
            stated_by=finished.stated_by,
            robust_gt_logit=logit,
            difficulty=over_all,
            difficulty_per_class=by_class,
            percentile_in_class=share,
            log_probability=told.log_probability,
            rank=told.rank,
            first_choice=guide.classes[told.first_choice],
            harder_than_references=None if place is None else place.share,
            references=len(references),
            source_sha256=told.source_sha256,
        )
        if not told.pictures:
            yield known
        for painted in told.pictures:
            budget = finished.budgets[painted.number]
            yield PaintedResult(
                **asdict(known),
                epsilon_224=budget.epsilon_224,
                epsilon=budget.epsilon,
                spent=painted.spent,
                logit=painted.logit,
                gain=painted.gain,
                gain_float=painted.gain_float,
                file=painted.file,
                file_sha256=painted.sha256,
            )


def written(finished: Finished, ranks: Ranks, *, dirmap: DirmapFile | None) -> Mapping[str, str]:
    """Write the table, the failures and the dirmaps of a job; return file name → SHA-256.

    ``results.parquet`` is written where pyarrow is installed. ``dirmap.csv`` is ``dirmap`` with columns added, or one
    made for the set; every folder of pictures in the official naming gets one of its own, whose rows are its pictures.
    """
    kind = PaintedResult if len(finished.budgets) else Result
    hashes = {"results.csv": stream_whole(finished.folder / "results.csv", _csv(kind, table(finished, ranks)))}
    if importlib.util.find_spec("pyarrow") is not None:
        hashes["results.parquet"] = _parquet(finished.folder / "results.parquet", kind, table(finished, ranks))
    failures = (csv_line(row) for row in finished.failures())
    hashes["failures.csv"] = stream_whole(
        finished.folder / "failures.csv", _chain(csv_line(("picture", "sentence")), failures)
    )
    for name, chosen in _dirmaps(finished):
        lines = _own_dirmap(finished, ranks, chosen) if dirmap is None else _dirmap(finished, ranks, dirmap, chosen)
        hashes[name] = stream_whole(finished.folder / name, lines)
    return hashes


def stream_whole(target: Path, pieces: Iterable[bytes]) -> str:
    """Write ``pieces`` one after the other: afterwards there is the whole file or the one before. Return its SHA-256.

    The same promise as :func:`lwise_core.whole_files.write_whole`, for what does not fit into memory.
    """
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def _dirmaps(finished: Finished) -> Iterator[tuple[str, Budget | None]]:
    """Yield the dirmaps to write: the set's own, and one for each folder of pictures in the official naming."""
    yield "dirmap.csv", None
    yield from ((f"{b.words}/dirmap.csv", b) for b in finished.budgets if (finished.folder / b.words).is_dir())


def _dirmap(finished: Finished, ranks: Ranks, dirmap: DirmapFile, chosen: Budget | None) -> Iterator[bytes]:
    """Yield the dirmap with columns added; for a folder of pictures, only its rows, each with the picture's path."""
    rows = finished.rows()
    ahead = next(rows, None)

    def values(row: Row) -> Sequence[str] | None:
        nonlocal ahead
        if ahead is None or ahead[1].row != row.number:
            return None if chosen else [""] * len(ADDED_COLUMNS)
        (number, entry, told), ahead = ahead, next(rows, None)
        added = [_cell(v) for v in ranks.added(number, told)]
        return [f"{entry.stem}.png", *added] if chosen else added

    yield from dirmap.rewritten((PATH, *ADDED_COLUMNS) if chosen else ADDED_COLUMNS, values)


def _own_dirmap(finished: Finished, ranks: Ranks, chosen: Budget | None) -> Iterator[bytes]:
    """Yield a dirmap for a set that had none; its class numbers are the guide's."""
    yield csv_line(("split", "class", "class_num", PATH, *ADDED_COLUMNS))
    for number, entry, told in finished.rows():
        path = f"{entry.stem}.png" if chosen else entry.name
        stated = (entry.split, finished.class_of(told), str(told.target), path)
        yield csv_line((*stated, *map(_cell, ranks.added(number, told))))


def _csv(kind: type[Result], rows: Iterator[Result]) -> Iterator[bytes]:
    names = [f.name for f in fields(kind)]
    yield csv_line(names)
    yield from (csv_line([_cell(getattr(row, name)) for name in names]) for row in rows)


def _cell(value: float | str | None) -> str:
    """Return a value as every reader of CSV files gets it back: floats to the last bit, nothing as nothing."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _chain(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _parquet(target: Path, kind: type[Result], rows: Iterator[Result]) -> str:
    """Write the table once more for programs that read columns; return its SHA-256."""
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    types = {str: arrow.string(), float: arrow.float64(), int: arrow.int64()}
    schema = arrow.schema([(name, types[_plain(hint)]) for name, hint in get_type_hints(kind).items()])
    with tempfile.TemporaryFile(dir=target.parent) as scratch:
        with parquet.ParquetWriter(scratch, schema) as writer:
            while part := [asdict(row) for row in islice(rows, _ROWS_AT_ONCE)]:
                writer.write_table(arrow.Table.from_pylist(part, schema=schema))
        scratch.seek(0)
        return stream_whole(target, iter(lambda: scratch.read(1 << 20), b""))


def _plain(hint: Any) -> type:  # noqa: ANN401 - a type hint has no type of its own
    """Return the type of a column, with or without None."""
    found: type = next(t for t in get_args(hint) if t is not type(None)) if isinstance(hint, UnionType) else hint
    return found


def manifest_bytes(said: Mapping[str, object]) -> bytes:
    """Return a manifest as it is written: sorted, in UTF-8, without what JSON does not know."""
    return (json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n").encode()
