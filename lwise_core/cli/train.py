"""``python -m lwise_core train``: train a guide, or fine-tune one, from a shell."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from lwise_core._utils.run_folder import RunFolder
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import PICTURES, pictures_at
from lwise_core.cli.train_options import (
    AttackOptions,
    HeldOutOptions,
    ImageOptions,
    NetworkOptions,
    TrainingOptions,
    recipe_named,
)
from lwise_core.data.dirmap_set import LISTS
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides.guide import GuideModel
from lwise_core.training.cross_validation import Fold, judge_folds, kept_verdicts, pooled_figures
from lwise_core.training.curves import curves_svg
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.export_guide import (
    About,
    CardFigures,
    HeldOut,
    HeldOutImages,
    held_out_figures,
    publish,
    read_about,
    stored_guide,
)
from lwise_core.training.initial_network import InitialNetwork
from lwise_core.training.recipes import PRESETS
from lwise_core.training.trainer import Trainer, TrainingProgress, advice
from lwise_core.training.training_run import TrainingRun

Data = Annotated[str, typer.Argument(help=PICTURES, show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="Folder of the run. The same command again resumes it.")]
AboutFile = Annotated[
    Path, typer.Option("--about", help="JSON: name, domain, data, licence, intended_use, limits, class_names.")
]


@grouped
def train_command(
    data: Data,
    out: Out,
    about: AboutFile,
    split: Annotated[
        str,
        typer.Option(help="The split: the folder above the classes, or the CSV's column split; empty for none."),
    ] = "train",
    preset: Annotated[str, typer.Option(help=f"Where the recipe begins: {', '.join(PRESETS)}.")] = "two-cores",
    *,
    network: NetworkOptions,
    attack: AttackOptions,
    training: TrainingOptions,
    chosen: ImageOptions,
    measured: HeldOutOptions,
    largest: Annotated[int, typer.Option(help="Largest weight file in bytes.")] = 9_000_000,
) -> None:
    """Train a robust guide on DATA, measure it on held-out images, and write it with its card to OUT/guide.

    The decoded images are kept in the user's cache folder, so that the next run begins at once.
    """
    note = read_about(about)
    start = network.start().renamed(note.class_names)
    recipe = training.recipe(recipe_named(preset, start.input_size), attack, size=start.input_size)
    held = measured.of(data)
    images = chosen.of(_read(data, split, start.input_size, note, chosen))
    start = start.for_classes(images.classes, seed=recipe.seed, largest=largest)
    images = chosen.with_answers(images.in_order_of(start.classes))
    run = TrainingRun(RunFolder(out), recipe, start, images)
    if chosen.folds:
        chosen.refuse_held_out(measured)
        _train_with_folds(run, note, folds=chosen.folds_of(images), attacked=measured.attacked)
        return
    kept = _held_out(held, measured.held_out or data, start, note, chosen, trained=images)
    of_references = measured.of_references()
    if of_references is not None:
        others = _held_out(of_references, str(of_references.source), start, note, chosen, trained=images)
        kept = kept.with_references_of(others)
    _train(run, note, kept)


def _held_out(
    held: HeldOut, source: str, start: InitialNetwork, note: About, chosen: ImageOptions, *, trained: LabelledImages
) -> HeldOutImages:
    """Read what ``held`` divides from ``source``, none of which may be among the images ``trained`` on."""
    named = chosen if Path(source).suffix.lower() in LISTS else replace(chosen, label_column="")
    images = _read(source, held.split, start.input_size, note, named).in_order_of(start.classes)
    held.refuse_trained(images, trained=trained)
    return held.of(images)


def _train(run: TrainingRun, note: About, held: HeldOutImages) -> None:
    with run.folder.held():
        trainer = _trained(run)
        typer.echo("Measuring the stored file on held-out images.")
        norm, trained = run.recipe.attack.norm, run.recipe.attack.epsilon
        _publish(run, trainer, note, lambda guide: held_out_figures(guide, held, norm=norm, trained=trained))


def _train_with_folds(run: TrainingRun, note: About, *, folds: list[Fold], attacked: int) -> None:
    """Train and judge a guide for each fold in a folder beside the run's, then the one on all images."""
    with run.folder.held():
        run.agree()  # before the folds, which may take hours
        parts = [_judged(run, note, fold=fold, attacked=-(-attacked // len(folds))) for fold in folds]
        trainer = _trained(run)
        _publish(run, trainer, note, lambda _: pooled_figures(parts, run.start.classes, unit=folds[0].unit))


def _judged(whole: TrainingRun, note: About, *, fold: Fold, attacked: int) -> Evaluation:
    """Train the guide of ``fold`` in a folder beside the run's and return what it says of what it never saw."""
    run = TrainingRun(fold.folder(whole.folder), whole.recipe, whole.start.fresh(), images=fold.training(whole.images))
    with run.folder.held():
        typer.echo(f"Fold {fold.number + 1} of {fold.of}.")
        trainer = _trained(run)
        said = kept_verdicts(run.folder)
        if said is None:
            guide = stored_guide(trainer, run.start, note)
            said = judge_folds(run.folder, guide, fold.left_out(whole.images), run.recipe.attack, attacked=attacked)
        return said


def _trained(run: TrainingRun) -> Trainer:
    """Train to the end of the recipe in a folder that is held, and say how far it is."""
    trainer = run.trainer()
    told: set[str] = set()
    for progress in trainer.run():
        typer.echo(line(progress, run.recipe.epochs))
        run.folder.write("curves.svg", curves_svg(progress.epochs).encode())
        for sentence in advice(progress.epochs, classes=len(run.start.classes)):
            if sentence not in told:
                told.add(sentence)
                typer.echo(f"Advice: {sentence}")
    return trainer


def _publish(run: TrainingRun, trainer: Trainer, note: About, evidence: Callable[[GuideModel], CardFigures]) -> None:
    card = publish(run.folder, trainer, run.start, note, evidence, command=words())
    typer.echo(json.dumps(card["measured"], ensure_ascii=False))
    typer.echo(f"The guide is in “{run.folder.guide}”.")


def line(progress: TrainingProgress, epochs: int) -> str:
    """Return one line about a run for people."""
    last = "".join(
        f"; after epoch {e.number}: clean {e.clean_accuracy:.1%}, under attack {e.robust_accuracy:.1%}"
        for e in progress.epochs[-1:]
    )
    return (
        f"{progress.done:.1%} of {epochs} epochs, loss {progress.loss:.3f}, {progress.images_per_second:.0f} images/s, "
        f"about {progress.seconds_left / 60:.0f} min left{last}"
    )


def words(module: str = "lwise_core") -> str:
    """Return the command being run, with file names instead of whole paths."""
    return shlex.join(["python", "-m", module, *(Path(w).name if "/" in w else w for w in sys.argv[1:])])


def _read(source: str, split: str, size: int, note: About, chosen: ImageOptions) -> LabelledImages:
    cache = user_cache_path("lwise-studio", appauthor=False)
    images = read_images(pictures_at(source, column=chosen.label_column), split=split, size=size, cache=cache)
    for sentence in images.notes:
        typer.echo(f"{Path(source).name}: {sentence}", err=True)
    wanted = images.of_classes(chosen.only) if chosen.only else images
    return wanted.renamed(note.class_names)
