"""People's answers to trials of two pictures whose shares of right answers are known."""

from __future__ import annotations

from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.teaching.design.schedules import CLINICIANS, MOTHS, Group, Schedule
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, trials_for

POOL = Pool(
    tuple(
        Candidate(f"{split}/{c}/{i}", c, split, difficulty=i)
        for split in ("train", "val", "test")
        for c in "abcd"
        for i in range(40)
    )
)
FINDS = MOTHS.shortened(per_class=1, per_class_in_tests=2).in_pairs()


def answered(schedule: Schedule, *, wrong: dict[str, int], missed: dict[str, int] | None = None) -> Responses:
    """Return the answers of people: each gets every n-th scored trial wrong, 0 for none, and so many other ones."""
    return together([_person(schedule, name, n, (missed or {}).get(name, 0)) for name, n in wrong.items()])


def _person(schedule: Schedule, name: str, every: int, missed: int) -> Responses:
    trials = trials_for(POOL, schedule, Group.CONTROL, seed=len(name) + sum(map(ord, name)))
    others = [t.number for t in trials if not t.scored][:missed]
    scored = [t.number for t in trials if t.scored]
    wrong = {n for i, n in enumerate(scored) if every and i % every == 0} | set(others)
    answers = [_answer(t, right=t.number not in wrong) for t in trials]
    return responses_of(trials, answers, participant=name, group="control")


def _answer(trial: Trial, *, right: bool) -> Answer:
    foil = trial.foil
    choice = trial.answer if right or foil is None else foil.answer
    return Answer(trial.number, choice, 800.0, 0.0, 0.0, sureness=4 if right else 1)


__all__ = ["CLINICIANS", "FINDS", "POOL", "answered"]
