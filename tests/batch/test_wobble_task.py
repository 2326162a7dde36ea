"""Ranks with their wobble: what the task tells of a picture is what is said of the same photograph alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lwise_core.batch.batch_records import PictureResult
from lwise_core.batch.settings import Naming
from lwise_core.batch.tasks import ScoredBatch, TaskSettings
from lwise_core.batch.wobble_task import WobbleTask
from lwise_core.data.decoding import Batch, Decoded, Decoder
from lwise_core.data.entries import PictureEntry
from lwise_core.data.picture_sets import picture_set
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.guides.wobble import Wobble
from lwise_core.images.codec import open_photograph
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import noise

GUIDE = guide_of(tiny_network())
TARGETS = (1, 3)


def looked_at(folder: Path) -> tuple[ScoredBatch, list[Wobble]]:
    """Return two pictures of 40 px as a job sees them, and the wobble of each photograph alone."""
    (folder / "b").mkdir()
    for seed in range(len(TARGETS)):
        (folder / "b" / f"{seed}.png").write_bytes(noise(seed, side=40))
    pictures = picture_set(str(folder))
    entries = tuple(e for e in pictures.entries() if isinstance(e, PictureEntry))
    decoded = [s for s in Decoder(pictures, 16, varied=True)(Batch(0, entries)).seen if isinstance(s, Decoded)]
    images = torch.from_numpy(np.stack([s.image for s in decoded]))
    varied = torch.from_numpy(np.stack([s.variations for s in decoded if s.variations is not None]))
    told = tuple(PictureResult(i, "hash", target, 0.0, -1.0, 1, 0, unlike_p=0.5) for i, target in enumerate(TARGETS))
    photographs = [open_photograph(noise(seed, side=40), name="x") for seed in range(len(TARGETS))]
    alone = [Wobble.of(GUIDE, p.pixels, target=t) for p, t in zip(photographs, TARGETS, strict=True)]
    return ScoredBatch(entries, images, GUIDE.logits(images), told, varied), alone


def test_what_is_told_of_a_picture_is_what_is_said_of_it_alone(tmp_path: Path) -> None:
    batch, alone = looked_at(tmp_path)
    task = WobbleTask(TaskSettings(GroundTruthLogit(), (), Naming.OFFICIAL, guesses=False))
    results = [pending.told for pending in task.made(GUIDE, batch)]
    for result, wobble in zip(results, alone, strict=True):
        assert (result.lowest, result.highest) == pytest.approx((wobble.lowest, wobble.highest), abs=1e-4)
        assert (result.seen, result.unlike_p) == (wobble.seen, 0.5)
        assert result.lowest < result.highest
        (row,) = task.rows(result)
        assert row == {"wobble_lowest": result.lowest, "wobble_highest": result.highest, "wobble_seen": result.seen}
        assert list(row) == list(task.columns)


def test_pictures_are_varied_only_where_that_was_asked(tmp_path: Path) -> None:
    looked_at(tmp_path)
    pictures = picture_set(str(tmp_path))
    entries = tuple(e for e in pictures.entries() if isinstance(e, PictureEntry))
    seen = Decoder(pictures, 16)(Batch(0, entries)).seen
    assert [s.variations for s in seen if isinstance(s, Decoded)] == [None, None]
