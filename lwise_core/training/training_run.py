"""One run: a network that is trained on images after a recipe, in a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import best_device
from lwise_core.training.initial_network import InitialNetwork
from lwise_core.training.recipes import Recipe
from lwise_core.training.trainer import REPORT_SECONDS, Trainer


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What is trained, on what, how and where. The folder is to be held while it is at work."""

    folder: RunFolder
    recipe: Recipe
    start: InitialNetwork
    images: LabelledImages

    def agree(self) -> None:
        """Make sure that what was begun in the folder is this run, or begin it.

        Raises:
            RunRefused: Another run was begun there.
        """
        self.folder.agree({"recipe": self.recipe.plain(), "start": self.start.plain(), "data": self.images.sha256})

    def trainer(self, *, report_seconds: float = REPORT_SECONDS) -> Trainer:
        """Return what trains it, once it is agreed that this run is the folder's."""
        self.agree()
        start = self.start
        return Trainer(
            start.network, start.normaliser, self.recipe, self.images, self.folder, best_device(), report_seconds
        )
