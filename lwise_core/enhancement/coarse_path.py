"""A coarse path: a quarter of the steps, each four times as long, to look at until a path that takes long is there.

On a large network the path takes seconds, and until then most of the slider would show nothing. The coarse path follows
the same rule, normalised gradient steps inside the same L2 balls, and ends at the same ε. Its iterates are not those of
the official method, so they are only looked at: it is no :class:`~lwise_core.enhancement.path.EnhancementPath`, and
nothing that makes files, figures or verdicts takes it.

Between two of its iterates the viewer shows the straight line between them. It stays in the balls: for 0 ≤ w ≤ 1 the
change (1 - w)·d_k + w·d_{k+1} is no longer than (1 - w)·ε_k + w·ε_{k+1}, since a norm is convex.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import torch

from lwise_core.enhancement.path import Change, EnhancementPath, Frame, NonFinite, PathRequest, best_so_far
from lwise_core.enhancement.walker import Walker

LONG_PATH = 2.0
"""Seconds of the processor from which a path takes long, as its second step tells: the first also warms up."""

COARSER = 4
"""How many steps of the path one step of the coarse path stands for."""


@dataclass(frozen=True, eq=False)
class CoarsePath:
    """The iterates of a coarse path so far, the original first; ``step`` is the length of its steps."""

    step: float
    frames: tuple[Frame, ...]

    def best_steps(self) -> tuple[int, ...]:
        """Return, after each number of steps, the step of the best iterate of the first image up to there."""
        losses = torch.stack([frame.losses[:1] for frame in self.frames])
        return tuple(best_so_far(losses)[:, 0].tolist())

    def change(self, step: int) -> Change:
        """Return the change of the first image by the iterate after ``step`` steps."""
        return Change.of(self.frames[0].images[0], self.frames[step].images[0])


@dataclass(frozen=True)
class PreviewedPath(EnhancementPath):
    """A path that is still walked, and the coarse path that is looked at where it does not reach yet."""

    preview: CoarsePath | None = None


def preview_of(path: EnhancementPath) -> CoarsePath | None:
    """Return the coarse path that may be looked at beside ``path``, None where there is none."""
    return path.preview if isinstance(path, PreviewedPath) else None


def coarse_steps(walker: Walker) -> int:
    """Return the number of steps of the coarse path, a quarter of the path's."""
    return max(1, round(walker.guide.epsilon_scale.steps / COARSER))


def walk_coarsely(walker: Walker, request: PathRequest) -> Iterator[CoarsePath]:
    """Yield the coarse path as it grows to the largest ε, one iterate more each time.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    scale, steps = walker.guide.epsilon_scale, coarse_steps(walker)
    step = scale.step * scale.steps / steps
    frames: tuple[Frame, ...] = ()
    for frame in walker.ascend(request, step=step, steps=steps):
        frames = (*frames, frame)
        yield CoarsePath(step, frames)


def walk_with_preview(
    walker: Walker, request: PathRequest, *, clock: Callable[[], float] = time.thread_time
) -> Iterator[EnhancementPath]:
    """Yield the path as :meth:`Walker.walk` does; where it takes long, with a coarse path that is walked before.

    Whether it takes long is measured: its second step times the number of its steps. ``clock`` gives seconds; those of
    the processor, in the thread that walks, so that a machine busy with other things is not made busier. The frames
    are those of the official path alone, and once all of them are there the coarse path is gone. Where the guide finds
    no coarse path (longer steps may lead to where it returns no numbers), the path is walked without.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    steps, walked = walker.guide.epsilon_scale.steps, walker.walk(request)
    yield next(walked)
    began = clock()
    path = next(walked)
    takes_long = (clock() - began) * steps >= LONG_PATH
    yield path
    preview = None
    if takes_long:
        with suppress(NonFinite):
            for preview in walk_coarsely(walker, request):
                yield _previewed(path, preview)
    for path in walked:
        whole = len(path.frames) > steps
        yield path if preview is None or whole else _previewed(path, preview)


def _previewed(path: EnhancementPath, preview: CoarsePath) -> PreviewedPath:
    return PreviewedPath(path.guide, path.request, path.step, path.frames, path.scored, path.precision, preview)
