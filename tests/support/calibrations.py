"""Folders of small labelled pictures, what is read from them, and calibrations by hand."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import numpy as np

from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.training.calibration_extras import Ability, ExtraPictures
from lwise_core.training.calibration_pictures import LabelledPictures


def noise(seed: int, *, side: int = 16) -> bytes:
    """Return a PNG of seeded noise; no two seeds are alike."""
    return encode_png(np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8))


def labelled_folder(root: Path, counts: Mapping[str, int]) -> Path:
    """Write so many pictures into each folder, such as ``a`` or ``val/a``, and return where they are."""
    seed = 0
    for folder, count in counts.items():
        (root / folder).mkdir(parents=True)
        for number in range(count):
            (root / folder / f"{number:03}.png").write_bytes(noise(seed))
            seed += 1
    return root


def pictures_in(root: Path, guide: GuideModel) -> ExtraPictures:
    """Return all pictures of a labelled folder, for ``guide``."""
    found = LabelledPictures.of(picture_set(str(root)), FolderLabels(guide.classes))
    return ExtraPictures(found, np.arange(len(found.targets)), np.array(found.targets))


def finished(steps: Generator[tuple[int, float], None, Ability]) -> tuple[Ability, list[tuple[int, float]]]:
    """Return what came of ``steps``, and what they told on the way."""
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return end.value, told


def calibration_for(guide: GuideModel, references: Mapping[str, int], **changes: object) -> Calibration:
    """Return a calibration of ``guide`` with so many references, 0, 1, 2 …, of each class."""
    said: dict[str, object] = {
        "guide": guide.name,
        "weights_sha256": guide.provenance.sha256,
        "classes": guide.classes,
        "folder": "pond",
        "pictures": 1234,
        "pictures_sha256": "a" * 64,
        "date": "2026-01-31",
        "division": "All 1,234 pictures gave references, so no accuracy was measured.",
        "references": {name: tuple(map(float, range(count))) for name, count in references.items()},
        "measured": {},
    }
    return Calibration(**(said | changes))  # type: ignore[arg-type]
