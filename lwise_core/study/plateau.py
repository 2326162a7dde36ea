"""Where learning stands still: groups, and single learners, that no longer improve from block to block of training.

Blocks are compared only where they show a group pictures of one kind, natural and drawn from the whole class: in a
taper pictures become harder as people learn, and a level curve may then be learning.

**A group** is level where an improvement of ``LEAST_RISE`` a block is excluded, that is, where the upper end of the 95%
interval of the mean slope over its last ``WINDOW`` comparable blocks lies below it. Not to have shown a rise is not
enough: few people show none. (Lakens, Equivalence tests, Social Psychological and Personality Science 8, 2017.) How
large a rise matters is a choice: at 2 points, ten blocks more would bring 20.

**One learner** answers too little for that, so what is said of one is a hint: in the later half of the comparable
trials they were right no more often than in the earlier half, and in less than ``KNOWN``. With 64 trials in either half
this is said of about every second learner who stands still at 50%, and of about 4 in 100 of those who rise by 4 points
a block from 34% to 62% (``tests/study/test_plateau.py`` computes both).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import pandas as pd

from lwise_core._utils.arrays import Values
from lwise_core.study.estimates import CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course import Design
from lwise_core.teaching.design.schedules import Block, Group, Schedule

WINDOW = 4
"""Over so many blocks the slope of a group is taken; with fewer a slope is one step or two."""

LEAST_RISE = 0.02
"""The smallest rise that matters, as a share of right answers a block."""

KNOWN = 0.9
"""From this share of right answers on, who no longer improves has learnt it."""

FEWEST_LEVEL = 5
"""People whom a group needs: bootstraps over fewer give intervals that are too narrow."""

FEWEST_TRIALS = 24
"""Trials that a learner needs in either half."""


@dataclass(frozen=True, kw_only=True)
class GroupTrend:
    """How the accuracy of a group changes a block, over its last comparable ``blocks``, and what it is in them."""

    group: str
    blocks: tuple[str, ...]
    people: int
    accuracy: float
    rise: Estimate

    @property
    def level(self) -> bool:
        """Whether a rise that matters is excluded, short of knowing it all."""
        return self.rise.high < LEAST_RISE and self.accuracy < KNOWN


@dataclass(frozen=True, kw_only=True)
class StandingStill:
    """A learner who was right no more often in the later half of ``trials`` comparable trials than in the earlier."""

    participant: str
    group: str
    earlier: float
    later: float
    trials: int


def comparable_blocks(schedule: Schedule, group: Group) -> tuple[str, ...]:
    """Return the last blocks of training, one after the other, that show ``group`` pictures of one kind."""
    if group.follows_answers:
        return ()  # what is shown depends on what was answered
    training = [b for b in schedule.blocks if b.feedback]
    return tuple(b.name for b in takewhile(lambda b: _shows_all(b, group), reversed(training)))[::-1]


def _shows_all(block: Block, group: Group) -> bool:
    """Return whether a block shows ``group`` natural pictures, drawn from the whole class."""
    altered = block.epsilon_224 > 0 and (group.enhances or group is Group.WRONG_CLASS or group.treatment is not None)
    return not block.mixed and not altered and not (group.selects and block.fraction < 1)


def group_trends(responses: Responses, design: Design, *, seed: int = 0) -> tuple[GroupTrend | CannotJudge, ...]:
    """Return how every group's accuracy changes a block, or why that cannot be judged."""
    blocks = _blocks_of_groups(design)
    return tuple(_trend(responses, g, blocks[g], seed=seed) for g in responses.groups)


def _blocks_of_groups(design: Design) -> Mapping[str, tuple[str, ...]]:
    """Return group → its comparable blocks; a cell of a factorial has a schedule of its own."""
    places = range(len(design.slots))
    return {design.name_of(i): comparable_blocks(design.schedule_of(i), design.group(i)) for i in places}


def _trend(responses: Responses, group: str, comparable: tuple[str, ...], *, seed: int) -> GroupTrend | CannotJudge:
    blocks = comparable[-WINDOW:]
    if len(blocks) < WINDOW:
        return CannotJudge(
            f"Whether the group “{group}” has stopped improving cannot be judged: that takes {WINDOW} blocks of "
            f"natural pictures of the whole class at the end of its training, and there "
            f"{'is' if len(blocks) == 1 else 'are'} {len(blocks)}."
        )
    table = _comparable(responses, group, blocks).pivot_table(
        index="participant", columns="block", values="perf", aggfunc="mean"
    )
    whole = table.reindex(columns=list(blocks)).dropna().to_numpy(dtype=np.float64)
    if len(whole) < FEWEST_LEVEL:
        return CannotJudge(
            f"Whether the group “{group}” has stopped improving cannot be judged: {len(whole)} people have answered "
            f"its last {WINDOW} blocks, and {FEWEST_LEVEL} are needed."
        )
    rise = estimated(np.mean, _slopes(whole), seed=seed)
    if isinstance(rise, CannotJudge):
        return rise
    return GroupTrend(group=group, blocks=blocks, people=len(whole), accuracy=float(whole.mean()), rise=rise)


def _slopes(accuracies: Values) -> Values:
    """Return the least-squares slope a block of every row of ``(N, WINDOW)`` accuracies."""
    steps = np.arange(accuracies.shape[1]) - (accuracies.shape[1] - 1) / 2
    slopes: Values = accuracies @ steps / (steps @ steps)
    return slopes


def standing_still(responses: Responses, design: Design) -> tuple[StandingStill, ...]:
    """Return the learners who were right no more often later than earlier, and do not know it all, by name."""
    found, blocks = [], _blocks_of_groups(design)
    for group in responses.groups:
        trials = _comparable(responses, group, blocks[group])
        for participant, mine in trials.sort_values("trial_number").groupby("participant"):
            half = len(mine) // 2
            right = mine["perf"].to_numpy(dtype=np.float64)
            if half < FEWEST_TRIALS:
                continue
            earlier, later = float(right[:half].mean()), float(right[-half:].mean())
            if later <= earlier and later < KNOWN:
                found.append(
                    StandingStill(
                        participant=str(participant), group=group, earlier=earlier, later=later, trials=2 * half
                    )
                )
    return tuple(sorted(found, key=lambda s: s.participant))


def _comparable(responses: Responses, group: str, blocks: tuple[str, ...]) -> pd.DataFrame:
    trials = responses.scored
    return trials[(trials["group"] == group) & trials["feedback"] & trials["block"].isin(blocks)]
