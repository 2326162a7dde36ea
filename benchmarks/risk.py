"""What the lights are worth, on pictures whose truth is known; the command prints one table.

    python -m benchmarks.risk absent --guide cifar10-32 --test cifar10-test.tar.gz
    python -m benchmarks.risk absent --near --guide cifar10-32 --test cifar10-test.tar.gz

Pairs, splits and seeds are fixed here, before anything is fitted: pictures are drawn evenly from images that
were never trained on (those of ``absent`` gave no references either), and its scores are judged on classes whose
pictures the fit never saw: every second class fits and the others judge, both ways round.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.discrimination import auroc, auroc_difference, false_alarms_at, logistic_scores
from benchmarks.held_out import held_out_images
from lwise_core.cli.train_options import part as part_of
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import examine
from lwise_core.training.trainer import pixels_of

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

EPSILONS_224 = (2.0, 4.0, 8.0, 16.0)
KINDS = {
    "cifar10-32": {"airplane": 0, "automobile": 0, "ship": 0, "truck": 0},  # vehicles; all others are animals
}
LOOK_ALIKES = {
    "cifar10-32": (("cat", "dog"), ("automobile", "truck"), ("deer", "horse"), ("airplane", "bird")),
    "animals16-64": (("house cat", "big cat"), ("spider", "beetle or bug"), ("frog", "reptile")),
}
_SEED = 11
_HEADER = "| ε₂₂₄ | pictures | H1 alone | all but H1 and H2 | all | all over H1 alone, paired |"


@dataclass(frozen=True, eq=False)
class Picture:
    """One held-out picture ``(3, H, W)`` in [0, 1], its class, and whether the guide names it."""

    image: torch.Tensor
    target: int
    right: bool


@dataclass(frozen=True, eq=False)
class Enhanced:
    """What the indicators say of one picture enhanced towards ``towards``, step by step, by key."""

    picture: int
    own: int
    towards: int
    present: bool
    right: bool
    values: tuple[dict[str, float], ...]


@app.callback()
def main() -> None:
    """Keep the command's name where there is one alone."""


@app.command("absent")
def absent_command(
    guide_name: Annotated[str, typer.Option("--guide")],
    test: Annotated[Path, typer.Option(help="Held-out images, test/<class>/*.")],
    part: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")] = "3:4",
    count: Annotated[int, typer.Option(help="How many pictures, evenly spread.")] = 100,
    near: Annotated[bool, typer.Option("--near", help="Towards the look-alike instead of another kind.")] = False,
    by_path: Annotated[
        bool, typer.Option("--by-path", help="Sort by path, not file name, as the guide's card.")
    ] = False,
    largest: Annotated[float, typer.Option(help="The largest ε₂₂₄ that is walked to.")] = EPSILONS_224[-1],
    out: Annotated[Path | None, typer.Option(help="Keep every value here, as JSON.")] = None,
) -> None:
    """V1: towards a class of the other kind (must flag) against the own class (must not), ε by ε.

    With ``--near``, pictures of classes that have a look-alike, towards that instead.
    """
    guide = catalog.load(guide_name)
    twins = _look_alikes(guide) if near else {}
    pictures = pictures_of(guide, test, part_of(part), count, classes=tuple(twins), by_path=by_path)
    found: list[Enhanced] = []
    for i, picture in enumerate(pictures):
        both = (picture.target, twins[picture.target] if near else _far_class(guide, picture, i))
        found += [_enhanced(guide, picture, i, towards=towards, epsilon_224=largest) for towards in both]
        typer.echo(f"{i + 1} of {len(pictures)} pictures", err=True)
    if out is not None:
        out.write_text(json.dumps([vars(e) for e in found]))
    other = "its look-alike" if near else "one of the other kind"
    print(f"{len(pictures)} pictures of {guide.name}, each towards its own class and towards {other}.\n")
    print(_HEADER)
    print("|---|---|---|---|---|---|")
    for epsilon in (e for e in EPSILONS_224 if e <= largest):
        for which, rows in (("all", found), ("named rightly", [e for e in found if e.right])):
            print(f"| {epsilon:g} | {which}: {len(rows) // 2} | {_absent_row(guide, rows, epsilon)} |")


