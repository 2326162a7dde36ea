"""Trials of two pictures side by side: which pictures, what stands on which side, and how alike their classes are.

Two questions are asked. One shows a picture of a class and one of another class, the most alike first, and asks for
the class. The other shows one original twice, enhanced towards what it shows and towards what it does not, and asks
which is which (docs/clinician-study.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from lwise_core.teaching.design.schedules import CATCH_EPSILON_224, Block
from lwise_core.teaching.design.trials import SHAPES, Candidate, Foil, Pool, Trial, TrialKind


def matchings(alike: Mapping[str, Sequence[str]], *, rounds: int) -> list[Mapping[str, str]]:
    """Return for every round class → the class that stands beside it, each class beside one other.

    A round takes the matching that is most alike in sum, among the pairs that came least often so far.
    """
    classes = sorted(alike)
    places = {name: {other: i for i, other in enumerate(alike[name])} for name in classes}
    apart = np.array([[_apart(places, a, b) for b in classes] for a in classes], dtype=float)
    used = np.zeros_like(apart)
    found: list[Mapping[str, str]] = []
    for _ in range(rounds):
        cost = apart + used * _MUCH
        np.fill_diagonal(cost, _NEVER)
        rows, columns = linear_sum_assignment(cost)
        used[rows, columns] += 1
        found.append({classes[a]: classes[b] for a, b in zip(rows, columns, strict=True)})
    return found


_MUCH = 1e4  # a pair that came before costs more than any that did not
_NEVER = 1e12


def _apart(places: Mapping[str, Mapping[str, int]], one: str, other: str) -> int:
    return 0 if one == other else places[one][other] + places[other][one]


def find_trials(pool: Pool, trials: Sequence[Trial], random: np.random.Generator) -> list[Trial]:
    """Return a block's ``trials`` with a picture of a look-alike class beside each.

    The pictures beside them are the block's own: every one is asked for once and stands beside another once, at the
    same ε. Each class is on the left as often as on the right.
    """
    by_class: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_class[trial.answer].append(trial)
    rounds = matchings(pool.look_alikes, rounds=max(map(len, by_class.values())))
    beside = {name: [mine[i] for i in random.permutation(len(mine))] for name, mine in by_class.items()}
    sides = _halves([t.answer for t in trials], random)
    met: Counter[str] = Counter()
    found = []
    for trial, on_left in zip(trials, sides, strict=True):
        turn = met[trial.answer]
        met[trial.answer] += 1
        other = beside[rounds[turn][trial.answer]][turn]
        found.append(replace(trial, foil=_foil(pool, trial, other, on_left=on_left, random=random)))
    return found


def _foil(pool: Pool, trial: Trial, other: Trial, *, on_left: bool, random: np.random.Generator) -> Foil:
    """Return the picture of ``other`` as it stands beside that of ``trial``: altered as strongly, and as rightly."""
    towards = other.answer if trial.epsilon_224 else ""
    if trial.epsilon_224 and trial.towards != trial.answer:
        wrong = [name for name in pool.classes if name != other.answer]
        towards = wrong[random.integers(len(wrong))]
    likeness = pool.look_alikes[trial.answer].index(other.answer) + 1
    return Foil(other.picture, other.answer, trial.epsilon_224, towards, likeness, on_left, trial.treatment)


def shape_pairs(shapes: Sequence[Trial], random: np.random.Generator) -> list[Trial]:
    """Return calibration trials with the other shape beside the one that is asked for."""
    sides = _halves(["shape"] * len(shapes), random)
    return [
        replace(t, relabelled=(), foil=Foil(other, other, on_left=on_left))
        for t, on_left in zip(shapes, sides, strict=True)
        for other in SHAPES
        if other != t.picture
    ]


def spot_trials(pool: Pool, block: Block, pictures: Sequence[Candidate], random: np.random.Generator) -> list[Trial]:
    """Return a block's trials of one original twice, each original once.

    Every class has equally many at each of the block's budgets, and at each budget the wrong class is as often the one
    that the guide finds likeliest as the one that it finds least likely. Then come the catch trials.
    """
    by_class: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in pictures:  # drawn in random order, so the first ones of a class are as good as any
        by_class[candidate.class_name].append(candidate)
    turns = block.per_class // len(block.mixed)
    asked = [
        (budget, c)
        for i, budget in enumerate(block.mixed)
        for mine in by_class.values()
        for c in mine[block.catch + i * turns : block.catch + (i + 1) * turns]
    ]
    near = _halves([(budget, c.class_name) for budget, c in asked], random)
    found = [_spot(pool, block, c, near=n, epsilon_224=b) for (b, c), n in zip(asked, near, strict=True)]
    caught = [c for mine in by_class.values() for c in mine[: block.catch]]
    found += [_caught(_spot(pool, block, c, near=True, epsilon_224=CATCH_EPSILON_224)) for c in caught]
    sides = _halves([(t.epsilon_224, _beside(t).likeness) for t in found], random)
    return [replace(t, foil=replace(_beside(t), on_left=left)) for t, left in zip(found, sides, strict=True)]


def _spot(pool: Pool, block: Block, candidate: Candidate, *, near: bool, epsilon_224: float) -> Trial:
    """Return a trial of one original, enhanced towards a wrong class, and beside it towards its own."""
    own = candidate.class_name
    rivals = candidate.rivals or pool.look_alikes[own]
    wrong = rivals[0 if near else -1]
    return Trial(
        number=0,
        block=block.name,
        kind=TrialKind.MAIN,
        picture=candidate.name,
        answer=wrong,
        split=candidate.split,
        feedback=block.feedback,
        epsilon_224=epsilon_224,
        towards=wrong,
        difficulty=candidate.difficulty,
        foil=Foil(candidate.name, own, epsilon_224, own, likeness=1 if near else len(rivals)),
    )


def _caught(trial: Trial) -> Trial:
    """Return a trial that nobody misses who looks: the unchanged original stands beside it."""
    return replace(
        trial, kind=TrialKind.CALIBRATION, foil=replace(_beside(trial), epsilon_224=0.0, towards="", likeness=None)
    )


def _beside(trial: Trial) -> Foil:
    if trial.foil is None:
        raise ValueError("This trial shows one picture.")
    return trial.foil


def _halves(of: Sequence[Hashable], random: np.random.Generator) -> list[bool]:
    """Return a truth value for each of ``of``: half of those that are equal are true, and half of all, by lot.

    Where a kind has an odd number, the one more is true and false by turns.
    """
    found = [False] * len(of)
    odd = bool(random.integers(2))
    for kind in dict.fromkeys(of):
        places = [i for i, other in enumerate(of) if other == kind]
        for turn, i in enumerate(random.permutation(places)):
            found[i] = (turn % 2 == 0) == odd
        if len(places) % 2:
            odd = not odd
    return found
