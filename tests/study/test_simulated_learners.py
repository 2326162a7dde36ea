"""Simulated learners: their rules by hand, their answers seeded and marked, and learning only from feedback."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.study.accuracy import group_scores, inattentive
from lwise_core.study.response_files import as_csv, read_csv
from lwise_core.study.responses import Responses
from lwise_core.study.simulated_learners import (
    SIMULATED_SENTENCE,
    ExemplarLearner,
    LinearLearner,
    PrototypeLearner,
    ShownStimulus,
    SimulatedLearner,
    SimulationError,
    features_for,
    scaled,
    simulate,
    simulate_group,
    to_be_shown,
)
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, TrialKind, trials_for

CLASSES = ("a", "b")
LEARNERS: list[SimulatedLearner] = [PrototypeLearner(), ExemplarLearner(), LinearLearner(scaling=1e-4)]
SHORT = MOTHS.shortened(per_class=2, per_class_in_tests=5)
POOL = Pool(
    tuple(
        Candidate(f"{split}/{c}/{i}", c, split, difficulty=i / 40)
        for split in ("train", "val")
        for c in CLASSES
        for i in range(40)
    )
)
COURSES = {g: [trials_for(POOL, SHORT, g, seed=s) for s in range(6)] for g in (Group.CONTROL, Group.L_WISE)}


def features_of(what: tuple[ShownStimulus, ...], *, apart: float, seed: int = 0) -> dict[ShownStimulus, np.ndarray]:
    """Return two clouds in the plane; harder pictures lie nearer to the other, enhanced ones further from it."""
    random = np.random.default_rng(seed)
    noise = {name: random.normal(0, 0.3, 2) for name in sorted({s.picture for s in what})}
    found = {}
    for s in what:
        _, name, i = s.picture.split("/")
        side = -1 if name == "a" else 1
        found[s] = noise[s.picture] + [side * apart * (1 - int(i) / 60 + s.epsilon_224 / 8), 0]
    return found


def trial(number: int, answer: str, *, feedback: bool = True, kind: TrialKind = TrialKind.MAIN) -> Trial:
    return Trial(number, "train_1" if feedback else "test_1", kind, f"{number}", answer, "train", feedback)


def test_the_prototype_learners_rule() -> None:
    learner = PrototypeLearner(sensitivity=2.0, background=0.1, scaling=3.0)
    examples, classes = np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]), np.array([0, 0, 1])
    strength = (0.1 + np.exp([-2.0 * 1.0, -2.0 * 2.0])) ** 3
    found = learner.chances(np.array([2.0, 0.0]), examples, classes, count=2)
    assert found == pytest.approx(strength / strength.sum())


def test_the_exemplar_learners_rule() -> None:
    learner = ExemplarLearner(sensitivity=2.0, background=0.1, scaling=3.0)
    examples, classes = np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]), np.array([0, 0, 1])
    strength = (0.1 + np.array([np.exp(-4.0) + 1, np.exp(-4.0)])) ** 3
    found = learner.chances(np.array([2.0, 0.0]), examples, classes, count=2)
    assert found == pytest.approx(strength / strength.sum())


def test_the_linear_learners_rule() -> None:
    learner = LinearLearner(sensitivity=2.0, scaling=0.5)
    examples, classes = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([0, 1])
    weights = np.array([[0.5, 0.0], [-0.5, 0.0]])  # from even chances
    first = 1 / (1 + np.exp(-1.0))  # what it then gives the first class for the second example
    weights += np.outer([-first, first], [1.0, 2.0])
    odds = np.exp(weights @ [3.0, -1.0])
    found = learner.chances(np.array([3.0, -1.0]), examples, classes, count=2)
    assert found == pytest.approx(odds / odds.sum())


def test_a_linear_learner_learns_more_from_the_last_example() -> None:
    examples = np.array([[1.0], [1.0]])
    learner = LinearLearner(scaling=4.0)
    later, earlier = (learner.chances(np.array([1.0]), examples, np.array(c), count=2)[0] for c in ((1, 0), (0, 1)))
    assert later > 0.5 > earlier


@settings(deadline=None)
@given(st.sampled_from(LEARNERS), st.integers(0, 6), st.integers(2, 5), st.integers(0, 10**6))
def test_chances_are_chances(learner: SimulatedLearner, examples: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    found = learner.chances(
        random.normal(0, 100, 3), random.normal(0, 100, (examples, 3)), random.integers(0, count, examples), count=count
    )
    assert found.shape == (count,)
    assert (found > 0).all()
    assert found.sum() == pytest.approx(1)
    if not examples:
        assert found == pytest.approx(1 / count)


@pytest.mark.parametrize("learner", [PrototypeLearner(scaling=500.0), ExemplarLearner(scaling=500.0)])
def test_the_surest_learner_divides_nothing_by_nothing(learner: SimulatedLearner) -> None:
    found = learner.chances(np.array([0.0]), np.array([[1e6], [1e3]]), np.array([0, 1]), count=2)
    assert found == pytest.approx(0.5)


def test_an_exemplar_learner_learns_an_exception_that_a_prototype_learner_cannot() -> None:
    """One example of “b” amid those of “a”."""
    examples = np.array([[-0.2], [0.2], [-0.3], [0.3], [0.0], [3.0], [3.2]])
    classes = np.array([0, 0, 0, 0, 1, 1, 1])
    by_exemplars, by_prototypes = (
        learner.chances(np.array([0.0]), examples, classes, count=2)
        for learner in (ExemplarLearner(sensitivity=20.0), PrototypeLearner(sensitivity=20.0))
    )
    assert by_exemplars[1] > 0.9
    assert by_prototypes[1] < 0.1


@pytest.mark.parametrize("learner", [replace(x, lapse=0.0) for x in (PrototypeLearner(), ExemplarLearner())])
def test_only_feedback_teaches(learner: SimulatedLearner) -> None:
    """A picture seen with feedback is known when it comes again; without, every answer is a guess."""
    seen = [trial(0, "a"), trial(1, "b"), *(trial(i, CLASSES[i % 2], feedback=False) for i in range(2, 400))]
    features = np.array([[0.0 if t.answer == "a" else 1.0] for t in seen])
    with_feedback = run(learner, seen, features)
    without = run(learner, [replace(t, feedback=False) for t in seen], features)
    assert with_feedback.tests["perf"].mean() > 0.95
    assert without.tests["perf"].mean() == pytest.approx(0.5, abs=0.08)


def run(learner: SimulatedLearner, trials: list[Trial], features: np.ndarray, *, seed: int = 0) -> Responses:
    return simulate(learner, trials, features, classes=CLASSES, participant="x", group="control", seed=seed)


def test_lapses_are_by_lot_and_spoil_calibration() -> None:
    trials = [trial(i, "circle", kind=TrialKind.CALIBRATION) for i in range(400)]
    nothing = np.full((400, 1), np.nan)
    attending, sleeping = (run(PrototypeLearner(lapse=x), trials, nothing) for x in (0.0, 1.0))
    assert inattentive(attending) == ()
    assert attending.trials["perf"].all()
    assert inattentive(sleeping) == ("x",)
    assert sleeping.trials["perf"].mean() == pytest.approx(0.5, abs=0.08)


def group(courses: list[tuple[Trial, ...]], name: str, *, apart: float, seed: int = 0) -> Responses:
    features = features_of(to_be_shown(courses), apart=apart)
    return simulate_group(ExemplarLearner(), courses, features, classes=CLASSES, group=name, condition_idx=0, seed=seed)


def test_a_group_is_marked_as_simulated_seeded_and_learns_what_can_be_learned() -> None:
    found = group(COURSES[Group.CONTROL], "control", apart=1.0)
    assert found.simulated
    assert found.trials["simulated"].all()
    assert all(p.startswith("simulated") for p in found.participants)
    assert len(found.participants) == 6
    assert found.trials.equals(group(COURSES[Group.CONTROL], "control", apart=1.0).trials)
    assert not found.trials.equals(group(COURSES[Group.CONTROL], "control", apart=1.0, seed=9).trials)
    assert read_csv(as_csv(found)).simulated
    assert SIMULATED_SENTENCE.startswith("Simulated learners, not people")
    assert group_scores(found, "control").mean() > 0.75
    assert group_scores(group(COURSES[Group.CONTROL], "control", apart=0.0), "control").mean() == pytest.approx(
        0.5, abs=0.1
    )


def test_learners_of_a_group_differ_in_sensitivity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in every group, so that groups differ by their trials alone."""
    used: dict[str, list[float]] = {"control": [], "other": []}

    def recorded(self: ExemplarLearner, *_: object, count: int) -> np.ndarray:
        used[name].append(self.sensitivity)
        return np.full(count, 1 / count)

    monkeypatch.setattr(ExemplarLearner, "chances", recorded)
    for name in used:
        group(COURSES[Group.CONTROL], name, apart=1.0)
    assert used["control"] == used["other"]
    assert len(set(used["control"])) == 6


