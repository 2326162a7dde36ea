"""From a schedule, a group and a seed to the sequence of trials that one learner gets.

The sampling is the paper's (L-WISE, arXiv 2412.09765; generate_trials.py; method notes 3.3), with two differences. It
is seeded: the same seed gives the same trials. And pictures of the same origin, such as several of one lesion, are kept
together, where the original lets them occur in training and in the test; ``as_published`` brings that back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count, pairwise

import numpy as np

from lwise_core.teaching.design.picture_pairs import find_trials, shape_pairs, spot_trials
from lwise_core.teaching.design.schedules import Block, Group, Schedule, TrialQuestion
from lwise_core.teaching.design.trials import (
    FEWEST_CLASSES,
    MOST_CLASSES,
    SHAPES,
    Candidate,
    CurriculumError,
    Foil,
    Pool,
    Trial,
    TrialKind,
)

__all__ = [
    "FEWEST_CLASSES",
    "MOST_CLASSES",
    "SHAPES",
    "Candidate",
    "CurriculumError",
    "Foil",
    "Pool",
    "Trial",
    "TrialKind",
    "aliases_for",
    "pictures_needed",
    "trials_for",
]


def trials_for(pool: Pool, schedule: Schedule, group: Group, *, seed: int) -> tuple[Trial, ...]:
    """Return the trials of one learner.

    Args:
        pool: The pictures, ranked within class and split.
        schedule: The blocks.
        group: What the learner gets. Groups that follow answers have no fixed sequence
            (:mod:`lwise_core.teaching.design.staircase`).
        seed: The same seed gives the same trials.

    Raises:
        CurriculumError: There are too few pictures.
    """
    if group.follows_answers:
        raise CurriculumError(f"The trials of the group “{group}” follow answers, so there is no list of them.")
    random = np.random.default_rng(seed)
    draw = _Draw(pool, random)
    repeated = draw.repeated(schedule, leave=pool.as_published and group.selects)
    chosen = _with_selection(draw, schedule) if group.selects else _without_selection(draw, schedule)
    blocks = [
        [*_asked(pool, block, pictures, group, random), *_repeats(block, repeated)]
        for block, pictures in zip(schedule.blocks, chosen, strict=True)
    ]
    for trials in blocks:
        random.shuffle(trials)
    if group.shuffled:
        blocks = _shuffled(blocks, len(schedule.curriculum), random)
    return tuple(replace(t, number=i) for i, t in enumerate(t for trials in blocks for t in trials))


def aliases_for(classes: Sequence[str], names: Sequence[str], *, seed: int) -> dict[str, str]:
    """Return class → the name that one learner knows it by: ``names`` in an order drawn by ``seed``.

    The names keep their places on the screen; which class is behind each differs from learner to learner.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(classes))
    return {classes[c]: name for c, name in zip(order, names, strict=True)}


def pictures_needed(schedule: Schedule, groups: Iterable[Group], *, as_published: bool) -> dict[str, int]:
    """Return how many pictures each class needs, by the name of the split, so that learners of ``groups`` can be drawn.

    With fewer they cannot, whatever the difficulties are; where several pictures are of one origin it takes more.
    """
    needed: dict[str, int] = defaultdict(int)
    for group in groups:
        taken: dict[str, int] = defaultdict(int)
        for block in schedule.held_out if group.selects else schedule.blocks:
            taken[block.split] += block.drawn
        shared: dict[str, int] = defaultdict(int)
        for block in schedule.curriculum if group.selects else ():
            shared[block.split] = max(shared[block.split], _enough_of_a_share(block))
        if any(b.repeats for b in schedule.blocks) and not (as_published and group.selects):
            taken[schedule.repeat_split] += 1  # any class may be the one whose picture is repeated
        for split in {*taken, *shared}:
            needed[split] = max(needed[split], taken[split] + shared[split])
    return dict(sorted(needed.items()))


