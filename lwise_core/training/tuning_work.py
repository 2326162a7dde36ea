"""The work of a tuning, step by step: read, learn and judge in parts, learn, write."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import torch

from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.data.training_images import LabelledImages, reading_images
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY
from lwise_core.training.attacks import Norm
from lwise_core.training.calibrating import attack_epsilon
from lwise_core.training.cross_validation import keep_verdicts, kept_verdicts, pooled_figures
from lwise_core.training.evaluation import ATTACK_STEPS, Evaluation, Labelled, correct_under_attack, logits_of
from lwise_core.training.export_guide import CardFigures, card_figures, labelled, publish, stored_guide
from lwise_core.training.initial_network import InitialNetwork, start_from
from lwise_core.training.learnt_pictures import hashes_of
from lwise_core.training.recipes import Recipe
from lwise_core.training.trainer import Trainer
from lwise_core.training.training_run import TrainingRun
from lwise_core.training.tuning_recipe import coverage, weights_on_disk
from lwise_core.training.tuning_request import LARGEST_TUNED, TuningRequest
from lwise_core.training.tuning_store import TuningStore
from lwise_core.training.twin_folds import Positions, TwinFold, twin_folds

Steps = Iterator[str]
"""What is done now, in words, after every step."""

_AT_ONCE = 8  # pictures that are judged in one step: an attack of 20 steps on them takes seconds


@dataclass
class TuningClock:
    """How many passes are done of all, how many of them in this call, and the seconds that these took."""

    total: float = 0.0
    done: float = 0.0
    computed: float = 0.0
    seconds: float = 0.0

    def add(self, passes: float, *, computed: bool = True) -> None:
        """Count so many passes more, which were ``computed`` now or are kept from an earlier call."""
        self.done += passes
        self.computed += passes if computed else 0.0

    def timed(self, steps: Steps) -> Steps:
        """Yield what ``steps`` yields; what happens between two of them is not counted, as others have their turns."""
        while True:
            before, began = self.computed, perf_counter()
            try:
                what = next(steps)
            except StopIteration:
                return
            if self.computed > before:
                self.seconds += perf_counter() - began
            yield what

    @property
    def share(self) -> float:
        """The share of the passes that is done, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes by the pace so far, None before there is one."""
        return self.seconds / self.computed * max(0.0, self.total - self.done) if self.computed else None


def tuned(request: TuningRequest, store: TuningStore, clock: TuningClock) -> Steps:
    """Do the work of ``request`` up to the guide in its run's folder, which is held, and say what is done.

    Raises:
        RunRefused: The disk is full, another run was begun under this name, or nothing is left to judge by.
        DatasetError: Too many pictures cannot be read.
        GuideUnavailable: There is no such guide to begin with.
        RecipeError: That guide cannot be tuned.
    """
    start = start_from(request.guide)
    folds = request.recipe.in_folds(len(request.pictures))
    runs = request.recipe.folds + 1 if folds else 1
    weights = sum(p.numel() for p in start.network.parameters())
    store.check_room(3 * start.input_size**2 * len(request.pictures) + weights_on_disk(weights, runs=runs))
    images = yield from _read(request, store, start.input_size)
    recipe = request.recipe.recipe(size=start.input_size, domain=request.domain)
    start = start.for_classes(images.classes, seed=recipe.seed, largest=LARGEST_TUNED)
    plan = _Plan.of(request, recipe, start, images.in_order_of(start.classes), clock)
    yield from (_in_folds if folds else _held_out)(plan, store.run(request.name))


def _read(request: TuningRequest, store: TuningStore, size: int) -> Generator[str, None, LabelledImages]:
    reading = reading_images(request.pictures, split="", size=size, cache=store.pictures(request.name))
    while True:
        try:
            done, total = next(reading)
        except StopIteration as end:
            images: LabelledImages = end.value
            return images
        yield f"Reading: picture {done + 1:,} of {total:,}"


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is learnt from, the ``folds`` that judge, and the clock that counts the work."""

    request: TuningRequest
    recipe: Recipe
    start: InitialNetwork
    images: LabelledImages
    folds: tuple[TwinFold, ...]
    clock: TuningClock

    @classmethod
    def of(
        cls,
        request: TuningRequest,
        recipe: Recipe,
        start: InitialNetwork,
        images: LabelledImages,
        clock: TuningClock,
    ) -> _Plan:
        """Return the plan: folds, or of many pictures the one part that is held out.

        Raises:
            RunRefused: Of some class no picture is left to judge by, or too few are left to learn from.
        """
        tuning = request.recipe
        in_folds = tuning.in_folds(len(request.pictures))
        of = tuning.folds if in_folds else tuning.held_out
        hashes = hashes_of(images)
        folds = twin_folds(hashes, images.targets, of=of, learnt=start.learnt)[: of if in_folds else 1]
        judging = {int(t) for fold in folds for t in images.targets[fold.judge]}
        lacking = next((c for i, c in enumerate(images.classes) if i not in judging), None)
        if lacking is not None:
            raise RunRefused(
                f"Nearly all pictures of “{lacking}” are ones that the guide “{request.guide}” had learnt, so nothing "
                "is left to judge by; begin with another guide."
            )
        if min(len(fold.learnt) - tuning.to_watch(len(fold.learnt)) for fold in folds) < recipe.batch:
            raise RunRefused(
                "So many pictures are nearly the same as another one that too few are left to learn from, once a part "
                "is kept to judge by; add different ones."
            )
        return cls(request, recipe, start, images, folds, clock)

    @property
    def attacked(self) -> int:
        """How many pictures of each fold go through the attack."""
        return -(-self.request.recipe.attacked // len(self.folds))

    def to_judge(self, fold: TwinFold) -> int:
        """Return how many passes it takes to judge by a fold."""
        return self.request.recipe.to_judge(len(fold.judge), attacked=self.attacked)

    def part(self, positions: Positions, *, without: str) -> LabelledImages:
        """Return the images at ``positions``; their hash says which are missing."""
        return replace(self.images.take(positions), sha256=f"{self.images.sha256} without {without}")

    def run(self, folder: RunFolder, images: LabelledImages) -> TrainingRun:
        """Return a run of the recipe on ``images``, from a copy of the network that it begins with."""
        return TrainingRun(folder, self.recipe, self.start.fresh(), images)


def _in_folds(plan: _Plan, folder: RunFolder) -> Steps:
    """Tune and judge a guide for each fold, then tune the one that learns from all pictures."""
    work, of = plan.request.recipe, len(plan.folds)
    whole = plan.run(folder, plan.images)
    _agree(whole, plan.request)
    judging = [fold for fold in plan.folds if len(fold.judge)]
    plan.clock.total = work.to_train(len(plan.images)) + sum(
        work.to_train(len(fold.learnt)) + plan.to_judge(fold) for fold in judging
    )
    said = []
    for number, fold in enumerate(judging):
        part = plan.part(fold.learnt, without=f"fold {number} of {of}, twins together")
        beside = RunFolder(folder.path.with_name(f"{folder.path.name}-fold-{number}"))
        with beside.held():
            said.append((yield from _judged(plan, plan.run(beside, part), fold, called=f"Judge {number + 1} of {of}")))
    trainer = yield from _learnt(plan, whole, called="The guide")
    judged = sum(len(fold.judge) for fold in judging)
    on = (
        f"{judged:,} of the {len(plan.images):,} pictures of “{plan.request.pictures.name}”, out of fold: each was "
        f"seen by one of {len(said)} guides after the same recipe, which had learnt neither it nor a near-duplicate"
    )
    yield "Writing the guide"
    _publish(plan, whole, trainer, pooled_figures(said, plan.images.classes, which=on + _on_the_rest(plan)))


def _held_out(plan: _Plan, folder: RunFolder) -> Steps:
    """Tune the guide on all pictures but those that are held out, and judge it by these."""
    (fold,) = plan.folds
    images = plan.part(fold.learnt, without=f"a part of {plan.request.recipe.held_out}, twins together")
    run = plan.run(folder, images)
    _agree(run, plan.request)
    plan.clock.total = plan.request.recipe.to_train(len(images)) + plan.to_judge(fold)
    trainer = yield from _learnt(plan, run, called="The guide")
    said = yield from _said(plan, run, trainer, fold, called="The guide")
    on = (
        f"{len(fold.judge):,} of the {len(plan.images):,} pictures of “{plan.request.pictures.name}”, which were held "
        "out: it learnt neither these nor a near-duplicate of them"
    )
    yield "Writing the guide"
    where = on + _on_the_rest(plan)
    figures = CardFigures(
        card_figures(said, plan.images.classes, on=where), said.references(plan.images.classes, source=where)
    )
    _publish(plan, run, trainer, figures)


def _agree(run: TrainingRun, request: TuningRequest) -> None:
    try:
        run.agree()
    except RunRefused as error:
        raise RunRefused(
            f"Another tuning was begun under the name “{request.name}”, of other pictures, from another guide or "
            "otherwise; take it away, or choose another name."
        ) from error


def _judged(plan: _Plan, run: TrainingRun, fold: TwinFold, *, called: str) -> Generator[str, None, Evaluation]:
    """Tune the guide of a fold and let it judge, unless that is done."""
    kept = kept_verdicts(run.folder)
    if kept is not None:
        plan.clock.add(plan.request.recipe.to_train(len(run.images)) + plan.to_judge(fold), computed=False)
        yield f"{called}: done before"
        return kept
    trainer = yield from _learnt(plan, run, called=called)
    said = yield from _said(plan, run, trainer, fold, called=called)
    keep_verdicts(run.folder, said)
    return said


def _learnt(plan: _Plan, run: TrainingRun, *, called: str) -> Generator[str, None, Trainer]:
    """Train to the end of the recipe, a batch a step."""
    trainer, epochs = run.trainer(report_seconds=0.0), run.recipe.epochs
    passes = plan.request.recipe.to_train(len(run.images))
    counted: float | None = None
    for progress in trainer.run():
        if counted is None:  # the epochs that are kept from an earlier call
            counted = len(progress.epochs) / epochs
            plan.clock.add(counted * passes, computed=False)
        plan.clock.add((progress.done - counted) * passes)
        counted = progress.done
        yield f"{called}: learning, epoch {min(epochs, int(progress.done * epochs) + 1)} of {epochs}"
    if counted is None:
        plan.clock.add(passes, computed=False)
    return trainer


def _said(
    plan: _Plan, run: TrainingRun, trainer: Trainer, fold: TwinFold, *, called: str
) -> Generator[str, None, Evaluation]:
    """Return what the guide of a run says of the pictures that judge, clean and under the attack for its fitness."""
    guide = stored_guide(trainer, run.start, plan.request.about(len(run.images)))
    data = labelled(plan.images.take(fold.judge))
    some = data.every(-(-len(data) // plan.attacked))
    epsilon = attack_epsilon(guide)
    logits, held = [], []
    for part in _in_steps(data):
        logits.append(logits_of(guide, part))
        plan.clock.add(len(part))
        yield f"{called}: naming pictures"
    for part in _in_steps(some):
        held.append(correct_under_attack(guide, part, norm=Norm.L2, epsilon=epsilon))
        plan.clock.add(ATTACK_STEPS * len(part))
        yield f"{called}: naming pictures under attack"
    return Evaluation(torch.cat(logits), data.targets, {f"{Norm.L2.value}_{epsilon:g}": torch.cat(held)})


def _in_steps(data: Labelled) -> Iterator[Labelled]:
    """Yield ``data`` in parts that a page can wait for."""
    parts = zip(torch.split(data.images, _AT_ONCE), torch.split(data.targets, _AT_ONCE), strict=True)
    yield from (Labelled(images, targets) for images, targets in parts)


def _on_the_rest(plan: _Plan) -> str:
    """Return what is to be said of the pictures that did not judge, or were not learnt for the sake of those."""
    said = []
    twins, known = sum(f.twins for f in plan.folds), sum(f.known for f in plan.folds)
    if twins:
        said.append(f"{twins:,} near-duplicates of pictures that judge were left out of learning")
    if known:
        said.append(f"{known:,} pictures did not judge, as nearly the same as what “{plan.request.guide}” had learnt")
    if not len(plan.start.learnt):
        said.append(f"what “{plan.request.guide}” had learnt is not known picture by picture")
    return "".join(f"; {sentence}" for sentence in said)


def _publish(plan: _Plan, run: TrainingRun, trainer: Trainer, figures: CardFigures) -> None:
    about = plan.request.about(len(run.images))
    counts = {name: figures.references.count(name) for name in plan.images.classes}
    notes: Sequence[str] = (about.limits, coverage(counts, enough=ENOUGH_FOR_DIFFICULTY), *plan.images.notes)
    about = replace(about, limits=" ".join(filter(None, notes)))

    def known(_guide: GuideModel) -> CardFigures:
        return figures

    publish(run.folder, trainer, run.start, about, known, command=plan.request.command())
