"""Jobs: official in every number and name, whatever disturbs them, and never started over."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lwise_core._utils.class_names import UnknownClass
from lwise_core._utils.run_folder import RunRefused
from lwise_core.batch import job as jobs
from lwise_core.batch.executors import LocalExecutor, RayExecutor
from lwise_core.batch.job import JobError, JobSettings, Naming
from lwise_core.batch.official_difficulty import Definition, difficulties
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import FolderSet, picture_set
from lwise_core.enhancement.objectives import ObjectiveError, objective_named
from lwise_core.enhancement.path import PathRequest, enhance
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import EpsilonOutOfRange, GuideModel
from lwise_core.images.codec import open_photograph, read_png_text
from lwise_core.images.geometry import Crop
from tests.support.jobs import (
    EPSILONS_224,
    contents,
    finished,
    job,
    load_phantom,
    order,
    phantom_pictures,
    undisturbed,
)
from tests.support.ray import NEEDS_RAY, cluster, kill_one_actor

__all__ = ["cluster", "phantom_pictures", "undisturbed"]

FOLDERS = ["creatures_natural", *(f"creatures_{e}_logit" for e in ("0.25_0.5_1", "1_0.5_2", "1.3_0.5_3", "2_0.5_4"))]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def subject_at(file: Path) -> CroppedPhotograph:
    photograph = open_photograph(file.read_bytes(), name=file.name)
    return CroppedPhotograph(photograph, Crop.central(photograph))


# --- what is written ------------------------------------------------------------------------------------------------


def test_every_picture_and_number_is_the_library_s_own(undisturbed: Path, phantom_pictures: Path) -> None:
    guide = load_phantom()
    rows = rows_of(undisturbed / "results.csv")
    assert len(rows) == 20 * (1 + len(EPSILONS_224))
    for row in rows[::7]:
        subject = subject_at(phantom_pictures / row["picture"])
        target = guide.class_index(row["stated_class"])
        before = float(score(guide, subject.seen(size=64))[target])
        assert float(row["robust_gt_logit"]) == pytest.approx(before, abs=1e-4)
        request = PathRequest.single(subject.seen(size=64), target=target, objective=objective_named("logit"))
        result = enhance(guide, request, epsilon=float(row["epsilon"]))
        made = render(guide, subject, result, target=target, extent=Extent.GUIDE)
        file = (undisturbed / row["file"]).read_bytes()
        pixels = open_photograph(file, name="x").pixels
        assert hashlib.sha256(file).hexdigest() == row["file_sha256"]
        assert np.abs(pixels.astype(int) - made.pixels).max() <= 1
        assert float(row["gain"]) == pytest.approx(made.gain, abs=2e-3)
        assert float(row["gain_float"]) == pytest.approx(made.gain_float, abs=2e-3)
        assert float(row["spent"]) == pytest.approx(float(result.spent[0]), rel=1e-3, abs=1e-6)


def test_logits_are_those_of_the_written_file(undisturbed: Path) -> None:
    guide = load_phantom()
    for row in rows_of(undisturbed / "results.csv"):
        seen = subject_at(undisturbed / row["file"]).seen(size=64)
        logit = float(score(guide, seen)[guide.class_index(row["stated_class"])])
        assert float(row["logit"]) == pytest.approx(logit, abs=1e-4)


def test_folders_are_called_as_official_code_calls_them(undisturbed: Path) -> None:
    found = sorted(f.name for f in undisturbed.iterdir() if f.is_dir() and not f.name.startswith("."))
    assert found == sorted(FOLDERS)
    for folder in FOLDERS:
        pictures = {f.relative_to(undisturbed / folder).as_posix() for f in (undisturbed / folder).rglob("*.png")}
        assert pictures == {row["im_path"] for row in rows_of(undisturbed / folder / "dirmap.csv")}
        assert len(pictures) == 20


def test_originals_have_the_same_geometry(undisturbed: Path) -> None:
    for file in (undisturbed / "creatures_natural").rglob("*.png"):
        other = undisturbed / FOLDERS[1] / file.relative_to(undisturbed / "creatures_natural")
        assert subject_at(file).photograph.pixels.shape == subject_at(other).photograph.pixels.shape == (64, 64, 3)


def test_altered_pictures_say_so_and_originals_do_not(undisturbed: Path) -> None:
    name = "Spotted_Roundtail/001.png"
    assert read_png_text((undisturbed / "creatures_natural" / name).read_bytes()) == {}
    said = read_png_text((undisturbed / FOLDERS[2] / name).read_bytes())["Description"]
    assert "AI-altered towards spotted roundtail, ε = 0.286 (ε₂₂₄ = 1)" in said


def test_the_manifest_says_what_was_done_and_hashes_it(undisturbed: Path) -> None:
    said = json.loads((undisturbed / "manifest.json").read_text())
    for name, digest in said["files"].items():
        assert hashlib.sha256((undisturbed / name).read_bytes()).hexdigest() == digest
    assert said["pictures"] == {"listed": 21, "failed": 1, "passed_over": 0}
    assert said["guide"]["sha256"] == load_phantom().provenance.sha256
    assert [b["epsilon_224"] for b in said["budgets"]] == [0, *EPSILONS_224]
    assert (said["threads"], said["batch"]) == (1, 4)
    assert set(said["versions"]) >= {"torch", "numpy", "pillow", "python", "lwise_studio"}


def test_one_bad_picture_is_reported_and_the_others_are_done(undisturbed: Path) -> None:
    (row,) = rows_of(undisturbed / "failures.csv")
    assert row["picture"] == "Barred_Forktail/bad.png"
    assert "cannot be" in row["sentence"] or "can be read" in row["sentence"]
    events = [json.loads(line) for line in (undisturbed / "log.jsonl").read_text().splitlines()]
    assert [e["event"] for e in events] == ["began", *["batch"] * 6, "finished"]
    assert events[-2]["done"] == 21
    assert sum(e.get("said") != [] for e in events[1:-1]) == 1
    assert events[-1]["seconds_per_1000"] > 0


def test_flat_naming_puts_all_into_one_folder(phantom_pictures: Path, tmp_path: Path) -> None:
    guide = load_phantom()
    asked = JobSettings(epsilons=(guide.epsilon_scale.from_224(1),), naming=Naming.FLAT)
    finished(job(phantom_pictures, tmp_path / "flat", order=asked))
    names = {f.name for f in (tmp_path / "flat" / "pictures").iterdir()}
    assert len(names) == 40
    assert {"Barred_Forktail__000_natural.png", "Barred_Forktail__000_1_0.5_2_logit.png"} <= names


def test_diverging_from_the_set_s_own_classes_is_the_official_default(phantom_pictures: Path, tmp_path: Path) -> None:
    guide = load_phantom()
    asked = JobSettings(epsilons=(guide.epsilon_scale.from_224(1),), objective="logit_diverge")
    finished(job(phantom_pictures, tmp_path / "out", order=asked))
    row = rows_of(tmp_path / "out" / "results.csv")[1]
    subject = subject_at(phantom_pictures / row["picture"])
    target = guide.class_index(row["stated_class"])
    objective = objective_named("logit_diverge", rivals=range(4))
    result = enhance(
        guide, PathRequest.single(subject.seen(size=64), target=target, objective=objective), epsilon=2 / 7
    )
    made = render(guide, subject, result, target=target, extent=Extent.GUIDE)
    assert float(row["gain"]) == pytest.approx(made.gain, abs=2e-3)


def test_diverging_from_named_classes_leaves_their_own_pictures_out(phantom_pictures: Path, tmp_path: Path) -> None:
    guide = load_phantom()
    away = JobSettings(
        epsilons=(guide.epsilon_scale.from_224(1),), objective="logit_diverge", diverge_from=("barred-FORKTAIL",)
    )
    last = finished(job(phantom_pictures, tmp_path / "out", order=away))
    assert (last.total, last.failed) == (15, 0)


# --- ranks ----------------------------------------------------------------------------------------------------------


def dirmap_for(pictures: Path, folder: Path) -> Path:
    """Copy a set beside a dirmap of it with a column of its own, a row without a file and a row of another split."""
    shutil.copytree(pictures, folder)
    rows = [("train", f.parent.name, f.relative_to(folder).as_posix(), "kept, as it is") for f in folder.rglob("*.png")]
    rows = [*sorted(rows), ("train", "Barred_Forktail", "gone.png", ""), ("val", "Barred_Forktail", rows[0][2], "")]
    lines = [f'{split},{name},{path},"{note}",0.123' for split, name, path, note in rows]
    file = folder / "dirmap.csv"
    file.write_text("\n".join(["split,class,im_path,note,difficulty", *lines]) + "\n")
    return file


def test_a_dirmap_comes_back_with_both_difficulties_and_its_own_columns(phantom_pictures: Path, tmp_path: Path) -> None:
    file = dirmap_for(phantom_pictures, tmp_path / "set")
    before = file.read_bytes()
    last = finished(
        job(
            tmp_path,
            tmp_path / "out",
            pictures=DirmapSet(DirmapFile.at(file)),
            labels=Labels.COLUMN,
            order=JobSettings(split="train"),
        )
    )
    assert (last.total, last.failed) == (22, 2)
    assert file.read_bytes() == before
    given, back = rows_of(file), rows_of(tmp_path / "out" / "dirmap.csv")
    assert [(r["im_path"], r["note"], r["split"]) for r in back] == [
        (r["im_path"], r["note"], r["split"]) for r in given
    ]
    scored = [r for r in back if r["robust_gt_logit"]]
    assert len(scored) == 20
    logits = np.array([float(r["robust_gt_logit"]) for r in scored])
    classes = [r["class"] for r in scored]
    for column, definition in (("difficulty", Definition.GLOBAL), ("difficulty_per_class", Definition.PER_CLASS)):
        wanted = difficulties(logits, classes, definition=definition).values
        assert np.abs(np.array([float(r[column]) for r in scored]) - wanted).max() < 1e-12
    assert {r["difficulty"] for r in back if not r["robust_gt_logit"]} == {""}
    assert list(back[0])[:5] == ["split", "class", "im_path", "note", "difficulty"]


def test_a_folder_of_a_dirmap_s_pictures_gets_its_rows_and_only_those(phantom_pictures: Path, tmp_path: Path) -> None:
    file = dirmap_for(phantom_pictures, tmp_path / "set")
    one = JobSettings(epsilons=(load_phantom().epsilon_scale.from_224(1),), split="train")
    finished(job(tmp_path, tmp_path / "out", pictures=DirmapSet(DirmapFile.at(file)), labels=Labels.COLUMN, order=one))
    for folder in ("set_natural", "set_1_0.5_2_logit"):
        rows = rows_of(tmp_path / "out" / folder / "dirmap.csv")
        assert len(rows) == 20
        assert {r["note"] for r in rows} == {"kept, as it is"}
        assert all((tmp_path / "out" / folder / r["im_path"]).is_file() for r in rows)
    assert len(rows_of(tmp_path / "out" / "dirmap.csv")) == len(rows_of(file))


def test_ranking_and_enhancing_give_the_same_difficulty(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path
) -> None:
    finished(job(phantom_pictures, tmp_path / "out", order=JobSettings()))
    assert (tmp_path / "out" / "dirmap.csv").read_bytes() == (undisturbed / "dirmap.csv").read_bytes()
    assert not list((tmp_path / "out").rglob("*.png"))


def test_a_folder_of_pictures_is_a_set_by_its_own_dirmap(undisturbed: Path, tmp_path: Path) -> None:
    file = undisturbed / FOLDERS[0] / "dirmap.csv"
    finished(
        job(
            tmp_path,
            tmp_path / "out",
            pictures=DirmapSet(DirmapFile.at(file)),
            labels=Labels.COLUMN,
            order=JobSettings(),
        )
    )
    again = rows_of(tmp_path / "out" / "dirmap.csv")
    natural = {r["file"]: r["logit"] for r in rows_of(undisturbed / "results.csv") if r["epsilon"] == "0.0"}
    for row in again:
        logit = float(natural[f"{FOLDERS[0]}/{row['im_path']}"])
        assert float(row["robust_gt_logit"]) == pytest.approx(logit, abs=1e-4)


def test_labels_by_the_guide_are_marked_as_guesses(phantom_pictures: Path, tmp_path: Path) -> None:
    guide = load_phantom()
    words = {"pictures": FolderSet(LocalStore(phantom_pictures), Labels.GUIDE), "labels": Labels.GUIDE}
    asked = JobSettings(epsilons=(guide.epsilon_scale.from_224(1),))
    finished(job(phantom_pictures, tmp_path / "out", order=asked, **words))
    rows = rows_of(tmp_path / "out" / "results.csv")
    assert {r["stated_by"] for r in rows} == {"guess of the guide"}
    assert all(r["stated_class"] == r["first_choice"] for r in rows)
    said = read_png_text((tmp_path / "out" / rows[1]["file"]).read_bytes())["Description"]
    assert said.endswith("The class is the guide's guess.")


def test_a_column_of_numbers_holds_the_guide_s_indices(phantom_pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(phantom_pictures / "Spotted_Forktail", folder)
    (folder / "d.csv").write_text("im_path,orig_class_num\n000.png,2\n001.png,3\n")
    pictures = picture_set(str(folder / "d.csv"), column="orig_class_num")
    finished(job(folder, tmp_path / "out", pictures=pictures, labels=Labels.COLUMN, order=JobSettings()))
    assert [r["stated_class"] for r in rows_of(tmp_path / "out" / "results.csv")] == list(load_phantom().classes[2:])


def test_two_pictures_of_one_name_both_find_a_place(phantom_pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set" / "spotted forktail"
    shutil.copytree(phantom_pictures / "Spotted_Forktail", folder)
    (folder / "000.PNG").write_bytes((folder / "001.png").read_bytes())
    finished(job(folder.parent, tmp_path / "out"))
    rows = rows_of(tmp_path / "out" / "results.csv")
    assert len({r["file"].casefold() for r in rows}) == len(rows) == 6 * 5


# --- never started over ---------------------------------------------------------------------------------------------


def test_a_job_stopped_in_the_middle_goes_on_and_gives_the_same_bytes(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = job(phantom_pictures, tmp_path / "out")
    steps = asked.run(LocalExecutor(0))
    for _ in range(3):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    stopped = contents(tmp_path / "out")
    assert stopped.items() < contents(undisturbed).items()
    begun = []
    look = jobs.Decoder.__call__
    monkeypatch.setattr(jobs.Decoder, "__call__", lambda self, batch: (begun.append(batch.index), look(self, batch))[1])
    last = finished(job(phantom_pictures, tmp_path / "out", threads=None, batch=None))
    assert contents(tmp_path / "out") == contents(undisturbed)
    done = [name for name in stopped if "/done/" in name]
    assert len(begun) == 6 - len(done)
    assert last.cost is not None
    assert last.cost.images < 21


def test_a_finished_job_has_nothing_left_to_do(undisturbed: Path, phantom_pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    last = finished(job(phantom_pictures, tmp_path / "out"))
    assert contents(tmp_path / "out") == contents(undisturbed)
    assert last.cost is not None
    assert last.cost.seconds_per_1000 is None


def test_what_was_lost_or_damaged_is_made_again(undisturbed: Path, phantom_pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    (tmp_path / "out" / FOLDERS[1] / "Barred_Forktail" / "000.png").unlink()
    (tmp_path / "out" / ".job" / "done" / "0000003.json").write_bytes(b'{"told": [')
    (tmp_path / "out" / FOLDERS[2] / ".000.png-abcd_123").write_bytes(b"half")
    (tmp_path / "out" / "results.csv").write_bytes(b"half")
    finished(job(phantom_pictures, tmp_path / "out"))
    assert contents(tmp_path / "out") == contents(undisturbed)


@pytest.mark.parametrize(
    ("kills", "seed"), [(3, 1), pytest.param(50, 2, marks=[pytest.mark.prove, pytest.mark.timeout(1800)])]
)
def test_a_job_that_is_killed_again_and_again_gives_the_same_bytes(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path, kills: int, seed: int
) -> None:
    moments = 2 * len(contents(undisturbed))  # each file is opened and renamed
    words = (str(phantom_pictures), str(tmp_path / "out"), kills, seed, moments)
    code = f"from tests.support.killed_jobs import main; main(*{words!r})"
    command = [sys.executable, "-W", "error", "-c", code]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own module
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) == kills
    assert contents(tmp_path / "out") == contents(undisturbed)
    for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()[-1:]:
        assert json.loads(line)["event"] == "finished"


def test_decoding_in_other_processes_changes_no_byte(undisturbed: Path, phantom_pictures: Path, tmp_path: Path) -> None:
    finished(job(phantom_pictures, tmp_path / "out"), LocalExecutor(2))
    assert contents(tmp_path / "out") == contents(undisturbed)


@NEEDS_RAY
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("workers", [2, 4])
def test_a_cluster_changes_no_byte_even_when_a_worker_is_killed(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path, workers: int
) -> None:
    steps = job(phantom_pictures, tmp_path / "out").run(RayExecutor(workers))
    next(steps)
    next(steps)
    kill_one_actor()
    *_, last = steps
    assert (last.done, last.failed) == (21, 1)
    assert contents(tmp_path / "out") == contents(undisturbed)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_stops_with_a_sentence_and_keeps_what_is_done(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    done = []  # batches: several are written at once, so no count of files says that one of them is whole

    def full(target: Path, data: bytes) -> None:
        if done:
            raise OSError(code, "full")
        jobs_write(target, data)
        if target.parent.name == "done":
            done.append(target)

    jobs_write = jobs.write_whole
    monkeypatch.setattr(jobs, "write_whole", full)
    with pytest.raises(JobError, match="The disk is full; what was done is kept"):
        finished(job(phantom_pictures, tmp_path / "out"))
    kept = contents(tmp_path / "out")
    assert kept.items() < contents(undisturbed).items()
    assert sum("/done/" in name for name in kept) > 0
    monkeypatch.undo()
    finished(job(phantom_pictures, tmp_path / "out"))
    assert contents(tmp_path / "out") == contents(undisturbed)


def test_a_picture_that_gives_no_number_does_not_stop_its_batch(
    phantom_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = torch.from_numpy(subject_at(phantom_pictures / "Spotted_Forktail" / "002.png").seen(size=64).numpy())
    logits = GuideModel.logits

    def sometimes(self: GuideModel, images: torch.Tensor) -> torch.Tensor:
        found = logits(self, images)
        wrong = torch.tensor([torch.equal(image.detach(), bad) for image in images])
        return torch.where(wrong[:, None], torch.nan, found)

    monkeypatch.setattr(GuideModel, "logits", sometimes)
    last = finished(job(phantom_pictures, tmp_path / "out", order=JobSettings()))
    assert last.failed == 2
    said = {r["picture"]: r["sentence"] for r in rows_of(tmp_path / "out" / "failures.csv")}
    assert "not a number" in said["Spotted_Forktail/002.png"]
    assert len(rows_of(tmp_path / "out" / "results.csv")) == 19
    assert "nan" not in (tmp_path / "out" / "dirmap.csv").read_text()


def test_a_set_of_equal_pictures_gets_a_sentence_and_no_nan(phantom_pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set" / "spotted forktail"
    folder.mkdir(parents=True)
    for i in range(3):
        (folder / f"{i}.png").write_bytes((phantom_pictures / "Spotted_Forktail" / "000.png").read_bytes())
    last = finished(job(folder.parent, tmp_path / "out", order=JobSettings()))
    assert "same logit" in last.notes[0]
    assert {r["difficulty"] for r in rows_of(tmp_path / "out" / "dirmap.csv")} == {"0.5"}


def test_names_that_a_spreadsheet_would_compute_stay_as_they_are_and_are_spoken_of(
    phantom_pictures: Path, tmp_path: Path
) -> None:
    formula = "=HYPERLINK(A1).png"
    (tmp_path / formula).write_bytes((phantom_pictures / "Spotted_Forktail" / "000.png").read_bytes())
    (tmp_path / "dirmap.csv").write_text(f"im_path,class\n{formula},spotted forktail\n")
    pictures = DirmapSet(DirmapFile.at(tmp_path / "dirmap.csv"))
    last = finished(job(tmp_path, tmp_path / "out", pictures=pictures, labels=Labels.COLUMN, order=JobSettings()))
    (row,) = rows_of(tmp_path / "out" / "results.csv")
    assert row["picture"] == formula
    said = [note for note in last.notes if "formula" in note]
    assert said == [
        "1 picture's name or class begins as a spreadsheet's formula does; open results.csv as text, or take "
        "results.parquet."
    ]


# --- refused --------------------------------------------------------------------------------------------------------


def test_another_plan_in_the_same_folder_is_refused_and_changes_nothing(
    undisturbed: Path, phantom_pictures: Path, tmp_path: Path
) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    for words, what in (
        ({"order": JobSettings()}, "order"),
        ({"batch": 5}, "batch"),
        ({"threads": 2}, "threads"),
        ({"pictures": FolderSet(LocalStore(undisturbed / FOLDERS[0]))}, "pictures"),
    ):
        with pytest.raises(RunRefused, match=what):
            finished(job(phantom_pictures, tmp_path / "out", **words))
    assert contents(tmp_path / "out") == contents(undisturbed)


def test_pictures_that_changed_since_are_noticed(phantom_pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(phantom_pictures, tmp_path / "set")
    next(job(tmp_path / "set", tmp_path / "out").run(LocalExecutor(0)))
    (tmp_path / "set" / "Barred_Forktail" / "000.png").write_bytes(b"other")
    with pytest.raises(RunRefused, match="pictures"):
        finished(job(tmp_path / "set", tmp_path / "out"))


def test_a_folder_that_is_at_work_is_refused(phantom_pictures: Path, tmp_path: Path) -> None:
    at_work = job(phantom_pictures, tmp_path / "out").run(LocalExecutor(0))
    next(at_work)
    with pytest.raises(RunRefused, match="at work"):
        next(job(phantom_pictures, tmp_path / "out").run(LocalExecutor(0)))
    at_work.close()  # type: ignore[attr-defined]


def test_a_folder_that_holds_other_files_or_lies_in_the_set_is_refused(phantom_pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(JobError, match="other files"):
        finished(job(phantom_pictures, tmp_path))
    with pytest.raises(JobError, match="in the set itself"):
        finished(job(phantom_pictures, phantom_pictures / "out"))
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("words", "error", "sentence"),
    [
        ({"order": JobSettings(epsilons=(100.0,))}, EpsilonOutOfRange, "outside"),
        ({"order": JobSettings(epsilons=(0.5, 0.5 + 1e-9))}, JobError, "too near"),
        ({"order": JobSettings(split="test")}, JobError, "no picture to work on"),
        ({"order": JobSettings(epsilons=(0.5,), objective="x")}, ObjectiveError, "no objective"),
    ],
)
def test_an_order_that_cannot_be_is_one_sentence(
    phantom_pictures: Path, tmp_path: Path, words: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        finished(job(phantom_pictures, tmp_path / "out", **words))


def test_a_class_that_the_guide_does_not_have_is_named(phantom_pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(phantom_pictures, tmp_path / "set")
    (tmp_path / "set" / "Barred_Forktail").rename(tmp_path / "set" / "Barred_Porktail")
    with pytest.raises(UnknownClass, match="Did you mean “barred forktail”"):
        finished(job(tmp_path / "set", tmp_path / "out"))


def test_a_dirmap_of_the_authors_is_read(shared_folder: Path) -> None:
    dirmap = DirmapFile.at(shared_folder / "data" / "idaea4-dirmap.csv")
    entries = list(DirmapSet(dirmap).entries())
    assert len(entries) == 440
    assert order(load_phantom()).epsilons[1] == pytest.approx(2 / 7)
