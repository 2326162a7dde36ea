"""What a job hands out says of each picture what its record says, whatever failed and however it was cut."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.batch.batch_records import BatchRecord, Failed
from lwise_core.batch.enhance_task import EnhancedResult, EnhanceTask, Painted, ScoreTask
from lwise_core.batch.official_difficulty import Definition, difficulties, percentiles
from lwise_core.batch.outputs import ADDED_COLUMNS, Finished, manifest_bytes, ranks_of, write_outputs
from lwise_core.batch.settings import Budget, Naming
from lwise_core.batch.tasks import TaskSettings
from lwise_core.data.decoding import Batch
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.guides.references import References
from tests.conftest import guide_of, tiny_network

GUIDE = replace(guide_of(tiny_network()), references=References({"a": tuple(i / 10 for i in range(40))}))
FOLDERS = ("set_natural", "set_1")
BUDGETS = tuple(Budget(float(i), 14.0 * i, words) for i, words in enumerate(FOLDERS))


@dataclass(frozen=True)
class Done:
    """A job as its batches left it: a logit for each picture, None where it failed."""

    logits: Sequence[float | None]
    size: int = 3
    paints: bool = False

    def batches(self) -> Iterator[Batch]:
        entries = [self.entry(i) for i in range(len(self.logits))]
        for index in range(-(-len(entries) // self.size)):
            yield Batch(index, tuple(entries[index * self.size : (index + 1) * self.size]))

    def entry(self, i: int) -> PictureEntry:
        return PictureEntry(f"d/{i}.jpg", "abcde"[i % 5], "val", "", row=i, stem=f"d/{i}")

    def result(self, place: int, i: int) -> EnhancedResult:
        logit = self.logits[i]
        assert logit is not None
        pictures = [Painted(n, 0.5, 1.0, 0.5, 0.75, f"{w}/d/{i}.png", "hash") for n, w in enumerate(FOLDERS)]
        said = EnhancedResult(place, f"source {i}", i % 5, logit, -1.5, 2, (i + 1) % 5)
        return replace(said, pictures=tuple(pictures)) if self.paints else said

    def record(self, index: int) -> BatchRecord[EnhancedResult]:
        numbered = list(enumerate(range(index * self.size, min((index + 1) * self.size, len(self.logits)))))
        return BatchRecord(
            tuple(self.result(place, i) for place, i in numbered if self.logits[i] is not None),
            tuple(Failed(place, f"{i} cannot be read.") for place, i in numbered if self.logits[i] is None),
        )

    def finished(self, folder: Path, *, passed_over: Sequence[str] = ()) -> Finished[EnhancedResult]:
        settled = TaskSettings(GroundTruthLogit(), BUDGETS if self.paints else (), Naming.OFFICIAL, guesses=False)
        task = EnhanceTask(settled) if self.paints else ScoreTask(settled)
        return Finished(folder, GUIDE, "folder", task, self.batches, self.record, lambda: iter(passed_over))

    def write(self, folder: Path, *, dirmap: DirmapFile | None = None) -> Mapping[str, str]:
        finished = self.finished(folder)
        return write_outputs(finished, ranks_of(finished, count=len(self.logits)), dirmap=dirmap)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def number(cell: str) -> float:
    return float(cell) if cell else float("nan")


LOGITS = st.lists(st.none() | st.floats(-50, 50), min_size=1, max_size=12)


@settings(max_examples=30)
@given(logits=LOGITS, size=st.integers(1, 5))
def test_every_picture_is_a_result_or_a_failure_once(logits: list[float | None], size: int) -> None:
    finished = Done(logits, size).finished(Path("out"), passed_over=["“x” is no picture."])
    rows = list(finished.rows())
    assert [n for n, _, _ in rows] == [i for i, logit in enumerate(logits) if logit is not None]
    for i, entry, told in rows:
        assert (entry.row, told.logit, finished.class_of(told)) == (i, logits[i], entry.class_name)
    first, *failures = finished.failures()
    assert first == ("", "“x” is no picture.")
    assert failures == [(f"d/{i}.jpg", f"{i} cannot be read.") for i, logit in enumerate(logits) if logit is None]


@settings(max_examples=30)
@given(logits=LOGITS, size=st.integers(1, 5))
def test_ranks_are_the_official_ones_of_the_whole_set(logits: list[float | None], size: int) -> None:
    finished = Done(logits, size).finished(Path("out"))
    ranks = ranks_of(finished, count=len(logits))
    values = np.array([np.nan if logit is None else logit for logit in logits])
    classes = ["abcde"[i % 5] for i in range(len(logits))]
    over_all, by_class = (
        difficulties(values, classes, definition=d) for d in (Definition.GLOBAL, Definition.PER_CLASS)
    )
    np.testing.assert_array_equal(ranks.over_all.values, over_all.values)
    np.testing.assert_array_equal(ranks.by_class.values, by_class.values)
    np.testing.assert_array_equal(ranks.shares, percentiles(values, classes))
    assert ranks.notes == (*over_all.notes, *by_class.notes)


@settings(max_examples=8)
@given(logits=LOGITS, size=st.integers(1, 5))
def test_the_files_say_what_the_records_say_and_their_hashes_are_returned(
    logits: list[float | None], size: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hashes = Done(logits, size).write(folder)
        assert hashes == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.iterdir()}
        rows, own = rows_of(folder / "results.csv"), rows_of(folder / "dirmap.csv")
        failures = rows_of(folder / "failures.csv")
    done = [i for i, logit in enumerate(logits) if logit is not None]
    assert len(failures) == len(logits) - len(done)
    for i, row, mapped in zip(done, rows, own, strict=True):
        assert row["picture"] == mapped["im_path"] == f"d/{i}.jpg"
        assert row["stated_class"] == mapped["class"] == "abcde"[i % 5]
        assert (mapped["class_num"], mapped["split"], row["stated_by"]) == (str(i % 5), "val", "folder")
        assert [row[c] for c in ADDED_COLUMNS] == [mapped[c] for c in ADDED_COLUMNS]
        assert float(row["robust_gt_logit"]) == logits[i]
        assert (row["first_choice"], row["rank"]) == ("abcde"[(i + 1) % 5], "2")


def test_the_same_job_gives_the_same_bytes_however_it_was_cut(tmp_path: Path) -> None:
    hashes = []
    for size in (1, 2, 5):
        folder = tmp_path / str(size)
        folder.mkdir()
        hashes.append(Done([1.0, None, 3.0, 2.0, None], size).write(folder))
    assert hashes[0] == hashes[1] == hashes[2]


def test_a_share_of_references_is_given_where_the_guide_has_enough(tmp_path: Path) -> None:
    Done([2.0, 2.0]).write(tmp_path)
    of_a, of_b = rows_of(tmp_path / "results.csv")
    assert (number(of_a["harder_than_references"]), of_a["references"]) == (pytest.approx(19.5 / 40), "40")
    assert (of_b["harder_than_references"], of_b["references"]) == ("", "0")


def given_dirmap(folder: Path, *, rows: int) -> DirmapFile:
    file = folder / "given.csv"
    file.write_text("im_path,note,difficulty\n" + "".join(f'd/{i}.jpg,"kept, {i}",old\n' for i in range(rows)))
    return DirmapFile.at(file)


def test_a_dirmap_keeps_its_rows_and_gets_the_columns(tmp_path: Path) -> None:
    """Its own column of a name in use is replaced, and a row without a result gets nothing."""
    dirmap, out = given_dirmap(tmp_path, rows=5), tmp_path / "out"
    out.mkdir()
    Done([1.0, None, 3.0, 2.0]).write(out, dirmap=dirmap)
    rows = rows_of(out / "dirmap.csv")
    assert list(rows[0])[:3] == ["im_path", "note", "difficulty"]
    assert [r["note"] for r in rows] == [f"kept, {i}" for i in range(5)]
    assert [r["robust_gt_logit"] for r in rows] == ["1.0", "", "3.0", "2.0", ""]
    assert [r["difficulty"] for r in rows] == ["1.0", "", "0.0", "0.5", ""]


def test_other_tools_find_the_pictures_of_a_list_of_bare_names_and_one_hot_classes(tmp_path: Path) -> None:
    """Paths and a column of classes are written as the official tools read them; a row without a result stays."""
    (tmp_path / "d").mkdir()
    for i in range(3):
        (tmp_path / f"d/{i}.jpg").write_bytes(b"x")
    (tmp_path / "truth.csv").write_text("image,a,b\n0,1.0,0.0\n1,0.0,1.0\n2,1.0,0.0\n")
    (out := tmp_path / "out").mkdir()
    Done([1.0, 3.0, None]).write(out, dirmap=DirmapFile.at(tmp_path / "truth.csv"))
    rows = rows_of(out / "dirmap.csv")
    assert list(rows[0])[:4] == ["im_path", "a", "b", "class"]
    assert [(r["im_path"], r["class"]) for r in rows] == [("d/0.jpg", "a"), ("d/1.jpg", "b"), ("2", "")]
    assert [r["robust_gt_logit"] for r in rows] == ["1.0", "3.0", ""]


@pytest.mark.parametrize("given", [False, True])
def test_every_folder_of_pictures_gets_a_dirmap_of_its_own(tmp_path: Path, given: bool) -> None:
    out = tmp_path / "out"
    (out / FOLDERS[1]).mkdir(parents=True)  # of the other folder no picture was written
    dirmap = given_dirmap(tmp_path, rows=4) if given else None
    hashes = Done([1.0, None, 3.0, 2.0], paints=True).write(out, dirmap=dirmap)
    assert {n for n in hashes if n.endswith("dirmap.csv")} == {"dirmap.csv", f"{FOLDERS[1]}/dirmap.csv"}
    rows = rows_of(out / FOLDERS[1] / "dirmap.csv")
    assert [r["im_path"] for r in rows] == ["d/0.png", "d/2.png", "d/3.png"]
    assert [r["robust_gt_logit"] for r in rows] == ["1.0", "3.0", "2.0"]


def test_the_table_has_a_row_for_every_picture_that_was_painted(tmp_path: Path) -> None:
    Done([1.0, None, 3.0], paints=True).write(tmp_path)
    rows = rows_of(tmp_path / "results.csv")
    assert [r["file"] for r in rows] == [f"{folder}/d/{i}.png" for i in (0, 2) for folder in FOLDERS]
    assert [r["epsilon_224"] for r in rows] == ["0.0", "14.0"] * 2


@settings(max_examples=20)
@given(
    said=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.booleans(), max_size=5)
)
def test_a_manifest_is_sorted_and_comes_back(said: dict[str, Any]) -> None:
    data = manifest_bytes(said)
    assert json.loads(data) == said
    assert list(json.loads(data)) == sorted(said)
    assert manifest_bytes(dict(reversed(said.items()))) == data


def test_a_manifest_holds_nothing_that_json_does_not_know() -> None:
    assert "ε" in manifest_bytes({"ε": 1}).decode()
    with pytest.raises(ValueError, match="JSON compliant"):
        manifest_bytes({"gain": float("nan")})
