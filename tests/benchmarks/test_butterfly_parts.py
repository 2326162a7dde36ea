"""What gives a guide its references was never learnt, and nothing that is learnt is like a picture held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import butterfly_parts
from benchmarks.butterfly_parts import Picture, hashed, parts_of, twins_of


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """Return eight pictures of one species, of which the third is the test picture's mirror image."""
    monkeypatch.setattr(butterfly_parts, "REFERENCES", 3)
    made = []
    for i, split in enumerate(("train", "train", "train", "train", "train", "train", "val", "test")):
        pixels = np.random.default_rng(i).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        if i == 2:
            pixels = np.random.default_rng(7).integers(0, 256, (32, 32, 3), dtype=np.uint8)[:, ::-1]
        file = tmp_path / f"{i}.png"
        Image.fromarray(pixels).save(file)
        made.append(Picture(file, split, "monarch", learnt=i == 0))
    return made


def test_the_parts_share_nothing(pictures: list[Picture]) -> None:
    twins = twins_of([hashed(p.file) for p in pictures])
    assert [t.tolist() for t in twins] == [[], [], [7], [], [], [], [], [2]]
    learnt, references = parts_of(pictures, twins)
    assert len(references) == 3
    assert pictures[6] in references  # of val
    assert pictures[0] not in references  # learnt before
    assert not {pictures[2], pictures[7]} & {*learnt, *references}
    assert {*learnt, *references} | {pictures[2], pictures[7]} == set(pictures)
    assert not set(learnt) & set(references)


def test_a_species_with_too_few_is_refused(pictures: list[Picture]) -> None:
    with pytest.raises(ValueError, match="monarch has only 2 pictures"):
        parts_of(pictures[5:], twins_of([hashed(p.file) for p in pictures[5:]]))
