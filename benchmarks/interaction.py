"""How the test of interaction does at the sizes of real studies: `python -m benchmarks.interaction`.

A factorial of three shares by three ε. Both only add up (each level is worth 5 points), so 5% of studies should find an
interaction at p < 0.05, and 95% of the intervals should hold 0; people differ by an SD of 13 points and are seen in 40
test trials each. Cells of unequal sizes have the people given and half as many by turns. Then, how often an interaction
of 20 points between the ends is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.trial_tests import simulated_group
from lwise_core._utils.arrays import Values
from lwise_core._utils.intervals import wilson_interval
from lwise_core.study.interaction import contrast_of_ends, interaction_p
from lwise_core.study.power import Spread

STUDIES = 500
LEVEL = 0.05
_DRAWS = 199
_SEED = 21
_STEP = 0.05
_MORE = 0.20
_LEVELS = tuple(product(range(3), range(3)))


@dataclass(frozen=True, kw_only=True)
class Found:
    """Shares of studies: of p below the level, and of intervals that hold what was planted."""

    called: float
    covered: float


def studied(sizes: Sequence[int], *, more: float, studies: int = STUDIES, seed: int = _SEED) -> Found:
    """Return what studies with cells of these sizes find, where the ends differ by ``more`` beyond the sum."""
    p_values, covered = [], []
    for one in range(studies):
        random = np.random.default_rng([seed, one])
        cells = [_cell(random, people, levels, more) for people, levels in zip(sizes, _LEVELS, strict=True)]
        p_values.append(interaction_p(cells, _LEVELS, seed=one, draws=_DRAWS))
        ends = [cells[_LEVELS.index(at)] for at in ((0, 2), (0, 0), (2, 2), (2, 0))]
        found = contrast_of_ends(ends)
        covered.append(found is not None and found[0].low <= more <= found[0].high)
    return Found(called=float(np.mean(np.array(p_values) < LEVEL)), covered=float(np.mean(covered)))


def _cell(random: np.random.Generator, people: int, levels: tuple[int, int], more: float) -> Values:
    """Return the test accuracies of the people of a cell; the strongest ε on the easiest pictures has the rest."""
    accuracy = 0.4 + _STEP * sum(levels) + (more if levels == (0, 2) else 0.0)
    right: Values = simulated_group(random, Spread(accuracy=accuracy), people=people).mean(axis=1)
    return right


def main() -> None:
    print(f"{STUDIES} studies, nine cells, p < {LEVEL}; 95% intervals")
    for people in (2, 3, 5, 10, 30):
        for sizes in ([people] * 9, [people if i % 2 else max(2, people // 2) for i in range(9)]):
            if sizes == [people] * 9 or people >= 5:
                nothing, planted = studied(sizes, more=0.0), studied(sizes, more=_MORE)
                low, high = wilson_interval(nothing.called, STUDIES)
                people_said = "/".join(map(str, sorted(set(sizes))))
                print(
                    f"people a cell {people_said:6} nothing planted: called {nothing.called:.1%} "
                    f"({low:.1%} to {high:.1%}), intervals hold 0 {nothing.covered:.1%}; {100 * _MORE:.0f} points: "
                    f"found {planted.called:.1%}, intervals hold them {planted.covered:.1%}"
                )


if __name__ == "__main__":
    main()
