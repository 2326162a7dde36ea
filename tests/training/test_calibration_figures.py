"""What follows from a calibration's answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lwise_core.data.errors import DatasetError
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.calibration import Calibration
from lwise_core.training.calibration_batches import SeenPictures
from lwise_core.training.calibration_figures import CountedPictures, calibration_of
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from lwise_core.training.evaluation import calibration_error
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import labelled_folder

GUIDE = guide_of(tiny_network())
NONE = np.array([], dtype=np.uint64)
COUNT = 80


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> LabelledPictures:
    root = labelled_folder(tmp_path_factory.mktemp("figures") / "set", {"a": COUNT // 2, "b": COUNT // 2})
    return LabelledPictures.of(picture_set(str(root)), FolderLabels(GUIDE.classes))


@pytest.fixture
def seen() -> SeenPictures:
    """Answers of a guide that is right three times in four, with files that are all different."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(COUNT, 5)).astype(np.float32)
    right = np.repeat([0, 1], COUNT // 2)
    logits[np.arange(COUNT), np.where(np.arange(COUNT) % 4, right, 4)] += 8
    digests = np.array([f"{i:064x}" for i in rng.permutation(COUNT)])
    hashed = rng.integers(0, 2**63, COUNT, dtype=np.uint64)
    return SeenPictures(np.arange(COUNT), logits, hashed, digests)


def described(counted: CountedPictures, held: list[np.ndarray], division: Division) -> Calibration:
    return calibration_of(GUIDE, counted, folder="set", division=division, held=held, epsilon=0.25)


def test_references_and_measured_pictures_are_different_ones_and_none_is_lost(
    seen: SeenPictures, pictures: LabelledPictures
) -> None:
    counted = CountedPictures.of(seen, pictures, Division(4), learnt=NONE)
    found = described(counted, [np.ones(6, dtype=bool), np.zeros(2, dtype=bool)], Division(4))
    assert (found.pictures, found.folder, found.guide, found.classes) == (80, "set", "test", GUIDE.classes)
    assert {c: len(v) for c, v in found.references.items()} == {"a": 30, "b": 30}
    assert found.measured["test_images"] == 20
    assert found.measured["attacked_images"] == 8
    assert found.measured["accuracy_under_20_step_attack"]["l2_0.25"]["value"] == 0.75  # type: ignore[index,call-overload]
    own = seen.logits[np.arange(COUNT), np.repeat([0, 1], COUNT // 2)]
    expected = sorted(round(v, 4) for v in own[~counted.measures & (counted.targets == 0)].tolist())
    assert found.references["a"] == tuple(expected)


def test_the_temperature_is_fitted_on_references_and_tried_on_the_others(
    seen: SeenPictures, pictures: LabelledPictures
) -> None:
    counted = CountedPictures.of(seen, pictures, Division(4), learnt=NONE)
    temperature = described(counted, [], Division(4)).measured["temperature"]
    assert isinstance(temperature, dict)
    assert temperature["fitted_on"] == "the 60 references"
    assert isinstance(temperature["value"], float)
    assert temperature["value"] > 1  # it is never less sure where it is wrong
    logits = torch.from_numpy(seen.logits[counted.measures]) / temperature["value"]
    error = calibration_error(logits, torch.from_numpy(counted.targets[counted.measures]))
    assert temperature["expected_calibration_error"] == pytest.approx(error, abs=2e-3)


def test_where_every_reference_is_rightly_named_no_temperature_is_told_of(
    seen: SeenPictures, pictures: LabelledPictures
) -> None:
    right = np.zeros_like(seen.logits)
    right[np.arange(COUNT), np.repeat([0, 1], COUNT // 2)] = 1
    sure = SeenPictures(seen.places, right, seen.hashed, seen.sha256)
    counted = CountedPictures.of(sure, pictures, Division(4), learnt=NONE)
    assert "temperature" not in described(counted, [], Division(4)).measured


def test_without_an_attack_no_attack_is_told_of(seen: SeenPictures, pictures: LabelledPictures) -> None:
    counted = CountedPictures.of(seen, pictures, Division(4), learnt=NONE)
    measured = described(counted, [], Division(4)).measured
    assert "attack" not in measured
    assert measured["accuracy_under_20_step_attack"] == {}


def test_where_all_give_references_nothing_is_measured(seen: SeenPictures, pictures: LabelledPictures) -> None:
    counted = CountedPictures.of(seen, pictures, Division(0), learnt=NONE)
    found = described(counted, [], Division(0))
    assert found.measured == {}
    assert len(found.references["a"]) == COUNT // 2
    assert len(counted.to_attack(10)) == 0


def test_what_is_like_something_learnt_is_left_out_and_said(seen: SeenPictures, pictures: LabelledPictures) -> None:
    learnt = np.array([seen.hashed[7] ^ np.uint64(0b111111), ~seen.hashed[9]], dtype=np.uint64)
    counted = CountedPictures.of(seen, pictures, Division(4), learnt=learnt)
    assert counted.seen.places.tolist() == [i for i in range(COUNT) if i != 7]
    assert counted.notes == (
        "1 picture was left out as nearly the same as one of the 2 that the guide is known to have learnt.",
    )


def test_that_nothing_could_be_compared_is_said(seen: SeenPictures, pictures: LabelledPictures) -> None:
    assert "is not known" in CountedPictures.of(seen, pictures, Division(4), learnt=NONE).notes[-1]


def test_copies_unreadable_files_and_near_duplicates_are_said(seen: SeenPictures, pictures: LabelledPictures) -> None:
    seen.sha256[3] = seen.sha256[2]
    seen.hashed[5] = seen.hashed[4]
    broken = SeenPictures(seen.places, seen.logits, seen.hashed, seen.sha256, ("“x” is broken.",))
    notes = CountedPictures.of(broken, pictures, Division(4), learnt=NONE).notes
    assert notes[:2] == (
        "1 file was left out as unreadable; the first: “x” is broken.",
        "1 picture was left out as an exact copy of another.",
    )
    assert "“a/004.png” and “a/005.png”" in notes[-1]


def test_where_nothing_is_left_there_is_no_calibration(seen: SeenPictures, pictures: LabelledPictures) -> None:
    with pytest.raises(DatasetError, match="No picture of “set” can be used"):
        CountedPictures.of(seen, pictures, Division(4), learnt=seen.hashed)


def test_those_to_attack_are_measured_ones_the_first_by_content(seen: SeenPictures, pictures: LabelledPictures) -> None:
    counted = CountedPictures.of(seen, pictures, Division(4), learnt=NONE)
    few, all_of_them = counted.to_attack(5).tolist(), counted.to_attack(999).tolist()
    assert all_of_them == np.flatnonzero(counted.measures).tolist()
    assert few == sorted(sorted(all_of_them, key=lambda i: seen.sha256[i])[:5])


def test_the_hash_is_of_contents_and_classes_in_any_order(seen: SeenPictures, pictures: LabelledPictures) -> None:
    turned = seen.take(np.ones(COUNT, dtype=bool))
    order = np.random.default_rng(1).permutation(COUNT)
    turned = SeenPictures(seen.places[order], seen.logits[order], seen.hashed[order], seen.sha256[order])
    one, other = (
        described(CountedPictures.of(s, pictures, Division(4), learnt=NONE), [], Division(4)) for s in (seen, turned)
    )
    assert one == other
    turned.sha256[0] = "f" * 64
    changed = described(CountedPictures.of(turned, pictures, Division(4), learnt=NONE), [], Division(4))
    assert changed.pictures_sha256 != one.pictures_sha256
