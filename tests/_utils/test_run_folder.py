from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lwise_core._utils.run_folder import RunFolder, RunRefused

HOLDER = """
import sys
from pathlib import Path
from lwise_core._utils.run_folder import RunFolder

with RunFolder(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_in_the_folder_is_refused_until_it_dies(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", HOLDER, str(folder.path)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(RunRefused, match="A run is at work in"), folder.held():
            pass
        process.kill()
        process.wait()
    with folder.held():
        pass


def test_the_same_plan_resumes_and_another_is_refused(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.agree({"recipe": {"epochs": 3}, "data": "a"})
    folder.agree({"recipe": {"epochs": 3}, "data": "a"})
    with pytest.raises(RunRefused, match=r"it differs in data, recipe"):
        folder.agree({"recipe": {"epochs": 4}, "data": "b"})
    assert folder.load() is None


def test_a_folder_of_other_things_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(RunRefused, match=r"other files, such as “thesis.docx”; choose an empty folder"):
        RunFolder(tmp_path).agree({})
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.save({"network": {"w": torch.arange(5.0)}, "epochs": [{"number": 1, "loss": 0.5}]})
    kept = folder.load()
    assert kept is not None
    assert torch.equal(kept["network"]["w"], torch.arange(5.0))  # type: ignore[index]
    assert kept["epochs"] == [{"number": 1, "loss": 0.5}]


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_keeps_the_whole_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    folder = RunFolder(tmp_path)
    folder.write("state.pt", b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunRefused, match=r"The disk is full: “state\.pt” was not written"):
        folder.write("state.pt", b"new and longer")
    assert [f.name for f in tmp_path.iterdir()] == ["state.pt"]
    assert (tmp_path / "state.pt").read_bytes() == b"old"
