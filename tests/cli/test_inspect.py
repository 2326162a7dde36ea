from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lwise_core.data.phantom import FAMILIES
from tests.support.cli import CAT_FILE, CROP, Shell


def test_a_report_and_every_number_of_a_change_inside_a_box(shell: Shell, tmp_path: Path) -> None:
    page, numbers = tmp_path / "cat.html", tmp_path / "cat.json"
    words = (
        "inspect",
        CAT_FILE,
        "--guide",
        "phantom4-64",
        "--crop",
        CROP,
        "--class",
        FAMILIES[0],
        "--eps-224",
        "5",
        "--only-box",
        "0.25,0.25,0.75,0.75",
    )
    files = ("--report", str(page), "--json", str(numbers), "--method", "saliency")
    code, said, errors = shell(*words, *files, "--figures", str(tmp_path / "figures"))
    assert code == 0, errors
    assert "Was the evidence there?" in said
    found = json.loads(numbers.read_text())
    assert said.splitlines()[0] == found["verdict"]
    assert said.splitlines()[3] == f"Why? {found['why']}"
    assert re.match(f"Before the change the guide saw .* of {FAMILIES[0]}\\b", found["why"])
    assert found["share_that_may_change"] == 0.25
    assert found["towards"] == FAMILIES[0]
    assert [m["method"] for m in found["maps"]] == ["saliency"]
    html = page.read_text()
    assert f"<strong>Why:</strong> {found['why'].replace(chr(39), '&#39;')}" in html
    assert "Only 25% of the pixels" in html
    assert "Not for diagnosis" in html
    assert {"perturbation.png", "perturbation.svg", "saliency-difference.svg"} <= {
        file.name for file in (tmp_path / "figures").iterdir()
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--only-box", "0.5,0.5"), "LEFT,TOP,RIGHT,BOTTOM"),
        (("--only-box", "0.5,0.5,0.501,0.501"), "draw a larger one"),
        (("--only-evidence", "20"), "between 0 and 1"),
        (("--only-evidence", "0.2", "--only-box", "0,0,1,1"), "once"),
        (("--only-mask", "no-such-mask.png"), "no-such-mask.png"),
        (("--method", "tea-leaves"), "tea-leaves"),
        (("--second", "nobody-there"), "There is no guide “nobody-there”"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    code, _, errors = shell("inspect", CAT_FILE, "--crop", CROP, "--class", "house cat", "--eps-224", "5", *words)
    assert code == 2
    assert sentence in errors
    assert len(errors.strip().splitlines()) == 1


@pytest.mark.parametrize(("words", "asked"), [((), True), (("--second", "none"), False)])
def test_a_second_guide_says_what_it_sees(shell: Shell, tmp_path: Path, words: tuple[str, ...], asked: bool) -> None:
    numbers = tmp_path / "cat.json"
    files = ("--json", str(numbers), "--method", "saliency")
    where = (CAT_FILE, "--guide", "animals16-64", "--crop", CROP, "--class", "house cat", "--eps", "1.4")
    code, said, errors = shell("inspect", *where, *files, *words)
    assert code == 0, errors
    assert ("Guide animals16-128, Original" in said) is asked
    transfer = json.loads(numbers.read_text())["semantic"]["indicators"]["H5"]["value"]
    assert (transfer is not None) is asked
