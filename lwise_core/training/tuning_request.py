"""What is asked of a tuning, and how long that takes on this machine."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from lwise_core._utils.run_folder import RunFolder
from lwise_core._utils.temporary_folders import temporary_folder
from lwise_core.guides.guide import Domain
from lwise_core.training.export_guide import About
from lwise_core.training.initial_network import start_from
from lwise_core.training.nearest_guide import PictureSample
from lwise_core.training.own_pictures import OwnPictures
from lwise_core.training.training_run import TrainingRun
from lwise_core.training.tuning_recipe import TuningRecipe

LARGEST_TUNED = 1_000_000_000
"""Bytes that the weight file of a tuned guide may have."""

_IMAGES_IN_BATCHES = 6  # of which a fifth watches the run
_TIMED = 3


@dataclass(frozen=True, eq=False)
class TuningRequest:
    """What is asked: the ``name`` of the guide to be, the pictures, the ``guide`` to begin with, and their domain."""

    name: str
    pictures: OwnPictures
    guide: str
    domain: Domain
    recipe: TuningRecipe = field(default_factory=TuningRecipe)

    def key(self) -> str:
        """Return what tells this question from every other."""
        asked = f"{self.name} {self.guide} {self.domain} {self.recipe} {self.pictures.fingerprint}"
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def seconds(self, pace: float) -> float:
        """Return about how long it takes where a pass takes ``pace`` seconds."""
        return self.recipe.passes(len(self.pictures)) * pace

    def command(self) -> str:
        """Return the line of the shell that asks the same."""
        said = f"{shlex.quote(self.pictures.name)} --name {self.name} --from {self.guide} --domain {self.domain}"
        return f"python -m lwise_core tune {said}{' --any-way-up' if self.recipe.any_way_up else ''}"

    def about(self, pictures: int) -> About:
        """Return what the card says of a guide that was tuned on so many ``pictures``."""
        classes, folder = len(self.pictures.counts), self.pictures.name
        return About(
            name=self.name,
            domain=self.domain,
            data=f"Tuned by you on {pictures:,} pictures of {classes:,} classes, the folder “{folder}”.",
            licence="Not stated: the pictures are those of whoever tuned it.",
            intended_use="Pictures of these classes like those in the folder that it was tuned on.",
            limits="Its figures are of pictures of the same folder; what it is worth elsewhere was not measured.",
            tuned_on=pictures,
        )


def seconds_a_pass(request: TuningRequest, sample: PictureSample) -> float:
    """Return how many seconds one pass takes here: batches of ``sample`` are attacked and learnt, and forgotten again.

    That is the median of three batches.

    Raises:
        GuideUnavailable: There is no such guide to begin with.
        RecipeError: That guide cannot be tuned.
    """
    start = start_from(request.guide)
    recipe = request.recipe.recipe(size=start.input_size, domain=request.domain)
    start = start.for_classes(sample.classes, seed=recipe.seed, largest=LARGEST_TUNED)
    images = sample.repeated(_IMAGES_IN_BATCHES * recipe.batch, size=start.input_size)
    with temporary_folder() as folder:
        steps = TrainingRun(RunFolder(Path(folder)), recipe, start, images).trainer(report_seconds=0.0).run()
        next(steps)  # the first warms up, and its attack has no size yet
        return median(_seconds_of(steps) for _ in range(_TIMED)) / (2 * recipe.batch)


def _seconds_of(steps: Iterator[object]) -> float:
    began = perf_counter()
    next(steps)
    return perf_counter() - began
