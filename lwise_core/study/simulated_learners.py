"""Simulated learners: classical models of how people learn classes, to try out a course before people take it.

They are models, not people: what they do with features of pictures says what a schedule could do for a person who
learns like that, and no figure of theirs is ever a result about people. Every answer of theirs is marked ``simulated``.

Two of them compare a picture with what they have seen with feedback, by similarity e^(−c·d) for distance d in the space
of features, and choose class k with probability (b + S_k)^γ / Σ_j (b + S_j)^γ. For the prototype learner S_k is the
similarity to the mean of all examples of k (Reed 1972; Smith and Minda 1998), for the exemplar learner the sum of the
similarities to each of them (the generalised context model: Nosofsky 1986; with background noise b, Nosofsky, Kruschke
and McKinley 1992). The third, a linear learner, weighs features: after every feedback each class's weights move by
η (1 if it was that class − p_k) x, and class k is chosen with p_k = e^(w_k·x) / Σ_j e^(w_j·x) (the delta rule of Gluck
and Bower 1988). A fourth, in :mod:`lwise_core.study.relearning_learner`, sees with noise and learns from its memory.
None learns from trials without feedback.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.spatial.distance import cdist, pdist
from scipy.special import softmax

from lwise_core._utils.arrays import Counts, Values
from lwise_core._utils.errors import LWiseError
from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import SHAPES, Trial, TrialKind

SIMULATED_SENTENCE = (
    "Simulated learners, not people: models of category learning answered these trials. What they gain says what a "
    "course could do for somebody who learns like them, and nothing about anybody else."
)
BETWEEN_LEARNERS = 0.4
"""Standard deviation of the logarithm of sensitivity from one simulated learner to the next."""


class SimulationError(LWiseError):
    """A course that cannot be simulated. The message is one sentence: what is wrong, and what to do."""


class SimulatedLearner(Protocol):
    """A model of a person who learns classes."""

    @property
    def name(self) -> str:
        """What it is called where its answers are shown."""

    @property
    def sensitivity(self) -> float:
        """c: how fast similarity falls with distance, in units of 1/distance."""

    @property
    def lapse(self) -> float:
        """Share of trials that are answered by lot."""

    @property
    def whitened(self) -> bool:
        """Whether it sees features that vary alike in every direction, or the network's own."""

    def percept(self, features: Values, random: np.random.Generator) -> Values:
        """Return what reaches it of a picture with ``features`` ``(D,)``, and what it keeps: ``(D,)``."""

    def chances(self, picture: Values, examples: Values, classes: Counts, *, count: int) -> Values:
        """Return the probability of choosing each of ``count`` classes, ``(count,)``, but for lapses.

        Args:
            picture: Its features, ``(D,)``.
            examples: What was seen with feedback before, ``(M, D)``.
            classes: Their classes, ``(M,)``.
            count: How many classes there are.
        """


class _SeesClearly:
    """A learner whom features reach as they are."""

    def percept(self, features: Values, random: np.random.Generator) -> Values:  # noqa: ARG002  the protocol's
        return features


@dataclass(frozen=True, kw_only=True)
class PrototypeLearner(_SeesClearly):
    """Keeps the mean of each class. Where a class has not been seen yet, only the background speaks for it."""

    sensitivity: float = 6.0
    background: float = 0.01
    scaling: float = 1.0
    lapse: float = 0.05
    name: str = "simulated prototype learner"
    whitened: bool = True

    def __post_init__(self) -> None:
        check_learner(self.sensitivity, self.background, self.scaling, self.lapse)

    def chances(self, picture: Values, examples: Values, classes: Counts, *, count: int) -> Values:
        seen = np.unique(classes)
        similarity = np.zeros(count)
        if len(seen):
            means = np.stack([examples[classes == k].mean(axis=0) for k in seen])
            similarity[seen] = np.exp(-self.sensitivity * cdist(picture[None], means)[0])
        return _choice(similarity, background=self.background, scaling=self.scaling)


