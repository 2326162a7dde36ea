"""The figures of an inspection as files at print size: every map and plot as PNG and SVG, saying what was altered."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from zipfile import ZipFile

from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core._utils.reproducible_zip import add_file
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.heatmaps import PALETTE_PAIRS, PalettePair
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.attribution import scale_of
from lwise_core.inspection.examine import MapPair, perturbation_at
from lwise_core.inspection.map_pictures import (
    MARKED_PERIODS,
    attribution_picture,
    channel_pictures,
    magnitude_picture,
    perturbation_picture,
    similarity_picture,
    spectrum_picture,
    spoken_picture,
    support_picture,
    without_evidence_picture,
)
from lwise_core.inspection.perturbation import Perturbation, similarity_map, spectrum_of
from lwise_core.inspection.report import Report

if TYPE_CHECKING:
    from lwise_core.inspection.printed_plot import PrintedPlot


def figures_of(report: Report) -> dict[str, HeatmapPicture]:
    """Return every map that ``report`` knows, by the name of its files: what was not computed is not among them."""
    path = report.findings.path
    change = perturbation_at(path, epsilon=min(report.subject.epsilon, path.reach))
    figures = dict(_pictures(change))
    if not change.is_none:
        figures.update(_of_change(change))
    figures.update(_of_evidence(report))
    for pair in report.maps:
        figures.update(_of_maps(pair))
    return figures


def figure_files(report: Report, *, colours: PalettePair = PALETTE_PAIRS[0]) -> Mapping[str, bytes]:
    """Return file name → content: each figure of ``report`` as PNG at 300 dpi and as SVG, 85 mm wide.

    Below each stands what was altered, at which ε and by which guide; no file is called after the photograph.
    """
    from lwise_core.inspection.printed_plots import printed_plots  # noqa: PLC0415  matplotlib takes a second to import

    maps = {name: figure.in_colours(colours) for name, figure in figures_of(report).items()}
    figures: dict[str, HeatmapPicture | PrintedPlot] = {**maps, **printed_plots(report)}
    note, files = report.statement, {}
    for name, figure in figures.items():
        files[f"{name}.png"] = figure.as_png(note=note)
        files[f"{name}.svg"] = figure.as_svg(note=note)
    return files


def figures_zip(report: Report, *, colours: PalettePair = PALETTE_PAIRS[0]) -> bytes:
    """Return the files of :func:`figure_files` as one ZIP; the same report gives the same bytes."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in figure_files(report, colours=colours).items():
            add_file(archive, name, content)
    return stream.getvalue()


def _pictures(change: Perturbation) -> Iterator[tuple[str, HeatmapPicture]]:
    for name, words, image in (
        ("original", "Original, as the guide sees it.", change.original),
        ("enhanced", "Altered, as the guide sees it.", change.changed),
    ):
        yield name, HeatmapPicture(_upright(image), alt=words, caption=words)


def _of_change(change: Perturbation) -> Iterator[tuple[str, HeatmapPicture]]:
    yield "perturbation", perturbation_picture(change.luma)
    yield "magnitude", magnitude_picture(change)
    yield "similarity", similarity_picture(similarity_map(change))
    yield "spectrum", spectrum_picture(spectrum_of(change), periods=MARKED_PERIODS)
    for name, picture in zip(("red", "green", "blue"), channel_pictures(change), strict=True):
        yield f"perturbation-{name}", picture


def _of_evidence(report: Report) -> Iterator[tuple[str, HeatmapPicture]]:
    found = report.findings
    if found.evidence is not None:
        yield "support", support_picture(found.evidence)
    if found.ledger is None:
        return
    size, path = found.path.guide.input_size, found.path
    yield "spoken", spoken_picture(found.ledger, size=size)
    same = path.step == 0  # a pair may be the same picture twice
    step = 0 if same else round(min(report.subject.epsilon, path.reach) / path.step)
    without = without_evidence_picture(found.ledger, step=step, size=size)
    if without is not None:
        yield "without-evidence", without


def _of_maps(pair: MapPair) -> Iterator[tuple[str, HeatmapPicture]]:
    limit, title = scale_of([pair.before.values, pair.after.values]), pair.method.title
    shown = {"original": pair.before.values, "enhanced": pair.after.values, "difference": pair.difference}
    for of, values in shown.items():
        yield f"{pair.method.name}-{of}", attribution_picture(values, limit=limit, of=f"{title}, {of}")


def _upright(image: FloatImage) -> Pixels:
    return to_8_bit(image).transpose(1, 2, 0)
