"""Whole data sets from a shell."""

from __future__ import annotations

import csv
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from lwise_core.batch.executors import ExecutorLost, LocalExecutor, RayExecutor
from lwise_core.batch.job import Job
from lwise_core.cli import batch as cli_many
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks
from lwise_core.guides import catalog
from lwise_core.guides.class_groups import class_groups_at
from lwise_core.guides.guide import Domain, GuideModel
from tests.support.cli import Shell
from tests.support.jobs import contents, phantom_pictures, undisturbed
from tests.support.s3 import SECRET, bucket, objects, s3, s3_server, uploaded

__all__ = ["bucket", "phantom_pictures", "s3", "s3_server", "undisturbed"]

GUIDE = ("--guide", "phantom4-64", "--workers", "0", "--threads", "1")


def passes(guide: GuideModel) -> None:
    """Let the check of a guide's fast twin have passed on this machine."""
    TwinChecks.of_this_machine().keep(guide, TwinCheck(cosine=1.0, gain_error=0.0, pairs=1))


def test_score_set_writes_a_dirmap_and_says_what_it_cost(shell: Shell, phantom_pictures: Path, tmp_path: Path) -> None:
    code, said, errors = shell("score-set", str(phantom_pictures), "--out", str(tmp_path / "out"), *GUIDE)
    assert code == 0, errors
    cost, manifest = said.splitlines()
    assert cost.startswith("21 pictures in ")
    assert "s for 1,000; at most" in cost
    assert manifest == str(tmp_path / "out" / "manifest.json")
    assert "Error: “bad.png”" in errors
    assert "21 of 21 pictures, 1 of them without a result" in errors
    assert "1 file has no result; failures.csv says why." in errors
    with (tmp_path / "out" / "dirmap.csv").open(encoding="utf-8", newline="") as text:
        assert len(list(csv.DictReader(text))) == 20


def test_score_set_says_by_how_much_ranks_wobble_where_that_is_asked(
    shell: Shell, phantom_pictures: Path, tmp_path: Path
) -> None:
    code, _, errors = shell("score-set", str(phantom_pictures), "--out", str(tmp_path / "out"), "--wobble", *GUIDE)
    assert code == 0, errors
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-3:] == ["wobble_lowest", "wobble_highest", "wobble_seen"]
    for row in rows:
        assert (
            float(row["wobble_lowest"]) - 1e-4 <= float(row["robust_gt_logit"]) <= float(row["wobble_highest"]) + 1e-4
        )
        assert 0 <= int(row["wobble_seen"]) <= 9


def test_a_job_of_grouped_classes_names_the_mapping_in_its_manifest(
    shell: Shell, phantom_pictures: Path, tmp_path: Path
) -> None:
    first, second, third, _ = catalog.load("phantom4-64").classes
    groups = tmp_path / "mine.csv"
    groups.write_text(f"class,group\n{first},left\n{second},left\n{third},right\n", encoding="utf-8")
    words = ("--out", str(tmp_path / "out"), *GUIDE, "--class-groups", str(groups), "--labels", "guide")
    code, _, errors = shell("score-set", str(phantom_pictures), *words)
    assert code == 0, errors
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    known = catalog.load("phantom4-64").provenance
    mapping = class_groups_at(groups, classes=catalog.load("phantom4-64").classes)
    assert manifest["guide"]["name"] == "phantom4-64 (mine)"
    assert manifest["guide"]["sha256"] == known.sha256
    assert manifest["guide"]["class_groups"] == {"name": "mine", "sha256": mapping.sha256}
    assert set(manifest["classes"]) <= {"left", "right"}


def test_the_same_command_again_does_only_what_is_left(shell: Shell, phantom_pictures: Path, tmp_path: Path) -> None:
    words = ("score-set", str(phantom_pictures), "--out", str(tmp_path / "out"), *GUIDE)
    shell(*words)
    before = contents(tmp_path / "out")
    code, said, _ = shell(*words)
    assert code == 0
    assert said.startswith("Nothing was left to do")
    assert contents(tmp_path / "out") == before


