"""How far a job is adds up, and its log can be read line by line whatever killed the writer."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.progress import BatchProgress, Cost, Log

BATCHES = st.lists(
    st.integers(1, 32).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=6
)


@given(batches=BATCHES)
def test_progress_counts_every_picture_and_every_failure(batches: list[tuple[int, int]]) -> None:
    total = sum(pictures for pictures, _ in batches)
    progress = BatchProgress(done=0, total=total, failed=0)
    for pictures, failed in batches:
        sentences = tuple(f"{i} cannot be read." for i in range(failed))
        progress = progress.further(pictures, sentences, rate=2.0)
        assert progress.sentences == sentences
        assert progress.seconds_left == (progress.total - progress.done) / 2
    assert (progress.done, progress.total) == (total, total)
    assert progress.failed == sum(failed for _, failed in batches)
    assert progress.seconds_left == 0


def test_before_the_first_batch_nothing_is_foretold() -> None:
    progress = BatchProgress(done=3, total=9, failed=1)
    assert (progress.rate, progress.seconds_left, progress.cost) == (None, None, None)


@given(images=st.integers(1, 10**6), seconds=st.floats(1e-3, 1e6))
def test_the_cost_of_a_thousand_images_is_that_of_all_of_them_by_their_number(images: int, seconds: float) -> None:
    cost = Cost(images, seconds, peak_mib=1.0)
    assert cost.seconds_per_1000 == pytest.approx(seconds * 1000 / images)


def test_what_cost_nothing_has_no_price() -> None:
    assert Cost(0, 0.1, peak_mib=1.0).seconds_per_1000 is None


def test_the_most_memory_is_that_of_this_process_in_mib() -> None:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    held_now = float(status["VmRSS"].split()[0]) / 1024
    assert held_now * 0.9 < Cost.of(1, seconds=1.0).peak_mib < held_now * 100


@given(cut=st.binary(max_size=20))
def test_whatever_a_killed_process_left_new_events_are_lines_of_their_own(cut: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.jsonl"
        file.write_bytes(cut)
        Log(file).say("began", pictures=3)
        kept = file.read_bytes()
        assert kept.startswith(cut)
        *_, line = kept.removesuffix(b"\n").split(b"\n")
        assert json.loads(line)["event"] == "began"


def test_a_log_says_when_and_what_in_any_language(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    before = datetime.now(UTC)
    log = Log(file)
    log.say("batch", done=4, said=["“ε.png” cannot be read."])
    log.say("finished")
    first, second = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert first | {"time": ""} == {"time": "", "event": "batch", "done": 4, "said": ["“ε.png” cannot be read."]}
    assert before <= datetime.fromisoformat(first["time"]) <= datetime.fromisoformat(second["time"])
    assert "ε.png" in file.read_text(encoding="utf-8")
