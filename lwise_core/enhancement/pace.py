"""How long one step of a path takes here, which says beforehand how long something takes."""

from __future__ import annotations

from time import perf_counter

import torch

from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker


def seconds_a_step(walker: Walker) -> float:
    """Return about how many seconds one step of a path takes, by one on a picture of noise; a step before warms up.

    Which picture it is makes no difference to the time.
    """
    guide = walker.guide
    size = guide.input_size
    noise = torch.rand(3, size, size, generator=torch.Generator().manual_seed(0))
    request = PathRequest.single(noise, target=0, objective=GroundTruthLogit())
    step = guide.epsilon_scale.step
    walker.to(request, epsilon=step)
    began = perf_counter()
    walker.to(request, epsilon=step)
    return perf_counter() - began
