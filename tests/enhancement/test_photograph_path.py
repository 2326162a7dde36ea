"""A photograph at every ε of its path: what is shown, saved and said of it is what the packages below make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import lwise_core as lw
from lwise_core.enhancement.export import Intent, export
from lwise_core.enhancement.photograph_path import NotSaved
from lwise_core.enhancement.rendering import Extent
from lwise_core.guides.guide import Domain, EpsilonOutOfRange, GuideModel
from tests.support.cli import CAT
from tests.support.photograph_paths import path, photo, tiny_photo

__all__ = ["path", "photo", "tiny_photo"]


def test_an_enhanced_photograph_is_what_the_packages_make(path: lw.PhotographPath, bundled_guide: GuideModel) -> None:
    made = path.at(2.0, extent="guide")
    below = export(path.subject, path.path, Intent("house cat", "house cat", 2.0, Extent.GUIDE))
    assert made.export == below
    assert made.pixels.shape == (64, 64, 3)
    assert made.manifest == json.loads(below.manifest)
    assert made.logits["house cat"] == pytest.approx(made.manifest["result_8_bit"]["logit"])
    assert made.difficulty.logit == made.logits["house cat"]
    assert made.difficulty.logit > lw.score(bundled_guide, path.subject.photograph, "house cat", crop=CAT.crop).logit
    assert path.epsilons[-1] == pytest.approx(bundled_guide.epsilon_scale.largest)
    assert path.curves()["house cat"][0] == pytest.approx(made.manifest["original"]["logit"])
    assert str(made) == made.manifest["statement"]


def test_medical_guides_always_draw_the_strip_and_others_where_it_is_wanted(
    tiny_guide: GuideModel, tiny_photo: lw.Photograph, tmp_path: Path
) -> None:
    for domain, drawn in ((Domain.NATURAL, False), (Domain.MEDICAL, True), (Domain.UNKNOWN, True)):
        made = lw.enhance(tiny_guide.with_domain(domain), tiny_photo, "a").at(0.1, strip=False)
        picture, manifest = made.save(tmp_path / "new" / f"{domain}.PNG")
        assert json.loads(manifest.read_bytes())["strip"] is drawn
        assert (lw.open_image(picture).height > tiny_photo.height) is drawn


def test_a_picture_is_saved_as_a_png_or_not_at_all(
    tiny_guide: GuideModel, tiny_photo: lw.Photograph, tmp_path: Path
) -> None:
    made = lw.enhance(tiny_guide, tiny_photo, "a").at(0.1)
    with pytest.raises(NotSaved, match=r"end its name in \.png"):
        made.save(tmp_path / "cat.jpg")
    assert list(tmp_path.iterdir()) == []
    assert made.save(tmp_path / "cat.png") == (tmp_path / "cat.png", tmp_path / "cat.json")
    assert (tmp_path / "cat.png").read_bytes() == made.png


@pytest.mark.parametrize("epsilon", [-0.1, 1000])
def test_there_is_no_picture_outside_the_range_of_the_guide(
    tiny_guide: GuideModel, tiny_photo: lw.Photograph, epsilon: float
) -> None:
    with pytest.raises(EpsilonOutOfRange):
        lw.enhance(tiny_guide, tiny_photo, "a").at(epsilon)
