"""The verbs about calibrations, on a weight file of a tiny network."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from lwise_core.guides import catalog
from lwise_core.training import calibrating
from tests.support.calibrations import labelled_folder, noise
from tests.support.cli import Shell


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = timm.create_model("test_resnet", num_classes=2).state_dict()
    file = tmp_path_factory.mktemp("weights") / "seeded.pt"
    torch.save(state, file)
    (file.parent / "names.txt").write_text("newt\nfrog\n")
    return file


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))


@pytest.fixture
def pond(tmp_path: Path) -> Path:
    return labelled_folder(tmp_path / "pond", {"newt": 5, "frog": 4})


def words(weights: Path, pond: Path) -> list[str]:
    foreign = ["--architecture", "test_resnet", "--classes", str(weights.parent / "names.txt"), "--domain", "natural"]
    return ["calibrate", str(weights), str(pond), *foreign, "--attacked", "1"]


def test_a_weight_file_is_calibrated_told_of_and_forgotten(shell: Shell, weights: Path, pond: Path) -> None:
    code, out, err = shell(*words(weights, pond))
    assert code == 0
    assert "9 of 9 pictures scored, about" in err
    assert "1 of 1 pictures attacked" in err
    assert out.startswith("seeded, calibrated on 9 pictures of “pond” on 20")
    assert "every fourth picture measures accuracy (2), and the others give references (7)" in out
    assert "References missing for difficulty: newt 26, frog 27." in out
    assert "Too few pictures were measured" in out
    assert "What the guide learnt is not known" in out
    code, out, _ = shell("calibrations")
    assert (code, out.split(":")[0]) == (0, "seeded")
    scored = ["score", str(pond / "newt" / "000.png"), "--weights", *words(weights, pond)[3:9], "--class", "newt"]
    scored.insert(3, str(weights))
    code, out, _ = shell(*scored)
    assert "4 references of newt (pictures that it had not learnt, calibrated on 9 pictures of “pond”" in out
    assert shell("uncalibrate", "seeded") == (0, "The calibration of seeded is taken away.\n", "")
    assert shell("calibrations")[:2] == (0, "")


def test_stopped_by_hand_it_says_how_to_go_on(
    shell: Shell, weights: Path, pond: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(calibrating, "attacked_batches", interrupt)
        code, _, err = shell(*words(weights, pond))
    assert code == 130
    assert "Stopped; what was done is kept: repeat the command" in err
    assert catalog.here().calibrations.all() == ()
    code, _, err = shell(*words(weights, pond))
    assert code == 0
    assert "9 of 9 pictures scored." in err  # kept, so no time is told


def test_a_folder_that_is_no_class_is_said_what_to_do_with(shell: Shell, weights: Path, pond: Path) -> None:
    (pond / "newt").rename(pond / "salamander")
    code, _, err = shell(*words(weights, pond))
    assert code == 2
    assert "“salamander”" in err
    assert "--stands-for FOLDER=CLASS" in err
    code, out, _ = shell(*words(weights, pond), "--stands-for", "salamander=Newt")
    assert "newt 26" in out
    code, out, _ = shell(*words(weights, pond), "--leave-out-others")
    assert "5 pictures were left out: their folders stand for no class." in out
    code, _, err = shell(*words(weights, pond), "--stands-for", "salamander")
    assert "write FOLDER=CLASS" in err


def test_what_the_guide_learnt_is_left_out(shell: Shell, weights: Path, pond: Path, tmp_path: Path) -> None:
    learnt = tmp_path / "learnt"
    (learnt / "newt").mkdir(parents=True)
    (learnt / "newt" / "same.png").write_bytes(noise(0))
    _, out, _ = shell(*words(weights, pond), "--learnt", str(learnt), "--measure-every", "0")
    assert "1 picture was left out as nearly the same as one of the 1 that the guide is known to have learnt." in out
    assert "All 8 pictures gave references" in out


def test_where_nothing_was_calibrated_that_is_said(shell: Shell) -> None:
    code, out, err = shell("calibrations")
    assert (code, out) == (0, "")
    assert err == "Nothing was calibrated on your own pictures yet; `calibrate` does.\n"


def test_no_calibration_is_taken_away_by_mistake(shell: Shell) -> None:
    code, _, err = shell("uncalibrate", "seeded")
    assert code == 2
    assert "No calibration is of “seeded”" in err


def test_a_damaged_calibration_can_be_taken_away(shell: Shell, weights: Path, pond: Path) -> None:
    shell(*words(weights, pond))
    (file,) = catalog.here().calibrations.files()
    file.write_text("{}")
    code, _, err = shell("calibrations")
    assert (code, "remove it and calibrate again" in err) == (2, True)
    assert shell("uncalibrate", file.parent.name[:12])[0] == 0
    assert shell("calibrations")[0] == 0


def test_a_guide_of_groups_has_a_calibration_of_its_own(
    shell: Shell, weights: Path, pond: Path, tmp_path: Path
) -> None:
    groups = tmp_path / "swapped.csv"
    groups.write_text("class,group\nnewt,frog\nfrog,newt\n", encoding="utf-8")
    chosen = ("--class-groups", str(groups))
    code, out, err = shell(*words(weights, pond), *chosen)
    assert code == 0, err
    assert out.startswith("seeded (swapped), calibrated on 9 pictures of “pond”")
    assert "`uncalibrate 'seeded (swapped)'` takes it away." in out
    scored = ("score", str(pond / "newt" / "000.png"), "--class", "newt", "--weights", str(weights))
    described = words(weights, pond)[3:9]
    assert "4 references of newt" in shell(*scored, *described, *chosen)[1]
    assert "no references of newt" in shell(*scored, *described)[1]