def test_every_version_that_is_shown_needs_features() -> None:
    courses = COURSES[Group.L_WISE]
    needed = to_be_shown(courses)
    assert {s.epsilon_224 for s in needed} == {t.epsilon_224 for c in courses for t in c}
    assert all(s.towards == s.picture.split("/")[1] for s in needed if s.epsilon_224)
    features = features_of(needed, apart=1.0)
    rows = features_for(courses[0], features)
    assert rows.shape == (len(courses[0]), 2)
    for t, row in zip(courses[0], rows, strict=True):
        expected = (
            0.0 if t.kind is TrialKind.CALIBRATION else features[ShownStimulus(t.picture, t.epsilon_224, t.towards)]
        )
        assert row == pytest.approx(expected)
    altered = next(s for s in needed if s.epsilon_224)
    del features[altered]
    with pytest.raises(SimulationError, match=f"no features of “{altered.picture}”"):
        simulate_group(PrototypeLearner(), courses, features, classes=CLASSES, group="L-WISE", seed=0)


def test_the_unit_of_distance_is_that_of_the_references() -> None:
    random = np.random.default_rng(0)
    reference = random.normal(0, 7, (50, 4))
    units = scaled(reference, reference=reference)
    squares = ((units[:, None] - units[None]) ** 2).sum(axis=2)
    assert squares.sum() / (50 * 49) == pytest.approx(1)
    assert scaled(2 * reference, reference=reference) == pytest.approx(2 * units)
    for alike in (np.ones((5, 4)), np.ones((1, 4))):
        with pytest.raises(SimulationError, match="no unit"):
            scaled(reference, reference=alike)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (np.zeros((1, 2)), "2 trials and the features 1 rows"),
        (np.zeros(2), "2 trials and the features 2 rows"),
        (np.array([[0.0], [np.nan]]), "no finite numbers"),
        (np.zeros((2, 1)), "class “c”"),
    ],
)
def test_courses_that_cannot_be_simulated(features: np.ndarray, sentence: str) -> None:
    with pytest.raises(SimulationError, match=sentence):
        run(PrototypeLearner(), [trial(0, "a"), trial(1, "c")], features)
    with pytest.raises(SimulationError, match="no course"):
        simulate_group(PrototypeLearner(), [], {}, classes=CLASSES, group="control", seed=0)


@pytest.mark.parametrize(
    "settings",
    [
        {"sensitivity": 0.0},
        {"background": 0.0},
        {"scaling": -1.0},
        {"sensitivity": np.inf},
        {"background": np.nan},
        {"lapse": 1.1},
    ],
)
def test_impossible_learners_are_refused(settings: dict[str, float]) -> None:
    for kind in (PrototypeLearner, ExemplarLearner):
        with pytest.raises(SimulationError, match="above 0"):
            kind(**settings)