def _enough_of_a_share(block: Block) -> int:
    """Return how many pictures a class must have for its easiest share to be as many as a block shows."""
    return next(n for n in count(block.per_class) if round(block.fraction * n) >= block.per_class)


class _Draw:
    """The pictures that remain to be drawn while one course is put together."""

    def __init__(self, pool: Pool, random: np.random.Generator) -> None:
        self._pool = pool
        self._random = random
        ranked = sorted(pool.candidates, key=lambda c: (c.class_name, c.difficulty, c.name))
        self._left: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for candidate in ranked:
            self._left[candidate.class_name, candidate.split].append(candidate)

    def repeated(self, schedule: Schedule, *, leave: bool) -> Candidate | None:
        """Return the picture that is shown again and again, and put it aside unless it is to be left in the pool."""
        if not any(b.repeats for b in schedule.blocks):
            return None
        candidates = [c for name in self._pool.classes for c in self._left[name, schedule.repeat_split]]
        if not candidates:
            raise CurriculumError(f"There is no picture in “{schedule.repeat_split}” to repeat; choose another split.")
        chosen = candidates[self._random.integers(len(candidates))]
        if not leave:
            self._put_aside([chosen])
        return chosen

    def easiest(self, block: Block) -> list[Candidate]:
        """Return the pictures of a block, out of the easiest of each class, and leave the pool as it is."""
        return [c for name in self._pool.classes for c in self._sampled(self._easy(name, block), block, name)]

    def taken(self, block: Block) -> list[Candidate]:
        """Return the pictures of a block, drawn from all that is left, and put them aside."""
        pictures: list[Candidate] = []
        for name in self._pool.classes:
            drawn = self._sampled(self._left[name, block.split], block, name)
            self._put_aside(drawn)
            pictures += drawn
        return pictures

    def _easy(self, name: str, block: Block) -> list[Candidate]:
        ranked = self._left[name, block.split]
        return ranked[: round(block.fraction * len(ranked))]

    def _sampled(self, candidates: Sequence[Candidate], block: Block, name: str) -> list[Candidate]:
        """Return pictures drawn evenly without replacement, no two of one family."""
        families: set[str] = set()
        drawn: list[Candidate] = []
        for i in self._random.permutation(len(candidates)):
            family = self._pool.family(candidates[i])
            if family not in families and len(drawn) < block.drawn:
                families.add(family)
                drawn.append(candidates[i])
        if len(drawn) < block.drawn:
            left = len(self._left[name, block.split])
            raise CurriculumError(
                f"Block {block.name} needs {block.drawn} pictures of {name} from “{block.split}”, and among the "
                f"easiest {block.fraction:.0%} of the {left} that are left there are {len(drawn)}; add pictures, or "
                "ask for fewer or a larger share."
            )
        return drawn

    def _put_aside(self, drawn: Iterable[Candidate]) -> None:
        families = {self._pool.family(c) for c in drawn}
        for key, left in self._left.items():
            self._left[key] = [c for c in left if self._pool.family(c) not in families]


def _with_selection(draw: _Draw, schedule: Schedule) -> list[list[Candidate]]:
    """Return the pictures of every block: those after the curriculum are held out first, from the whole pool."""
    held_out = [draw.taken(block) for block in schedule.held_out]
    return [draw.easiest(block) for block in schedule.curriculum] + held_out


def _without_selection(draw: _Draw, schedule: Schedule) -> list[list[Candidate]]:
    """Return the pictures of every block: none is ever shown twice."""
    return [draw.taken(block) for block in schedule.blocks]


def _asked(
    pool: Pool, block: Block, pictures: Sequence[Candidate], group: Group, random: np.random.Generator
) -> list[Trial]:
    """Return a block's trials but for the repeated picture, of one picture or of two."""
    if block.question is TrialQuestion.SPOT:
        return spot_trials(pool, block, pictures, random)
    trials, shapes = _main(pool, block, pictures, group, random), _calibrations(pool, block, random)
    if block.question is TrialQuestion.NAME:
        return [*trials, *shapes]
    return [*find_trials(pool, trials, random), *shape_pairs(shapes, random)]


