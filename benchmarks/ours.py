"""Our side of every row: one path, walked by the fast twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from time import perf_counter

import torch

from benchmarks.tasks import Task
from lwise_core.enhancement.fast_twin import fast_dtype, fast_twin
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.guides.guide import GuideModel

SCORED_AT_ONCE = 8
FRAMES_AT_ONCE = 4  # as the app scores a curve: more at once are slower in fp32


@dataclass(frozen=True)
class Engine:
    """A guide and its fast twin, which is made once when a guide is loaded and is not part of any timing."""

    guide: GuideModel
    twin: GuideModel

    @classmethod
    def of(cls, guide: GuideModel) -> Engine:
        """Return the engine of ``guide``, in bf16 where this hardware has it, else folded and channels last in fp32."""
        return cls(guide, fast_twin(guide, dtype=fast_dtype(guide.device) or torch.float32))

    def enhance(self, task: Task) -> Callable[[], torch.Tensor]:
        """Return the job of one enhancement, with the fp32 scores of the original and of the result."""
        return lambda: self._walked(task).at(task.epsilon).images

    def every_position(self, task: Task) -> Callable[[], torch.Tensor]:
        """Return the job of all positions of the slider, ``(positions, 3, H, W)``, for the first image.

        One path; each position shows the best of its prefix. The original and the last result are scored in fp32.
        """

        def run() -> torch.Tensor:
            path = self._walked(task)
            chosen = replace(path, scored=None)  # read from the twin's losses, as the viewer does while it is moved
            shown = [chosen.at(position.epsilon).images[0] for position in task.positions()[:-1]]
            return torch.stack([*shown, path.at(task.epsilon).images[0]])

        return run

    def every_position_scored(self, task: Task) -> Callable[[], torch.Tensor]:
        """Return the job of all positions chosen and scored in fp32 throughout, as the official way does."""

        def run() -> torch.Tensor:
            path = self._walked(task)
            path = path.scored_on(count=len(path.frames))
            return torch.stack([path.at(position.epsilon).images[0] for position in task.positions()])

        return run

    def curve(self, frames: EnhancementPath) -> Callable[[], torch.Tensor]:
        """Return the job of scoring every frame of a walked path in fp32; gives the target's logits ``(frames,)``."""

        def run() -> torch.Tensor:
            path = replace(frames, scored=0)
            while path.provisional:
                path = path.scored_on(count=FRAMES_AT_ONCE)
            return torch.stack([frame.logits[0, path.request.targets[0]] for frame in path.frames])

        return run

    def score(self, task: Task) -> Callable[[], torch.Tensor]:
        """Return the job of the ground-truth logit of every image, ``(N,)``, by the twin and in batches."""

        def run() -> torch.Tensor:
            with torch.no_grad():
                logits = torch.cat([self.twin.logits(batch) for batch in task.images.split(SCORED_AT_ONCE)])
            return logits.gather(1, task.targets[:, None]).squeeze(1)

        return run

    def step_seconds(self, task: Task) -> float:
        """Return the median seconds of one step of the walk: forward, backward, normalise and move."""
        request = PathRequest(task.images, task.targets)
        seen = [perf_counter() for _ in ascend(self.twin, request, step=task.step, steps=task.steps)]
        return median(after - before for before, after in pairwise(seen[:-1]))  # the last frame is only scored

    def walk(self, task: Task) -> EnhancementPath:
        """Return the path of ``task`` as the twin walked it, nothing of it scored by the guide yet."""
        request = PathRequest(task.images, task.targets)
        frames = tuple(ascend(self.twin, request, step=task.step, steps=task.steps))
        return EnhancementPath(self.guide, request, task.step, frames, scored=0)

    def _walked(self, task: Task) -> EnhancementPath:
        return self.walk(task).scored_on(count=1)
