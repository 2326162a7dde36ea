"""The plots of an inspection at print size: they show the numbers that the report has, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import agreement_of
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.printed_plot import PrintedPlot
from lwise_core.inspection.printed_plots import agreement_plot, lights_plot, logits_plot, printed_plots
from lwise_core.inspection.report import Report
from tests.inspection.test_hallucination import with_references
from tests.inspection.test_report import report_on

ALONG = {"logits", "lights", "overlap"}
OF_THE_CHANGE = {"histogram", "energy"}


@pytest.fixture
def report(tiny_guide: GuideModel) -> Report:
    return report_on(with_references(tiny_guide))


def drawn(plot: PrintedPlot) -> Axes:
    axes = Figure().subplots()
    plot.draw(axes)
    return axes


def test_every_plot_that_is_known_is_there(report: Report) -> None:
    assert set(printed_plots(report)) == ALONG | OF_THE_CHANGE | {"agreement"}
    bare = replace(report, maps=(), findings=replace(report.findings, evidence=None))
    assert set(printed_plots(bare)) == {"logits", "lights"} | OF_THE_CHANGE
    waiting = replace(bare, findings=replace(bare.findings, risks=bare.findings.risks[:2]))
    assert "lights" not in printed_plots(waiting)
    still = replace(bare, subject=replace(report.subject, epsilon=0.0))
    assert not set(printed_plots(still)) & OF_THE_CHANGE


def test_what_somebody_else_altered_knows_no_other_epsilon(report: Report) -> None:
    pair = replace(report, subject=replace(report.subject, altered="edited.png"))
    assert not set(printed_plots(pair)) & ALONG


def test_the_lines_are_the_path_s_logits_and_each_has_its_name(report: Report) -> None:
    path = report.findings.path
    axes, curves = drawn(logits_plot(path, current=report.subject.epsilon)), path.curves()
    for line, values in zip(axes.lines, curves.values(), strict=False):
        assert line.get_ydata() == pytest.approx(np.array(values))
        assert line.get_xdata() == pytest.approx([i * path.step for i in range(len(path.frames))])
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(curves)


def test_both_lights_cover_the_path_in_the_colours_of_their_states(report: Report) -> None:
    risks = report.findings.risks
    axes = drawn(lights_plot(risks, step=0.5, current=1.0))
    colours = {LightState.FLAGGED: "#d55e00", LightState.NO_FLAG: "#0072b2", LightState.CANNOT_JUDGE: "#808080"}
    for row, lights in enumerate(([r.artefact for r in risks], [r.semantic for r in risks])):
        bars = [
            bar
            for bar in axes.patches
            if isinstance(bar, Rectangle) and round(bar.get_y() + bar.get_height() / 2) == row
        ]
        for i, light in enumerate(lights):
            at = [b for b in bars if b.get_x() < i * 0.5 < b.get_x() + b.get_width()]
            assert [to_hex(b.get_facecolor()) for b in at] == [colours[light.state]]


def test_where_methods_have_no_order_nothing_is_made_up(report: Report) -> None:
    names = ["saliency", "occlusion"]
    axes = drawn(agreement_plot(names, [[1.0, None], [None, 1.0]]))
    assert sorted(text.get_text() for text in axes.texts) == ["1.00", "1.00", "–", "–"]
    assert drawn(agreement_plot(names, agreement_of(report.maps))).images


@pytest.mark.parametrize("name", ["_grey", "$x_1$ a & <b>", "\N{CJK UNIFIED IDEOGRAPH-732B}"])
def test_any_name_of_a_class_is_shown_as_text(report: Report, name: str) -> None:
    path = report.findings.path
    named = replace(path, guide=replace(path.guide, classes=(name, *path.guide.classes[1:])))
    svg = logits_plot(named, current=1.0).as_svg(note="Not for diagnosis.").decode()
    assert "<b>" not in svg
    expected = {"_grey": "_grey", "$x_1$ a & <b>": "$x_1$ a &amp; &lt;b&gt;"}.get(name, "?")
    assert f">{expected}</text>" in svg
