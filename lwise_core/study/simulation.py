"""A rehearsal: simulated learners sit a course, trial by trial as people would, before people do.

They see each picture as it is shown, through the features of a network that is not the course's own guide: with the
guide's, a picture would count as clear because the guide finds it so, and the rehearsal would prove its own premise.
What comes out is a table of answers, every one of them marked as simulated, and says nothing about people
(:data:`lwise_core.study.simulated_learners.SIMULATED_SENTENCE`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.covariance import ledoit_wolf

from lwise_core._utils.arrays import Values
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features
from lwise_core.images.codec import open_photograph
from lwise_core.images.geometry import Crop, see
from lwise_core.study.accuracy import accuracies
from lwise_core.study.comparisons import Difference, comparisons
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.relearning_learner import RelearningLearner
from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.study.simulated_learners import (
    BETWEEN_LEARNERS,
    ExemplarLearner,
    LinearLearner,
    PrototypeLearner,
    SimulationError,
    scaled,
)
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.session import Answered, LearnerState, upcoming
from lwise_core.teaching.design.schedules import Group, Schedule, TrialQuestion
from lwise_core.teaching.design.staircase import ShownTrial
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import SHAPES, Trial, TrialKind

Model = PrototypeLearner | ExemplarLearner | LinearLearner | RelearningLearner

MODELS: tuple[Model, ...] = (PrototypeLearner(), ExemplarLearner(), LinearLearner(), RelearningLearner())

REFERENCES = 1000
"""So many natural pictures, at most, give the unit of distance and the whitening."""

_BATCH = 64

_LEAST = 1e-12  # of the largest variance: rounding makes some that are none negative


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One group of a rehearsal: what it is called, and the learners who come as ``slots`` of a course."""

    name: str
    course: Course
    slots: tuple[int, ...]

    @property
    def group(self) -> Group:
        """What its learners get."""
        return self.course.design.group(self.slots[0])


def conditions_of(course: Course, *, people: int) -> tuple[Condition, ...]:
    """Return the groups of a course, each with the first so many ``people`` who would be put into it."""
    design = course.design
    return tuple(
        Condition(
            name=name,
            course=course,
            slots=tuple(s for s in range(people * len(design.slots)) if design.name_of(s) == name)[:people],
        )
        for name in design.group_names
    )


def course_with(course: Course, *, slots: tuple[Group, ...], schedule: Schedule | None = None) -> Course:
    """Return the course with other groups or blocks, as it could have been made of the same pictures."""
    design = replace(course.design, slots=slots, cells=(), schedule=schedule or course.design.schedule)
    return replace(course, manifest=replace(course.manifest, design=design))


@dataclass(frozen=True, kw_only=True)
class SimulationProgress:
    """How far a rehearsal is: ``done`` of ``total`` sittings; with the last, the answers of each model, by its name."""

    done: int
    total: int
    answers: Mapping[str, Responses] = field(default_factory=dict)


