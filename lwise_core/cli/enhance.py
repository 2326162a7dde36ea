"""``python -m lwise_core enhance``: photographs that are easier for people, with what was done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import make_folder, read_file
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import (
    BudgetOptions,
    ClassName,
    CropAt,
    GuideChoice,
    Photos,
    Refused,
    class_called,
    stated_and_target,
    subjects_in,
)
from lwise_core.cli.restriction import Restriction
from lwise_core.enhancement.export import Intent, export, export_stem
from lwise_core.enhancement.objectives import (
    DEFAULT_OBJECTIVE,
    Harder,
    Objective,
    objective_named,
    offered,
    with_rivals,
)
from lwise_core.enhancement.path import EnhancementPath, PathRequest, steps_for
from lwise_core.enhancement.path_cache import BYTES_KEPT, PathKey, PathStore, cached
from lwise_core.enhancement.rendering import Extent
from lwise_core.enhancement.sweep import sweep
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.images.animation import AnimationFormat


@dataclass(frozen=True)
class AimOptions:
    """What the guide is to see more of, and by which objective."""

    towards: Annotated[
        str | None, typer.Option("--towards", help="Another class to enhance towards; marked as not in the original.")
    ] = None
    objective: Annotated[str, typer.Option("--objective", help=f"{offered(rivals_by='--rival')}.")] = DEFAULT_OBJECTIVE
    rival: Annotated[list[str] | None, typer.Option("--rival", help=f"A rival for {with_rivals()}; repeatable.")] = None
    harder: Annotated[bool, typer.Option("--harder", help="The reverse direction.")] = False

    def objective_for(self, guide: GuideModel) -> Objective:
        """Return the objective.

        Raises:
            ObjectiveError: There is none of that name, or it does not go with these rivals.
            Refused: The guide does not know a rival.
        """
        rivals = [guide.class_index(class_called(guide, r)) for r in self.rival or ()]
        chosen = objective_named(self.objective, rivals=rivals)
        return Harder(chosen) if self.harder else chosen


@dataclass(frozen=True)
class TakenAway:
    """How the picture is written."""

    extent: Annotated[
        Extent, typer.Option("--extent", help="The whole photograph, or the crop at the guide's size.")
    ] = Extent.PHOTOGRAPH
    strip: Annotated[
        bool, typer.Option(help="The strip “AI-altered … not for diagnosis”; medical guides always get it.")
    ] = True
    animation: Annotated[
        list[AnimationFormat] | None,
        typer.Option(help="Also the square from ε = 0 up as a moving picture, always with the strip; repeatable."),
    ] = None


@grouped
def enhance_command(
    photos: Photos,
    class_name: ClassName,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Folder for picture, perturbation and manifest; their names begin with the photograph's own."
        ),
    ],
    budget: BudgetOptions,
    aim: AimOptions,
    taken: TakenAway,
    restriction: Restriction,
    exact: Annotated[
        bool, typer.Option("--exact", help="fp32 throughout, also where the fast copy was checked on this machine.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            help="Keep computed paths, and the photographs in them, in the folder “paths” of the user's data folder or "
            f"LWISE_HOME, at most {BYTES_KEPT // 2**20} MiB; never those of medical guides, nor of unknown domain.",
        ),
    ] = True,
    *,
    chosen: GuideChoice,
    crop: CropAt = None,
) -> None:
    """Enhance each photograph towards its class within the L2 budget ε, and write picture, numbers and manifest."""
    guide = chosen.load()
    stated, aimed = stated_and_target(guide, class_name=class_name, towards=aim.towards)
    objective = aim.objective_for(guide)
    intent = Intent(stated=stated, towards=aimed, epsilon=budget.of(guide), extent=taken.extent)
    walker = Walker(guide) if exact else Walker.trusted(guide)
    make_folder(out)
    for _, subject in subjects_in(photos, crop):
        seen = subject.seen(size=guide.input_size)
        target = guide.class_index(aimed)
        within = restriction.within(guide, subject, target=target)
        mask = None if within is None else within.mask
        request = PathRequest.single(seen, target=target, objective=objective, within=mask)
        path = _path(walker, request, epsilon=intent.epsilon, keep=keep)
        made = export(subject, path, intent, strip=taken.strip)
        own = export_stem(subject.photograph.name, path, intent)  # nothing leaves the machine: it may keep its name
        moving = {
            f"{own}.{kind.value}": sweep(subject, path, intent, kind=kind)
            for kind in dict.fromkeys(taken.animation or ())
        }
        _write({**replace(made, stem=own).files(), **moving}, out)
        for sentence in made.warnings:
            typer.echo(f"Warning: {sentence}", err=True)


def _path(walker: Walker, request: PathRequest, *, epsilon: float, keep: bool) -> EnhancementPath:
    """Return the path as far as ``epsilon`` needs it; where paths are kept, from an earlier call that kept it."""
    walked = (walker.to(request, epsilon=epsilon) for _ in range(1))
    if not keep:
        return next(walked)
    steps = steps_for(epsilon, step=walker.guide.epsilon_scale.step)
    wanted = PathKey(walker.guide, request, steps, walker.precision)
    *_, path = cached(PathStore(catalog.home() / "paths"), wanted, walked)
    return path


def _write(made: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of one export, each whole or not at all; those that are there already stay as they are.

    Raises:
        Refused: A file of one of these names is there and holds something else.
    """
    files = {folder / name: content for name, content in made.items()}
    for file, content in files.items():
        if file.exists() and read_file(file) != content:
            raise Refused(
                f"“{file}” is there already and holds something else; nothing was overwritten: name another --out."
            )
    for file, content in files.items():
        write_whole(file, content)
        typer.echo(str(file))
