"""How often people were right: each of them, each group, block by block, and picture by picture."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Values
from lwise_core.study.crossed_bootstrap import CrossedBootstrap
from lwise_core.study.estimates import CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses

ATTENTIVE = 0.9
"""Below this share of right calibration trials a participant is inattentive (L-WISE, make_figs.ipynb; notes 3.3)."""

ATTENTIVE_TO_CATCHES = 0.75
"""The same where the trials show two versions of one original: 6 of 8 (docs/clinician-study.md)."""

_NOBODY = "Nobody of the group “{group}” has answered a test trial."


@dataclass(frozen=True, kw_only=True)
class Score:
    """One person's share of right answers in the scored test trials, of which there were ``trials``."""

    participant: str
    group: str
    accuracy: float
    trials: int


@dataclass(frozen=True, kw_only=True)
class LearnerScore:
    """How many of one person's scored trials were right, with feedback (``learning``) and without (``tested``)."""

    learning_right: int
    learning: int
    tested_right: int
    tested: int


@dataclass(frozen=True, kw_only=True)
class GroupAccuracy:
    """The mean test accuracy of the ``people`` of a group who were tested; ``untested`` others were not.

    ``mean`` is their mean, a share, None where nobody was tested; it needs one person, an interval needs two. The first
    interval speaks of other people and the same pictures, the second of other people and other pictures.
    """

    group: str
    people: int
    untested: int
    mean: float | None
    over_people: Estimate | CannotJudge
    over_people_and_pictures: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class Point:
    """The mean accuracy of the ``people`` who answered scored trials of a block.

    ``mean``, a share, is there from one person on; ``accuracy`` has it with its interval, for which two are needed.
    """

    block: str
    people: int
    mean: float
    accuracy: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """The blocks in order."""

    group: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class PictureAccuracy:
    """One picture in the test. ``reaction_msec`` is the mean over answers, None when no time was recorded."""

    picture: str
    class_name: str
    trials: int
    accuracy: float
    reaction_msec: float | None


def scores(responses: Responses) -> tuple[Score, ...]:
    """Return the test accuracy of everybody who was tested."""
    table = responses.tests.groupby(["participant", "group"])["perf"].agg(["mean", "size"])
    return tuple(
        Score(participant=p, group=g, accuracy=float(mean), trials=int(size))
        for (p, g), mean, size in table.itertuples(name=None)
    )


def learner_scores(responses: Responses) -> Mapping[str, LearnerScore]:
    """Return participant → what they read of themselves at the end: without calibration and repeats."""
    table = responses.scored.groupby(["participant", "feedback"])["perf"].agg(["sum", "size"])
    sums = {(p, bool(f)): (int(right), int(size)) for (p, f), right, size in table.itertuples(name=None)}
    return {
        p: LearnerScore(learning_right=learnt[0], learning=learnt[1], tested_right=tested[0], tested=tested[1])
        for p in responses.participants
        for learnt, tested in [(sums.get((p, True), (0, 0)), sums.get((p, False), (0, 0)))]
    }


def group_scores(responses: Responses, group: str) -> Values:
    """Return the test accuracies of the people of a group, ``(N,)`` shares."""
    return np.array([s.accuracy for s in scores(responses) if s.group == group], dtype=np.float64)


def accuracies(responses: Responses, *, seed: int = 0) -> tuple[GroupAccuracy, ...]:
    """Return the test accuracy of every group."""
    assigned = responses.trials.groupby("group")["participant"].nunique()
    crossed = CrossedBootstrap(responses.tests, seed=seed)
    found = []
    for group in responses.groups:
        values = group_scores(responses, group)
        nobody = CannotJudge(_NOBODY.format(group=group))
        found.append(
            GroupAccuracy(
                group=group,
                people=len(values),
                untested=int(assigned[group]) - len(values),
                mean=float(values.mean()) if len(values) else None,
                over_people=estimated(np.mean, values, seed=seed) if len(values) else nobody,
                over_people_and_pictures=crossed.accuracy(group) if len(values) else nobody,
            )
        )
    return tuple(found)


def learning_curves(responses: Responses, *, seed: int = 0) -> tuple[LearningCurve, ...]:
    """Return each group's accuracy block by block, training and test, over people."""
    table = responses.scored.groupby(["group", "block", "participant"])["perf"].mean()
    curves = []
    for group in responses.groups:
        people = {
            b: table.xs((group, b)).to_numpy() for b in responses.blocks if (group, b) in table.index.droplevel(2)
        }
        points = [
            Point(block=b, people=len(v), mean=float(v.mean()), accuracy=estimated(np.mean, v, seed=seed))
            for b, v in people.items()
        ]
        curves.append(LearningCurve(group=group, points=tuple(points)))
    return tuple(curves)


def inattentive(responses: Responses) -> tuple[str, ...]:
    """Return the participants who were right in too few of their calibration trials, where they had any.

    That is fewer than 90% of shapes, and fewer than 75% of catch trials with two versions of one original.
    """
    trials = responses.calibration
    catches = (trials["foil"] != "") & (trials["foil"] == trials["picture"])
    missed: set[str] = set()
    for mine, least in ((trials[~catches], ATTENTIVE), (trials[catches], ATTENTIVE_TO_CATCHES)):
        shares = mine.groupby("participant")["perf"].mean()
        missed |= set(shares.index[shares < least])
    return tuple(sorted(missed))


def pictures(responses: Responses, *, groups: Collection[str] | None = None) -> tuple[PictureAccuracy, ...]:
    """Return every picture of the test, by name, over all groups or some."""
    tests = responses.tests[responses.tests["picture"] != ""]
    if groups is not None:
        tests = tests[tests["group"].isin(list(groups))]
    table = tests.groupby(["picture", "class"]).agg(n=("perf", "size"), right=("perf", "mean"), rt=(_RT, "mean"))
    return tuple(
        PictureAccuracy(
            picture=picture,
            class_name=name,
            trials=int(n),
            accuracy=float(right),
            reaction_msec=None if math.isnan(rt) else float(rt),
        )
        for (picture, name), n, right, rt in table.itertuples(name=None)
    )


_RT = "reaction_time_msec"
