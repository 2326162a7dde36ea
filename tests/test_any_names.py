"""Names of any characters, of classes and files, go through the verbs as they are, into tables and pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import safetensors.torch

from lwise_core.images.codec import read_png_text
from tests.cli.conftest import shell
from tests.conftest import tiny_network
from tests.support.cli import Shell
from tests.support.toys import toy_picture

__all__ = ["shell"]

CLASSES = ("Käfer, groß", "a&b <i>x<", '😀 "cat"', "=1+1", "None")
FILES = (
    "pic #0 50%.png",
    "=1+1.png",
    "a;b,c.png",
    "-rf.png",
    " two  spaces .png",
    "abc\u202egnp.png",
    "日本" * 30 + ".png",
)


@pytest.fixture
def guide(tmp_path: Path) -> tuple[str, ...]:
    """The words for a weight file whose classes are called so."""
    safetensors.torch.save_file(tiny_network().state_dict(), tmp_path / "mine.safetensors")
    (tmp_path / "names.txt").write_text("\n".join(CLASSES) + "\n", encoding="utf-8")
    return ("--weights", str(tmp_path / "mine.safetensors"), "--classes", str(tmp_path / "names.txt"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for i, name in enumerate(CLASSES):
        folder = tmp_path / "photos" / name.replace("/", "-")
        folder.mkdir(parents=True)
        for j, file in enumerate(FILES):
            (folder / file).write_bytes(toy_picture("top", seed=10 * i + j))
    return tmp_path / "photos"


@pytest.mark.parametrize("verb", [("score-set",), ("enhance-set", "--eps-224", "1")], ids=["score-set", "enhance-set"])
def test_a_job_keeps_the_names_of_classes_and_files(
    shell: Shell, guide: tuple[str, ...], photos: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    code, _, errors = shell(
        verb[0], str(photos), *guide, *verb[1:], "--out", str(out), "--workers", "0", "--threads", "1"
    )
    assert code == 0, errors
    assert "without a result" not in errors
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["stated_class"] for row in rows} == set(CLASSES)
    assert {row["picture"] for row in rows} == {f"{name}/{file}" for name in CLASSES for file in FILES}
    if verb[0] == "enhance-set":
        written = [out / row["file"] for row in rows]
        assert all(file.is_file() for file in written)
        assert len(set(written)) == 2 * len(CLASSES) * len(FILES)  # each original, and each at one ε
        said = {read_png_text(file.read_bytes()).get("Description", "") for file in written} - {""}
        assert {name for name in CLASSES if any(f"towards {name}, " in text for text in said)} == set(CLASSES)


def test_a_class_with_quotes_is_asked_for_by_its_name(shell: Shell, guide: tuple[str, ...], photos: Path) -> None:
    (file,) = [f for f in (photos / CLASSES[2]).iterdir() if f.name == FILES[1]]
    code, said, errors = shell("score", str(file), *guide, "--class", CLASSES[2])
    assert code == 0, errors
    assert "=1+1.png" in said
