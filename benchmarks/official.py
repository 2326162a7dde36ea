"""The official way in plain PyTorch: a loop of one's own words around the guide, in fp32 (L-WISE, method notes 1.2)."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.tasks import Task
from lwise_core.enhancement.path import EnhancementPath


def enhance(task: Task) -> Callable[[], torch.Tensor]:
    """Return the job of one enhancement: normalised steps, projection, box, and the best iterate at the end."""

    def run() -> torch.Tensor:
        current = task.images
        best = torch.full((len(current),), -torch.inf)
        chosen = current.clone()
        for _ in range(task.steps):
            current = current.detach().requires_grad_(True)
            logits = _logits(task, current)
            (gradient,) = torch.autograd.grad(logits.mean(), current)
            with torch.no_grad():
                best, chosen = _better(logits, best, current, chosen)
                length = gradient.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
                moved = current + task.step * gradient / (length + 1e-10)
                change = (moved - task.images).renorm(p=2, dim=0, maxnorm=task.epsilon)
                current = (task.images + change).clamp(0, 1)
        with torch.no_grad():
            return _better(_logits(task, current), best, current, chosen)[1]

    return run


def _logits(task: Task, images: torch.Tensor) -> torch.Tensor:
    return task.guide.logits(images).gather(1, task.targets[:, None]).squeeze(1)


def _better(
    logits: torch.Tensor, best: torch.Tensor, images: torch.Tensor, chosen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    risen = logits > best
    return torch.where(risen, logits, best), torch.where(risen[:, None, None, None], images, chosen)


def score_one_by_one(task: Task) -> Callable[[], torch.Tensor]:
    """Return the job of the ground-truth logit of every image ``(N,)``, one image after another."""
    return score_in_batches(task, size=1)


def score_in_batches(task: Task, *, size: int = 8) -> Callable[[], torch.Tensor]:
    """Return the same job in batches, as a loader of data would feed the network."""

    def run() -> torch.Tensor:
        with torch.no_grad():
            logits = torch.cat([task.guide.logits(batch) for batch in task.images.split(size)])
        return logits.gather(1, task.targets[:, None]).squeeze(1)

    return run


def curve(path: EnhancementPath) -> Callable[[], torch.Tensor]:
    """Return the job of the target's logit of every frame ``(frames,)``, one frame after another."""

    def run() -> torch.Tensor:
        with torch.no_grad():
            logits = torch.cat([path.guide.logits(frame.images) for frame in path.frames])
        return logits[:, path.request.targets[0]]

    return run
