"""Batches of a calibration: each is made once and kept, and gives what the guide says of the pictures alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.decoding import Decoder
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.guide import GuideModel
from lwise_core.images.perceptual_hash import perceptual_hash
from lwise_core.training import calibration_batches
from lwise_core.training.attacks import Norm
from lwise_core.training.calibration_batches import (
    KeptBatches,
    SeenPictures,
    attacked_batches,
    pace_of,
    scored_batches,
)
from lwise_core.training.calibration_pictures import LabelledPictures
from lwise_core.training.evaluation import Labelled, correct_under_attack
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import labelled_folder


@pytest.fixture
def pictures(tmp_path: Path) -> LabelledPictures:
    root = labelled_folder(tmp_path / "set", {"a": 13, "b": 8})
    (root / "b" / "broken.png").write_bytes(b"\x89PNG")
    return LabelledPictures.of(picture_set(str(root)), FolderLabels(tuple("abcde")))


@pytest.fixture
def kept(tmp_path: Path) -> KeptBatches:
    (tmp_path / "run").mkdir()
    return KeptBatches(RunFolder(tmp_path / "run"))


def images_of(pictures: LabelledPictures, places: list[int], *, size: int = 16) -> torch.Tensor:
    decoder = Decoder(pictures.pictures, size)
    ((batch, _),) = pictures.batches(places, at_once=len(places))
    return torch.from_numpy(np.stack([seen.image for seen in decoder(batch).seen]))  # type: ignore[union-attr]


def test_every_readable_picture_is_scored_once_with_its_place(
    tiny_guide: GuideModel, pictures: LabelledPictures, kept: KeptBatches
) -> None:
    parts = [part for part, seconds in scored_batches(tiny_guide, pictures, kept) if seconds]
    assert [len(p.places) + len(p.unusable) for p in parts] == [16, 6]
    seen = SeenPictures.joined(parts)
    broken = [e.name for e in pictures.entries].index("b/broken.png")
    assert seen.places.tolist() == [i for i in range(22) if i != broken]
    assert "broken.png" in seen.unusable[0]
    images = images_of(pictures, seen.places.tolist())
    torch.testing.assert_close(torch.from_numpy(seen.logits), tiny_guide.logits(images))
    few = seen.take(seen.places < 3)
    assert few.places.tolist() == [0, 1, 2]
    assert few.sha256.tolist() == seen.sha256[:3].tolist()


def test_a_picture_of_the_hashed_size_has_the_hash_of_the_picture_itself(tmp_path: Path, kept: KeptBatches) -> None:
    root = labelled_folder(tmp_path / "s", {"a": 1})
    pictures = LabelledPictures.of(picture_set(str(root)), FolderLabels(tuple("abcde")))
    guide = guide_of(tiny_network(), input_size=32)
    ((part, _),) = scored_batches(guide, pictures, kept)
    (image,) = images_of(pictures, [0], size=32)
    assert part.hashed.tolist() == [perceptual_hash(image.numpy())]


def test_what_is_kept_is_not_made_again(
    tiny_guide: GuideModel, pictures: LabelledPictures, kept: KeptBatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [part for part, _ in scored_batches(tiny_guide, pictures, kept)]
    places = np.array([1, 5])
    held = [part for part, _ in attacked_batches(tiny_guide, pictures, places, kept, epsilon=0.5)]
    for work in ("logits_of", "correct_under_attack"):
        monkeypatch.setattr(calibration_batches, work, None)
    again = list(scored_batches(tiny_guide, pictures, kept))
    assert [seconds for _, seconds in again] == [0.0, 0.0]
    assert [p.logits.tolist() for p, _ in again] == [p.logits.tolist() for p in first]
    (after,) = attacked_batches(tiny_guide, pictures, places, kept, epsilon=0.5)
    assert after[0].tolist() == held[0].tolist()


def test_an_attack_is_that_of_the_evaluation(
    tiny_guide: GuideModel, pictures: LabelledPictures, kept: KeptBatches
) -> None:
    places = [0, 3, 14]
    ((held, _),) = attacked_batches(tiny_guide, pictures, np.array(places), kept, epsilon=0.05)
    targets = torch.tensor([pictures.targets[i] for i in places])
    data = Labelled(images_of(pictures, places), targets)
    assert held.tolist() == correct_under_attack(tiny_guide, data, norm=Norm.L2, epsilon=0.05).tolist()


def test_a_picture_that_has_gone_does_not_withstand_the_attack(
    tiny_guide: GuideModel, pictures: LabelledPictures, kept: KeptBatches
) -> None:
    names = [e.name for e in pictures.entries]
    ((held, _),) = attacked_batches(tiny_guide, pictures, np.array([names.index("b/broken.png")]), kept, epsilon=0.1)
    assert held.tolist() == [False]


def test_the_larger_the_guide_the_fewer_at_once(tiny_guide: GuideModel) -> None:
    assert calibration_batches._at_once(tiny_guide, 16 * 16 * 3) == 3
    assert calibration_batches._at_once(tiny_guide, 1) == 1
    assert calibration_batches._at_once(tiny_guide, 2**30) == 16


def test_the_pace_is_of_readable_pictures(tiny_guide: GuideModel, pictures: LabelledPictures, tmp_path: Path) -> None:
    pace = pace_of(tiny_guide, pictures)
    assert pace is not None
    assert pace.to_score > 0
    assert pace.to_attack > 0
    (tmp_path / "none" / "a").mkdir(parents=True)
    (tmp_path / "none" / "a" / "x.png").write_bytes(b"\x89PNG")
    unreadable = LabelledPictures.of(picture_set(str(tmp_path / "none")), FolderLabels(tuple("abcde")))
    assert pace_of(tiny_guide, unreadable) is None
