"""How long one step of a path takes here, which says beforehand how long something takes."""

from __future__ import annotations

from itertools import islice, pairwise
from time import perf_counter

import torch

from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker

_FEWEST, _LONG_ENOUGH_S = 3, 0.3  # steps, and how long more of them are timed


def seconds_a_step(walker: Walker) -> float:
    """Return how many seconds one step of a path takes at least: the quickest of the first ones on a picture of noise.

    Which picture it is makes no difference to the time. The first steps warm up, and whatever else runs here, a browser
    that draws the page among it, slows some. What a path takes besides, to begin and to be scored, is left out: of a
    path of one step that is about a third.
    """
    guide = walker.guide
    size, steps = guide.input_size, guide.epsilon_scale.steps
    noise = torch.rand(3, size, size, generator=torch.Generator().manual_seed(0))
    request = PathRequest.single(noise, target=0, objective=GroundTruthLogit())
    told = list[float]()
    for _ in islice(walker.walk_to(request, steps=steps), steps + 1):
        told.append(perf_counter())
        if len(told) > _FEWEST and told[-1] - told[0] > _LONG_ENOUGH_S:
            break
    return min(later - earlier for earlier, later in pairwise(told))
