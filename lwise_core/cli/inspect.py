"""``python -m lwise_core inspect``: how far to trust an enhancement, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import check_places, make_folder
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import (
    BudgetOptions,
    ClassName,
    CropAt,
    GuideChoice,
    Refused,
    pictures_at,
    stated_and_target,
    subjects_in,
)
from lwise_core.cli.restriction import Restriction
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.second_guide import second_guide

if TYPE_CHECKING:
    from lwise_core.inspection.attribution import AttributionMethod

LEARNT_FOR_ITSELF, _NOBODY = "independent", "none"
_USUAL_METHODS = ("saliency", "integrated-gradients", "grad-cam")

Methods = Annotated[list[str] | None, typer.Option("--method", help="An attribution; repeatable.")]
SecondGuide = Annotated[
    str,
    typer.Option(
        metavar="GUIDE",
        help="A second guide to ask, by name; “independent” takes one that knows the class and learnt for itself, "
        "where there is one, and “none” asks nobody.",
    ),
]
NeighboursAmong = Annotated[
    str | None,
    typer.Option(
        "--neighbours",
        metavar="SET",
        help="Labelled pictures that the guide has not learnt: say which are nearest to the original and to the other.",
    ),
]


@grouped
def inspect_command(
    photo: Annotated[Path, typer.Argument(help="PNG, JPEG, WebP, AVIF, TIFF, BMP or GIF file.", show_default=False)],
    class_name: ClassName,
    report: Annotated[
        Path | None, typer.Option(help="HTML file to write, pictures inside, and the photograph's name.")
    ] = None,
    numbers: Annotated[
        Path | None, typer.Option("--json", help="JSON file to write, every number in it, and the photograph's name.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(help="Folder for every map and plot as PNG (300 dpi) and SVG, 85 mm wide."),
    ] = None,
    *,
    budget: BudgetOptions,
    towards: Annotated[str | None, typer.Option("--towards", help="Another class to enhance towards.")] = None,
    restriction: Restriction,
    method: Methods = None,
    second: SecondGuide = LEARNT_FOR_ITSELF,
    neighbours: NeighboursAmong = None,
    chosen: GuideChoice,
    crop: CropAt = None,
) -> None:
    """Say how far to trust what ε paints into a photograph: both lights, where it changed, and why."""
    # Captum, behind attributions, takes a second to import: only who inspects waits for it.
    from lwise_core.inspection.examine import Question, examine, maps_at, opinion_at  # noqa: PLC0415
    from lwise_core.inspection.figure_files import figure_files  # noqa: PLC0415
    from lwise_core.inspection.photograph_inspection import said  # noqa: PLC0415
    from lwise_core.inspection.report import Report, ReportSubject  # noqa: PLC0415

    check_places(report, numbers)
    guide = chosen.load()
    stated, aimed = stated_and_target(guide, class_name=class_name, towards=towards)
    target = guide.class_index(aimed)
    epsilon = budget.of(guide)
    methods = methods_of(guide, method)
    other = second_asked(guide, second, class_name=aimed)
    ((name, subject),) = subjects_in([photo], crop)
    seen = subject.seen(size=guide.input_size)
    within = restriction.within(guide, subject, target=target)
    mask = None if within is None else within.mask
    request = PathRequest.single(seen, target=target, objective=GroundTruthLogit(), within=mask)
    *_, path = walk(guide, request)
    *_, findings = examine(path, other=other, stated=stated)
    *_, maps = maps_at(path, Question(target, methods), epsilon=epsilon)
    made = Report(ReportSubject(Path(name).name, stated, epsilon), findings, maps)
    typer.echo(made.verdict)
    typer.echo(f"{made.risk.semantic.kind.value} {made.risk.semantic.sentence}")
    typer.echo(f"{made.risk.artefact.kind.value} {made.risk.artefact.sentence}")
    typer.echo(f"Why? {made.why}")
    for one in (guide, other):
        if other is not None and one is not None:
            typer.echo(said(opinion_at(path, one, epsilon=epsilon, class_name=aimed), class_name=aimed))
    if neighbours is not None:
        say_neighbours(path, neighbours, epsilon=epsilon)
    for file, text in ((report, made.as_html), (numbers, made.as_json)):
        if file is not None:
            write_whole(file.resolve(), text().encode())
            typer.echo(str(file))
    if figures is not None:
        make_folder(figures)
        for file_name, content in figure_files(made).items():
            write_whole(figures / file_name, content)
            typer.echo(str(figures / file_name))


def say_neighbours(path: EnhancementPath, source: str, *, epsilon: float) -> None:
    """Print which pictures at ``source`` are nearest to the original of ``path`` and to its result for ``epsilon``."""
    from lwise_core.inspection.neighbours import entries_among, indexed  # noqa: PLC0415

    pictures = pictures_at(source)
    *_, index = indexed(path.guide, pictures, entries_among(pictures))
    towards = path.guide.classes[int(path.request.targets[0])]
    found = index.neighbours(path.frames[0].images[0], path.at(epsilon).images[0], towards=towards)
    typer.echo(str(found))
    for words, nearest in (("Nearest to the original", found.before), ("Nearest to the other", found.after)):
        typer.echo(f"{words}: {', '.join(f'{one.name} ({one.cosine:.3f})' for one in nearest)}")


def second_asked(guide: GuideModel, name: str, *, class_name: str) -> GuideModel | None:
    """Return the second guide that was asked for, None for nobody."""
    if name == _NOBODY:
        return None
    return second_guide(guide, class_name=class_name) if name == LEARNT_FOR_ITSELF else catalog.load(name)


def methods_of(guide: GuideModel, asked: Sequence[str] | None) -> tuple[AttributionMethod, ...]:
    """Return the methods that were asked for, or the usual ones as far as this guide has them."""
    from lwise_core.inspection.attribution import why_not  # noqa: PLC0415
    from lwise_core.inspection.attribution_methods import METHODS  # noqa: PLC0415

    unknown = sorted(set(asked or ()) - set(METHODS))
    if unknown:
        raise Refused(f"There is no method “{unknown[0]}”; there is {', '.join(METHODS)}.")
    if asked:
        return tuple(METHODS[name] for name in asked)
    return tuple(METHODS[name] for name in _USUAL_METHODS if why_not(guide, METHODS[name]) is None)