@dataclass(frozen=True, kw_only=True)
class ExemplarLearner(_SeesClearly):
    """Keeps every example (the generalised context model)."""

    sensitivity: float = 6.0
    background: float = 0.01
    scaling: float = 1.0
    lapse: float = 0.05
    name: str = "simulated exemplar learner"
    whitened: bool = True

    def __post_init__(self) -> None:
        check_learner(self.sensitivity, self.background, self.scaling, self.lapse)

    def chances(self, picture: Values, examples: Values, classes: Counts, *, count: int) -> Values:
        similarity = np.exp(-self.sensitivity * cdist(picture[None], examples)[0]) if len(examples) else np.zeros(0)
        sums = np.bincount(classes, weights=similarity, minlength=count).astype(np.float64)
        return _choice(sums, background=self.background, scaling=self.scaling)


@dataclass(frozen=True, kw_only=True)
class LinearLearner(_SeesClearly):
    """Keeps weights of features, and moves them by what it got wrong: order and difficulty of examples count.

    ``scaling`` is the rate of learning η, which ``sensitivity`` multiplies.
    """

    sensitivity: float = 1.0
    scaling: float = 1.0
    lapse: float = 0.05
    name: str = "simulated linear learner"
    whitened: bool = True

    def __post_init__(self) -> None:
        check_learner(self.sensitivity, 1.0, self.scaling, self.lapse)

    def chances(self, picture: Values, examples: Values, classes: Counts, *, count: int) -> Values:
        weights = np.zeros((count, len(picture)))
        rate = self.sensitivity * self.scaling
        for example, right in zip(examples, classes, strict=True):
            wrong = -_softmax(weights @ example)
            wrong[right] += 1
            weights += rate * wrong[:, None] * example
        return _softmax(weights @ picture)


@dataclass(frozen=True)
class ShownStimulus:
    """A picture as it is shown: which, how strongly it is enhanced and towards what. These need features."""

    picture: str
    epsilon_224: float = 0.0
    towards: str = ""


def shown(trial: Trial) -> ShownStimulus | None:
    """Return what a trial shows, None for calibration."""
    if trial.kind is TrialKind.CALIBRATION:
        return None
    return ShownStimulus(trial.picture, trial.epsilon_224, trial.towards)


def to_be_shown(courses: Sequence[Sequence[Trial]]) -> tuple[ShownStimulus, ...]:
    """Return everything that some courses show, each once, sorted: what features are needed of."""
    every = {s for trials in courses for s in map(shown, trials) if s is not None}
    return tuple(sorted(every, key=lambda s: (s.picture, s.epsilon_224, s.towards)))


def scaled(features: Values, *, reference: Values) -> Values:
    """Return features in units of the root mean square distance between ``reference`` pictures.

    Args:
        features: ``(N, D)``, of pictures however they are shown.
        reference: ``(M, D)``, of natural ones, the same for all groups: a unit for each would be a gain of its own.

    Raises:
        SimulationError: The references are all alike.
    """
    unit = float(np.sqrt(np.mean(pdist(reference, "sqeuclidean")))) if len(reference) > 1 else 0.0
    if not (np.isfinite(unit) and unit > 0):
        raise SimulationError("The reference pictures have the same features, so distances have no unit; give others.")
    units: Values = features / unit
    return units


def simulate(
    learner: SimulatedLearner,
    trials: Sequence[Trial],
    features: Values,
    *,
    classes: Sequence[str],
    participant: str,
    group: str,
    condition_idx: int = 0,
    seed: int | Sequence[int],
) -> Responses:
    """Return what a simulated learner answers in a course, marked as simulated and without reaction times.

    Args:
        learner: The model.
        trials: The course, in order.
        features: ``(T, D)``, one row a trial, of the picture as it is shown in it; rows of calibration trials, which
            are answered rightly but for lapses, are not looked at.
        classes: The classes to choose from.
        participant: What the learner is called.
        group: What the trials were made for.
        condition_idx: The group's number.
        seed: The same seed gives the same answers.

    Raises:
        SimulationError: The features are not one finite row a trial, or a trial has none of ``classes``.
    """
    index = {name: i for i, name in enumerate(classes)}
    _check_course(trials, features, index)
    random = np.random.default_rng(seed)
    learned: list[Values] = []
    labels: list[int] = []
    answers = []
    for row, trial in enumerate(trials):
        lapses = random.random() < learner.lapse
        if trial.kind is TrialKind.CALIBRATION:
            choice = SHAPES[random.integers(len(SHAPES))] if lapses else trial.answer
        else:
            percept = learner.percept(features[row], random)
            examples = np.array(learned).reshape(-1, features.shape[1])
            known = np.array(labels, dtype=np.int64)
            chances = learner.chances(percept, examples, known, count=len(classes))
            choice = classes[random.choice(len(classes), p=None if lapses else chances)]
            if trial.feedback:
                learned.append(percept)
                labels.append(index[trial.answer])
        answers.append(Answer(trial.number, choice, None, 0.0, 0.0))
    return responses_of(
        trials, answers, participant=participant, group=group, condition_idx=condition_idx, simulated=True
    )


