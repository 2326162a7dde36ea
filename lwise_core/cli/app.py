"""The same verbs from a shell: score and enhance photographs, list the guides.

Errors are one line on standard error and exit code 2.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Annotated, NoReturn

import torch
import typer
from typer.exceptions import TyperException

import lwise_core
from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import make_folder, read_file
from lwise_core.cli.batch import enhance_set_command, inspect_set_command, score_set_command
from lwise_core.cli.course import course_app, rehearse_command
from lwise_core.cli.guides import download_command, models_command
from lwise_core.cli.inspect import inspect_command
from lwise_core.cli.options import (
    DEFAULT_GUIDE,
    Architecture,
    ClassList,
    ClassName,
    CropAt,
    DomainOf,
    Guide,
    Photos,
    Refused,
    WeightFile,
    budget,
    class_called,
    guide_named,
    help_without_verb,
    stated_and_target,
    stated_class,
    subjects_in,
)
from lwise_core.cli.phantom import phantom_command
from lwise_core.cli.train import train_command
from lwise_core.enhancement.export import Export, Intent, export, export_stem
from lwise_core.enhancement.fast_twin import TwinChecks, path_to, precision_of, trusted_twin
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, Harder, objective_named, offered, with_rivals
from lwise_core.enhancement.path import EnhancementPath, PathRequest, steps_for
from lwise_core.enhancement.path_cache import BYTES_KEPT, PathKey, PathStore, cached
from lwise_core.enhancement.rendering import Extent
from lwise_core.guides import catalog
from lwise_core.guides.difficulty import Difficulty, difficulty_of, score, standing
from lwise_core.guides.guide import Domain, GuideModel

_HIGHEST = 3  # logits that a line for people names

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Score how hard photographs are for people, and enhance them, with a robust guide model. Not for diagnosis.",
)


@dataclass(frozen=True)
class Scored:
    """One photograph's difficulty, as it is printed."""

    photograph: str
    class_name: str
    first_choice: str
    difficulty: Difficulty

    def line(self) -> str:
        """Return one line for people."""
        seen = "" if self.difficulty.seen else f" The guide itself takes it for {self.first_choice}."
        return (
            f"{self.photograph}: logit {self.difficulty.logit:.2f}, log-probability "
            f"{self.difficulty.log_probability:.2f}. {standing(self.difficulty, class_name=self.class_name)}{seen}"
        )

    def row(self) -> dict[str, object]:
        """Return one row for programs."""
        place = self.difficulty.percentile
        return {
            "photograph": self.photograph,
            "class": self.class_name,
            "logit": self.difficulty.logit,
            "log_probability": self.difficulty.log_probability,
            "rank": self.difficulty.rank,
            "first_choice": self.first_choice,
            "harder_than": None if place is None else place.share,
            "interval_95": None if place is None else [place.low, place.high],
            "references": self.difficulty.references,
        }


@dataclass(frozen=True)
class Unclassed:
    """What the guide says of a photograph that shows none of its classes: ``logits``, name → logit, falling."""

    photograph: str
    logits: Mapping[str, float]

    @classmethod
    def of(cls, photograph: str, guide: GuideModel, logits: torch.Tensor) -> Unclassed:
        """Return it for ``logits`` ``(C,)``."""
        falling, order = logits.sort(descending=True)
        return cls(photograph, {guide.classes[i]: x for i, x in zip(order.tolist(), falling.tolist(), strict=True)})

    def line(self) -> str:
        """Return one line for people."""
        highest = ", ".join(f"{name} {logit:.2f}" for name, logit in islice(self.logits.items(), _HIGHEST))
        return f"{self.photograph}: highest logits {highest}. Difficulty needs a class that the guide knows."

    def row(self) -> dict[str, object]:
        """Return one row for programs."""
        first = next(iter(self.logits))
        return {"photograph": self.photograph, "class": SOMETHING_ELSE, "first_choice": first, "logits": self.logits}


