"""A set inspected: every number is the single inspection's, whatever disturbs the job, and nothing is called safe."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import torch

from lwise_core._utils.run_folder import RunRefused
from lwise_core.batch import inspect_task as job_inspecting
from lwise_core.batch.executors import LocalExecutor, RayExecutor
from lwise_core.batch.inspect_task import InspectTask, LightAlongPath
from lwise_core.batch.job import Job, JobError, JobSettings
from lwise_core.batch.upload_results import ResultsUpload
from lwise_core.data.entries import Labels
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.object_storage import Storage
from lwise_core.data.picture_sets import FolderSet
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import NonFinite, PathRequest
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.fitness import Fit, Fitness
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import open_photograph
from lwise_core.images.geometry import Crop
from lwise_core.inspection.examine import Findings, examine
from lwise_core.inspection.indicators import Indicator, Light, LightKind, LightState, Limit, Measure
from lwise_core.inspection.report import Report
from lwise_core.inspection.report import ReportSubject as Reported
from tests.support.jobs import contents, finished, job, load_phantom, phantom_pictures
from tests.support.killed_jobs import main as killed
from tests.support.ray import NEEDS_RAY, cluster
from tests.support.s3 import bucket, objects, s3, s3_server

__all__ = ["bucket", "cluster", "killed", "phantom_pictures", "s3", "s3_server"]

EPSILONS_224 = (0.25, 1.0, 1.3)
"""Off the grid of steps, on it, and off it again at the end of the path."""
HARD, EASY = "Barred_Forktail/004.png", ("Barred_Forktail/000.png", "Spotted_Roundtail/002.png")
BAD = "Barred_Forktail/bad.png"


def inspection(source: Path, out: Path, **words: Any) -> Job:  # noqa: ANN401 - the fields of a job
    """Return a job that inspects a set, with a page for each flagged picture."""
    asked = JobSettings(epsilons=tuple(map(load_phantom().epsilon_scale.from_224, EPSILONS_224)))
    return job(source, out, **{"order": asked, "task": partial(InspectTask, reports=True), "batch": 2, **words})


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())


@pytest.fixture(scope="module")
def pictures(phantom_pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of three pictures, one of them hard to see anything in, and a file that is no picture."""
    root = tmp_path_factory.mktemp("three") / "creatures"
    for name in (HARD, *EASY, BAD):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(phantom_pictures / name, root / name)
    return root


