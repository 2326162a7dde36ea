"""Practice that shows a class sooner the worse it is known, and lets it rest for days once it is known.

The order is that of adaptive response-time-based sequencing (Mettler and Kellman 2014, Vision Research 99:111-123,
doi:10.1016/j.visres.2013.12.009). The class with the highest priority comes next:

    P = a (N - D) [b (1 - α) log(RT / r) + α W]

N is the number of trials since the class was shown, D the enforced delay, RT the time of its last answer in seconds,
and α is 0 after a right answer and 1 after a wrong one. The constants are those of a public implementation that names
the paper (Zeeguu's ``ArtsRT``: a 0.1, D 2, b 1.1, r 1.7, W 20). Four things differ:

- An answer faster than r would give a priority that falls the longer the class is not shown; here the logarithm stops
  at ``Spacing.quickest``, so that a class that is known well comes last and not never.
- With two or three classes in play a delay would give the next one away, so the class is drawn by lot.
- A class is known after a row of right answers within ``Spacing.target_s``, as many as guessing gives once in a hundred
  rows at the most. It is not shown then, unless fewer than three others are left.
- After ``Spacing.gaps_days`` a known class is due again. The gaps grow, and a wrong answer starts them anew; one that
  is given while the class rests brings it back after the first gap, so that a practice ends.

What comes next depends on the answers alone, so that a server that was killed goes on with the same trial. Time counts
between answers, never from a calendar: a clock that is set, forward or back by more than an hour, makes classes due
early and keeps none back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, TrialKind

PRACTICE = "practice"
"""The one block of a practice."""

FEWEST_IN_PLAY = 3
"""So many classes are shown at least: with fewer the answer would be given away."""

_DAY_S = 24 * 3600.0
_WOBBLE_S = 3600.0  # a clock that is set back by less is being adjusted
_FEWEST_IN_A_ROW = 3
_GUESSED = 0.01


@dataclass(frozen=True)
class Spacing:
    """The constants of the rule.

    ``scale``, ``delay``, ``time_weight``, ``reference_s`` and ``error_weight`` are the formula's a, D, b, r and W, and
    ``quickest`` is the least value of its logarithm. An answer counts as fast within ``target_s`` seconds; one whose
    time is not known counts as one of ``slow_s``. A class that became known for the n-th time in a row rests for the
    n-th of ``gaps_days``, later ones for the last, less ``early_h`` hours: who comes back at about the same hour finds
    it due.
    """

    scale: float = 0.1
    delay: int = 2
    time_weight: float = 1.1
    reference_s: float = 1.7
    error_weight: float = 20.0
    quickest: float = 0.1
    target_s: float = 5.0
    slow_s: float = 10.0
    gaps_days: tuple[float, ...] = (1.0, 3.0, 7.0, 16.0, 35.0)
    early_h: float = 8.0

    def gap_s(self, times: int) -> float:
        """Return for how many seconds a class rests that became known ``times`` times in a row, 1 or more."""
        days = self.gaps_days[min(times, len(self.gaps_days)) - 1]
        return days * _DAY_S - self.early_h * 3600

    def elapsed_s(self, before_s: float, after_s: float) -> float:
        """Return the seconds between two moments of a clock; the longest gap where it was set back."""
        gone = after_s - before_s
        if gone >= 0:
            return gone
        return 0.0 if gone > -_WOBBLE_S else max(self.gaps_days) * _DAY_S


SPACING = Spacing()
"""The rule as every practice uses it."""


@dataclass(frozen=True)
class PracticeAnswer:
    """An answer in a practice: what was shown, whether it was right, and when it came.

    ``reaction_s`` is None where no time can be relied on. ``at_s`` are seconds of any clock, the same for all answers.
    """

    picture: str
    class_name: str
    correct: bool
    reaction_s: float | None
    at_s: float


@dataclass(frozen=True)
class ClassState:
    """How well a class is known.

    ``last`` is the number of its last answer, ``in_a_row`` how many right and fast ones it ends with, and ``times`` how
    often it became known since the last wrong one. A ``known`` class is due again at ``due_s`` of the practice's clock.
    """

    last: int | None = None
    correct: bool = False
    reaction_s: float | None = None
    in_a_row: int = 0
    times: int = 0
    known: bool = False
    due_s: float = 0.0

    def due(self, clock_s: float) -> bool:
        """Return whether it is to be practised at ``clock_s`` of the practice's clock."""
        return not self.known or self.due_s <= clock_s


