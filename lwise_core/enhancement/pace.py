"""How long one step of a path takes here, which says beforehand how long something takes."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import torch

from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker

_TIMED = 3  # steps: the quickest counts, for the first ones warm up, and whatever else runs here slows some


def seconds_a_step(walker: Walker) -> float:
    """Return how many seconds one step of a path takes at least: the quickest of the first few on a picture of noise.

    Which picture it is makes no difference to the time. What a path takes besides, to begin and to be scored, is left
    out: of a path of one step that is about a third.
    """
    guide = walker.guide
    size, steps = guide.input_size, min(_TIMED, guide.epsilon_scale.steps)
    noise = torch.rand(3, size, size, generator=torch.Generator().manual_seed(0))
    request = PathRequest.single(noise, target=0, objective=GroundTruthLogit())
    growing = walker.walk_to(request, steps=steps)
    told = [perf_counter() for _, _ in zip(range(steps + 1), growing, strict=False)]
    return min(later - earlier for earlier, later in pairwise(told))