def test_a_set_at_an_address_is_ranked_and_its_results_are_copied_to_another(
    shell: Shell,
    s3: Any,  # noqa: ANN401
    bucket: str,
    phantom_pictures: Path,
    tmp_path: Path,
) -> None:
    source = uploaded(s3, phantom_pictures, f"{bucket}/creatures")
    words = ("score-set", source, "--out", str(tmp_path / "out"), "--copy-to", f"{bucket}/ranked", *GUIDE)
    code, said, errors = shell(*words)
    assert code == 0, errors
    assert said.splitlines()[1:] == [f"{tmp_path}/out/manifest.json", f"{bucket}/ranked/manifest.json"]
    assert f"5 files are at {bucket}/ranked." in errors
    there = objects(s3, f"{bucket}/ranked")
    assert set(there) == {"results.csv", "results.parquet", "failures.csv", "dirmap.csv", "manifest.json"}
    assert all((tmp_path / "out" / name).read_bytes() == data for name, data in there.items())
    code, _, errors = shell(*words)
    assert code == 0
    assert f"5 files are at {bucket}/ranked, 5 of them were there before." in errors
    assert SECRET not in errors


@pytest.mark.parametrize(
    ("copy_to", "sentence"),
    [("results", "is no address"), ("s3://no-such-bucket/out", "no bucket"), ("{bucket}/taken", "holds other files")],
)
def test_where_results_cannot_be_copied_is_said_before_the_job(
    shell: Shell,
    s3: Any,  # noqa: ANN401
    bucket: str,
    phantom_pictures: Path,
    tmp_path: Path,
    copy_to: str,
    sentence: str,
) -> None:
    s3.pipe_file(f"{bucket}/taken/mine.txt", b"mine")
    words = ("score-set", str(phantom_pictures), "--out", str(tmp_path / "out"), *GUIDE)
    code, _, errors = shell(*words, "--copy-to", copy_to.format(bucket=bucket))
    assert code == 2
    assert sentence in errors
    assert not (tmp_path / "out").exists()


def test_enhance_set_does_what_the_library_does(
    shell: Shell, undisturbed: Path, phantom_pictures: Path, tmp_path: Path
) -> None:
    words = ("enhance-set", str(phantom_pictures), "--out", str(tmp_path / "out"), "--batch", "4", *GUIDE)
    code, _, errors = shell(*words, "--eps-224", "2,0.25,1,1.3")
    assert code == 0, errors
    assert contents(tmp_path / "out") == contents(undisturbed)


def test_budgets_in_the_guide_s_units_are_the_same(shell: Shell, phantom_pictures: Path, tmp_path: Path) -> None:
    words = ("enhance-set", f"{phantom_pictures}/*/00[01].png", *GUIDE, "--out")
    assert shell(*words, str(tmp_path / "a"), "--eps-224", "1")[0] == 0
    assert shell(*words, str(tmp_path / "b"), "--eps", repr(2 / 7))[0] == 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_objective_direction_and_names_are_passed_on(shell: Shell, phantom_pictures: Path, tmp_path: Path) -> None:
    words = ("enhance-set", f"{phantom_pictures}/*/00[01].png", *GUIDE, "--out", str(tmp_path / "out"))
    more = ("--objective", "logit_diverge", "--diverge-from", "Barred Forktail", "--harder", "--naming", "flat")
    code, _, errors = shell(*words, "--eps-224", "1", *more, "--labels", "folder")
    assert code == 0, errors
    names = {f.name for f in (tmp_path / "out" / "pictures").iterdir()}
    assert "Spotted_Forktail__000_1_0.5_2_logit_diverge_from_Barred Forktail_attack.png" in names
    assert not any("Barred_Forktail__" in name for name in names)


