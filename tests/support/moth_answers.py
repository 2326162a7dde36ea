"""One person's answers to a moth course, and small tables of answers."""

from __future__ import annotations

import pandas as pd

from lwise_core.study.responses import Responses, responses_of
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, trials_for

ALIASES = {"a": "Leda", "b": "Tyro"}
POOL = Pool(
    tuple(
        Candidate(f"{split}/{c}/{i}.jpg", c, split, difficulty=i / 60)
        for split in ("train", "val")
        for c in "ab"
        for i in range(60)
    )
)
TRIALS = trials_for(POOL, MOTHS, Group.ENHANCEMENT_SHUFFLED, seed=1)


def right_answers(trials: tuple[Trial, ...]) -> list[Answer]:
    """Return the right answer to every trial, each half a second or more after its onset."""
    return [Answer(t.number, t.answer, 500.0 + t.number, 10.0, 1000.0 * t.number) for t in trials]


def one_person(participant: str = "p1", group: str = "control") -> Responses:
    """Return what somebody answered who was right throughout."""
    return responses_of(
        TRIALS, right_answers(TRIALS), participant=participant, group=group, condition_idx=5, aliases=ALIASES
    )


def table(**columns: object) -> pd.DataFrame:
    """Return two right answers in a test as a table, with ``columns`` added or in place of those there."""
    row = {"participant": "p", "group": "control", "block": "test_1", "trial_number": [0, 1], "class": "a"}
    return pd.DataFrame({**row, "choice": "a", "perf": 1, "feedback": False, **columns})
