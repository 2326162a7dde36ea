from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from tests.support.cli import CAT_FILE, CROP, Shell


@pytest.fixture
def lighter(tmp_path: Path) -> Path:
    """The photograph of the cat, made lighter by somebody."""
    file = tmp_path / "lighter.png"
    Image.fromarray((data.chelsea() * 0.9 + 25).astype(np.uint8)).save(file)
    return file


def set_of_pictures(root: Path) -> Path:
    """Return a folder of a darker cat and of two pictures of something else."""
    left, top, side = map(int, CROP.split(","))
    cat = data.chelsea()[top : top + side, left : left + side] // 2
    for name, pictures in (("house cat", [cat]), ("spider", [data.coffee()[:300, :300], data.rocket()[:300, :300]])):
        (root / name).mkdir(parents=True)
        for i, pixels in enumerate(pictures):
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


def test_a_folder_holds_the_report_the_numbers_and_the_pixels(shell: Shell, tmp_path: Path, lighter: Path) -> None:
    out = tmp_path / "inspected"
    words = ("--guide", "animals16-64", "--class", "house cat", "--crop", CROP, "--second", "none")
    among = ("--neighbours", str(set_of_pictures(tmp_path / "set")))
    files = ("--out", str(out), "--method", "saliency")
    code, said, errors = shell("inspect-pair", CAT_FILE, str(lighter), *words, *files, *among)
    assert code == 0, errors
    assert "Was the evidence there?" in said
    assert "false alarms" in said
    assert "Guide animals16-64, Original" in said
    assert "Of the 3 real pictures nearest to the original 1 shows house cat" in said.replace("House cat", "house cat")
    assert "Nearest to the original: house cat/0.png" in said
    found = json.loads((out / "report.json").read_text())
    assert (found["altered"], found["towards"]) == ("lighter.png", "house cat")
    assert "lighter.png" in (out / "report.html").read_text()
    with np.load(out / "pixels.npz") as arrays:
        assert arrays["saliency/enhanced"].shape == (64, 64)


def test_two_pictures_are_refused_in_one_line(shell: Shell, tmp_path: Path) -> None:
    other = tmp_path / "coffee.png"
    Image.fromarray(data.coffee()[:300, :451]).save(other)
    words = ("--guide", "animals16-64", "--class", "house cat", "--out", str(tmp_path / "out"))
    code, _, errors = shell("inspect-pair", CAT_FILE, str(other), *words)
    assert code == 2
    assert "“coffee.png” does not look like a version of “chelsea.png”" in errors
    assert len(errors.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