class Gallery:
    """The pictures of a course as a network sees them; each is looked at once, when it is first shown.

    Features are whitened: what natural pictures vary in most, such as pose and colour in the phantom, would else drown
    what tells classes apart, and no learner of whatever sensitivity would rise above chance. The whitening (Ledoit and
    Wolf 2004, which has no parameter to choose) knows no class, and is the same for all groups.

    Args:
        course: Whose pictures.
        network: Another network than the guide that made the course.
        raw: Leave the features as the network has them.

    Raises:
        SimulationError: It is the course's own guide, or sees no difference between the course's pictures, or the
            course shows two pictures side by side.
        NoFeatures: It does not end in a linear layer.
    """

    def __init__(self, course: Course, network: GuideModel, *, raw: bool = False) -> None:
        if network.provenance.weights_sha256 == course.manifest.guide.sha256:
            raise SimulationError(
                f"“{network.name}” is the guide that made this course, so learners with its eyes would find clear what "
                "it made clear; rehearse with the features of another network."
            )
        if course.design.schedule.questions != {TrialQuestion.NAME}:
            raise SimulationError(
                "Simulated learners name one picture after the other, so they cannot sit a course of two pictures side "
                "by side; rehearse one of single pictures."
            )
        self._features = Features.of(network)
        self._size = network.input_size
        self._seen: dict[Path, Values] = {}
        self._reference = self._raw(_references(course))
        self._middle = self._reference.mean(axis=0)
        self._turn = None if raw else _whitening(self._reference)
        self._unit = self._one_apart()

    def seen_by(self, model: Model) -> Gallery:
        """Return the same pictures as a learner's features have them: whitened or not. None is looked at again."""
        if model.whitened:
            return self
        other = copy(self)
        other._turn = None
        other._unit = other._one_apart()
        return other

    def features(self, files: Sequence[Path | None]) -> Values:
        """Return the features ``(N, D)`` of pictures, in units of the RMS distance of natural ones, about their mean.

        None has zeros.

        Raises:
            SimulationError: The network returned something that is no number.
        """
        known = [f for f in files if f is not None]
        found = np.zeros((len(files), len(self._middle)))
        if known:
            found[[f is not None for f in files]] = self._unit * self._turned(self._raw(known))
        return found

    def _turned(self, features: Values) -> Values:
        about: Values = features - self._middle
        return about if self._turn is None else about @ self._turn

    def _one_apart(self) -> float:
        """Return what natural pictures, turned, are multiplied by to be 1 apart."""
        return float(scaled(np.ones((1, 1)), reference=self._turned(self._reference))[0, 0])

    def _raw(self, files: Sequence[Path]) -> Values:
        self._look_at(files)
        return np.stack([self._seen[f] for f in files])

    def _look_at(self, files: Sequence[Path]) -> None:
        new = [f for f in dict.fromkeys(files) if f not in self._seen]
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            features = self._features.read(torch.from_numpy(np.stack([self._picture(f) for f in batch])))
            if not np.isfinite(features).all():
                raise SimulationError("The network returned a value that is not a number; rehearse with another one.")
            self._seen.update(zip(batch, features, strict=True))

    def _picture(self, file: Path) -> npt.NDArray[np.float32]:
        photograph = open_photograph(file.read_bytes(), name=file.name)
        return see(Crop.central(photograph).of(photograph.pixels), size=self._size)