@dataclass(frozen=True)
class Practice:
    """A practice after so many ``answers``.

    Its clock begins with the first answer and stands at ``clock_s`` seconds; ``last_s`` is when that was by the clock
    of the answers. ``visits`` counts how often everything was known; the last such visit took ``visit_took`` answers,
    and ``visit_began`` is the number of answers after it.
    """

    classes: Mapping[str, ClassState]
    spacing: Spacing = SPACING
    answers: int = 0
    clock_s: float = 0.0
    last_s: float | None = None
    visits: int = 0
    visit_began: int = 0
    visit_took: int = 0

    @property
    def in_a_row(self) -> int:
        """How many right and fast answers in a row make a class known."""
        return in_a_row_for(len(self.classes))

    def due(self, *, now_s: float | None = None) -> tuple[str, ...]:
        """Return the classes that are to be practised at ``now_s``, at the last answer where it is None, by name."""
        clock = self._clock(now_s)
        return tuple(sorted(name for name, state in self.classes.items() if state.due(clock)))

    def least_left(self, *, now_s: float) -> int:
        """Return how many answers are needed at least until everything is known, 0 where it is."""
        states = (self.classes[name] for name in self.due(now_s=now_s))
        return sum(self.in_a_row - (0 if s.known else s.in_a_row) for s in states)

    def rests_s(self, name: str, *, now_s: float) -> float:
        """Return in how many seconds a class is due again, 0 where it is due."""
        state = self.classes[name]
        clock = self._clock(now_s)
        return 0.0 if state.due(clock) else state.due_s - clock

    def _clock(self, now_s: float | None) -> float:
        if now_s is None or self.last_s is None:
            return self.clock_s
        return self.clock_s + self.spacing.elapsed_s(self.last_s, now_s)


def in_a_row_for(classes: int) -> int:
    """Return how many right answers in a row guessing among so many ``classes`` gives once in a hundred, 3 or more."""
    return max(_FEWEST_IN_A_ROW, math.ceil(math.log(_GUESSED) / math.log(1 / classes)))


def practice_after(
    classes: Sequence[str], answers: Sequence[PracticeAnswer], *, spacing: Spacing = SPACING
) -> Practice:
    """Return how a practice of ``classes`` stands after ``answers``, in order from the first on."""
    practice = Practice({name: ClassState() for name in sorted(classes)}, spacing)
    for answer in answers:
        practice = _answered(practice, answer)
    return practice


def priority(state: ClassState, *, trials_since: int, spacing: Spacing = SPACING) -> float:
    """Return the priority of a class whose last trial was ``trials_since`` trials ago, 1 for the one just before."""
    weight = spacing.error_weight
    if state.correct:
        seconds = spacing.slow_s if state.reaction_s is None else state.reaction_s
        weight = spacing.time_weight * max(spacing.quickest, math.log(max(seconds, 1e-9) / spacing.reference_s))
    return spacing.scale * (trials_since - spacing.delay) * weight


