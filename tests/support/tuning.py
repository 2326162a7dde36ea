"""A catalogue with a small guide to begin with, and requests of the smallest size."""

from __future__ import annotations

from pathlib import Path

from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.guide import Domain
from lwise_core.training.own_pictures import OwnPictures
from lwise_core.training.tuning_recipe import TuningRecipe
from lwise_core.training.tuning_request import TuningRequest
from tests.guides.test_catalog import put_guide
from tests.support.toys import toy_folder

SMALL = TuningRecipe(epochs=2, folds=2, attacked=6)


def toys_and_guide(root: Path, *, per_class: int = 20) -> OwnPictures:
    """Put a guide of 16 px called “pets” into ``root``/home/models, and return toys of two classes."""
    put_guide(root / "home" / "models", "pets", input_size=16)
    return OwnPictures.of(picture_set(str(toy_folder(root / "toys", per_class=per_class, classes=("left", "top")))))


def request_for(pictures: OwnPictures, *, recipe: TuningRecipe = SMALL, name: str = "toys") -> TuningRequest:
    """Return the request to tune “pets” to ``pictures``."""
    return TuningRequest(name, pictures, "pets", Domain.NATURAL, recipe)
