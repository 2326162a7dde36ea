"""The relearning learner: its rule by hand, what it learns and cannot, and what its noise does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from lwise_core.study.relearning_learner import DECAY, RelearningLearner
from lwise_core.study.responses import Responses
from lwise_core.study.simulated_learners import SimulationError, simulate
from lwise_core.teaching.design.trial_sampling import Trial, TrialKind

CLASSES = ("a", "b", "c", "d")
CLEAR = RelearningLearner(scaling=1e6, lapse=0.0)


def course(*, learnt: int = 48, tested: int = 80) -> list[Trial]:
    random = np.random.default_rng(1)
    return [
        Trial(
            i, "train" if i < learnt else "test", TrialKind.MAIN, f"{i}", str(random.choice(CLASSES)), "s", i < learnt
        )
        for i in range(learnt + tested)
    ]


def features_of(trials: list[Trial], *, apart: float, seed: int = 0) -> np.ndarray:
    """Return clouds about one corner a class in 30 dimensions, at a root mean square distance near 1."""
    random = np.random.default_rng(seed)
    return np.stack([random.normal(0, 0.12, 30) + apart * np.eye(30)[CLASSES.index(t.answer)] for t in trials])


def run(learner: RelearningLearner, trials: list[Trial], features: np.ndarray, *, seed: int = 0) -> Responses:
    return simulate(learner, trials, features, classes=CLASSES, participant="x", group="control", seed=seed)


def accuracy(learner: RelearningLearner, *, apart: float, people: int = 5) -> float:
    trials = course()
    features = features_of(trials, apart=apart)
    return float(np.mean([run(learner, trials, features, seed=s).tests["perf"].mean() for s in range(people)]))


def test_its_rule_is_ridge_regression_on_everything_it_has_kept() -> None:
    random = np.random.default_rng(0)
    examples, classes, pictures = random.normal(0, 1, (20, 7)), random.integers(0, 3, 20), random.normal(0, 1, (50, 7))
    by_hand = Ridge(alpha=DECAY).fit(examples, np.eye(3)[classes]).predict(pictures).argmax(axis=1)
    found = np.stack([CLEAR.chances(p, examples, classes, count=3) for p in pictures])
    assert (found.argmax(axis=1) == by_hand).all()
    assert (found.max(axis=1) == 1).all()
    assert len(set(by_hand)) == 3


def test_the_order_of_what_it_has_kept_does_not_matter() -> None:
    random = np.random.default_rng(0)
    examples, classes, picture = random.normal(0, 1, (20, 7)), random.integers(0, 3, 20), random.normal(0, 1, 7)
    order = random.permutation(20)
    one, other = (CLEAR.chances(picture, examples[o], classes[o], count=3) for o in (np.arange(20), order))
    assert (one == other).all()


def test_it_guesses_until_it_has_seen_something_and_among_classes_of_equal_evidence() -> None:
    nothing = CLEAR.chances(np.ones(3), np.zeros((0, 3)), np.zeros(0, dtype=np.int64), count=4)
    assert nothing == pytest.approx(1 / 4)
    between = CLEAR.chances(np.zeros(1), np.array([[-1.0], [1.0]]), np.array([0, 1]), count=2)
    assert between == pytest.approx(0.5)


def test_it_learns_what_can_be_told_apart_and_nothing_else() -> None:
    assert accuracy(CLEAR, apart=1.0) > 0.95
    assert accuracy(CLEAR, apart=0.0) == pytest.approx(0.25, abs=0.08)


def test_only_feedback_teaches() -> None:
    trials = [replace(t, feedback=False) for t in course()]
    features = features_of(trials, apart=1.0)
    untaught = np.mean([run(CLEAR, trials, features, seed=s).trials["perf"].mean() for s in range(5)])
    assert untaught == pytest.approx(0.25, abs=0.08)


def test_the_clearer_it_sees_the_more_it_learns_from_chance_to_all() -> None:
    reached = [accuracy(RelearningLearner(scaling=2.0**i, lapse=0.0), apart=0.6) for i in range(-6, 4)]
    assert max(a - b for a, b in pairwise(reached)) < 0.02  # but for what 400 answers leave to chance
    assert reached[0] < 0.35
    assert reached[-1] > 0.9


def test_percepts_of_one_picture_lie_as_far_apart_as_its_noise_says() -> None:
    learner, random = RelearningLearner(sensitivity=2.0, scaling=0.25), np.random.default_rng(0)
    picture = random.normal(0, 1, 40)
    one, other = (np.stack([learner.percept(picture, random) for _ in range(2000)]) for _ in range(2))
    assert learner.noise == 2.0
    assert np.sqrt(((one - other) ** 2).sum(axis=1).mean()) == pytest.approx(2.0, rel=0.02)
    assert one.mean(axis=0) == pytest.approx(picture, abs=0.03)


def test_the_same_seed_gives_the_same_percepts_and_answers() -> None:
    trials, learner = course(), RelearningLearner(scaling=0.5)
    features = features_of(trials, apart=0.6)
    first = run(learner, trials, features).trials
    assert first.equals(run(learner, trials, features).trials)
    assert not first.equals(run(learner, trials, features, seed=1).trials)


@pytest.mark.parametrize("settings", [{"sensitivity": 0.0}, {"scaling": -1.0}, {"scaling": np.inf}, {"lapse": 1.1}])
def test_impossible_learners_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(SimulationError, match="above 0"):
        RelearningLearner(**settings)
