from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from benchmarks.group_split import main


def test_a_group_is_on_one_side_and_what_has_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, groups, out = tmp_path / "set.tar", tmp_path / "groups.csv", tmp_path / "out"
    with tarfile.open(archive, "w") as tar:
        for name in ("train/a/1.png", "test/a/2.png", "train/b/3.png", "test/b/4.png"):
            member = tarfile.TarInfo(name)
            member.size = 1
            tar.addfile(member, io.BytesIO(b"x"))
    groups.write_text("file,group\ntrain/a/1.png,0\ntest/a/2.png,0\ntrain/b/3.png,1\n")
    main(archive, groups, out)
    written = sorted(str(f.relative_to(out)) for f in out.rglob("*.png"))
    assert written == ["test/a/1.png", "test/a/2.png", "train/b/3.png"]
    assert capsys.readouterr().err == "1 file without a group left out: is every part in groups.csv?\n"
