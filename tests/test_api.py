"""The front door: README's lines run, and its figures are those of the shell and of the packages below."""

from __future__ import annotations

import csv
import json
import re
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import lwise_core as lw
from lwise_core.batch.settings import JobSettings
from lwise_core.cli import app as shell
from lwise_core.data.phantom import FAMILIES
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides import catalog
from lwise_core.guides.downloads import DownloadProgress
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import read_png_text
from lwise_core.inspection.attribution import attribute as attribute_image
from lwise_core.inspection.attribution_methods import GRAD_CAM
from lwise_core.inspection.examine import examine
from tests.conftest import guide_of, tiny_network
from tests.support.cli import CAT, CAT_FILE
from tests.support.jobs import load_phantom, phantom_set
from tests.support.photograph_paths import photo, tiny_photo

__all__ = ["photo", "tiny_photo"]

ROOT = Path(__file__).parents[1]


class Stopped(Exception):
    """What a person raises who has seen enough."""


def readme_lines() -> str:
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## From Python\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", part, flags=re.MULTILINE)
    block = next(found for found in blocks if found.strip())
    return "\n".join(line.removeprefix("    ") for line in block.strip("\n").splitlines())


def test_the_lines_of_the_readme_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a warning; that a new interpreter runs such lines as well, `test_wheel.py` sees."""
    Image.fromarray(data.chelsea()).save(tmp_path / "cat.jpg")
    lines = readme_lines()
    assert lines.startswith("import lwise_core as lw\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "nothing"))
    capsys.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(lines, {})  # noqa: S102 - as they stand there
    difficulty, semantic, artefact, why = capsys.readouterr().out.splitlines()
    assert difficulty.startswith("Harder than ")
    assert semantic.startswith("Was the evidence there? ")
    assert artefact.startswith("Are there artefacts? ")
    assert re.match(r"Why\? Before the change the guide saw signs of house cat", why)
    assert {f.name for f in tmp_path.iterdir()} == {"cat.jpg", "easier.png", "easier.json"}
    picture = (tmp_path / "easier.png").read_bytes()
    assert "AI-altered towards house cat, ε = 1.4 " in read_png_text(picture)["Description"]
    assert lw.open_image(picture).height > data.chelsea().shape[0]  # the strip below it
    assert json.loads((tmp_path / "easier.json").read_text())["strip"]


def test_the_front_door_holds_about_twenty_names() -> None:
    assert len(lw.__all__) == 21
    for name in lw.__all__:
        assert not isinstance(getattr(lw, name), types.ModuleType), name


def test_the_shell_says_and_writes_the_same(
    phantom_guide: GuideModel,
    photo: lw.Photograph,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crop = f"{CAT.crop.left},{CAT.crop.top},{CAT.crop.side}"
    where = [CAT_FILE, "--guide", phantom_guide.name, "--crop", crop, "--class", FAMILIES[0]]
    path = lw.enhance(phantom_guide, photo, FAMILIES[0], crop=CAT.crop)

    def said(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["lwise", *words])
        with pytest.raises(SystemExit) as ended:
            shell.main()
        assert ended.value.code == 0
        return capsys.readouterr().out

    row = json.loads(said("score", *where, "--json"))
    difficulty = lw.score(phantom_guide, photo, FAMILIES[0], crop=CAT.crop)
    assert row["logit"] == difficulty.logit
    assert row["log_probability"] == difficulty.log_probability
    assert difficulty.percentile is not None
    assert row["harder_than"] == difficulty.percentile.share
    assert str(difficulty) in said("score", *where)

    said("enhance", *where, "--eps", "1.3", "--no-keep", "--out", str(tmp_path))  # between two steps of the path
    made = path.at(1.3)
    written = {f.suffix: f.read_bytes() for f in tmp_path.iterdir()}
    assert written == {".png": made.png, ".npz": made.export.perturbation, ".json": made.export.manifest}

    lights = said("inspect", *where, "--eps", "1.3", "--method", "saliency", "--second", "none")
    assert str(lw.inspect(path, second=None).at(1.3)) in lights


def test_what_is_found_is_what_the_packages_find(tiny_guide: GuideModel, tiny_photo: lw.Photograph) -> None:
    path = lw.enhance(tiny_guide, tiny_photo, "b")
    *_, alone = examine(path.path)
    found = lw.inspect(path, second=None)
    assert [r.values for r in found.findings.risks] == [r.values for r in alone.risks]
    assert found.at(path.epsilons[2]).risk.values["H5"] is None


def test_a_named_second_guide_is_the_one_that_is_asked(tiny_guide: GuideModel, tiny_photo: lw.Photograph) -> None:
    path, other = lw.enhance(tiny_guide, tiny_photo, "b"), guide_of(tiny_network())
    assert lw.inspect(path, second=other).at(path.epsilons[2]).second is other


def test_a_map_is_that_of_the_package(bundled_guide: GuideModel, photo: lw.Photograph) -> None:
    made = lw.attribute(bundled_guide, photo, "house cat", method="grad-cam", crop=CAT.crop)
    image = CroppedPhotograph(photo, CAT.crop).seen(size=64)
    below = attribute_image(bundled_guide, image, target=1, method=GRAD_CAM)
    np.testing.assert_array_equal(made.values, below.values)


def test_something_else_is_enhanced_towards_a_class_and_says_so(
    tiny_guide: GuideModel, tiny_photo: lw.Photograph
) -> None:
    path = lw.enhance(tiny_guide, tiny_photo, "something_else", towards="B", harder=True, objective="cross_entropy")
    assert (path.stated, path.towards) == ("something else", "b")
    assert "away from b" in str(path.at(0.2))
    assert "Features not in the original" in str(path.at(0.2))


def test_what_cannot_be_done_is_an_error_of_the_library_with_a_sentence(
    tiny_guide: GuideModel, tiny_photo: lw.Photograph
) -> None:
    path = lw.enhance(tiny_guide, tiny_photo, "a")
    with pytest.raises(lw.LWiseError, match="say which one"):
        lw.enhance(tiny_guide, tiny_photo, "something else")
    with pytest.raises(lw.LWiseError, match="does not lie inside"):
        lw.score(tiny_guide, tiny_photo, "a", crop=replace(CAT.crop, side=100))
    with pytest.raises(lw.LWiseError, match="no method “tea-leaves”"):
        lw.inspect(path, method="tea-leaves")


def test_progress_rises_to_the_end(tiny_guide: GuideModel, tiny_photo: lw.Photograph) -> None:
    for work in (
        lambda told: lw.enhance(tiny_guide, tiny_photo, "a", on_progress=told),
        lambda told: lw.inspect(lw.enhance(tiny_guide, tiny_photo, "a"), second=None, on_progress=told),
    ):
        shares: list[float] = []
        work(shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)
        assert len(shares) > 10


def test_what_on_progress_raises_stops_the_work(tiny_guide: GuideModel, tiny_photo: lw.Photograph) -> None:
    seen: list[float] = []

    def enough(share: float) -> None:
        seen.append(share)
        if share > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        lw.enhance(tiny_guide, tiny_photo, "a", on_progress=enough)
    assert seen[-1] < 0.5
    path = lw.enhance(tiny_guide, tiny_photo, "a")
    with pytest.raises(Stopped):
        lw.inspect(path, second=None, on_progress=enough)


def test_a_folder_is_ranked_and_enhanced_and_what_was_stopped_goes_on(tmp_path: Path) -> None:
    pictures, guide = phantom_set(tmp_path / "photos", per_family=3), load_phantom()
    ranked = lw.score_folder(guide, pictures, tmp_path / "ranked")
    with ranked.table.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert (ranked.done, ranked.failed, len(rows)) == (13, 1, 12)
    one = rows[0]
    photo = lw.open_image(pictures / one["picture"])
    assert float(one["robust_gt_logit"]) == pytest.approx(lw.score(guide, photo, one["stated_class"]).logit, abs=1e-4)

    def enough(share: float) -> None:
        if share >= 0.5:
            raise Stopped

    epsilons = [guide.epsilon_scale.from_224(2.0)]
    settings = JobSettings(harder=True)
    with pytest.raises(Stopped):
        lw.enhance_folder(guide, pictures, tmp_path / "made", epsilons, settings=settings, on_progress=enough)
    shares: list[float] = []
    made = lw.enhance_folder(guide, pictures, tmp_path / "made", epsilons, settings=settings, on_progress=shares.append)
    assert shares[-1] == 1
    assert made.table.is_file()
    assert any("attack" in f.name for f in made.folder.iterdir())


def test_a_download_says_how_far_it_is_and_gives_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(catalog.Catalog):
        def download(self, name: str) -> Iterator[DownloadProgress]:  # type: ignore[override]
            assert name == "animals16-64"
            yield DownloadProgress(10, None)
            yield DownloadProgress(50, 100)
            yield DownloadProgress(100, 100)

    here = catalog.here()
    monkeypatch.setattr(catalog, "here", lambda: Elsewhere(here.bundled, here.home))
    shares: list[float] = []
    assert lw.download_guide("animals16-64", on_progress=shares.append).name == "animals16-64"
    assert shares == [0.5, 1.0]
    assert lw.load_guide("animals16-64").name in {entry.name for entry in lw.list_guides()}