def simulate_group(
    learner: PrototypeLearner | ExemplarLearner | LinearLearner,
    courses: Sequence[Sequence[Trial]],
    features: Mapping[ShownStimulus, Values],
    *,
    classes: Sequence[str],
    group: str,
    condition_idx: int = 0,
    seed: int,
) -> Responses:
    """Return what a group of simulated learners answers, one for each course, who differ in sensitivity.

    Args:
        learner: The model; sensitivities scatter about its own.
        courses: The trials of each learner.
        features: ``(D,)`` of everything in :func:`to_be_shown`, :func:`scaled`.
        classes: The classes to choose from.
        group: What the trials were made for.
        condition_idx: The group's number.
        seed: The same seed gives the same learners and answers, and the same learners to every group.

    Raises:
        SimulationError: Something that is shown has no features, or there are no courses.
    """
    if not courses:
        raise SimulationError("There is no course to simulate; ask for at least one learner.")
    parts = []
    for i, trials in enumerate(courses):
        own = float(np.exp(np.random.default_rng([seed, i]).normal(0, BETWEEN_LEARNERS)))
        parts.append(
            simulate(
                replace(learner, sensitivity=learner.sensitivity * own),
                trials,
                features_for(trials, features),
                classes=classes,
                participant=f"{learner.name} {i + 1} of {group}",
                group=group,
                condition_idx=condition_idx,
                seed=[seed, i, 1],
            )
        )
    return together(parts)


def features_for(trials: Sequence[Trial], features: Mapping[ShownStimulus, Values]) -> Values:
    """Return the features ``(T, D)`` of what each trial shows; zeros in calibration.

    Raises:
        SimulationError: Something that is shown has no features.
    """
    lacking = [s for s in map(shown, trials) if s is not None and s not in features]
    if lacking:
        first = lacking[0]
        raise SimulationError(
            f"There are no features of “{first.picture}” at ε₂₂₄ = {first.epsilon_224:g}; compute them first."
        )
    width = len(next(iter(features.values()), ()))
    return np.stack([np.zeros(width) if s is None else features[s] for s in map(shown, trials)])


def _check_course(trials: Sequence[Trial], features: Values, index: Mapping[str, int]) -> None:
    if features.ndim != 2 or len(features) != len(trials):
        raise SimulationError(
            f"The course has {len(trials)} trials and the features {len(features)} rows; give one each."
        )
    asked = [i for i, t in enumerate(trials) if t.kind is not TrialKind.CALIBRATION]
    if not np.isfinite(features[asked]).all():
        raise SimulationError("Some features are no finite numbers; compute them again.")
    stranger = next((trials[i].answer for i in asked if trials[i].answer not in index), None)
    if stranger is not None:
        raise SimulationError(f"A trial shows the class “{stranger}”, which cannot be chosen; add it to the classes.")


def check_learner(sensitivity: float, background: float, scaling: float, lapse: float) -> None:
    """Refuse parameters that no learner can have.

    Raises:
        SimulationError: One of the first three is not above 0, or ``lapse`` is no share.
    """
    if not (all(0 < x < math.inf for x in (sensitivity, background, scaling)) and 0 <= lapse <= 1):
        raise SimulationError("A learner's sensitivity, background and scaling are above 0, and its lapses 0 to 100%.")


def _softmax(logits: Values) -> Values:
    raised: Values = np.exp(logits - logits.max())  # SciPy's takes ten times as long for so few
    chances: Values = raised / raised.sum()
    return chances


def _choice(evidence: Values, *, background: float, scaling: float) -> Values:
    """Return ``(b + S_k)^γ`` over its sum, ``(K,)``."""
    chances: Values = softmax(scaling * np.log(background + evidence))  # powers of small numbers would vanish
    return chances
