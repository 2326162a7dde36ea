"""The verb ``tune``: one line from a folder to a guide of the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.cli import tune as verb
from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.training.tuning_recipe import TuningRecipe
from tests.support.cli import Shell
from tests.support.tuning import SMALL, toys_and_guide


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalog, "BUNDLED", tmp_path / "bundled")
    monkeypatch.setattr(verb, "TuningRecipe", lambda **_: SMALL)
    toys_and_guide(tmp_path)
    return tmp_path


def test_one_line_tunes_the_nearest_guide_and_says_whether_it_is_fit(place: Path, shell: Shell) -> None:
    code, out, err = shell("tune", str(place / "toys"), "--name", "mine", "--domain", "natural")
    assert (code, err.count("Error")) == (0, 0), err
    assert "40 pictures: left 20, top 20." in err
    assert "pets: 16 px; by its features alone it tells " in err
    assert "Takes about " in err
    assert "is not known beforehand" in err
    assert "0%. Reading: picture 1 of 40." in err
    assert "100%. The guide: learning, epoch 2 of 2." in err
    assert out.startswith("The guide “mine” is in the catalogue, tuned on 40 pictures from “pets”.")
    assert "guide" in out.splitlines()[1]
    assert catalog.load("mine").classes == ("left", "top")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--name", "pets"), "There is already a guide “pets”"),
        (("--name", "../pets"), "cannot be called"),
        (("--name", "mine", "--from", "nothing"), "no guide “nothing”"),
    ],
)
def test_what_cannot_be_done_is_one_line(place: Path, shell: Shell, options: tuple[str, ...], sentence: str) -> None:
    code, _, err = shell("tune", str(place / "toys"), "--domain", "natural", *options)
    assert code == 2
    assert sentence in err
    assert not (place / "home" / "tuning").exists()


def test_pictures_without_an_up_are_turned() -> None:
    assert TuningRecipe(any_way_up=True).recipe(size=16, domain=Domain.MEDICAL).augmentation == "any way up"
