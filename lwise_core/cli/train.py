"""``python -m lwise_core train``: train a guide, or fine-tune one, from a shell."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from lwise_core._utils.precision import native_bf16
from lwise_core._utils.run_folder import RunFolder
from lwise_core.cli.options import PICTURES, pictures_at
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides.guide import GuideModel, best_device
from lwise_core.training.attacks import Attack, Norm
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
from lwise_core.training.initial_network import InitialNetwork, new_start, start_from
from lwise_core.training.recipes import PRESETS, Augmentation, Recipe, RecipeError, Trained, step_for
from lwise_core.training.trainer import Trainer, TrainingProgress, advice

Data = Annotated[str, typer.Argument(help=PICTURES, show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="Folder of the run. The same command again resumes it.")]
AboutFile = Annotated[
    Path, typer.Option("--about", help="JSON: name, domain, data, licence, intended_use, limits, class_names.")
]


def train_command(
    data: Data,
    out: Out,
    about: AboutFile,
    split: Annotated[
        str,
        typer.Option(help="The split: the folder above the classes, or the CSV's column split; empty for none."),
    ] = "train",
    preset: Annotated[str, typer.Option(help=f"Where the recipe begins: {', '.join(PRESETS)}.")] = "two-cores",
    begin_from: Annotated[str | None, typer.Option("--from", help="Fine-tune this guide of the catalogue.")] = None,
    size: Annotated[
        int | None, typer.Option(help="Input size in pixels; without it 32, or what the guide of --from has.")
    ] = None,
    width: Annotated[int, typer.Option(help="Channels of a new CompactResNet after its stem.")] = 32,
    architecture: Annotated[str | None, typer.Option(help="Another new network, by timm's name.")] = None,
    norm: Annotated[Norm | None, typer.Option(help="How the size of a change is measured.")] = None,
    epsilon: Annotated[float | None, typer.Option(help="Radius of the attack; 0 for a non-robust network.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of the attack.")] = None,
    grow: Annotated[float, typer.Option(help="Share of the run over which the attack grows to its size.")] = 0.0,
    epochs: Annotated[int | None, typer.Option()] = None,
    batch: Annotated[int | None, typer.Option(help="Images a batch.")] = None,
    lr: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    epoch_images: Annotated[int, typer.Option(help="Images an epoch, after which the run is kept; 0: all.")] = 0,
    validation: Annotated[int, typer.Option(help="Images set aside to watch the run by.")] = 500,
    balanced: Annotated[bool, typer.Option("--balanced", help="Draw every class equally often.")] = False,
    wide: Annotated[bool, typer.Option("--wide", help="Crop from a quarter of the area on, and recolour.")] = False,
    first_size: Annotated[int, typer.Option(help="Show images at this size at first, then larger; 0: full size.")] = 0,
    unattacked: Annotated[float, typer.Option(help="Share of every batch that is learnt without an attack.")] = 0.0,
    any_way_up: Annotated[bool, typer.Option("--any-way-up", help="Also turn by quarter turns.")] = False,
    last_layer: Annotated[bool, typer.Option("--last-layer", help="Train the last layer only.")] = False,
    freeze: Annotated[int, typer.Option(help="Leave the first convolutions as they are.")] = 0,
    leave_out: Annotated[
        str | None, typer.Option(metavar="FIRST:STEP", help="Do not train on these of DATA, sorted by path.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CLASS", help="Only this class of DATA; repeatable.")
    ] = None,
    folds: Annotated[
        int, typer.Option(min=0, help="Judge by so many guides that each leave a part out; then hold none out.")
    ] = 0,
    held_out: Annotated[str | None, typer.Option(help="Images to measure on; without it, the run's DATA.")] = None,
    held_out_split: Annotated[str, typer.Option(help="Their split.")] = "test",
    by_name: Annotated[bool, typer.Option("--by-name", help="Sort held-out images by file name, not path.")] = False,
    reference_slice: Annotated[
        str | None, typer.Option(metavar="FIRST:STEP", help="Held-out images for references; without it, the rest.")
    ] = None,
    measured_slice: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Held-out images for accuracies.")] = "1:2",
    attacked: Annotated[int, typer.Option(help="Measure the attack on about so many images.")] = 1000,
    largest: Annotated[int, typer.Option(help="Largest weight file in bytes.")] = 9_000_000,
) -> None:
    """Train a robust guide on DATA, measure it on held-out images, and write it with its card to OUT/guide.

    The decoded images are kept in the user's cache folder, so that the next run begins at once.
    """
    note = read_about(about)
    start = start_from(begin_from, size=size) if begin_from else new_start(architecture, width=width, size=size or 32)
    start = start.renamed(note.class_names)
    recipe = _recipe(preset, start.input_size)
    attack = _attack(recipe.attack, norm=norm, epsilon=epsilon, steps=steps)
    changes = {"epochs": epochs, "batch": batch, "peak_lr": lr, "seed": seed}
    recipe = replace(
        recipe,
        attack=attack,
        balanced=balanced,
        images_per_epoch=epoch_images,
        validation=validation,
        augmentation=_augmentation(wide=wide, any_way_up=any_way_up),
        trained=Trained.LAST if last_layer else Trained.AFTER if freeze else Trained.ALL,
        frozen_convolutions=freeze,
        attack_warm_up=grow,
        first_size=_first_size(first_size, start.input_size),
        unattacked=unattacked,
        bf16=recipe.bf16 and native_bf16(best_device()),
        **{k: v for k, v in changes.items() if v is not None},  # type: ignore[arg-type]
    )
    held = HeldOut(
        source=Path(held_out or data),
        split=held_out_split,
        by_name=by_name,
        references=part(reference_slice) if reference_slice else None,
        measured=part(measured_slice),
        attacked=attacked,
    )
    images = _read(data, split, start.input_size, note, only)
    if leave_out:
        images = images.without(part(leave_out))
    start = start.for_classes(images.classes, seed=recipe.seed, largest=largest)
    images = images.in_order_of(start.classes)
    if folds:
        _refuse_held_out(folds, held_out=held_out, leave_out=leave_out)
        _train_with_folds(RunFolder(out), recipe, start, images, note, folds=folds, attacked=attacked)
    else:
        measured_on = _read(held_out or data, held.split, start.input_size, note, only).in_order_of(start.classes)
        held.refuse_trained(measured_on, trained=images)
        _train(RunFolder(out), recipe, start, images, note, held.of(measured_on))


def _train(
    folder: RunFolder, recipe: Recipe, start: InitialNetwork, images: LabelledImages, note: About, held: HeldOutImages
) -> None:
    with folder.held():
        trainer = _trained(folder, recipe, start, images)
        typer.echo("Measuring the stored file on held-out images.")
        norm, trained = recipe.attack.norm, recipe.attack.epsilon
        _publish(folder, trainer, start, note, lambda guide: held_out_figures(guide, held, norm=norm, trained=trained))


def _train_with_folds(
    folder: RunFolder,
    recipe: Recipe,
    start: InitialNetwork,
    images: LabelledImages,
    note: About,
    *,
    folds: int,
    attacked: int,
) -> None:
    """Train and judge a guide for each fold in a folder beside the run's, then the one on all images."""
    with folder.held():
        _agree(folder, recipe, start, images)  # before the folds, which may take hours
        parts = [
            _judged(folder, recipe, start.fresh(), images, note, fold=Fold(n, folds), attacked=-(-attacked // folds))
            for n in range(folds)
        ]
        trainer = _trained(folder, recipe, start, images)
        _publish(folder, trainer, start, note, lambda _: pooled_figures(parts, start.classes))


def _judged(
    beside: RunFolder,
    recipe: Recipe,
    start: InitialNetwork,
    images: LabelledImages,
    note: About,
    *,
    fold: Fold,
    attacked: int,
) -> Evaluation:
    """Train the guide of ``fold`` in a folder beside the run's and return what it says of what it never saw."""
    folder = fold.folder(beside)
    with folder.held():
        typer.echo(f"Fold {fold.number + 1} of {fold.of}.")
        trainer = _trained(folder, recipe, start, fold.training(images))
        said = kept_verdicts(folder)
        if said is None:
            guide = stored_guide(trainer, start, note)
            said = judge_folds(folder, guide, fold.left_out(images), recipe.attack, attacked=attacked)
        return said


def _trained(folder: RunFolder, recipe: Recipe, start: InitialNetwork, images: LabelledImages) -> Trainer:
    """Train to the end of the recipe in a folder that is held, and say how far it is."""
    _agree(folder, recipe, start, images)
    trainer = Trainer(start.network, start.normaliser, recipe, images, folder, best_device())
    told: set[str] = set()
    for progress in trainer.run():
        typer.echo(line(progress, recipe.epochs))
        folder.write("curves.svg", curves_svg(progress.epochs).encode())
        for sentence in advice(progress.epochs, classes=len(start.classes)):
            if sentence not in told:
                told.add(sentence)
                typer.echo(f"Advice: {sentence}")
    return trainer


def _agree(folder: RunFolder, recipe: Recipe, start: InitialNetwork, images: LabelledImages) -> None:
    """Make sure that what was begun in the folder is this run."""
    folder.agree({"recipe": recipe.plain(), "start": start.plain(), "data": images.sha256})


def _publish(
    folder: RunFolder,
    trainer: Trainer,
    start: InitialNetwork,
    note: About,
    evidence: Callable[[GuideModel], CardFigures],
) -> None:
    card = publish(folder, trainer, start, note, evidence, command=words())
    typer.echo(json.dumps(card["measured"], ensure_ascii=False))
    typer.echo(f"The guide is in “{folder.guide}”.")


def _refuse_held_out(folds: int, *, held_out: str | None, leave_out: str | None) -> None:
    if held_out is not None or leave_out is not None:
        raise RecipeError(f"--folds {folds} leaves out every image once; take --held-out and --leave-out away.")


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


def _recipe(preset: str, size: int) -> Recipe:
    if preset not in PRESETS:
        raise RecipeError(f"There is no preset “{preset}”; there is {', '.join(PRESETS)}.")
    return PRESETS[preset](size=size)


def _augmentation(*, wide: bool, any_way_up: bool) -> Augmentation:
    if wide and any_way_up:
        raise RecipeError("Choose --wide or --any-way-up, not both.")
    return Augmentation.WIDE if wide else Augmentation.ANY_WAY_UP if any_way_up else Augmentation.PHOTOGRAPH


def _first_size(wanted: int, full: int) -> int:
    if wanted > full:
        raise RecipeError(f"Images of {full} px cannot begin at {wanted} px; choose a smaller --first-size.")
    return wanted


def _attack(preset: Attack, *, norm: Norm | None, epsilon: float | None, steps: int | None) -> Attack:
    """Return the preset's attack with what was asked for otherwise."""
    if norm is None and epsilon is None and steps is None:
        return preset
    radius = preset.epsilon if epsilon is None else epsilon
    count = 0 if radius == 0 else preset.steps if steps is None else steps
    return Attack(norm or preset.norm, radius, count, step_for(radius, count), preset.random_start)


def part(text: str) -> slice:
    """Return the slice that FIRST:STEP means.

    Raises:
        RecipeError: It means none.
    """
    first, _, step = text.partition(":")
    if not (first.isdecimal() and step.isdecimal() and int(step)):
        raise RecipeError(f"“{text}” is not a choice of images; write FIRST:STEP, such as 1:2 for every second one.")
    return slice(int(first), None, int(step))


def _read(source: str, split: str, size: int, note: About, only: Sequence[str] | None) -> LabelledImages:
    cache = user_cache_path("lwise-studio", appauthor=False)
    images = read_images(pictures_at(source), split=split, size=size, cache=cache)
    for sentence in images.notes:
        typer.echo(f"{Path(source).name}: {sentence}", err=True)
    chosen = images.of_classes(only) if only else images
    return chosen.renamed(note.class_names)