def next_class(practice: Practice, *, seed: int) -> str:
    """Return the class that comes next; where everything is known, the one that is due first.

    The latter does not depend on the hour at which it is asked for, so a trial that was shown before midnight and
    answered after it is the same one.
    """
    due = practice.due()
    random = np.random.default_rng((seed, practice.answers))
    if not due:
        soonest = min(state.due_s for state in practice.classes.values())
        return _drawn([name for name, state in practice.classes.items() if state.due_s == soonest], random)
    in_play = [*due, *_company(practice, due)]
    if len(in_play) <= practice.spacing.delay + 1:
        return _drawn(in_play, random)
    priorities = {  # positive only after the delay, which no more than two of four classes can be within
        name: priority(practice.classes[name], trials_since=_trials_since(practice, name), spacing=practice.spacing)
        for name in in_play
    }
    highest = max(priorities.values())
    return _drawn([name for name, value in priorities.items() if value == highest], random)


def next_practised(pool: Pool, answers: Sequence[PracticeAnswer], *, seed: int) -> Trial:
    """Return the trial after ``answers``: a natural picture of the next class, one of those that were shown least."""
    name = next_class(practice_after(pool.classes, answers), seed=seed)
    shown = [a.picture for a in answers if a.class_name == name]
    pictures = sorted((c for c in pool.candidates if c.class_name == name), key=lambda c: c.name)
    fewest = min(shown.count(c.name) for c in pictures)
    fresh: list[Candidate] = [c for c in pictures if shown.count(c.name) == fewest]
    picture = fresh[np.random.default_rng((seed, len(answers), 1)).integers(len(fresh))]
    return Trial(
        number=len(answers),
        block=PRACTICE,
        kind=TrialKind.MAIN,
        picture=picture.name,
        answer=name,
        split=picture.split,
        feedback=True,
        difficulty=picture.difficulty,
    )


def _answered(practice: Practice, answer: PracticeAnswer) -> Practice:
    """Return the practice after one more answer."""
    before_s = answer.at_s if practice.last_s is None else practice.last_s
    clock = practice.clock_s + practice.spacing.elapsed_s(before_s, answer.at_s)
    state = _judged(practice, practice.classes[answer.class_name], answer, clock)
    after = replace(
        practice,
        classes={**practice.classes, answer.class_name: state},
        answers=practice.answers + 1,
        clock_s=clock,
        last_s=answer.at_s,
    )
    if after.due():
        return after
    took = after.answers - practice.visit_began
    return replace(after, visits=practice.visits + 1, visit_began=after.answers, visit_took=took)


def _judged(practice: Practice, state: ClassState, answer: PracticeAnswer, clock_s: float) -> ClassState:
    """Return how well a class is known after an answer to it."""
    spacing = practice.spacing
    last = replace(state, last=practice.answers, correct=answer.correct, reaction_s=answer.reaction_s)
    if not answer.correct:
        last = replace(last, times=0, in_a_row=0)
    if not state.due(clock_s):
        # It keeps others company. A wrong answer brings it back after the first gap, not now: this visit is to end.
        return last if answer.correct else replace(last, due_s=min(state.due_s, clock_s + spacing.gap_s(1)))
    before = 0 if state.known else state.in_a_row
    fast = answer.correct and answer.reaction_s is not None and answer.reaction_s <= spacing.target_s
    judged = replace(last, known=False, in_a_row=before + 1 if fast else 0)
    if judged.in_a_row < practice.in_a_row:
        return judged
    times = judged.times + 1
    return replace(judged, known=True, times=times, in_a_row=0, due_s=clock_s + spacing.gap_s(times))


def _company(practice: Practice, due: Sequence[str]) -> list[str]:
    """Return known classes, the longest not shown first, that are shown besides where few others are left."""
    known = sorted(set(practice.classes) - set(due), key=lambda name: (-_trials_since(practice, name), name))
    return known[: max(0, FEWEST_IN_PLAY - len(due))]


def _trials_since(practice: Practice, name: str) -> int:
    """Return N; a class that was never shown counts as one that was answered wrongly just before the first trial."""
    last = practice.classes[name].last
    return max(practice.answers, practice.spacing.delay + 1) if last is None else practice.answers - last


def _drawn(names: Sequence[str], random: np.random.Generator) -> str:
    ordered = sorted(names)
    return ordered[random.integers(len(ordered))]
