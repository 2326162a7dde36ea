"""Exports: lossless, repeatable, honest about themselves, and free of what the original's metadata said."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import (
    Intent,
    StatedBy,
    export,
    export_stem,
    name_for_files,
    statement,
    survival_warnings,
)
from lwise_core.enhancement.objectives import Harder, objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import CalibratedOn, Domain, GuideModel
from lwise_core.guides.stage_features import StageFeatures, stages_of
from lwise_core.images.codec import open_photograph, read_png_text

CAT = SAMPLES[0]
INTENT = Intent(stated="house cat", towards="house cat", epsilon=3.0, extent=Extent.PHOTOGRAPH)


@pytest.fixture(scope="module")
def subject() -> CroppedPhotograph:
    return CroppedPhotograph(photograph_of(CAT), CAT.crop)


@pytest.fixture(scope="module")
def path(bundled_guide: GuideModel, subject: CroppedPhotograph) -> EnhancementPath:
    image = subject.seen(size=bundled_guide.input_size)
    target = bundled_guide.class_index("house cat")
    *_, path = walk(bundled_guide, PathRequest.single(image, target=target, objective=objective_named("logit")))
    return path


def test_the_same_input_gives_the_same_bytes(subject: CroppedPhotograph, path: EnhancementPath) -> None:
    assert export(subject, path, INTENT).files() == export(subject, path, INTENT).files()


def test_a_longer_path_gives_the_same_files_as_one_that_just_reaches(
    subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    short = replace(path, frames=path.frames[:22])
    assert export(subject, path, INTENT).files() == export(subject, short, INTENT).files()


def test_the_picture_is_lossless_and_stands_above_its_strip(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    made = export(subject, path, INTENT)
    said = json.loads(made.manifest)
    box = said["picture"]
    pixels = open_photograph(made.png, name="out.png").pixels
    rendering = render(bundled_guide, subject, path.at(3.0), target=1, extent=Extent.PHOTOGRAPH)
    assert np.array_equal(pixels[: box["height"], : box["width"]], rendering.pixels)
    assert pixels.shape[0] > box["height"]
    bare = export(subject, path, INTENT, strip=False)
    assert np.array_equal(open_photograph(bare.png, name="out.png").pixels, rendering.pixels)


def test_everything_says_what_was_done_and_what_it_is_not_for(
    subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    made = export(subject, path, INTENT)
    sentence = json.loads(made.manifest)["statement"]
    assert sentence == read_png_text(made.png)["Description"]
    assert sentence == ("AI-altered towards house cat, ε = 3 (ε₂₂₄ = 10.5), by guide animals16-64. Not for diagnosis.")


def test_what_a_page_says_of_the_guide_goes_with_the_files(subject: CroppedPhotograph, path: EnhancementPath) -> None:
    guide = path.guide
    provenance = replace(guide.provenance, caution="Reads the frame.")
    medical = replace(guide, domain=Domain.MEDICAL, provenance=provenance)
    said = json.loads(export(subject, replace(path, guide=medical), INTENT).manifest)["cautions"]
    manifest = json.loads(export(subject, replace(path, guide=medical), INTENT).manifest)
    assert "sha256" not in manifest["photograph"]  # which whoever has the photograph could tell a patient by
    assert subject.photograph.sha256 not in json.dumps(manifest)
    assert json.loads(export(subject, path, INTENT).manifest)["photograph"]["sha256"] == subject.photograph.sha256
    assert said[0] == "Reads the frame."
    assert re.fullmatch(r"The guide takes the original for dog \(\d+%\), not for house cat\.", said[1])
    assert said[2].startswith("When its first choice got ")
    dog = replace(INTENT, stated="dog", towards="dog")
    assert json.loads(export(subject, path, dog).manifest)["cautions"] == []


def test_the_manifest_s_figures_are_those_of_the_files(subject: CroppedPhotograph, path: EnhancementPath) -> None:
    made = export(subject, path, INTENT)
    said = json.loads(made.manifest)
    assert said["files"]["png_sha256"] == hashlib.sha256(made.png).hexdigest()
    assert said["files"]["npz_sha256"] == hashlib.sha256(made.perturbation).hexdigest()
    with np.load(io.BytesIO(made.perturbation), allow_pickle=False) as arrays:
        assert np.linalg.norm(arrays["perturbation"]) == pytest.approx(said["epsilon"]["spent"], rel=1e-5)
        assert arrays["logits_along_path"].shape == (said["epsilon"]["steps"] + 1, 16)
        assert arrays["classes"][1] == "house cat"
    assert said["result_8_bit"]["share_of_gain_kept"] == pytest.approx(
        said["result_8_bit"]["gain"] / said["result_float"]["gain"]
    )
    assert said["guide"]["sha256"] == path.guide.provenance.sha256
    assert said["epsilon"]["precision"] == "float32"


def test_the_manifest_says_on_whose_pictures_the_guide_was_calibrated(
    subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    assert "calibrated" not in json.loads(export(subject, path, INTENT).manifest)["guide"]
    on = CalibratedOn(40, "pond", "2026-01-31", "a" * 64)
    guide = replace(path.guide, provenance=replace(path.guide.provenance, calibrated=on))
    over = replace(path, guide=guide)
    said = json.loads(export(subject, over, INTENT).manifest)["guide"]
    assert said["calibrated"] == {"pictures": 40, "folder": "pond", "date": "2026-01-31", "sha256": "a" * 64}


def test_a_class_that_the_picture_is_not_is_said_to_be_invented(
    bundled_guide: GuideModel, subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    intent = replace(INTENT, stated="dog")
    assert "Features not in the original." in statement(bundled_guide, intent, objective_named("logit"))
    assert "Features not in the original." in json.loads(export(subject, path, intent).manifest)["statement"]


@pytest.mark.parametrize(
    ("stated_by", "words"),
    [(StatedBy.PERSON, "person"), (StatedBy.SAMPLE, "sample"), (StatedBy.GUESS, "guess of the guide")],
)
def test_the_manifest_says_who_stated_the_class(
    subject: CroppedPhotograph, path: EnhancementPath, stated_by: StatedBy, words: str
) -> None:
    said = json.loads(export(subject, path, replace(INTENT, stated_by=stated_by)).manifest)
    assert (said["stated_class"], said["stated_by"]) == ("house cat", words)


def test_the_manifest_says_whether_the_original_is_unlike_what_the_guide_learnt(
    subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    stages = stages_of(path.guide)
    size = StageFeatures.of(path.guide, stages).read(subject.seen(size=path.guide.input_size)[None])[1].shape[1]
    known = Familiarity(stages, np.zeros(size, np.float32), 0.0, np.ones(100, np.float32), sha256="0" * 64)
    said = [
        json.loads(export(subject, replace(path, guide=replace(path.guide, familiarity=f)), INTENT).manifest)
        for f in (known, replace(known, bias=2.0), None)
    ]
    originals = [(s["original"]["unlike"], s["original"]["unlike_p"]) for s in said]
    assert originals == [("no flag", 1.0), ("flagged", 1 / 101), ("cannot judge", None)]
    flags = [[c for c in s["cautions"] if c.startswith("Flagged: it is unlike what")] for s in said]
    assert [len(found) for found in flags] == [0, 1, 0]


def test_away_is_said_to_be_away(bundled_guide: GuideModel) -> None:
    assert "AI-altered away from house cat" in statement(bundled_guide, INTENT, Harder(objective_named("logit")))


@pytest.mark.parametrize("domain", [Domain.MEDICAL, Domain.UNKNOWN])
def test_medical_pictures_always_get_their_strip(
    subject: CroppedPhotograph, path: EnhancementPath, domain: Domain
) -> None:
    medical = replace(path, guide=path.guide.with_domain(domain))
    made = export(subject, medical, replace(INTENT, epsilon=1.0), strip=False)
    said = json.loads(made.manifest)
    assert said["strip"]
    assert open_photograph(made.png, name="x").height > said["picture"]["height"]
    assert subject.photograph.sha256 not in made.manifest.decode()  # whoever has the original could find whose it is


@pytest.mark.parametrize("domain", Domain)
def test_files_that_leave_the_machine_are_never_called_after_a_patient(
    bundled_guide: GuideModel, subject: CroppedPhotograph, domain: Domain
) -> None:
    photograph = replace(subject.photograph, name="Mueller_Hans.jpg")
    name = name_for_files(bundled_guide.with_domain(domain), photograph)
    assert name == ("picture" if domain in (Domain.MEDICAL, Domain.UNKNOWN) else "Mueller_Hans.jpg")


def test_nothing_changed_is_exported_without_a_number_that_is_none(
    subject: CroppedPhotograph, path: EnhancementPath
) -> None:
    said = json.loads(export(subject, path, replace(INTENT, epsilon=0.0)).manifest)
    assert said["epsilon"]["spent"] == 0
    assert said["result_8_bit"]["share_of_gain_kept"] is None


@pytest.mark.parametrize(
    ("kept", "epsilon_224", "warnings"), [(0.49, 2.0, 1), (0.51, 2.0, 0), (None, 0.0, 0), (0.4, 0.5, 2)]
)
def test_it_warns_where_8_bits_eat_the_enhancement(kept: float | None, epsilon_224: float, warnings: int) -> None:
    assert len(survival_warnings(kept, epsilon_224=epsilon_224)) == warnings


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b?*.png", "…", "C:\\x\\y.jpg", "." * 200])
def test_file_names_are_letters_and_digits_whatever_the_upload_was_called(path: EnhancementPath, name: str) -> None:
    stem = export_stem(name, path, INTENT)
    assert stem
    assert not set(stem) & set('/\\:*?"<>| ')
    assert not stem.startswith(".")
    assert len(stem) <= 120
