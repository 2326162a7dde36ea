"""The figures of an inspection as files: all that the report knows, each with what was altered below it."""

from __future__ import annotations

import io
from dataclasses import replace
from zipfile import ZipFile

import pytest

from lwise_core.guides.guide import GuideModel
from lwise_core.images.heatmaps import PALETTE_PAIRS
from lwise_core.inspection.figure_files import figure_files, figures_of, figures_zip
from lwise_core.inspection.printed_plots import printed_plots
from lwise_core.inspection.report import Report
from tests.inspection.test_hallucination import with_references
from tests.inspection.test_report import report_on

OF_THE_CHANGE = {"original", "enhanced", "perturbation", "magnitude", "similarity", "spectrum"}


@pytest.fixture
def report(tiny_guide: GuideModel) -> Report:
    return report_on(with_references(tiny_guide), photograph="Mueller_Hans.jpg")


def test_every_map_that_is_known_is_a_figure_of_its_own(report: Report) -> None:
    names = set(figures_of(report))
    assert names >= OF_THE_CHANGE | {f"perturbation-{c}" for c in ("red", "green", "blue")} | {"support"}
    assert {n for n in names if n.startswith("occlusion")} == {
        f"occlusion-{of}" for of in ("original", "enhanced", "difference")
    }
    bare = replace(report, maps=(), findings=replace(report.findings, evidence=None))
    assert not any(n.startswith("occlusion") or n == "support" for n in figures_of(bare))


def test_without_a_change_there_are_the_pictures_alone(report: Report) -> None:
    still = replace(report, maps=(), subject=replace(report.subject, epsilon=0.0))
    assert not set(figures_of(still)) & (OF_THE_CHANGE - {"original", "enhanced"})


def test_the_archive_holds_a_png_and_an_svg_of_each_and_never_the_photograph_s_name(report: Report) -> None:
    bare = replace(report, maps=())
    archive = figures_zip(bare)
    with ZipFile(io.BytesIO(archive)) as files:
        names = files.namelist()
        svg = files.read("perturbation.svg").decode()
    figures = {*figures_of(bare), *printed_plots(bare)}
    assert sorted(names) == sorted(f"{n}.{ending}" for n in figures for ending in ("png", "svg"))
    assert "Not for diagnosis." in svg
    assert "AI-altered towards b" in svg
    assert b"Mueller" not in archive
    assert archive == figures_zip(bare)


def test_figures_have_the_colours_that_were_chosen(report: Report) -> None:
    bare = replace(report, maps=())
    usual, other = figure_files(bare), figure_files(bare, colours=PALETTE_PAIRS[1])
    assert usual["perturbation.svg"] != other["perturbation.svg"]
    assert usual["original.png"] == other["original.png"]
