"""A simulated learner who sees with noise, keeps every trial with feedback, and learns from all of them each time.

Each picture reaches it as features plus noise (the internal noise of general recognition theory: Ashby and Townsend
1986, and of the perceptual template model: Lu and Dosher 1999), and that percept, not the picture, is what it keeps.
After every feedback it replays what it has kept (McClelland, McNaughton and O'Reilly 1995) until the delta rule of
Gluck and Bower (1988) has settled: the least-squares weights of features for each class (Stone 1986), with a decay of
the weights, which makes them ridge regression (Hoerl and Kennard 1970). It names the class of the most evidence.

One pass of the delta rule, as the linear learner makes, forgets what it does not repeat; a memory does not. The one
free parameter is the noise: two percepts of one picture lie 1/(sensitivity · scaling) of the root mean square distance
between natural pictures apart. The features are the network's own: to whiten them would raise hundreds of directions
that tell no class apart to the size of those that do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.simulated_learners import check_learner

DECAY = 0.1
"""Of the weights, in squares of the unit of distance. Between 0.01 and 1 it hardly matters beside the noise."""


@dataclass(frozen=True, kw_only=True)
class RelearningLearner:
    """Keeps noisy percepts, and weighs features anew by all of them after every feedback. ``scaling`` is how clear."""

    sensitivity: float = 1.0
    scaling: float = 1.0
    lapse: float = 0.05
    name: str = "simulated relearning learner"
    whitened: bool = False

    def __post_init__(self) -> None:
        check_learner(self.sensitivity, 1.0, self.scaling, self.lapse)

    @property
    def noise(self) -> float:
        """Root mean square distance between two percepts of one picture, in units of that between pictures."""
        return 1 / (self.sensitivity * self.scaling)

    def percept(self, features: Values, random: np.random.Generator) -> Values:
        """Return what reaches the learner of a picture with ``features`` ``(D,)``: these and fresh noise, ``(D,)``."""
        spread = self.noise / math.sqrt(2 * len(features))  # two percepts differ by 2·D times its square
        percept: Values = features + random.normal(0, spread, len(features))
        return percept

    def chances(self, picture: Values, examples: Values, classes: Counts, *, count: int) -> Values:
        if not len(examples):
            return np.full(count, 1 / count)
        taught = np.eye(count)[classes]
        middle, usual = examples.mean(axis=0), taught.mean(axis=0)
        known = examples - middle
        # As many equations as examples, not as features: the same weights, by the kernel form of ridge regression.
        alike = known @ known.T
        alike[np.diag_indices_from(alike)] += DECAY
        evidence = usual + np.linalg.solve(alike, known @ (picture - middle)) @ (taught - usual)
        most = evidence >= evidence.max() - 1e-12
        chances: Values = most / most.sum()
        return chances
