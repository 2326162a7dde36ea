"""A photograph's ε-path inspected, and what was found at one ε as text, numbers and a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lwise_core.enhancement.export import name_for_files
from lwise_core.enhancement.photograph_path import PhotographPath
from lwise_core.guides.guide import GuideModel
from lwise_core.images.heatmaps import PALETTE_PAIRS, PalettePair
from lwise_core.inspection.examine import Findings, MapPair, Opinion, Question, maps_at, opinion_at, perturbation_at
from lwise_core.inspection.figure_files import figure_files
from lwise_core.inspection.folding import FOLDED, folds_of
from lwise_core.inspection.indicators import Risk
from lwise_core.inspection.neighbours import FeatureIndex, Neighbours
from lwise_core.inspection.perturbation import Perturbation, lattices_of, perceptual_difference_of, spectrum_of
from lwise_core.inspection.report import Report, ReportSubject, worth_of
from lwise_core.inspection.wording import (
    agreement_lines,
    clear_range,
    facts_of,
    folded_row,
    lattice_row,
    look_of,
    opinion_row,
    overlap_of,
    where_it_arose,
)


@dataclass(frozen=True, eq=False)
class InspectedPhotograph:
    """What was found of one photograph at one ε. Printed, it says what both lights say.

    Attributions, second opinions and measures of the change are computed when they are asked for first.
    """

    photograph: PhotographPath
    findings: Findings
    question: Question
    second: GuideModel | None
    epsilon: float

    @property
    def risk(self) -> Risk:
        """Both lights with their indicators."""
        return self.findings.at(self.epsilon)

    @cached_property
    def maps(self) -> tuple[MapPair, ...]:
        """The attributions of the original and of the enhanced picture, one pair a method, with their checks."""
        *_, pairs = maps_at(self.photograph.path, self.question, epsilon=self.epsilon)
        return pairs

    @cached_property
    def change(self) -> Perturbation:
        """The change of what the guide sees."""
        return perturbation_at(self.photograph.path, epsilon=self.epsilon)

    @cached_property
    def opinions(self) -> tuple[Opinion, ...]:
        """What the guide itself says of both pictures, and then the second guide where there is one."""
        guides = (self.photograph.guide, self.second)
        return tuple(self.opinion_of(guide) for guide in guides if guide is not None)

    @property
    def report(self) -> Report:
        """The report, as one HTML file, as JSON and as arrays."""
        name = name_for_files(self.photograph.guide, self.photograph.subject.photograph)
        return Report(ReportSubject(name, self.photograph.stated, self.epsilon), self.findings, self.maps)

    def figures(self, colours: PalettePair = PALETTE_PAIRS[0]) -> Mapping[str, bytes]:
        """Return every map as a figure for print, file name → content: each as PNG at 300 dpi and as SVG, 85 mm wide.

        ``colours`` are those of the maps, one of :data:`lwise_core.images.heatmaps.PALETTE_PAIRS`.
        """
        return figure_files(self.report, colours=colours)

    def opinion_of(self, guide: GuideModel) -> Opinion:
        """Return what ``guide`` says of the original and of the enhanced picture."""
        towards = self.photograph.towards
        return opinion_at(self.photograph.path, guide, epsilon=self.epsilon, class_name=towards)

    def said_by(self, guide: GuideModel) -> str:
        """Return in a line what ``guide`` says of the original and of the enhanced picture."""
        return said(self.opinion_of(guide), class_name=self.photograph.towards)

    def neighbours_among(self, index: FeatureIndex) -> Neighbours:
        """Return which pictures of a set are nearest to the original, and which to the enhanced picture."""
        path = self.photograph.path
        images = path.frames[0].images[0], path.at(self.epsilon).images[0]
        return index.neighbours(*images, towards=self.photograph.towards)

    def every_number(self) -> str:
        """Return every number that the Inspect page shows, in its words and its order, one a line."""
        return "\n".join(self._lines())

    def __str__(self) -> str:
        """What both lights say, and where the class was and where its gain arose."""
        lights = (self.risk.semantic, self.risk.artefact)
        said = [f"{light.kind.value} {light.sentence}" for light in lights]
        return "\n".join((*said, f"Why? {self.risk.why.sentence}"))

    def _head(self) -> Iterator[str]:
        yield clear_range(self.findings.risks)

    def _lines(self) -> Iterator[str]:
        yield from self._head()
        yield self.risk.why.sentence
        for light in (self.risk.semantic, self.risk.artefact):
            yield f"{light.kind.value} {light.sentence}"
            for indicator in light.indicators:
                measure = indicator.measure
                yield f"{measure.name} ({measure.key}), {indicator.verdict}: {facts_of(indicator)}"
        if self.findings.evidence is not None:
            yield from filter(None, ["".join(overlap_of(self.findings.evidence, step=self.risk.step))])
        if self.findings.ledger is not None and self.risk.step:
            yield where_it_arose(self.findings.ledger, step=self.risk.step)
        yield from self._on_the_change()
        for pair in self.maps:
            yield f"{pair.method.title}: {worth_of(pair)}"
        yield from agreement_lines(self.maps)
        for opinion in self.opinions:
            yield said(opinion, class_name=self.photograph.towards)

    def _on_the_change(self) -> Iterator[str]:
        if self.change.is_none:
            yield "At this ε nothing was changed, so there is nothing to measure."
            return
        for name, figure, beside in look_of(perceptual_difference_of(self.change)):
            yield f"{name}: {figure}" + (f" ({beside})" if beside else "")
        for lattice in lattices_of(spectrum_of(self.change), periods=FOLDED):
            yield _row(lattice_row(lattice))
        for folded in folds_of(self.change):
            yield _row(folded_row(folded))


@dataclass(frozen=True, eq=False)
class PhotographInspection:
    """The lights of every ε of one photograph, and what is to be asked at each.

    ``question`` says which attributions are wanted; ``second`` is the guide that was asked for a second opinion.
    """

    photograph: PhotographPath
    findings: Findings
    question: Question
    second: GuideModel | None = None

    def at(self, epsilon: float) -> InspectedPhotograph:
        """Return what was found at ``epsilon``, in the guide's units.

        Raises:
            EpsilonOutOfRange: It is outside the guide's range.
        """
        self.photograph.guide.epsilon_scale.check(epsilon)
        return InspectedPhotograph(self.photograph, self.findings, self.question, self.second, epsilon)


def said(opinion: Opinion, *, class_name: str) -> str:
    """Return in a line what one guide says of the original and of the enhanced picture."""
    return _row(opinion_row(opinion, class_name=class_name))


def _row(cells: dict[str, str]) -> str:
    return ", ".join(f"{name} {cell}" for name, cell in cells.items())
