"""The phantom's folder and its dirmap name the same creatures, and a seed gives the same bytes."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from lwise_core._utils.file_errors import FileError
from lwise_core.cli.phantom import phantom_command
from lwise_core.data.phantom import FAMILIES, Creature, draw, population
from lwise_core.images.codec import open_photograph


def made(out: Path, *, seed: int = 0, per_family: int = 3) -> list[dict[str, str]]:
    phantom_command(out, split="exam", per_family=per_family, size=16, seed=seed)
    with (out / "exam.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_dirmap_lists_every_picture_with_what_it_shows(tmp_path: Path) -> None:
    rows = made(tmp_path)
    pictures = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*.png")}
    assert pictures == {row["im_path"] for row in rows}
    assert Counter(row["class"] for row in rows) == dict.fromkeys(FAMILIES, 3)
    for row in rows:
        assert row["split"] == "exam"
        assert FAMILIES[int(row["class_num"])] == row["class"]
        assert row["im_path"].startswith(f"exam/{row['class']}/")


def test_a_picture_is_the_creature_that_its_row_describes(tmp_path: Path) -> None:
    creatures = population(per_family=7, seed=0)  # whose dials are no short decimals
    for row, drawn in zip(made(tmp_path, per_family=7), creatures, strict=True):
        creature = Creature(family=int(row["class_num"]), dial=float(row["dial"]), seed=int(row["creature"]))
        assert creature == drawn
        pixels = open_photograph((tmp_path / row["im_path"]).read_bytes(), name="x.png").pixels
        assert (pixels == draw(creature, size=16)).all()


def test_a_seed_gives_the_same_bytes_and_another_seed_other_creatures(tmp_path: Path) -> None:
    one, same, other = made(tmp_path / "a"), made(tmp_path / "b"), made(tmp_path / "c", seed=1)
    assert one == same
    for row in one:
        assert (tmp_path / "a" / row["im_path"]).read_bytes() == (tmp_path / "b" / row["im_path"]).read_bytes()
    assert not {row["creature"] for row in one} & {row["creature"] for row in other}


def test_how_many_there_are_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path, per_family=2)
    assert capsys.readouterr().out == f"8 creatures are in “{tmp_path / 'exam'}”, their dials in “exam.csv”.\n"


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "exam").write_bytes(b"")
    with pytest.raises(FileError, match="is no folder"):
        made(tmp_path)