def _main(
    pool: Pool, block: Block, pictures: Sequence[Candidate], group: Group, random: np.random.Generator
) -> list[Trial]:
    wrong = group is Group.WRONG_CLASS
    budgets = _budgets(block, pictures, altered=group.enhances or wrong, random=random)
    treated = group.treatment if block.epsilon_224 and not block.mixed else None
    return [
        Trial(
            number=0,
            block=block.name,
            kind=TrialKind.MAIN,
            picture=c.name,
            answer=c.class_name,
            split=c.split,
            feedback=block.feedback,
            epsilon_224=epsilon,
            towards=_towards(pool, c, wrong=wrong, random=random) if epsilon else "",
            difficulty=c.difficulty,
            treatment=str(treated or ""),
        )
        for c, epsilon in zip(pictures, budgets, strict=True)
    ]


def _budgets(block: Block, pictures: Sequence[Candidate], *, altered: bool, random: np.random.Generator) -> list[float]:
    """Return ε₂₂₄ of every picture of a block; a mixed block gives each class every budget equally often, by lot."""
    if not block.mixed:
        return [block.epsilon_224 if altered else 0.0] * len(pictures)
    budgets = [0.0] * len(pictures)
    for name in sorted({c.class_name for c in pictures}):
        places = [i for i, c in enumerate(pictures) if c.class_name == name]
        shared = list(block.mixed) * (len(places) // len(block.mixed))
        for place, i in zip(places, random.permutation(len(shared)), strict=True):
            budgets[place] = shared[i]
    return budgets


def _towards(pool: Pool, candidate: Candidate, *, wrong: bool, random: np.random.Generator) -> str:
    if not wrong:
        return candidate.class_name
    others = [name for name in pool.classes if name != candidate.class_name]
    return others[random.integers(len(others))]


def _calibrations(pool: Pool, block: Block, random: np.random.Generator) -> list[Trial]:
    """Return a block's trials that ask for a circle and for a triangle, on two buttons drawn by lot."""
    return [
        Trial(
            number=0,
            block=block.name,
            kind=TrialKind.CALIBRATION,
            picture=shape,
            answer=shape,
            split="",
            feedback=block.feedback,
            relabelled=tuple(pool.classes[i] for i in random.permutation(len(pool.classes))[: len(SHAPES)]),
        )
        for shape in SHAPES[: block.calibration]
    ]


def _repeats(block: Block, repeated: Candidate | None) -> list[Trial]:
    if repeated is None:
        return []
    trial = Trial(
        number=0,
        block=block.name,
        kind=TrialKind.REPEAT,
        picture=repeated.name,
        answer=repeated.class_name,
        split=repeated.split,
        feedback=block.feedback,
        difficulty=repeated.difficulty,
    )
    return [trial] * block.repeats


def _shuffled(blocks: Sequence[list[Trial]], curriculum: int, random: np.random.Generator) -> list[list[Trial]]:
    """Permute the curriculum's pictures, with their ε, among trials of the same class, kind and split."""
    trials = [t for block in blocks[:curriculum] for t in block]
    places: Mapping[tuple[str, TrialKind, str], list[int]] = defaultdict(list)
    for i, trial in enumerate(trials):
        places[trial.answer, trial.kind, trial.split].append(i)
    moved = list(trials)
    for alike in places.values():
        for here, there in zip(alike, random.permutation(alike), strict=True):
            moved[here] = replace(trials[there], block=trials[here].block)
    cuts = np.cumsum([0, *(len(block) for block in blocks[:curriculum])])
    return [moved[a:b] for a, b in pairwise(cuts)] + list(blocks[curriculum:])