def test_the_fast_mode_is_checked_before_the_job_and_paints_with_the_twin(
    shell: Shell, phantom_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("lwise_core.enhancement.fast_twin.fast_dtype", lambda _device: torch.float32)
    monkeypatch.setattr(cli_many, "check_fast_mode", passes)
    words = ("enhance-set", f"{phantom_pictures}/*/000.png", *GUIDE, "--eps-224", "1", "--out", str(tmp_path / "out"))
    code, _, errors = shell(*words, "--fast")
    assert code == 0, errors
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["paths_walked_in"] == "bfloat16"
    code, _, errors = shell(*words)
    assert code == 2
    assert "paths_walked_in" in errors


def test_inspect_set_says_what_the_lights_say_and_calls_nothing_safe(
    shell: Shell, phantom_pictures: Path, tmp_path: Path
) -> None:
    words = ("inspect-set", f"{phantom_pictures}/*/00[04].png", "--out", str(tmp_path / "out"), *GUIDE)
    code, said, errors = shell(*words, "--eps-224", "1,0.5", "--reports")
    assert code == 0, errors
    assert said.splitlines()[-1] == str(tmp_path / "out" / "manifest.json")
    assert "Note: “Was the evidence there?” up to ε₂₂₄ = 1: flagged for 4 of 8 pictures, no flag for 4 (not a" in errors
    assert "cannot judge 0. Not for diagnosis." in errors
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [r["epsilon_224"] for r in rows] == ["0.5", "1.0"] * 8
    assert {(r["picture"], r["epsilon_224"]) for r in rows if r["file"]} == {
        (r["picture"], "0.5") for r in rows if r["semantic"] == "flagged"
    }
    assert "safe " not in errors


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("score-set", "{set}/nothing"), "no folder, archive or CSV"),
        (("score-set", "{set}", "--labels", "column"), "Only a dirmap CSV has columns"),
        (
            ("score-set", "{set}", "--guide", "cifar10-32"),
            "none of the classes “Barred_Forktail”, “Barred_Roundtail”, ",
        ),
        (("score-set", "{set}", "--split", "test"), "no picture to work on"),
        (("enhance-set", "{set}"), "Say the budgets: --eps"),
        (("enhance-set", "{set}", "--eps", "1", "--eps-224", "1"), "Give the budgets once"),
        (("enhance-set", "{set}", "--eps-224", "1,two"), "Budgets are numbers"),
        (("enhance-set", "{set}", "--eps-224", "nan"), "Budgets are numbers with commas between them"),
        (("enhance-set", "{set}", "--eps-224", "900"), "outside this guide's range"),
        (("enhance-set", "{set}", "--eps-224", "0,1"), "changes nothing"),
        (("inspect-set", "{set}"), "Say the budgets: --eps"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(
    shell: Shell, phantom_pictures: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    asked = [w.format(set=phantom_pictures) for w in words]
    guide = () if "--guide" in asked else GUIDE[:2]
    code, _, errors = shell(*asked, *guide, "--out", str(tmp_path / "out"))
    assert code == 2
    assert sentence in errors
    assert len([line for line in errors.splitlines() if line.startswith("Error")]) == 1


@pytest.mark.parametrize(
    ("thrown", "sentence", "ended"),
    [
        (KeyboardInterrupt(), "Stopped; what was done is kept", 130),
        (ExecutorLost("No worker is left."), "No worker is left.", 2),
        (torch.OutOfMemoryError(), "too little memory", 2),
    ],
)
def test_what_stops_a_job_is_one_line(
    shell: Shell,
    phantom_pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    thrown: BaseException,
    sentence: str,
    ended: int,
) -> None:
    def stopped(*_: object) -> object:
        raise thrown

    monkeypatch.setattr(Job, "run", stopped)
    code, _, errors = shell("score-set", str(phantom_pictures), "--out", str(tmp_path / "out"), *GUIDE)
    assert code == ended
    assert sentence in errors


def test_engines_are_chosen_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    local, ray = cli_many.Where.LOCAL, cli_many.Where.RAY
    assert cli_many.SetOptions(engine=local).executor() == LocalExecutor(8)
    assert cli_many.SetOptions(engine=local, workers=0).executor() == LocalExecutor(0)
    assert cli_many.SetOptions(engine=ray, workers=4, address="auto", gpus=0.5).executor() == RayExecutor(
        4, "auto", 0.5
    )


def test_a_choice_of_guide_goes_to_other_processes() -> None:
    choice = cli_many.GuideChoice("phantom4-64", None, None, None, Domain.UNKNOWN)
    assert pickle.loads(pickle.dumps(choice.load_quietly))().name == "phantom4-64"  # noqa: S301 - what was pickled just now


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (7.2, ", about 7 s left"), (200.0, ", about 3 min left"), (7300.0, ", about 2 h 1 min left")],
)
def test_the_time_left_is_said_in_words(seconds: float | None, words: str) -> None:
    assert cli_many._time_left(seconds) == words


def test_where_no_picture_could_be_done_the_code_says_so(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "Barred_Forktail"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"no picture")
    (folder / "b.png").write_bytes(b"")
    code, _, errors = shell("score-set", str(folder.parent), "--out", str(tmp_path / "out"), *GUIDE)
    assert code == 2
    assert "2 of 2 pictures, 2 of them without a result" in errors
