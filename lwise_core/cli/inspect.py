"""``python -m lwise_core inspect``: whether to believe an enhancement, as a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core.cli.options import (
    DEFAULT_GUIDE,
    Architecture,
    ClassList,
    ClassName,
    CropAt,
    DomainOf,
    Guide,
    Refused,
    WeightFile,
    budget,
    guide_named,
    stated_and_target,
    subjects_in,
)
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.inspection.regions import Outline, Region, box, inside, on_evidence

_USUAL_METHODS = ("saliency", "integrated-gradients", "grad-cam")


def inspect_command(
    photo: Annotated[Path, typer.Argument(help="PNG, JPEG, WebP, TIFF, BMP or GIF file.", show_default=False)],
    class_name: ClassName,
    report: Annotated[
        Path | None, typer.Option(help="HTML file to write, pictures inside, and the photograph's name.")
    ] = None,
    numbers: Annotated[
        Path | None, typer.Option("--json", help="JSON file to write, every number in it, and the photograph's name.")
    ] = None,
    eps: Annotated[float | None, typer.Option("--eps", help="Budget ε in the guide's own units.")] = None,
    eps_224: Annotated[float | None, typer.Option("--eps-224", help="Budget of equal RMS at 224 px instead.")] = None,
    towards: Annotated[str | None, typer.Option("--towards", help="Another class to enhance towards.")] = None,
    only_box: Annotated[
        str | None,
        typer.Option(metavar="LEFT,TOP,RIGHT,BOTTOM", help="Change this box only, in shares of the square's side."),
    ] = None,
    only_evidence: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Change only this share of pixels, those with most evidence.")
    ] = None,
    method: Annotated[list[str] | None, typer.Option("--method", help="An attribution; repeatable.")] = None,
    guide_name: Guide = DEFAULT_GUIDE,
    weights: WeightFile = None,
    architecture: Architecture = None,
    classes: ClassList = None,
    domain: DomainOf = Domain.UNKNOWN,
    crop: CropAt = None,
) -> None:
    """Say how far to trust what ε paints into a photograph: both lights, where it changed, and why."""
    # Captum, behind attributions, takes a second to import: only who inspects waits for it.
    from lwise_core.inspection.attribution import why_not  # noqa: PLC0415
    from lwise_core.inspection.attribution_methods import METHODS  # noqa: PLC0415
    from lwise_core.inspection.examine import Question, examine, maps_at  # noqa: PLC0415
    from lwise_core.inspection.report import Report, ReportSubject  # noqa: PLC0415

    guide = guide_named(guide_name, weights=weights, architecture=architecture, classes=classes, domain=domain)
    stated, aimed = stated_and_target(guide, class_name=class_name, towards=towards)
    target = guide.class_index(aimed)
    epsilon = budget(guide, eps=eps, eps_224=eps_224)
    unknown = sorted(set(method or ()) - set(METHODS))
    if unknown:
        raise Refused(f"There is no method “{unknown[0]}”; there is {', '.join(METHODS)}.")
    methods = tuple(METHODS[name] for name in method or _USUAL_METHODS)
    if not method:  # the usual ones, as far as this guide has them
        methods = tuple(m for m in methods if why_not(guide, m) is None)
    ((name, subject),) = subjects_in([photo], crop)
    seen = subject.seen(size=guide.input_size)
    within = _within(guide, seen, target=target, only_box=only_box, only_evidence=only_evidence)
    mask = None if within is None else within.mask
    request = PathRequest.single(seen, target=target, objective=GroundTruthLogit(), within=mask)
    *_, path = walk(guide, request)
    *_, findings = examine(path)
    *_, maps = maps_at(path, Question(target, methods), epsilon=epsilon)
    made = Report(ReportSubject(Path(name).name, stated, epsilon), findings, maps)
    typer.echo(f"{made.risk.semantic.kind.value} {made.risk.semantic.sentence}")
    typer.echo(f"{made.risk.artefact.kind.value} {made.risk.artefact.sentence}")
    for file, text in ((report, made.as_html), (numbers, made.as_json)):
        if file is not None:
            write_whole(file.resolve(), text().encode())
            typer.echo(str(file))


def _within(
    guide: GuideModel, seen: torch.Tensor, *, target: int, only_box: str | None, only_evidence: float | None
) -> Region | None:
    """Return the pixels of ``seen`` ``(3, H, W)`` that may change, None for all of them."""
    if only_box is not None and only_evidence is not None:
        raise Refused("Restrict the change once: --only-box or --only-evidence.")
    if only_evidence is not None:
        if not 0 < only_evidence < 1:
            raise Refused(f"--only-evidence takes a share between 0 and 1, not {only_evidence:g}.")
        return on_evidence(guide, seen, target=target, share=only_evidence)
    return None if only_box is None else inside([_box(only_box, size=guide.input_size)], size=guide.input_size)


def _box(text: str, *, size: int) -> Outline:
    try:
        left, top, right, bottom = (float(part) * size - 0.5 for part in text.split(","))
    except ValueError as error:
        raise Refused(f"The box must be LEFT,TOP,RIGHT,BOTTOM between 0 and 1, not “{text}”.") from error
    return box(left=left, top=top, right=right, bottom=bottom)
