"""What sets a learner's one free parameter: control, its pictures as they are, and nobody of the rehearsal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lwise_core.study.ablation import ablation
from lwise_core.study.calibrated_learners import DECIDEDNESS, calibrated
from lwise_core.study.relearning_learner import RelearningLearner
from lwise_core.study.simulated_learners import PrototypeLearner, SimulationError
from lwise_core.study.simulation import Condition, Gallery, Model, SimulationProgress, rehearse
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group
from tests.support.planted_gallery import Planted

UNSURE = PrototypeLearner(sensitivity=0.3, lapse=0.0)  # so that the γ span chance and all right


class Watched(Planted):
    """Remembers what was looked at."""

    def __init__(self, course: Course) -> None:
        super().__init__(course)
        self.looked_at: set[Path] = set()

    def features(self, files: Sequence[Path | None]) -> np.ndarray:
        self.looked_at |= {f for f in files if f is not None}
        return super().features(files)


def test_calibration_sits_control_alone_with_learners_of_its_own(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Condition] = []

    def watched(
        conditions: Sequence[Condition], gallery: Gallery, *, models: Sequence[Model], seed: int
    ) -> Iterator[SimulationProgress]:
        seen.extend(conditions)
        return rehearse(conditions, gallery, models=models, seed=seed)

    monkeypatch.setattr("lwise_core.study.calibrated_learners.rehearse", watched)
    list(calibrated(course, Planted(course), UNSURE, people=2))
    assert {c.group for c in seen} == {Group.CONTROL}
    rehearsed = {s for c in ablation(course, people=200).conditions for s in c.slots}
    assert not {s for c in seen for s in c.slots} & rehearsed


@pytest.mark.parametrize("model", [UNSURE, RelearningLearner()])
def test_calibration_looks_at_no_picture_that_another_group_alone_is_shown(course: Course, model: Model) -> None:
    gallery = Watched(course)
    list(calibrated(course, gallery, model, people=1))
    natural = {course.file(s.file) for p in course.manifest.pictures for s in p.stimuli if s.natural}
    assert gallery.looked_at
    assert gallery.looked_at <= natural


def test_what_is_chosen_comes_nearest_of_all_that_was_tried(course: Course) -> None:
    *tried, chosen = calibrated(course, Planted(course), UNSURE, people=4)
    assert tried[0].accuracy < chosen.accuracy < tried[len(DECIDEDNESS) - 1].accuracy
    assert [c.model.scaling for c in tried[: len(DECIDEDNESS)]] == list(DECIDEDNESS)
    assert chosen.target == 0.625
    assert abs(chosen.accuracy - 0.625) == min(abs(c.accuracy - 0.625) for c in tried)
    *_, nearer = calibrated(course, Planted(course), UNSURE, people=4, target=0.4)
    assert nearer.accuracy < chosen.accuracy


def test_the_finer_values_lie_about_the_nearest(course: Course) -> None:
    *tried, chosen = calibrated(course, Planted(course), UNSURE, people=2)
    coarse, finer = tried[: len(DECIDEDNESS)], tried[len(DECIDEDNESS) :]
    nearest = min(coarse, key=lambda c: abs(c.accuracy - c.target)).model.scaling
    assert [c.model.scaling / nearest for c in finer[:2]] == pytest.approx([2**-0.5, 2**0.5])
    assert len(finer) == 4
    assert nearest / 2 < chosen.model.scaling < nearest * 2


def test_a_target_outside_the_shares_is_refused(course: Course) -> None:
    with pytest.raises(SimulationError, match="above 0% and below 100%"):
        list(calibrated(course, Planted(course), UNSURE, people=1, target=1.0))


def test_without_a_test_nothing_is_calibrated(course: Course) -> None:
    taught = replace(course.design.schedule, blocks=course.design.schedule.blocks[:4])
    untested = replace(course, manifest=replace(course.manifest, design=replace(course.design, schedule=taught)))
    with pytest.raises(SimulationError, match="no block without feedback"):
        list(calibrated(untested, Planted(course), UNSURE, people=1))
