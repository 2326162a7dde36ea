"""A small course of the phantom, made once for all tests that need one."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from lwise_core.data.phantom import FAMILIES
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import Course, Design
from lwise_core.teaching.courses.pictures import FromPhantom
from lwise_core.teaching.design.schedules import MOTHS, Block, Group, Schedule, TrialQuestion

SLOTS = (Group.CONTROL, Group.L_WISE, Group.ADAPTIVE, Group.YOKED)
SHORT = replace(
    MOTHS,
    name="short",
    blocks=tuple(replace(b, per_class=1) for b in (MOTHS.blocks[0], *MOTHS.blocks[2:4], *MOTHS.blocks[7:9])),
)
"""Three curriculum blocks, one of natural pictures and one test: 5 blocks of 6 to 9 trials."""

PICTURES = FromPhantom(per_class=12, per_class_in_tests=2, size=64)
DESIGN = Design("Phantom, short", SHORT, SLOTS, aliases=("Leda", "Tyro", "Eris", "Ajax"))


PAIRS = Schedule(
    "pairs",
    (
        Block("train_1", 1.0, 0.0, feedback=True, per_class=2, repeats=0, question=TrialQuestion.FIND),
        Block(
            "test_1",
            1.0,
            0.0,
            feedback=False,
            per_class=1,
            calibration=0,
            repeats=0,
            question=TrialQuestion.FIND,
            split="val",
        ),
        Block(
            "part_1",
            1.0,
            0.0,
            feedback=False,
            per_class=1,
            calibration=0,
            repeats=0,
            split="val",
            mixed=(1.0,),
            question=TrialQuestion.SPOT,
        ),
    ),
)
"""Two pictures in every trial: 10 with feedback, 4 of a test, and 4 of one original twice."""

PAIR_DESIGN = Design(
    "Phantom, two pictures", PAIRS, (Group.CONTROL,), DESIGN.aliases, research_on_harm=True, sureness=True
)


@pytest.fixture(scope="session")
def pair_course(phantom_guide: GuideModel, tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder: Path = tmp_path_factory.mktemp("pairs")
    maker = CourseBuilder(Walker(phantom_guide), PAIR_DESIGN, FAMILIES)
    *_, last = build_course(folder, maker, FromPhantom(per_class=2, per_class_in_tests=2, size=64))
    assert last.course is not None
    return last.course


@pytest.fixture(scope="session")
def phantom_guide() -> GuideModel:
    return catalog.load("phantom4-64")


@pytest.fixture(scope="session")
def maker(phantom_guide: GuideModel) -> CourseBuilder:
    return CourseBuilder(Walker(phantom_guide), DESIGN, FAMILIES)


@pytest.fixture(scope="session")
def course(maker: CourseBuilder, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in a folder of this process's own, copied from the one that the first process made."""
    original = of_all_processes(tmp_path_factory) / "course"
    with FileLock(f"{original}.lock"):
        if not original.exists():
            unfinished = tmp_path_factory.mktemp("unfinished")
            made_in(unfinished, maker)
            unfinished.rename(original)
    folder = tmp_path_factory.mktemp("copied") / "course"
    return made_in(Path(shutil.copytree(original, folder)), maker)


def made_in(folder: Path, maker: CourseBuilder) -> Course:
    """Make what is lacking of the course in ``folder`` and return it."""
    *_, last = build_course(folder, maker, PICTURES)
    assert last.course is not None
    return last.course


def of_all_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run that all processes have which share its tests."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
