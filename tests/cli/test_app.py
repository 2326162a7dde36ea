"""The shell as a whole: everything asked wrongly is one line and exit code 2, in every verb."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import timm
import torch

from lwise_core.cli import app as cli
from lwise_core.guides.guide import GuideModel
from tests.support.cli import CAT_FILE, Shell


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("score", CAT_FILE, "--class", "housecta"), "Did you mean “house cat”"),
        (("score", CAT_FILE, "--class", "xyzzy"), "such as “bear”. `models animals16-128` lists its classes."),
        (
            ("inspect", CAT_FILE, "--class", "dog", "--towards", "xyzzy", "--eps", "1"),
            "`models animals16-128` lists its classes.",
        ),
        (("models", "nobody"), "There is no guide “nobody”"),
        (
            ("enhance", CAT_FILE, "--class", "dog", "--eps", "30", "--out", "{tmp}"),
            "outside this guide's range of 0–11.43",
        ),
        (("enhance", CAT_FILE, "--class", "dog", "--eps", "-1", "--out", "{tmp}"), "outside this guide's range"),
        (("enhance", CAT_FILE, "--class", "dog", "--out", "{tmp}"), "Say the budget: --eps"),
        (
            ("enhance", CAT_FILE, "--class", "dog", "--eps", "1", "--eps-224", "1", "--out", "{tmp}"),
            "Give the budget once",
        ),
        (
            ("enhance", CAT_FILE, "--class", "dog", "--eps", "1", "--objective", "x", "--out", "{tmp}"),
            "no objective “x”",
        ),
        (
            ("enhance", CAT_FILE, "--class", "dog", "--eps", "1", "--objective", "logit_diverge", "--out", "{tmp}"),
            "rival",
        ),
        (("score", CAT_FILE, "--class", "dog", "--crop", "0,0,9999"), "does not lie inside"),
        (("score", CAT_FILE, "--class", "dog", "--crop", "a,b,c"), "whole pixels"),
        (("score", CAT_FILE, "--class", "dog", "--guide", "nobody"), "There is no guide “nobody”"),
        (("score", CAT_FILE), "--class"),
        (("score", "--nothing"), "--nothing"),
        (("enhance", CAT_FILE, "--class", "dog", "--eps", "abc", "--out", "{tmp}"), "'--eps': it must be a number."),
        (("enhance", CAT_FILE, "--class", "dog", "--eps", "nan", "--out", "{tmp}"), "outside this guide's range"),
        (("enhance-set", "{tmp}", "--eps", "1,nan", "--out", "{tmp}"), "Budgets are numbers with commas between them"),
        (("score-set", "{tmp}", "--out", "{tmp}", "--ray-gpus", "x"), "'--ray-gpus': it must be a number."),
        (("score-set", "{tmp}", "--out", "{tmp}", "--batch", "0"), "'--batch': it must be greater than or equal to 1."),
        (("score-set", "{tmp}", "--out", "{tmp}", "--labels", "x"), "'--labels': 'x' is not one of"),
        (("score-set", "{tmp}", "--out", "{tmp}", "--threads", "x"), "'--threads': it must be a whole number."),
        (("score", "/nowhere/cat.png", "--class", "dog"), "Error: “/nowhere/cat.png” is not there; check the path."),
        (("inspect", "/nowhere/cat.png", "--class", "dog", "--eps", "1"), "“/nowhere/cat.png” is not there"),
        (("score", str(Path(CAT_FILE).parent), "--class", "dog"), "is a folder; name the files in it."),
        (("enhance", CAT_FILE, "--class", "dog", "--eps", "1", "--out", CAT_FILE), "is no folder, where one is needed"),
    ],
)
def test_what_is_asked_wrongly_is_one_line_and_code_2(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    code, _, err = shell(*(w.format(tmp=tmp_path / "out") for w in words))
    *others, last = err.splitlines()
    assert code == 2
    assert sentence in last
    assert all(line.startswith("Note:") for line in others)


def test_a_whole_network_is_refused_with_the_program_that_converts_it(shell: Shell, tmp_path: Path) -> None:
    torch.save({"net": torch.nn.Linear(2, 2)}, tmp_path / "whole.pt")
    code, _, err = shell("score", CAT_FILE, "--class", "dog", "--weights", str(tmp_path / "whole.pt"))
    assert code == 2
    sentence, _, program = err.partition("\n\n")
    assert sentence.startswith("Error: The file is refused: it wants to run “torch.nn.modules.linear.Linear”")
    assert program.startswith("import torch\n")
    assert 'save_file(state, "weights.safetensors")' in program


def test_a_weight_file_serves_as_guide_and_is_treated_as_medical(shell: Shell, tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights, names = tmp_path / "seeded.pt", tmp_path / "names.txt"
    torch.save(timm.create_model("resnet18", num_classes=3).state_dict(), weights)
    names.write_text("ant\nbee\nwasp\n")
    words = ("--weights", str(weights), "--classes", str(names), "--class", "Bee")
    code, out, _ = shell("score", CAT_FILE, *words, "--json")
    assert code == 0
    assert json.loads(out)["class"] == "bee"
    code, _, err = shell("enhance", CAT_FILE, *words, "--eps", "9", "--out", str(tmp_path / "out"))
    assert code == 2
    assert "0–8" in err  # the range of medical guides, until somebody has said what this one is


def test_a_malicious_weight_file_is_refused_in_one_line(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt"
    bad.write_bytes(b"\x80\x04cos\nsystem\n(S'touch /tmp/never'\ntR.")
    code, _, err = shell("score", CAT_FILE, "--weights", str(bad), "--class", "dog")
    assert code == 2
    assert len(err.splitlines()) == 1


def test_an_unknown_download_is_one_line(shell: Shell) -> None:
    code, _, err = shell("download", "nothing")
    assert code == 2
    assert "nothing" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("course", "later", "{tmp}", "--out", "{tmp}/later"), "holds no course.json"),
        (("train", "{tmp}", "--out", "{tmp}/run", "--about", "{tmp}/about.json"), "about.json” is not there"),
        (("phantom", CAT_FILE), "is no folder, where one is needed"),
        (("course", "answers", "--course", "{tmp}", "--csv", "{tmp}/a.csv"), "holds no course.json"),
        (("score", CAT_FILE, "--class", "dog", "--weights", "{tmp}/none.pt"), "There is no file"),
        (("enhance-set", "{tmp}/none", "--out", "{tmp}/out", "--eps", "1"), "There is no folder, archive or CSV"),
        (("score-set", "{tmp}", "--out", CAT_FILE), f"“{CAT_FILE}” is no folder, where one is needed; choose another."),
        (
            ("inspect", CAT_FILE, "--class", "dog", "--eps", "1", "--report", "{tmp}/none/r.html"),
            "Error: “{tmp}/none” is not there; check the path.",
        ),
        (
            ("inspect", CAT_FILE, "--class", "dog", "--eps", "1", "--json", "{tmp}"),
            "Error: “{tmp}” is a folder; name the files in it.",
        ),
        (("course", "make", "phantom", "--out", "{tmp}/about.txt", "--guide", "nobody"), "There is no guide"),
    ],
)
def test_what_the_system_refuses_is_one_line_in_every_verb(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    code, _, err = shell(*(w.format(tmp=tmp_path) for w in words))
    assert code == 2
    assert sentence.format(tmp=tmp_path) in err.splitlines()[-1]


def test_a_mistake_in_the_code_keeps_its_trace_and_is_code_1(tmp_path: Path) -> None:
    mistaken = (
        "import sys, numpy as np\n"
        "from lwise_core.cli import app, guides\n"
        "guides.catalog.entries = lambda: np.zeros(2) + np.zeros(3)\n"
        "sys.argv = ['lwise_core', 'models']\n"
        "app.main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LWISE_HOME": str(tmp_path)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", mistaken], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-1].startswith("ValueError: operands could not be broadcast")


def test_whoever_reads_no_further_is_no_error(tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m lwise_core models | true; echo ${{PIPESTATUS[0]}} >&2"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LWISE_HOME": str(tmp_path)}
    done = subprocess.run(  # noqa: S603
        ["bash", "-c", command],  # noqa: S607
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.split() == ["1"]


def test_an_output_that_is_full_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "app", full)
    code, _, err = shell("models")
    assert code == 2
    assert (
        err == "Error: The output cannot be written, as there is no room left where it goes; make room and try again.\n"
    )


def test_a_name_of_any_bytes_is_scored_and_shown(shell: Shell, tmp_path: Path) -> None:
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/stra\xdfe.png")
    shutil.copy(CAT_FILE, strange)
    code, out, _ = shell("score", strange, "--class", "house cat", "--guide", "animals16-64")
    assert code == 0
    assert f"{tmp_path}/stra\\xdfe.png: logit" in out
    code, out, _ = shell("score", strange, "--class", "house cat", "--guide", "animals16-64", "--json")
    assert json.loads(out)["photograph"] == strange


@pytest.mark.parametrize("words", [(), ("course",)])
def test_without_a_verb_there_is_the_help_as_it_is_and_no_error(shell: Shell, words: tuple[str, ...]) -> None:
    code, out, err = shell(*words)
    assert code == 2
    assert not out
    assert err.startswith("Usage: ")
    assert len(err.splitlines()) > 10


def test_the_classes_of_a_guide_are_listed(shell: Shell, bundled_guide: GuideModel) -> None:
    code, out, _ = shell("models", "Animals16 64")
    assert code == 0
    assert tuple(out.splitlines()) == bundled_guide.classes


def test_a_weight_file_is_not_said_to_be_listed(shell: Shell, tmp_path: Path) -> None:
    weights, names = tmp_path / "seeded.pt", tmp_path / "names.txt"
    torch.save(timm.create_model("resnet18", num_classes=3).state_dict(), weights)
    names.write_text("ant\nbee\nwasp\n")
    code, _, err = shell("score", CAT_FILE, "--weights", str(weights), "--classes", str(names), "--class", "xyzzy")
    assert code == 2
    note, error = err.splitlines()
    assert note.startswith("Note: The weight file has no normaliser")
    assert error == "Error: This guide has no class “xyzzy”. It has 3 classes, such as “ant”."


def test_help_reads_well_and_models_are_listed() -> None:
    command = [sys.executable, "-m", "lwise_core"]
    helped = subprocess.run([*command, "enhance", "--help"], capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    listed = subprocess.run([*command, "models"], capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert helped.returncode == listed.returncode == 0
    assert "--eps-224" in helped.stdout
    assert "animals16-64: ready" in listed.stdout
