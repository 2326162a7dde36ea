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
from lwise_core.teaching.design.schedules import MOTHS, Group

SLOTS = (Group.CONTROL, Group.L_WISE, Group.ADAPTIVE, Group.YOKED)
SHORT = replace(
    MOTHS,
    name="short",
    blocks=tuple(replace(b, per_class=1) for b in (MOTHS.blocks[0], *MOTHS.blocks[2:4], *MOTHS.blocks[7:9])),
)
"""Three curriculum blocks, one of natural pictures and one test: 5 blocks of 6 to 9 trials."""

PICTURES = FromPhantom(per_class=12, per_class_in_tests=2, size=64)
DESIGN = Design("Phantom, short", SHORT, SLOTS, aliases=("Leda", "Tyro", "Eris", "Ajax"))


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