def _references(course: Course) -> list[Path]:
    """Return up to ``REFERENCES`` natural pictures of what is learned from, evenly over the course's."""
    splits = {b.split for b in course.design.schedule.blocks if b.feedback}
    natural = [
        course.file(s.file)
        for p in course.manifest.pictures
        for s in p.stimuli
        if (p.candidate.split in splits or not splits) and s.natural
    ]
    return natural[:: max(1, -(-len(natural) // REFERENCES))]


def _whitening(reference: Values) -> Values:
    """Return ``(D, D)``, by which features are multiplied so that ``reference`` pictures vary alike in every direction.

    Raises:
        SimulationError: They do not vary at all.
    """
    if len(reference) < 2 or not np.ptp(reference, axis=0).any():
        raise SimulationError("The reference pictures have the same features, so distances have no unit; give others.")
    covariance, _ = ledoit_wolf(reference)
    variances, directions = np.linalg.eigh(covariance)
    whitening: Values = directions / np.sqrt(np.maximum(variances, _LEAST * variances[-1]))
    return whitening


def rehearse(
    conditions: Sequence[Condition], gallery: Gallery, *, models: Sequence[Model] = MODELS, seed: int = 0
) -> Iterator[SimulationProgress]:
    """Let simulated learners sit a course, yield how far it is after every sitting, and with the last their answers.

    Learners differ in sensitivity as in :func:`lwise_core.study.simulated_learners.simulate_group`. A yoked learner is
    the partner of the adaptive one of the same rank. To stop iterating is to stop.

    Args:
        conditions: The groups, of courses with the same pictures; control first.
        gallery: What the learners see of these pictures.
        models: How they learn, each with a name of its own.
        seed: The same seed gives the same answers.

    Raises:
        SimulationError: There is no learner or no group, or the network returned a value that is not a number.
        CurriculumError: The pictures are too few for a schedule.
    """
    total = len(models) * sum(len(c.slots) for c in conditions)
    if not total:
        raise SimulationError("There is nobody to rehearse; ask for at least one learner and one group.")
    # Whoever is yoked needs a partner who is done.
    order = sorted(range(len(conditions)), key=lambda i: conditions[i].group is Group.YOKED)
    done, answers = 0, {}
    for model in models:
        seen = gallery.seen_by(model)
        parts: list[Responses] = []
        partners: list[_Sitting] = []
        for place in order:
            condition = conditions[place]
            for rank, slot in enumerate(condition.slots):
                yoked = condition.group is Group.YOKED and rank < len(partners)
                sitting = _sat(condition.course, slot, model, seen, seed, partners[rank] if yoked else None)
                if condition.group is Group.ADAPTIVE:
                    partners.append(sitting)
                parts.append(sitting.responses(f"{model.name} {slot + 1}", condition.name, place))
                done += 1
                if done < total:
                    yield SimulationProgress(done=done, total=total)
        answers[model.name] = together(parts)
    yield SimulationProgress(done=total, total=total, answers=answers)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came out for the ``people`` of a group: test accuracy over people, and what it is beside control's.

    ``difference`` is None for control itself, and where control is empty.
    """

    model: str
    group: str
    people: int
    accuracy: Estimate | CannotJudge
    difference: Difference | CannotJudge | None


def findings(answers: Mapping[str, Responses], *, seed: int = 0) -> tuple[Finding, ...]:
    """Return what came out of a rehearsal, by model and group, in the order of the conditions."""
    found = []
    for model, responses in answers.items():
        differences = {c.group: c.result for c in comparisons(responses, seed=seed)}
        with_control = Group.CONTROL in responses.groups
        found += [
            Finding(
                model=model,
                group=a.group,
                people=a.people,
                accuracy=a.over_people,
                difference=differences.get(a.group) if with_control else None,
            )
            for a in accuracies(responses, seed=seed)
        ]
    return tuple(found)


@dataclass(frozen=True)
class _Sitting:
    """What the learner who came as ``slot`` was shown, and the class or shape chosen each time."""

    slot: int
    trials: tuple[Trial, ...]
    chosen: tuple[str, ...]

    @property
    def shown(self) -> tuple[ShownTrial, ...]:
        return tuple(ShownTrial(t.number, t.picture, t.epsilon_224) for t in self.trials)

    def responses(self, participant: str, group: str, condition_idx: int) -> Responses:
        answers = [
            Answer(trial.number, choice, None, 0.0, 0.0) for trial, choice in zip(self.trials, self.chosen, strict=True)
        ]
        return responses_of(
            self.trials, answers, participant=participant, group=group, condition_idx=condition_idx, simulated=True
        )


def _sat(course: Course, slot: int, model: Model, gallery: Gallery, seed: int, partner: _Sitting | None) -> _Sitting:
    """Let one simulated learner sit a course from its first trial to its last."""
    own = float(np.exp(np.random.default_rng([seed, slot]).normal(0, BETWEEN_LEARNERS)))
    student = _Student(replace(model, sensitivity=model.sensitivity * own), course.classes, seed=(seed, slot, 1))
    learner = LearnerState(slot) if partner is None else LearnerState(slot, (), partner.slot, partner.shown)
    trials: list[Trial] = []
    chosen: list[str] = []
    while coming := upcoming(course, learner):
        for trial, features in zip(coming, gallery.features([course.stimulus(t) for t in coming]), strict=True):
            choice = student.answer(trial, features)
            trials.append(trial)
            chosen.append(choice)
            answered = Answered(trial.number, trial.picture, trial.epsilon_224, choice == trial.answer)
            learner = replace(learner, answered=(*learner.answered, answered))
    return _Sitting(slot, tuple(trials), tuple(chosen))


class _Student:
    """A simulated learner amid a course: what :func:`~lwise_core.study.simulated_learners.simulate` does, by trial.

    What comes next may depend on the answer, so there is no list of trials to give to ``simulate``; where there is
    one, the answers are the same.
    """

    def __init__(self, model: Model, classes: Sequence[str], *, seed: Sequence[int]) -> None:
        self._model = model
        self._classes = classes
        self._random = np.random.default_rng(seed)
        self._examples: Values = np.zeros((0, 0))
        self._labels: list[int] = []

    def answer(self, trial: Trial, features: Values) -> str:
        """Return the choice, and learn from the feedback where there is some; ``features`` are ``(D,)``."""
        lapses = self._random.random() < self._model.lapse
        if trial.kind is TrialKind.CALIBRATION:
            return SHAPES[self._random.integers(len(SHAPES))] if lapses else trial.answer
        percept = self._model.percept(features, self._random)
        chances = self._model.chances(
            percept,
            self._examples.reshape(-1, len(features)),
            np.array(self._labels, dtype=np.int64),
            count=len(self._classes),
        )
        choice = self._classes[self._random.choice(len(self._classes), p=None if lapses else chances)]
        if trial.feedback:
            self._examples = np.vstack([self._examples.reshape(-1, len(features)), percept])
            self._labels.append(self._classes.index(trial.answer))
        return choice
