"""``score`` from a shell: its figures are the library's, in a sentence and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from lwise_core.data.samples import photograph_of
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.difficulty import difficulty_of, score
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import novelty_of
from lwise_core.guides.novelty import LARGEST_FLAGGED_P
from lwise_core.guides.wobble import Wobble
from tests.support.cli import CAT, CAT_FILE, CROP, Shell

SMALL = ("--guide", "animals16-64")  # whose figures the tests know


def test_score_gives_the_library_s_difficulty(shell: Shell, bundled_guide: GuideModel) -> None:
    code, out, _ = shell("score", CAT_FILE, *SMALL, "--class", "House-Cat", "--crop", CROP, "--json")
    row = json.loads(out)
    logits = score(bundled_guide, CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=64))
    difficulty = difficulty_of(bundled_guide, logits, target=1)
    assert code == 0
    assert row["logit"] == pytest.approx(difficulty.logit, abs=1e-4)
    assert difficulty.percentile is not None
    assert row["harder_than"] == difficulty.percentile.share
    assert row["first_choice"] == "dog"
    assert bundled_guide.familiarity is not None
    novelty = novelty_of(bundled_guide, CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=64))
    assert (row["unlike"], row["unlike_p"]) == ("no flag", pytest.approx(novelty.p, abs=0.01))


def test_score_says_it_in_a_sentence(shell: Shell) -> None:
    code, out, _ = shell("score", CAT_FILE, *SMALL, "--class", "house cat")
    assert code == 0
    assert "Harder than" in out
    assert "95% interval" in out
    assert "The guide itself takes it for dog." in out


def test_score_of_something_else_gives_logits_and_no_difficulty(shell: Shell, bundled_guide: GuideModel) -> None:
    words = ("score", CAT_FILE, *SMALL, "--class", "Something-else", "--crop", CROP)
    code, out, _ = shell(*words, "--json")
    row = json.loads(out)
    logits = score(bundled_guide, CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=64))
    assert code == 0
    assert row["class"] == "something else"
    assert next(iter(row["logits"])) == row["first_choice"] == "dog"
    assert row["logits"] == pytest.approx(dict(zip(bundled_guide.classes, logits.tolist(), strict=True)), abs=1e-4)
    assert list(row["logits"].values()) == sorted(row["logits"].values(), reverse=True)
    code, out, _ = shell(*words)
    assert code == 0
    assert out.startswith(f"{CAT_FILE}: highest logits dog ")
    assert "Difficulty needs a class that the guide knows." in out


def test_a_bad_file_is_named_and_the_others_are_scored(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    code, out, err = shell("score", str(bad), CAT_FILE, "--class", "house cat")
    assert code == 2
    assert CAT_FILE in out
    assert bad.name in err.splitlines()[0]
    assert "1 of 2 files could not be used; the others were." in err


def test_where_no_file_could_be_used_none_is_said_to_have_been(shell: Shell) -> None:
    code, out, err = shell("score", "/nowhere/a.png", "/nowhere/b.png", "--class", "house cat")
    assert code == 2
    assert not out
    assert err.splitlines() == [
        "Error: “/nowhere/a.png” is not there; check the path.",
        "Error: “/nowhere/b.png” is not there; check the path.",
        "Error: None of the 2 files could be used.",
    ]


def test_a_wobble_is_said_where_it_is_asked_for(shell: Shell, bundled_guide: GuideModel) -> None:
    words = ("score", CAT_FILE, *SMALL, "--class", "house cat", "--crop", CROP)
    wobble = Wobble.of(bundled_guide, CAT.crop.of(photograph_of(CAT).pixels), target=1)
    _, plain, _ = shell(*words)
    _, out, _ = shell(*words, "--wobble")
    assert out == f"{plain.rstrip()} {wobble}\n"
    _, row, _ = shell(*words, "--wobble", "--json")
    said = json.loads(row)["wobble"]
    assert said["logits"] == pytest.approx(wobble.logits, abs=1e-4)
    assert said["harder_than"] == pytest.approx(wobble.shares)
    assert (said["seen"], said["looks"]) == (wobble.seen, 9)


def test_something_else_has_no_difficulty_that_could_wobble(shell: Shell) -> None:
    words = ("score", CAT_FILE, *SMALL, "--class", "something else")
    assert shell(*words, "--wobble") == shell(*words)


def test_a_photograph_unlike_everything_learnt_is_said_to_be_so_before_its_logits(shell: Shell, tmp_path: Path) -> None:
    Image.fromarray(data.coffee()).save(tmp_path / "cup.png")
    cup = str(tmp_path / "cup.png")
    _, out, _ = shell("score", cup, "--class", "something else")
    assert out.startswith(f"{cup}: Flagged: it is unlike what the guide learnt (p = ")
    assert "highest logits" in out
    _, row, _ = shell("score", cup, "--class", "dog", "--json")
    assert json.loads(row)["unlike"] == "flagged"
    assert json.loads(row)["unlike_p"] <= LARGEST_FLAGGED_P
