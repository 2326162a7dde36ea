"""The record of a batch comes back as it was written, or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lwise_core.batch.batch_records import BatchRecord, BatchRecords, Failed, PictureResult
from lwise_core.batch.enhance_task import EnhancedResult, Painted

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
RESULTS = st.builds(
    PictureResult,
    place=st.integers(0, 31),
    source_sha256=WORDS,
    target=st.integers(0, 999),
    logit=NUMBERS,
    log_probability=NUMBERS,
    rank=st.integers(1, 1000),
    first_choice=st.integers(0, 999),
)
FAILURES = st.builds(Failed, place=st.integers(0, 31), sentence=WORDS)
RECORDS = st.builds(
    BatchRecord, told=st.lists(RESULTS, max_size=3).map(tuple), failed=st.lists(FAILURES, max_size=3).map(tuple)
)

PAINTED = Painted(number=1, spent=0.5, logit=3.0, gain=1.0, gain_float=1.25, file="pictures/x.png", sha256="a")
ENHANCED = EnhancedResult(
    place=0, source_sha256="b", target=2, logit=2.0, log_probability=-0.5, rank=1, first_choice=2, pictures=(PAINTED,)
)


def records(folder: Path) -> BatchRecords[PictureResult]:
    return BatchRecords(folder, TypeAdapter(BatchRecord[PictureResult]))


@settings(max_examples=30)
@given(record=RECORDS, index=st.integers(0, 10**7 - 1))
def test_a_record_comes_back_to_the_last_bit(record: BatchRecord[PictureResult], index: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = records(Path(folder))
        kept.file(index).write_bytes(kept.as_bytes(record))
        assert kept.read(index) == record


def test_a_record_of_enhanced_pictures_keeps_the_pictures_and_names_their_files(tmp_path: Path) -> None:
    kept = BatchRecords(tmp_path, TypeAdapter(BatchRecord[EnhancedResult]))
    record = BatchRecord((ENHANCED,), ())
    kept.file(3).write_bytes(kept.as_bytes(record))
    assert kept.read(3) == record
    assert ENHANCED.files == ("pictures/x.png",)


def test_a_picture_that_was_only_scored_left_no_file() -> None:
    scored = PictureResult(
        place=0, source_sha256="b", target=2, logit=2.0, log_probability=-0.5, rank=1, first_choice=2
    )
    assert scored.files == ()


@pytest.mark.parametrize("length", [0, 1, 20, -1])
def test_what_is_missing_or_cut_short_counts_as_not_done(tmp_path: Path, length: int) -> None:
    kept = records(tmp_path)
    assert kept.read(0) is None
    kept.file(0).write_bytes(kept.as_bytes(BatchRecord((), (Failed(0, "It cannot be read."),)))[:length])
    assert kept.read(0) is None


@given(indices=st.lists(st.integers(0, 10**7 - 1), unique=True, max_size=5))
def test_records_lie_in_the_order_of_their_batches(indices: list[int]) -> None:
    kept = records(Path("done"))
    names = [kept.file(index).name for index in sorted(indices)]
    assert names == sorted(set(names))
