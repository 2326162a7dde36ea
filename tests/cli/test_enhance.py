"""``enhance`` from a shell: its files hold what the library computes, and overwrite nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.samples import photograph_of
from lwise_core.enhancement.objectives import objective_named
from lwise_core.enhancement.path import PathRequest, enhance
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import Crop
from tests.support.cli import CAT, CAT_FILE, Shell


def test_enhance_writes_what_the_library_computes(shell: Shell, tmp_path: Path, bundled_guide: GuideModel) -> None:
    code, out, _ = shell(
        *("enhance", CAT_FILE, "--guide", "animals16-64", "--class", "house cat"),
        *("--eps-224", "3.3", "--exact", "--out", str(tmp_path), "--animation", "gif", "--animation", "webp"),
    )
    assert code == 0
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".gif", ".json", ".npz", ".png", ".webp"]
    assert {Path(line).parent for line in out.splitlines()} == {tmp_path}
    said = json.loads(next(tmp_path.glob("*.json")).read_text())
    photograph = photograph_of(CAT)
    image = CroppedPhotograph(photograph, Crop.central(photograph)).seen(size=64)
    request = PathRequest.single(image, target=1, objective=objective_named("logit"))
    result = enhance(bundled_guide, request, epsilon=3.3 * 64 / 224)
    assert said["epsilon"]["spent"] == pytest.approx(float(result.spent[0]), rel=1e-4)
    assert said["result_float"]["logit"] == pytest.approx(float(result.logits[0, 1]), abs=1e-3)


def test_nothing_changes_outside_a_mask(shell: Shell, tmp_path: Path) -> None:
    mask = np.zeros((64, 64, 3), dtype=np.uint8)
    mask[:, :16] = 255
    (tmp_path / "mask.png").write_bytes(encode_png(mask))
    words = ("enhance", CAT_FILE, "--guide", "animals16-64", "--class", "house cat", "--eps", "0.5", "--exact")
    code, _, errors = shell(*words, "--only-mask", str(tmp_path / "mask.png"), "--out", str(tmp_path / "made"))
    assert code == 0, errors
    assert json.loads(next((tmp_path / "made").glob("*.json")).read_text())["share_that_may_change"] == 0.25
    with np.load(next((tmp_path / "made").glob("*.npz"))) as arrays:
        assert arrays["perturbation"][..., :16].any()
        assert not arrays["perturbation"][..., 16:].any()


def test_a_picture_of_something_else_is_said_to_be_so(shell: Shell, tmp_path: Path) -> None:
    words = ("enhance", CAT_FILE, "--class", "Something-else", "--eps", "1", "--out", str(tmp_path))
    code, _, err = shell(*words)
    assert code == 2
    assert "--towards" in err
    code, _, _ = shell(*words, "--towards", "spider")
    said = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert code == 0
    assert said["stated_class"] == "something else"
    assert "Features not in the original." in said["statement"]


def test_the_second_time_the_path_is_read_and_the_files_are_the_same(
    shell: Shell, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("enhance", CAT_FILE, "--class", "house cat", "--eps", "1.9", "--exact", "--out")
    assert shell(*words, str(tmp_path / "first"))[0] == 0
    assert list((home / "paths").glob("*.npz"))
    monkeypatch.setattr(Walker, "to", lambda *_, **__: pytest.fail("it walked again"))
    assert shell(*words, str(tmp_path / "second"))[0] == 0
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes()


@pytest.mark.parametrize(
    "words", [("--class", "house cat", "--no-keep"), ("--guide", "dermoscopy7-128", "--class", "nevus")]
)
def test_no_photograph_stays_behind_of_a_medical_guide_or_where_nobody_wants_it(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    code, _, err = shell("enhance", CAT_FILE, "--eps-224", "1", "--exact", "--out", str(tmp_path / "out"), *words)
    assert code == 0, err
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert not list((tmp_path / "home").rglob("*.npz"))


def test_enhance_overwrites_nothing_but_the_same(shell: Shell, tmp_path: Path) -> None:
    words = ("enhance", CAT_FILE, "--class", "house cat", "--eps", "0.5", "--exact", "--out", str(tmp_path))
    assert shell(*words)[0] == 0
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert shell(*words)[0] == 0
    code, out, err = shell(*words, "--no-strip")
    assert code == 2
    assert not out
    assert "is there already and holds something else; nothing was overwritten" in err
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