@pytest.fixture(scope="module")
def inspected(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an inspection that nothing disturbed."""
    folder = tmp_path_factory.mktemp("inspected") / "out"
    finished(inspection(pictures, folder))
    return folder


def findings_of(file: Path, class_name: str) -> Findings:
    """Inspect one photograph as the shell and the page do, as far as the set's largest ε."""
    guide = load_phantom()
    photograph = open_photograph(file.read_bytes(), name=file.name)
    seen = CroppedPhotograph(photograph, Crop.central(photograph)).seen(size=guide.input_size)
    request = PathRequest.single(seen, target=guide.class_index(class_name), objective=GroundTruthLogit())
    path = Walker(guide).to(request, epsilon=guide.epsilon_scale.from_224(EPSILONS_224[-1]))
    *_, findings = examine(path)
    return findings


def number(cell: str) -> float | None:
    return float(cell) if cell else None


# --- what is said ---------------------------------------------------------------------------------------------------


NOT_COUNTED = ("H2", "H3", "H4", "H5", "H6")


def test_every_number_is_the_single_inspection_s(pictures: Path, inspected: Path) -> None:
    assert_as_single(rows_of(inspected), pictures, unasked=NOT_COUNTED)


def test_with_the_further_indicators_every_number_is_the_single_inspection_s_too(
    pictures: Path, tmp_path: Path
) -> None:
    finished(inspection(pictures, tmp_path / "out", task=partial(InspectTask, further=True)))
    rows = rows_of(tmp_path / "out")
    assert_as_single(rows, pictures, unasked=())
    assert all(row["H2"] and row["H6"] for row in rows)


def assert_as_single(rows: list[dict[str, str]], pictures: Path, *, unasked: tuple[str, ...]) -> None:
    """Fail unless ``rows`` say what inspections of the pictures one by one do, and nothing of what was ``unasked``."""
    assert [(r["picture"], float(r["epsilon_224"])) for r in rows] == [
        (name, e) for name in (EASY[0], HARD, EASY[1]) for e in EPSILONS_224
    ]
    assert {row[f"{key}{of}"] for row in rows for key in unasked for of in ("", "_limit", "_null", "_state")} <= {""}
    found = {name: findings_of(pictures / name, name.split("/")[0]) for name in (HARD, *EASY)}
    for row in rows:
        findings = found[row["picture"]]
        single = json.loads(Report(Reported("x", "x", float(row["epsilon"])), findings, ()).as_json())
        for light in ("semantic", "artefact"):
            assert row[light] == single[light]["state"]
            assert row[f"{light}_sentence"] == single[light]["sentence"]
            for key, said in single[light]["indicators"].items():
                if key in unasked:
                    continue
                assert number(row[key]) == (None if said["value"] is None else pytest.approx(said["value"], rel=1e-3))
                assert number(row[f"{key}_limit"]) == said["limit"]
                assert row[f"{key}_null"] == said["null"]
                assert row[f"{key}_state"] == said["state"]
        for name, value in single["look"].items():
            assert float(row[name]) == pytest.approx(value, rel=1e-3, abs=1e-6)
        result = findings.path.at(float(row["epsilon"]))
        target = int(findings.path.request.targets[0])
        assert float(row["logit_float"]) == pytest.approx(float(result.logits[0, target]), abs=1e-4)
        gain = float(result.logits[0, target] - findings.path.frames[0].logits[0, target])
        assert float(row["gain_float"]) == pytest.approx(gain, abs=1e-4)
        assert float(row["robust_gt_logit"]) + float(row["gain_float"]) == pytest.approx(float(row["logit_float"]))


def test_a_row_says_where_a_light_first_flags_or_how_far_it_does_not(inspected: Path) -> None:
    for row in rows_of(inspected):
        flagged = row["picture"] == HARD
        assert row["semantic"] == ("flagged" if flagged else "no flag")
        assert (row["semantic_first_flag_224"], row["semantic_no_flag_up_to_224"]) == (
            ("0.0", "") if flagged else ("", "1.5")
        )
        assert (row["artefact_first_flag_224"], row["artefact_no_flag_up_to_224"]) == ("", "1.5")


MEASURE = Measure("X", LightKind.ARTEFACT, "X", "", True, "")
UNKNOWN, CLEAR, FLAG = (
    Light(LightKind.ARTEFACT, (Indicator(MEASURE, value, "", Limit(0.5, "")),)) for value in (None, 0.4, 0.6)
)


@pytest.mark.parametrize(
    ("lights", "along", "state"),
    [
        ((), LightAlongPath(None, None), LightState.CANNOT_JUDGE),
        ((UNKNOWN, UNKNOWN), LightAlongPath(None, None), LightState.CANNOT_JUDGE),
        ((UNKNOWN, CLEAR, CLEAR), LightAlongPath(None, 2.0), LightState.NO_FLAG),
        ((UNKNOWN, CLEAR, FLAG, CLEAR), LightAlongPath(2.0, 1.0), LightState.FLAGGED),
        ((FLAG, CLEAR), LightAlongPath(0.0, None), LightState.FLAGGED),
    ],
)
def test_a_light_along_its_path(lights: tuple[Light, ...], along: LightAlongPath, state: LightState) -> None:
    found = LightAlongPath.of((float(i), light) for i, light in enumerate(lights))
    assert (found, found.state) == (along, state)


def test_the_end_counts_in_sentences_and_calls_nothing_safe(inspected: Path, pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(inspected, tmp_path / "out")
    notes = finished(inspection(pictures, tmp_path / "out")).notes
    said = manifest_of(inspected)
    assert tuple(said["notes"]) == notes
    evidence, paint = notes[-2:]
    assert evidence.startswith("“Was the evidence there?” up to ε₂₂₄ = 1.3: flagged for 1 of 3 pictures, no flag for 2")
    assert paint.startswith("“Are there artefacts?” up to ε₂₂₄ = 1.3: flagged for 0 of 3 pictures, no flag for 3 (not")
    assert all("cannot judge 0. Not for diagnosis." in note for note in (evidence, paint))
    assert said["lights"]["semantic"] == {
        "question": "Was the evidence there?",
        "flagged": 1,
        "no flag": 2,
        "cannot judge": 0,
    }
    assert set(said["indicators"]) == {k.removesuffix("_limit") for k in rows_of(inspected)[0] if k.endswith("_limit")}


def test_the_manifest_has_hashes_and_the_versions_that_decide_a_bit(inspected: Path) -> None:
    said = manifest_of(inspected)
    for name, digest in said["files"].items():
        assert hashlib.sha256((inspected / name).read_bytes()).hexdigest() == digest
    assert set(said["versions"]) >= {"torch", "numpy", "scikit-image", "scipy", "lwise_studio"}
    assert [b["epsilon_224"] for b in said["budgets"]] == list(EPSILONS_224)


def test_the_parquet_holds_what_the_csv_holds(inspected: Path) -> None:
    columns = pyarrow.parquet.read_table(inspected / "results.parquet").to_pylist()
    for row, wanted in zip(columns, rows_of(inspected), strict=True):
        assert {k: "" if v is None else str(v) for k, v in row.items()} == wanted


def test_each_flagged_picture_has_a_page_at_the_first_epsilon_that_is(inspected: Path) -> None:
    pages = {(r["picture"], r["epsilon_224"]): r for r in rows_of(inspected) if r["file"]}
    assert list(pages) == [(HARD, "0.25")]
    (row,) = pages.values()
    page = (inspected / row["file"]).read_bytes()
    assert hashlib.sha256(page).hexdigest() == row["file_sha256"]
    assert b"Not for diagnosis" in page
    assert HARD.encode() in page


def test_a_page_calls_the_guide_s_guess_a_guess(pictures: Path, inspected: Path, tmp_path: Path) -> None:
    finished(inspection(pictures, tmp_path / "out", labels=Labels.GUIDE))
    guessed, stated = (list((folder / "reports").rglob("*.html")) for folder in (tmp_path / "out", inspected))
    assert guessed
    assert all("; nobody stated it." in page.read_text() for page in guessed)
    assert not any("; nobody stated it." in page.read_text() for page in stated)


def test_without_reports_there_are_no_pages(pictures: Path, tmp_path: Path) -> None:
    finished(inspection(pictures, tmp_path / "out", task=InspectTask))
    assert not list((tmp_path / "out").rglob("*.html"))
    assert {r["file"] for r in rows_of(tmp_path / "out")} == {""}


def test_the_pages_are_copied_with_the_rest(
    pictures: Path,
    inspected: Path,
    tmp_path: Path,
    s3: Any,  # noqa: ANN401 - fsspec has no types
    bucket: str,
) -> None:
    shutil.copytree(inspected, tmp_path / "out")
    *_, _ = ResultsUpload(tmp_path / "out", Storage.at(bucket)).run(FolderSet(LocalStore(pictures)))
    tables = {"results.csv", "results.parquet", "failures.csv", "dirmap.csv", "manifest.json"}
    assert set(objects(s3, bucket)) == {*tables, "reports/Barred_Forktail/004.html"}


# --- what cannot be judged ------------------------------------------------------------------------------------------


def test_a_bad_picture_is_reported_and_the_others_are_inspected(inspected: Path) -> None:
    with (inspected / "failures.csv").open(encoding="utf-8", newline="") as text:
        (row,) = csv.DictReader(text)
    assert row["picture"] == BAD
    assert len(rows_of(inspected)) == 3 * len(EPSILONS_224)
    assert manifest_of(inspected)["pictures"] == {"listed": 4, "failed": 1, "passed_over": 0}


def load_unfit() -> GuideModel:
    guide = load_phantom()
    return replace(guide, provenance=replace(guide.provenance, fitness=Fitness(Fit.UNFIT, "It is unfit.")))


def test_the_lights_of_a_guide_that_is_unfit_cannot_judge(pictures: Path, tmp_path: Path) -> None:
    last = finished(inspection(pictures, tmp_path / "out", load_guide=load_unfit))
    for row in rows_of(tmp_path / "out"):
        for light in ("semantic", "artefact"):
            assert row[light] == "cannot judge"
            assert row[f"{light}_sentence"].startswith("Cannot judge: ")
            assert row[f"{light}_first_flag_224"] == row[f"{light}_no_flag_up_to_224"] == ""
        assert {v for k, v in row.items() if k.endswith("_limit")} == {""}
        assert row["H1"] != ""
    assert all("flagged for 0 of 3 pictures, no flag for 0" in note for note in last.notes[-2:])
    assert all("cannot judge 3. Not" in note for note in last.notes[-2:])
    assert "It is unfit." in manifest_of(tmp_path / "out")["cautions"]


def test_what_is_no_number_is_an_empty_cell(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = job_inspecting.perceptual_difference_of
    monkeypatch.setattr(
        job_inspecting, "perceptual_difference_of", lambda change: replace(look(change), ssim=math.nan, rms=math.inf)
    )
    finished(inspection(pictures, tmp_path / "out"))
    assert {(r["ssim"], r["rms"]) for r in rows_of(tmp_path / "out")} == {("", "")}
    assert all(r["delta_e"] for r in rows_of(tmp_path / "out"))


def test_a_picture_that_gives_no_number_does_not_stop_the_others(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = job_inspecting.examine_counted
    bad = findings_of(pictures / EASY[0], "barred forktail").path.frames[0].images

    def sometimes(path: Any) -> Any:  # noqa: ANN401 - as examine_counted
        if torch.allclose(path.frames[0].images, bad):
            raise NonFinite("The guide's gradient is not a number.")
        return gather(path)

    monkeypatch.setattr(job_inspecting, "examine_counted", sometimes)
    last = finished(inspection(pictures, tmp_path / "out"))
    assert (last.done, last.failed) == (4, 2)
    assert {r["picture"] for r in rows_of(tmp_path / "out")} == {HARD, EASY[1]}
    assert "not a number" in (tmp_path / "out" / "failures.csv").read_text()


# --- never started over ---------------------------------------------------------------------------------------------


def test_an_inspection_that_is_killed_goes_on_and_gives_the_same_bytes(
    pictures: Path, inspected: Path, tmp_path: Path
) -> None:
    words = (str(pictures), str(tmp_path / "out"), 1, 3, 2 * len(contents(inspected)))
    code = f"from tests.batch.test_inspect_task import inspection, killed; killed(*{words!r}, inspection)"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)  # noqa: S603
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) == 1
    assert contents(tmp_path / "out") == contents(inspected)


def without_a_page(folder: Path) -> None:
    next(folder.rglob("*.html")).unlink()


def without_a_record(folder: Path) -> None:
    (folder / ".job" / "done" / "0000001.json").unlink()


@pytest.mark.parametrize("damage", [without_a_page, without_a_record])
def test_what_was_lost_is_found_again(
    pictures: Path, inspected: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    shutil.copytree(inspected, tmp_path / "out")
    damage(tmp_path / "out")
    last = finished(inspection(pictures, tmp_path / "out"), LocalExecutor(2))
    assert contents(tmp_path / "out") == contents(inspected)
    assert last.cost is not None
    assert last.cost.images == 2


@NEEDS_RAY
@pytest.mark.usefixtures("cluster")
def test_a_cluster_changes_no_byte(pictures: Path, inspected: Path, tmp_path: Path) -> None:
    finished(inspection(pictures, tmp_path / "out"), RayExecutor(2))
    assert contents(tmp_path / "out") == contents(inspected)


def test_another_craft_in_the_same_folder_is_refused_and_changes_nothing(
    pictures: Path, inspected: Path, tmp_path: Path
) -> None:
    shutil.copytree(inspected, tmp_path / "out")
    asked = inspection(pictures, tmp_path / "out")
    for words, what in (
        ({"task": InspectTask}, "reports"),
        ({"task": job(pictures, tmp_path).task}, "layout"),
    ):
        with pytest.raises(RunRefused, match=what):
            finished(replace(asked, **words))
    assert contents(tmp_path / "out") == contents(inspected)


def test_there_is_nothing_to_inspect_without_an_epsilon(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="at which ε"):
        finished(inspection(pictures, tmp_path / "out", order=JobSettings()))
