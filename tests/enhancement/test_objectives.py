"""Objectives: found by their names, and a further one is offered everywhere once it is registered."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lwise_core.batch.settings import JobError, JobSettings
from lwise_core.enhancement.export import Intent, export
from lwise_core.enhancement.objectives import (
    OBJECTIVES,
    GroundTruthLogit,
    Harder,
    LogitAgainstRivals,
    ObjectiveError,
    objective_named,
    register_objective,
)
from lwise_core.enhancement.path import PathRequest, steps_for, walk
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from lwise_core.teaching.courses.builder import CourseBuilder
from lwise_core.teaching.courses.course import CourseError, GuideNote, Manifest, read_course, write_course
from tests.support.courses import DESIGN, PICTURES
from tests.support.images import scene
from tests.support.objectives import margin

__all__ = ["margin"]


def test_objectives_are_found_by_their_official_names() -> None:
    rivals = {name: (0, 1) if entry.takes_rivals else () for name, entry in OBJECTIVES.items()}
    assert tuple(OBJECTIVES) == ("logit", "logit_diverge", "cross_entropy")
    for name in OBJECTIVES:
        found = objective_named(name, rivals=rivals[name])
        assert (found.name, found.rivals) == (name, rivals[name])
    for name, wrong in [("margin", ()), ("logit", (1,)), ("cross_entropy", (1,)), ("logit_diverge", ())]:
        with pytest.raises(ObjectiveError, match=f"“{name}”"):
            objective_named(name, rivals=wrong)


def test_the_reverse_direction_keeps_the_rivals() -> None:
    assert Harder(LogitAgainstRivals((2, 0))).rivals == (2, 0)
    assert Harder(GroundTruthLogit()).rivals == ()


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="“logit” already"):
        register_objective("logit", label="", raises="")


# --- a further objective --------------------------------------------------------------------------------------------


def test_a_further_objective_is_in_the_shell_s_help() -> None:
    code = (
        "from tests.support.objectives import register_margin; register_margin()\n"
        "from lwise_core.cli.app import app\n"
        "for verb in ('enhance', 'enhance-set'): app([verb, '--help'], standalone_mode=False)"
    )
    helped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert helped.returncode == 0, helped.stderr
    words = " ".join(helped.stdout.split())
    assert "logit, logit_diverge (with --rival), cross_entropy or margin (with --rival)." in words
    assert "A rival for logit_diverge or margin" in words
    assert "One of logit, logit_diverge, cross_entropy, margin." in words
    assert "For logit_diverge or margin: these classes as rivals" in words


def test_a_further_objective_is_in_a_manifest_with_its_rivals(tiny_guide: GuideModel, margin: str) -> None:
    photograph = Photograph("scene.png", scene(), "0" * 64)
    subject = CroppedPhotograph(photograph, Crop.central(photograph))
    objective = objective_named(margin, rivals=(1, 3))
    request = PathRequest.single(subject.seen(size=tiny_guide.input_size), target=0, objective=objective)
    *_, path = walk(tiny_guide, request)
    epsilon = tiny_guide.epsilon_scale.step
    made = export(subject, path, Intent("a", "a", epsilon, Extent.GUIDE))
    assert json.loads(made.manifest)["objective"] == {"name": "margin", "rivals": ["b", "d"]}
    assert float(path.frames[1].losses[0]) < float(path.frames[0].losses[0])
    assert steps_for(epsilon, step=path.step) == 1


def test_a_further_objective_is_in_the_settings_of_a_job(tiny_guide: GuideModel, margin: str) -> None:
    settings = JobSettings(epsilons=(tiny_guide.epsilon_scale.step,), objective=margin)
    assert settings.towards(settings.rivals(tiny_guide, {0, 2})).rivals == (0, 2)
    replace(settings, diverge_from=("b",)).check(tiny_guide)
    with pytest.raises(JobError, match="“logit” takes no rivals; use logit_diverge or margin"):
        JobSettings(diverge_from=("b",)).check(tiny_guide)


def test_a_further_objective_makes_a_course_with_every_class_as_a_rival(
    maker: CourseBuilder, margin: str, tmp_path: Path
) -> None:
    design = replace(DESIGN, objective=margin)
    for part in ("stimuli", "made"):
        (tmp_path / part).mkdir()
    file = next(f for f in PICTURES if f.split in design.schedule.altered_splits)
    made = replace(maker, design=design).make(file, tmp_path)
    assert len({s.file for s in made.stimuli}) == len(made.stimuli) > 1
    guide = GuideNote(maker.guide.name, maker.guide.provenance.sha256, maker.guide.input_size)
    write_course(tmp_path, Manifest("L-WISE course 1", design, guide, (made,), {}))
    assert read_course(tmp_path).design.objective == margin


def test_a_course_refuses_an_objective_that_is_not_there() -> None:
    with pytest.raises(CourseError, match=r"no objective “margin”\. Choose one of logit, logit_diverge, cross_entropy"):
        replace(DESIGN, objective="margin")


def test_the_margin_is_what_its_formula_says(margin: str) -> None:
    logits = torch.tensor([[1.0, 5.0, 2.0, 4.0]])
    found = objective_named(margin, rivals=(0, 2, 3)).losses(logits, torch.tensor([0]))
    assert found.tolist() == [3.0]