@app.command("score")
def score_command(
    photos: Photos,
    class_name: ClassName,
    guide_name: Guide = DEFAULT_GUIDE,
    weights: WeightFile = None,
    architecture: Architecture = None,
    classes: ClassList = None,
    domain: DomainOf = Domain.UNKNOWN,
    crop: CropAt = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say how hard each photograph is: ground-truth logit, log-probability, and its place among references.

    Of something else it says the highest logits only.
    """
    guide = guide_named(guide_name, weights=weights, architecture=architecture, classes=classes, domain=domain)
    stated = stated_class(guide, class_name)
    for name, subject in subjects_in(photos, crop):
        scored = _scored(guide, name, score(guide, subject.seen(size=guide.input_size)), stated=stated)
        typer.echo(json.dumps(scored.row(), ensure_ascii=False, allow_nan=False) if as_json else scored.line())


@app.command("enhance")
def enhance_command(
    photos: Photos,
    class_name: ClassName,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Folder for picture, perturbation and manifest; their names begin with the photograph's own."
        ),
    ],
    eps: Annotated[float | None, typer.Option("--eps", help="Budget ε in the guide's own units.")] = None,
    eps_224: Annotated[float | None, typer.Option("--eps-224", help="Budget of equal RMS at 224 px instead.")] = None,
    towards: Annotated[
        str | None, typer.Option("--towards", help="Another class to enhance towards; marked as not in the original.")
    ] = None,
    objective: Annotated[str, typer.Option("--objective", help=f"{offered(rivals_by='--rival')}.")] = DEFAULT_OBJECTIVE,
    rival: Annotated[
        list[str] | None, typer.Option("--rival", help=f"A rival for {with_rivals()}; repeatable.")
    ] = None,
    harder: Annotated[bool, typer.Option("--harder", help="The reverse direction.")] = False,
    extent: Annotated[
        Extent, typer.Option("--extent", help="The whole photograph, or the crop at the guide's size.")
    ] = Extent.PHOTOGRAPH,
    strip: Annotated[
        bool, typer.Option(help="The strip “AI-altered … not for diagnosis”; medical guides always get it.")
    ] = True,
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
    guide_name: Guide = DEFAULT_GUIDE,
    weights: WeightFile = None,
    architecture: Architecture = None,
    classes: ClassList = None,
    domain: DomainOf = Domain.UNKNOWN,
    crop: CropAt = None,
) -> None:
    """Enhance each photograph towards its class within the L2 budget ε, and write picture, numbers and manifest."""
    guide = guide_named(guide_name, weights=weights, architecture=architecture, classes=classes, domain=domain)
    stated, aimed = stated_and_target(guide, class_name=class_name, towards=towards)
    rivals = [guide.class_index(class_called(guide, r)) for r in rival or ()]
    chosen = objective_named(objective, rivals=rivals)
    intent = Intent(stated=stated, towards=aimed, epsilon=budget(guide, eps=eps, eps_224=eps_224), extent=extent)
    twin = None if exact else trusted_twin(guide, TwinChecks(catalog.home() / "verdicts"))
    make_folder(out)
    for _, subject in subjects_in(photos, crop):
        request = PathRequest.single(
            subject.seen(size=guide.input_size),
            target=guide.class_index(aimed),
            objective=Harder(chosen) if harder else chosen,
        )
        path = _path(guide, request, epsilon=intent.epsilon, twin=twin or guide, keep=keep)
        made = export(subject, path, intent, strip=strip)
        own = export_stem(subject.photograph.name, path, intent)  # nothing leaves the machine: it may keep its name
        _write(replace(made, stem=own), out)


app.command("inspect")(inspect_command)
app.command("score-set")(score_set_command)
app.command("enhance-set")(enhance_set_command)
app.command("inspect-set")(inspect_set_command)
app.command("models")(models_command)
app.command("download")(download_command)
app.command("train")(train_command)
app.command("phantom")(phantom_command)
app.add_typer(course_app, name="course")
app.command("rehearse")(rehearse_command)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Score how hard photographs are for people, and enhance them, with a robust guide model. Not for diagnosis."""
    if version:
        typer.echo(f"L-WISE Studio {lwise_core.__version__}")
        raise typer.Exit
    help_without_verb(context)


def main() -> NoReturn:
    """Run the command line: one line and exit code 2 for everything that was asked wrongly.

    A mistake in the code keeps its trace, and ends with code 1.
    """
    _one_line_errors(lambda: app(prog_name="python -m lwise_core", standalone_mode=False))


def _one_line_errors(run: Callable[[], object]) -> NoReturn:
    try:
        result = run()
    except TyperException as error:
        _fail(error.format_message())
    except LWiseError as error:
        _fail(str(error))
    except BrokenPipeError:  # whoever read the output has read enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)


def _fail(sentence: str) -> NoReturn:
    typer.echo(f"Error: {' '.join(sentence.split())}", err=True)
    sys.exit(2)


def _scored(guide: GuideModel, photograph: str, logits: torch.Tensor, *, stated: str) -> Scored | Unclassed:
    """Return what to print of one photograph, by its ``logits`` ``(C,)``."""
    if stated == SOMETHING_ELSE:
        return Unclassed.of(photograph, guide, logits)
    return Scored(
        photograph=photograph,
        class_name=stated,
        first_choice=guide.classes[int(logits.argmax())],
        difficulty=difficulty_of(guide, logits, target=guide.class_index(stated)),
    )


def _path(guide: GuideModel, request: PathRequest, *, epsilon: float, twin: GuideModel, keep: bool) -> EnhancementPath:
    """Return the path as far as ``epsilon`` needs it; where paths are kept, from an earlier call that kept it."""
    walked = (path_to(guide, request, epsilon=epsilon, twin=twin) for _ in range(1))
    if not keep:
        return next(walked)
    wanted = PathKey(guide, request, steps_for(epsilon, step=guide.epsilon_scale.step), precision_of(twin))
    *_, path = cached(PathStore(catalog.home() / "paths"), wanted, walked)
    return path


def _write(made: Export, folder: Path) -> None:
    """Write the files of one export, each whole or not at all; those that are there already stay as they are.

    Raises:
        Refused: A file of one of these names is there and holds something else.
    """
    files = {folder / name: content for name, content in made.files().items()}
    for file, content in files.items():
        if file.exists() and read_file(file) != content:
            raise Refused(
                f"“{file}” is there already and holds something else; nothing was overwritten: name another --out."
            )
    for file, content in files.items():
        write_whole(file, content)
        typer.echo(str(file))
    for sentence in made.warnings:
        typer.echo(f"Warning: {sentence}", err=True)
