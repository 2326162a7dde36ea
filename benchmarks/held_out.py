"""Held-out images as a guide of the catalogue knows them: its size, its classes in its order, by its names."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides.guide import GuideModel
from lwise_core.training.export_guide import read_about

_ABOUT = Path(__file__).parents[1] / "docs" / "models"


def held_out_images(guide: GuideModel, source: Path, *, split: str = "test") -> LabelledImages:
    """Return the images of ``source``, whose folders may have the plainer names that the guide's card replaced."""
    cache = user_cache_path("lwise-studio", appauthor=False)
    images = read_images(source, split=split, size=guide.input_size, cache=cache)
    about = _ABOUT / f"{guide.name}.json"
    names = read_about(about).class_names if about.exists() else {}
    return images.renamed(names).in_order_of(guide.classes)
