"""The plots of an inspection at print size: logits, lights and overlap along ε, the change, how methods agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.caption_strip import drawable
from lwise_core.inspection.evidence import TOP_SHARE, Evidence
from lwise_core.inspection.examine import MapPair, agreement_of, perturbation_at
from lwise_core.inspection.indicators import Light, LightState, Risk
from lwise_core.inspection.map_pictures import SPECTRUM_RANGE, SPECTRUM_TOP, decibels
from lwise_core.inspection.perturbation import Perturbation, histogram_of, spectrum_of
from lwise_core.inspection.printed_plot import PrintedPlot
from lwise_core.inspection.report import Report

_BLUE, _VERMILLION, _GREEN, _PURPLE, _GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#808080"  # Okabe and Ito
_OWN = (_BLUE, "-")
_RIVALS = ((_VERMILLION, "--"), (_GREEN, ":"), (_PURPLE, "-."))
_FURTHER = (_GREY, (0, (8, 3)))
_LIGHTS = {
    LightState.FLAGGED: (_VERMILLION, "xxx"),
    LightState.NO_FLAG: (_BLUE, ""),
    LightState.CANNOT_JUDGE: (_GREY, "///"),
}
_EPSILON = "ε (L2 norm, guide’s units)"


def printed_plots(report: Report) -> dict[str, PrintedPlot]:
    """Return every plot that ``report`` knows, by the name of its files; along ε only where it knows a path."""
    return {**dict(_along_epsilon(report)), **dict(_of_change(report)), **dict(_of_methods(report.maps))}


def _along_epsilon(report: Report) -> Iterator[tuple[str, PrintedPlot]]:
    found, epsilon = report.findings, report.subject.epsilon
    if not report.walked or len(found.path.frames) < 2:
        return
    yield "logits", logits_plot(found.path, current=epsilon)
    if found.complete:
        yield "lights", lights_plot(found.risks, step=found.path.step, current=epsilon)
    if found.evidence is not None:
        yield "overlap", overlap_plot(found.evidence, step=found.path.step, current=epsilon)


def _of_change(report: Report) -> Iterator[tuple[str, PrintedPlot]]:
    path = report.findings.path
    change = perturbation_at(path, epsilon=min(report.subject.epsilon, path.reach))
    if not change.is_none:
        yield "histogram", histogram_plot(change)
        yield "energy", energy_plot(change)


def _of_methods(pairs: Sequence[MapPair]) -> Iterator[tuple[str, PrintedPlot]]:
    if len(pairs) > 1:
        yield "agreement", agreement_plot([p.method.title for p in pairs], agreement_of(pairs))


def logits_plot(path: EnhancementPath, *, current: float) -> PrintedPlot:
    """Return the logits of the class enhanced towards and of its rivals along ε."""

    def draw(axes: Axes) -> None:
        epsilons = [i * path.step for i in range(len(path.frames))]
        curves = path.curves()
        styles = [_OWN, *_RIVALS, *[_FURTHER] * len(curves)]
        for i, (values, (colour, dashes)) in enumerate(zip(curves.values(), styles, strict=False)):
            axes.plot(epsilons, values, color=colour, linestyle=dashes, linewidth=0.8 if i else 1.6)
        axes.axvline(current, color=_GREY, linewidth=0.8)
        axes.set(xlabel=_EPSILON, ylabel="logit (no unit)", xlim=(0, epsilons[-1]))
        _name_lines(axes, list(curves))

    own = drawable(path.guide.classes[int(path.request.targets[0])])
    return PrintedPlot(draw, f"Logits along ε, {own} drawn wide. Grey: ε = {current:.2f}.")


def lights_plot(risks: Sequence[Risk], *, step: float, current: float) -> PrintedPlot:
    """Return both lights along ε, hatched where they are flagged or cannot judge."""
    rows: Mapping[str, list[Light]] = {
        "Artefact": [risk.artefact for risk in risks],
        "Evidence": [risk.semantic for risk in risks],
    }

    def draw(axes: Axes) -> None:
        for row, lights in rows.items():
            first = 0
            for state, run in groupby(light.state for light in lights):
                colour, hatch = _LIGHTS[state]
                count = len(list(run))
                bars = axes.barh(row, count * step, left=(first - 0.5) * step, color=colour, linewidth=0)
                for bar in bars:
                    bar.set(hatch=hatch, edgecolor="white")
                first += count
        axes.axvline(current, color=_PURPLE, linewidth=1.2)
        axes.set(xlabel=_EPSILON, xlim=(-step, (len(risks) - 0.5) * step))

    return PrintedPlot(draw, "Both lights along ε. Crossed: flagged. Plain: no flag. Striped: cannot judge.", 0.3)


def overlap_plot(evidence: Evidence, *, step: float, current: float) -> PrintedPlot:
    """Return the share of the change on the pixels with the most evidence, along ε, beside that of other classes."""

    def draw(axes: Axes) -> None:
        epsilons = [i * step for i in range(1, len(evidence.mass))]
        others = evidence.mass_of_others[:, 1:]
        if len(others):
            axes.fill_between(epsilons, others.min(axis=0), others.max(axis=0), color=_GREY, alpha=0.35, linewidth=0)
        axes.plot(epsilons, evidence.mass[1:], color=_BLUE, linewidth=1.6)
        axes.axhline(TOP_SHARE, color=_GREY, linewidth=0.8, linestyle="--")
        axes.axvline(current, color=_PURPLE, linewidth=1.2)
        axes.set(xlabel=_EPSILON, ylabel="share of the change", ylim=(0, 1))
        axes.yaxis.set_major_formatter("{x:.0%}")

    return PrintedPlot(
        draw,
        f"How much of the change lies on the {TOP_SHARE:.0%} of pixels with the most evidence of the class (line) and "
        "of other classes (grey). Dashed: a change that is spread evenly.",
    )


def histogram_plot(change: Perturbation) -> PrintedPlot:
    """Return how often each change occurs, on fixed bins and a logarithmic scale."""

    def draw(axes: Axes) -> None:
        found = histogram_of(change)
        axes.stairs(found.counts, found.edges, fill=True, color=_GREY)
        axes.set(xlabel="darker ← grey levels → lighter", ylabel="values", yscale="log", xlim=found.edges[[0, -1]])
        axes.yaxis.set_major_formatter("{x:,.0f}")  # powers would be drawn as formulas, and nothing else here is one

    return PrintedPlot(draw, "How often each change occurs, all three channels; the end bars hold what lies beyond.")


def energy_plot(change: Perturbation) -> PrintedPlot:
    """Return the median energy of every ring of the spectrum, in decibels."""

    def draw(axes: Axes) -> None:
        spectrum = spectrum_of(change)
        radii, power = (np.array(column) for column in zip(*spectrum.profile, strict=True))
        axes.plot(radii, decibels(power / len(spectrum.power) ** 2), color=_BLUE, linewidth=1.2)
        axes.set(
            xlabel="coarse ← cycles a pixel → fine",
            ylabel="median energy, dB",
            xlim=(0, 0.5),
            ylim=(SPECTRUM_TOP - 2 * SPECTRUM_RANGE, SPECTRUM_TOP),
        )

    return PrintedPlot(draw, "Energy of the change by frequency.")


def agreement_plot(names: Sequence[str], matrix: Sequence[Sequence[float | None]]) -> PrintedPlot:
    """Return how alike methods rank the pixels: Spearman's ρ from −1 to 1, “–” where there is no order."""

    def draw(axes: Axes) -> None:
        values = np.array([[np.nan if v is None else v for v in row] for row in matrix])
        axes.imshow(values, cmap="PuOr", vmin=-1, vmax=1)
        for i, j in np.ndindex(values.shape):
            said = "–" if matrix[i][j] is None else f"{values[i, j]:.2f}".replace("-", "−")
            axes.text(j, i, said, ha="center", va="center", color="white" if abs(values[i, j]) > 0.6 else "black")
        axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
        axes.set_yticks(range(len(names)), names)

    return PrintedPlot(draw, "Spearman’s ρ of the maps of the original, signs included: 1 the same order.", 0.7)


def _name_lines(axes: Axes, names: Sequence[str]) -> None:
    """Draw a legend below the lines; names are set afterwards, for one that begins with “_” would be left out."""
    legend = axes.legend(axes.lines[: len(names)], [str(i) for i in range(len(names))], frameon=False, fontsize=6)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(drawable(name))
