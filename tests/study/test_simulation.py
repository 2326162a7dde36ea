"""Simulated learners sit a course as people would: by its state machine, with the eyes of another network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features, NoFeatures
from lwise_core.study.accuracy import group_scores
from lwise_core.study.estimates import Estimate
from lwise_core.study.relearning_learner import RelearningLearner
from lwise_core.study.responses import Responses
from lwise_core.study.simulated_learners import BETWEEN_LEARNERS, PrototypeLearner, SimulationError, simulate
from lwise_core.study.simulation import (
    MODELS,
    Condition,
    Gallery,
    Model,
    conditions_of,
    findings,
    rehearse,
)
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.session import Answered, LearnerState, judge, total, upcoming
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import TrialKind
from tests.conftest import eight_pictures, guide_of
from tests.support.planted_gallery import Planted

PROTOTYPE = MODELS[0]
SURE = replace(PROTOTYPE, scaling=64.0, lapse=0.0)


@pytest.fixture(scope="module")
def network() -> GuideModel:
    return catalog.load("cifar10-32")


@pytest.fixture(scope="module")
def gallery(course: Course, network: GuideModel) -> Gallery:
    return Gallery(course, network)


def answers_of(
    conditions: Sequence[Condition], gallery: Gallery, *, seed: int = 0, model: Model = PROTOTYPE
) -> Responses:
    *_, last = rehearse(conditions, gallery, models=[model], seed=seed)
    return last.answers[model.name]


def of_group(course: Course, group: Group, *, people: int) -> Condition:
    return next(c for c in conditions_of(course, people=people) if c.group is group)


@pytest.fixture(scope="module")
def answers(course: Course, gallery: Gallery) -> Responses:
    return answers_of(conditions_of(course, people=3), gallery)


def test_features_are_what_the_last_layer_takes_in(network: GuideModel) -> None:
    pictures = eight_pictures(network.input_size)
    features = Features.of(network).read(pictures)
    head = network.network.head
    with torch.no_grad():
        logits = head(torch.from_numpy(features).float())
    assert torch.allclose(logits, network.logits(pictures), atol=1e-4)
    one_by_one = np.concatenate([Features.of(network).read(p[None]) for p in pictures])
    assert one_by_one == pytest.approx(features, abs=1e-4)


def test_no_hook_is_left_on_the_guide(network: GuideModel) -> None:
    reader = Features.of(network)
    reader.read(eight_pictures(network.input_size))
    for module in [*network.network.modules(), *reader.network.modules()]:
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


class TwoHeads(nn.Module):
    """As distilled transformers: the logits are the mean of two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(3, 5), nn.Linear(3, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = x.mean(dim=(2, 3))
        return (self.one(pooled) + self.other(pooled)) / 2


class Unused(nn.Module):
    """A linear layer that is registered last and runs first."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 5)
        self.gate = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.gate(x.mean(dim=(2, 3))))


@pytest.mark.parametrize(
    "network",
    [TwoHeads(), nn.Sequential(nn.Conv2d(3, 5, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())],
    ids=["two heads", "no linear layer"],
)
def test_a_network_without_a_last_linear_layer_is_refused(network: nn.Module) -> None:
    with pytest.raises(NoFeatures, match="does not end in a linear layer"):
        Features.of(guide_of(network))


def test_the_last_layer_is_the_last_that_runs() -> None:
    guide = guide_of(Unused())
    found = Features.of(guide)
    assert isinstance(found.network, Unused)
    assert found.head is found.network.head


def test_the_courses_own_guide_is_refused_under_whatever_name(course: Course, phantom_guide: GuideModel) -> None:
    with pytest.raises(SimulationError, match="would find clear what it made clear"):
        Gallery(course, replace(phantom_guide, name="another name"))


def test_learners_see_each_picture_as_it_is_shown(course: Course, gallery: Gallery) -> None:
    picture = next(p for p in course.manifest.pictures if p.candidate.split == "train")
    files = [course.file(s.file) for s in picture.stimuli]
    features = gallery.features([*files, None])
    assert len({tuple(row) for row in features}) == len(files) + 1
    assert not features[-1].any()
    assert gallery.features([files[0]])[0] == pytest.approx(features[0])


def test_whitened_pictures_are_one_apart_and_vary_alike(course: Course, network: GuideModel) -> None:
    natural = [course.file(p.stimuli[0].file) for p in course.manifest.pictures if p.candidate.split == "train"]
    raw, whitened = (Gallery(course, network, raw=r).features(natural) for r in (True, False))
    for features in (raw, whitened):
        apart = [np.sum((a - b) ** 2) for i, a in enumerate(features) for b in features[:i]]
        assert np.mean(apart) == pytest.approx(1)
    spread = [np.linalg.svd(f - f.mean(axis=0), compute_uv=False) for f in (raw, whitened)]
    most, least = (s[0] ** 2 / np.sum(s**2) for s in spread)
    assert most > 0.3
    assert least < 0.1


def test_a_learner_who_whitens_nothing_sees_the_networks_own_features(course: Course, network: GuideModel) -> None:
    files = [course.file(s.file) for p in course.manifest.pictures for s in p.stimuli]
    whitened = Gallery(course, network)
    own = whitened.seen_by(RelearningLearner()).features(files)
    assert own == pytest.approx(Gallery(course, network, raw=True).features(files))
    assert whitened.seen_by(PROTOTYPE) is whitened
    assert own != pytest.approx(whitened.features(files))
    apart = Features.of(network).read(torch.from_numpy(np.stack([whitened._picture(f) for f in files[:3]])))
    ratios = np.linalg.norm(apart[1:] - apart[0], axis=1) / np.linalg.norm(own[1:3] - own[0], axis=1)
    assert ratios[0] == pytest.approx(ratios[1])


def test_everybody_answers_the_whole_course_and_it_is_marked(course: Course, answers: Responses) -> None:
    assert answers.trials["simulated"].all()
    assert answers.groups == tuple(g.value for g in course.design.slots)
    per_person = answers.trials.groupby("participant").size()
    assert len(per_person) == 12
    assert set(per_person) == {total(course)}
    assert answers.trials["reaction_time_msec"].isna().all()


def test_people_are_those_who_would_come(course: Course) -> None:
    doubled = replace(
        course,
        manifest=replace(
            course.manifest, design=replace(course.design, slots=(Group.CONTROL, Group.L_WISE, Group.CONTROL))
        ),
    )
    assert {c.name: c.slots for c in conditions_of(doubled, people=3)} == {"control": (0, 2, 3), "L-WISE": (1, 4, 7)}


@pytest.mark.parametrize("model", [PROTOTYPE, RelearningLearner()], ids=["prototype", "relearning"])
@pytest.mark.parametrize("group", [Group.CONTROL, Group.L_WISE])
def test_the_answers_are_those_of_the_model_by_itself(
    course: Course, gallery: Gallery, group: Group, model: Model
) -> None:
    condition = of_group(course, group, people=2)
    found = answers_of([condition], gallery, seed=5, model=model)
    for slot in condition.slots:
        trials = course.trials(slot)
        own = float(np.exp(np.random.default_rng([5, slot]).normal(0, BETWEEN_LEARNERS)))
        name = f"{model.name} {slot + 1}"
        alone = simulate(
            replace(model, sensitivity=model.sensitivity * own),
            trials,
            gallery.seen_by(model).features([course.stimulus(t) for t in trials]),
            classes=course.classes,
            participant=name,
            group=group.value,
            seed=[5, slot, 1],
        )
        mine = found.trials[found.trials["participant"] == name]
        assert list(mine["choice"]) == list(alone.trials["choice"])
        assert list(mine["picture"]) == [t.picture for t in trials]


def test_adaptive_learners_are_shown_what_follows_their_own_answers(course: Course, answers: Responses) -> None:
    condition = of_group(course, Group.ADAPTIVE, people=3)
    for slot in condition.slots:
        mine = answers.trials[answers.trials["participant"] == f"{PROTOTYPE.name} {slot + 1}"]
        learner = LearnerState(slot)
        for row in mine.itertuples():
            answer = Answer(int(row.trial_number), row.choice, None, 0.0, 0.0)
            trial, correct = judge(course, learner, answer)
            assert (trial.picture, trial.epsilon_224, correct) == (row.picture, row.epsilon_224, bool(row.perf))
            done = Answered(trial.number, trial.picture, trial.epsilon_224, correct)
            learner = replace(learner, answered=(*learner.answered, done))
        assert upcoming(course, learner) == ()


@pytest.mark.parametrize("backwards", [False, True])
def test_yoked_learners_are_shown_what_their_partners_were(course: Course, gallery: Gallery, backwards: bool) -> None:
    both = [of_group(course, g, people=3) for g in (Group.ADAPTIVE, Group.YOKED)]
    found = answers_of(both[::-1] if backwards else both, gallery).trials
    sequences = [
        [
            list(found.loc[found["participant"] == f"{PROTOTYPE.name} {s + 1}", ["picture", "epsilon_224"]].to_numpy())
            for s in c.slots
        ]
        for c in both
    ]
    for adaptive, yoked in zip(*sequences, strict=True):
        assert np.array_equal(adaptive, yoked)
    assert not np.array_equal(sequences[0][0], sequences[0][1])


def test_yoked_learners_without_partners_sit_l_wise(course: Course, gallery: Gallery) -> None:
    yoked = of_group(course, Group.YOKED, people=1)
    found = answers_of([yoked], gallery)
    assert len(found.trials) == total(course)


def test_the_same_seed_gives_the_same_answers(course: Course, gallery: Gallery) -> None:
    conditions = [of_group(course, Group.L_WISE, people=2)]
    first, again, other = (answers_of(conditions, gallery, seed=s).trials for s in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


@settings(max_examples=5)
@given(st.integers(0, 10**6))
def test_learners_learn_what_their_eyes_tell_and_nothing_else(course: Course, seed: int) -> None:
    control = [of_group(course, Group.CONTROL, people=2)]
    seeing = answers_of(control, Planted(course), seed=seed, model=SURE)
    assert seeing.tests["perf"].mean() == 1
    blind = answers_of(control, Planted(course, blind=True), seed=seed, model=SURE)
    assert blind.tests["perf"].mean() < 0.8


def test_progress_counts_sittings_and_ends_with_the_answers(course: Course) -> None:
    conditions = conditions_of(course, people=1)
    sittings = len(conditions) * len(MODELS)
    steps = list(rehearse(conditions, Planted(course), models=MODELS))
    assert [s.done for s in steps] == list(range(1, sittings + 1))
    assert {s.total for s in steps} == {sittings}
    assert [bool(s.answers) for s in steps] == [False] * (sittings - 1) + [True]
    assert set(steps[-1].answers) == {m.name for m in MODELS}


def test_nobody_cannot_rehearse(course: Course) -> None:
    with pytest.raises(SimulationError, match="nobody to rehearse"):
        list(rehearse([], Planted(course)))


def test_findings_are_the_analysis_s_own(course: Course) -> None:
    *_, last = rehearse(conditions_of(course, people=3), Planted(course), models=[PrototypeLearner()])
    found = findings(last.answers)
    (responses,) = last.answers.values()
    assert [f.group for f in found] == [g.value for g in course.design.slots]
    for finding in found:
        assert isinstance(finding.accuracy, Estimate)
        assert finding.accuracy.value == pytest.approx(group_scores(responses, finding.group).mean())
        assert finding.people == 3
        assert (finding.difference is None) == (finding.group == "control")


def test_calibration_trials_are_answered_rightly_but_for_lapses(answers: Responses) -> None:
    asked = answers.trials[answers.trials["trial_type"] == TrialKind.CALIBRATION]
    assert asked["perf"].mean() > 0.9
