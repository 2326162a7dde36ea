"""A course that follows the learner: harder by one level after a right answer, easier by four after a wrong one.

The paper's first open question (L-WISE, arXiv 2412.09765, discussion): its taper is the same for everybody. Here a
learner moves along the same table, from the easiest pictures strongly enhanced to all pictures as they are. A weighted
up-down rule (Kaernbach 1991) rests where ups and downs cancel: p·1 = (1 − p)·4, that is at 80% right answers.
Everything else is as for other groups: what is held out, calibration, repeats, the same blocks and classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from lwise_core.teaching.design.schedules import Group, Schedule
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, TrialKind, trials_for

HARDER, EASIER = 1, 4
"""Levels after a right and after a wrong answer."""

LEVELS_A_ROW = 4
"""Levels from one row of the schedule's table to the next, so that one wrong answer goes back one row."""


@dataclass(frozen=True)
class Level:
    """What a level shows: the easiest ``fraction`` of each class at ``epsilon_224``."""

    fraction: float
    epsilon_224: float


def levels(schedule: Schedule) -> tuple[Level, ...]:
    """Return the levels from easiest to hardest; the last is all pictures, as they are.

    The share of pictures grows evenly between the rows of the schedule; ε is a row's own, since pictures are enhanced
    beforehand.
    """
    rows = [(b.fraction, b.epsilon_224) for b in schedule.curriculum] + [(1.0, 0.0)]
    between = [
        Level(a + (b - a) * i / LEVELS_A_ROW, epsilon)
        for (a, epsilon), (b, _) in pairwise(rows)
        for i in range(LEVELS_A_ROW)
    ]
    return (*between, Level(*rows[-1]))


def level_after(correct: Sequence[bool], *, last: int) -> int:
    """Return the level, 0 to ``last``, after so many answers, right or wrong, from the first on."""
    level = 0
    for right in correct:
        level = min(last, level + HARDER) if right else max(0, level - EASIER)
    return level


@dataclass(frozen=True)
class ShownTrial:
    """What a trial showed: enough for a yoked learner to be shown the same."""

    trial: int
    picture: str
    epsilon_224: float


def next_adaptive(
    pool: Pool, schedule: Schedule, *, seed: int, shown: Sequence[ShownTrial], correct: Sequence[bool]
) -> Trial:
    """Return the trial after those ``shown``, of which ``correct`` says which were answered rightly, one each.

    Blocks, classes and calibration are those of a learner of L-WISE with this seed; in the curriculum, the picture and
    its ε are chosen by the level. Only answers to the curriculum's main trials count. No picture is shown twice in one
    block.

    Raises:
        IndexError: The course is over.
    """
    plan = trials_for(pool, schedule, Group.L_WISE, seed=seed)
    trial = plan[len(shown)]
    curriculum = {b.name for b in schedule.curriculum}
    if trial.kind is not TrialKind.MAIN or trial.block not in curriculum:
        return trial
    counted = [c for t, c in zip(plan, correct, strict=False) if t.kind is TrialKind.MAIN and t.block in curriculum]
    table = levels(schedule)
    level = table[level_after(counted, last=len(table) - 1)]
    seen = {s.picture for t, s in zip(plan, shown, strict=False) if t.block == trial.block}
    candidate = _drawn(_easiest(pool, plan, trial, curriculum, level), seen, seed=(seed, trial.number))
    return _showing(trial, candidate, level.epsilon_224)


def next_yoked(pool: Pool, schedule: Schedule, *, seed: int, partner: Sequence[ShownTrial], done: int) -> Trial:
    """Return trial ``done`` of a learner who is shown what an adaptive ``partner`` was shown, whatever they answer.

    ``seed`` is the partner's, so that blocks, classes and calibration fall on the same trials. Where the partner
    stopped, the rest is what L-WISE shows.

    Raises:
        IndexError: The course is over.
    """
    trial = trials_for(pool, schedule, Group.L_WISE, seed=seed)[done]
    same = next((s for s in partner if s.trial == done), None)
    if same is None or trial.kind is not TrialKind.MAIN:
        return trial
    candidate = next(c for c in pool.candidates if c.name == same.picture)
    return _showing(trial, candidate, same.epsilon_224)


def _showing(trial: Trial, candidate: Candidate, epsilon_224: float) -> Trial:
    """Return the trial with another picture of the same class."""
    return replace(
        trial,
        picture=candidate.name,
        difficulty=candidate.difficulty,
        epsilon_224=epsilon_224,
        towards=candidate.class_name if epsilon_224 else "",
    )


def _easiest(pool: Pool, plan: Sequence[Trial], trial: Trial, curriculum: set[str], level: Level) -> list[Candidate]:
    """Return the easiest pictures of the trial's class and split, but those that are held out."""
    names = {c.name: pool.family(c) for c in pool.candidates}
    held = {names[t.picture] for t in plan if t.kind is TrialKind.MAIN and t.block not in curriculum}
    held |= {names[t.picture] for t in plan if t.kind is TrialKind.REPEAT}
    alike = (c for c in pool.candidates if c.class_name == trial.answer and c.split == trial.split)
    ranked = sorted((c for c in alike if pool.family(c) not in held), key=lambda c: (c.difficulty, c.name))
    return ranked[: max(1, round(level.fraction * len(ranked)))]


def _drawn(easiest: Sequence[Candidate], seen: set[str], *, seed: tuple[int, int]) -> Candidate:
    """Return one of the pictures by lot, one that this block has not shown where there is one."""
    fresh = [c for c in easiest if c.name not in seen] or list(easiest)
    return fresh[np.random.default_rng(seed).integers(len(fresh))]