def _absent_row(guide: GuideModel, rows: Sequence[Enhanced], epsilon_224: float) -> str:
    """Return how well absent classes are told from present ones at one ε, by H1 alone and by more."""
    step = round(guide.epsilon_scale.from_224(epsilon_224) / guide.epsilon_scale.step)
    absent = np.array([not e.present for e in rows])
    groups = np.array([e.picture for e in rows])
    halves = np.array([e.own % 2 for e in rows])
    values = [{**e.values[step], "H1": e.values[0].get("H1", np.nan)} for e in rows]
    table = {key: np.array([v.get(key, np.nan) for v in values]) for key in ("H1", "H2", "H3", "H4", "H6")}
    alone = -table["H1"]
    without = logistic_scores([table[k] for k in ("H3", "H4", "H6")], absent, halves)
    together = logistic_scores(list(table.values()), absent, halves)
    baseline = logistic_scores([table["H1"]], absent, halves)
    figures = [auroc(alone, absent, groups), auroc(without, absent, groups), auroc(together, absent, groups)]
    gain = auroc_difference(together, baseline, absent, groups)
    alarms = f"FPR at 95% TPR {false_alarms_at(together, absent):.0%}"
    return f"{' | '.join(map(str, figures))}, {alarms} | {gain}"


def pictures_of(
    guide: GuideModel, test: Path, part: slice, count: int, *, classes: Sequence[int] = (), by_path: bool = False
) -> tuple[Picture, ...]:
    """Return ``count`` pictures of the ``part`` of held-out images that gave no references, evenly spread.

    ``classes`` are the only ones wanted, all where there are none. Images are in the order of their paths where
    ``by_path``, else of their file names; ``part`` means what the guide's card means by it in that order.
    """
    images = held_out_images(guide, test)
    everything = range(len(images))
    order = (
        everything if by_path else sorted(everything, key=lambda i: (images.names[i].split("/", 1)[1], images.names[i]))
    )
    chosen = [i for i in order[part] if not classes or int(images.targets[i]) in classes]
    images = images.take([chosen[(k * len(chosen)) // count] for k in range(count)])
    pixels = pixels_of(images, torch.arange(count))
    with torch.no_grad():
        right = (guide.logits(pixels).argmax(dim=1) == torch.from_numpy(images.targets)).tolist()
    return tuple(Picture(p, int(t), r) for p, t, r in zip(pixels, images.targets, right, strict=True))


def _look_alikes(guide: GuideModel) -> dict[int, int]:
    """Return the look-alike of each class that has one, both ways round."""
    pairs = [(guide.class_index(a), guide.class_index(b)) for a, b in LOOK_ALIKES[guide.name]]
    return {**dict(pairs), **{b: a for a, b in pairs}}


def _far_class(guide: GuideModel, picture: Picture, number: int) -> int:
    """Return a class of the other kind, or any other class where kinds are not known, drawn once for each picture."""
    kinds = KINDS.get(guide.name, {})
    own = guide.classes[picture.target] in kinds
    others = [i for i, c in enumerate(guide.classes) if i != picture.target and (not kinds or (c in kinds) != own)]
    return int(np.random.default_rng((_SEED, number)).choice(others))


def _enhanced(
    guide: GuideModel, picture: Picture, number: int, *, towards: int, epsilon_224: float | None = None
) -> Enhanced:
    """Enhance ``picture`` towards a class and measure every indicator at every step, up to ``epsilon_224`` or the end.

    H1 of the original is taken from as few references as there are, where the product would not judge.
    """
    *_, findings = examine(path_towards(guide, picture.image, target=towards, epsilon_224=epsilon_224))
    values = tuple({k: v for k, v in risk.values.items() if v is not None} for risk in findings.risks)
    logit = float(findings.path.frames[0].logits[0, towards])
    values[0].setdefault("H1", guide.references.conformal_p(logit, class_name=guide.classes[towards]))
    return Enhanced(number, picture.target, towards, towards == picture.target, picture.right, values)


def path_towards(
    guide: GuideModel, image: torch.Tensor, *, target: int, epsilon_224: float | None = None
) -> EnhancementPath:
    """Return the path of ``image`` ``(3, H, W)`` towards ``target`` up to ``epsilon_224``, None for the largest."""
    scale = guide.epsilon_scale
    steps = scale.steps if epsilon_224 is None else round(scale.from_224(epsilon_224) / scale.step)
    request = PathRequest.single(image, target=target, objective=GroundTruthLogit())
    return EnhancementPath(guide, request, scale.step, tuple(ascend(guide, request, step=scale.step, steps=steps)))


if __name__ == "__main__":
    app()
