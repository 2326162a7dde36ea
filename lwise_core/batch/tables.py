"""Tables that are written row by row, as CSV and as Parquet: a million rows need no more memory than a few.

Nothing here carries a date or a path of this machine: the same rows give the same bytes.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from lwise_core._utils.atomic_files import stream_whole
from lwise_core._utils.csv_lines import Cell, cell, csv_line

Row = Mapping[str, Cell]
Columns = Mapping[str, type[float] | type[int] | type[str]]
"""The columns of a table in their order, each with the type of what is in it where there is something."""

_ROWS_AT_ONCE = 4096


def write_tables(stem: Path, columns: Columns, rows: Callable[[], Iterator[Row]]) -> dict[str, str]:
    """Write ``stem``.csv and ``stem``.parquet; return file name → SHA-256.

    ``rows`` starts anew at each call; every row holds a value, or None, for each of ``columns``.
    """
    csv, parquet = stem.with_suffix(".csv"), stem.with_suffix(".parquet")
    hashes = {csv.name: stream_whole(csv, csv_lines(columns, rows()))}
    hashes[parquet.name] = _parquet(parquet, columns, rows())
    return hashes


def csv_lines(columns: Columns, rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a table as CSV, line by line, the names of the columns first."""
    yield csv_line(list(columns))
    yield from (csv_line([cell(row[name]) for name in columns]) for row in rows)


def _parquet(target: Path, columns: Columns, rows: Iterator[Row]) -> str:
    """Write the table once more for programs that read columns; return its SHA-256."""
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    types = {str: arrow.string(), float: arrow.float64(), int: arrow.int64()}
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with tempfile.TemporaryFile(dir=target.parent) as scratch:
        with parquet.ParquetWriter(scratch, schema) as writer:
            while part := list(islice(rows, _ROWS_AT_ONCE)):
                writer.write_table(arrow.Table.from_pylist(part, schema=schema))
        scratch.seek(0)
        return stream_whole(target, iter(lambda: scratch.read(1 << 20), b""))
