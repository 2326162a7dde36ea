"""What the indicators say where the truth is known by construction; each command prints its tables.

    python -m benchmarks.known_truth erased
    python -m benchmarks.known_truth mosaic
    python -m benchmarks.known_truth foreign
    python -m benchmarks.known_truth foreign --guide cifar10-32 --test cifar10-test.tar.gz
    python -m benchmarks.known_truth twin --test cifar10-test.tar.gz
    python -m benchmarks.known_truth twin-flags --test cifar10-test.tar.gz

V2, ``erased``: the creature is taken out of the phantom's picture, and it is enhanced towards its family all the same
(must flag), against as large an area of background erased (must not). V3, ``mosaic``: four creatures in a picture of
twice the side, one of them of the class, against the same picture with that one of the opposite family (Grid Pointing
Game: Böhle, Fritz & Schiele, CVPR 2021). V6, ``foreign``: changes of the same L2 norm that the guide did not make for
this picture, against its own. V5, in part, ``twin``: a guide trained without attacks against the robust one.

Pictures, pairs, directions and seeds are fixed here, before anything is measured. Each indicator counts in the
direction in which the light would flag it, so an area below 0.5 says the contrary of what the light believes. Nothing
is fitted but the rows “together”: logistic regressions on every second class that are judged on the others, both ways
round. Intervals are bootstraps by picture, and every ε stands apart, so that ε is not what tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import roc_auc_score

from benchmarks.controls import of_equal_size, phase_scrambled
from benchmarks.discrimination import Flags, auroc, logistic_scores
from benchmarks.people import Estimate, mean
from benchmarks.risk import Picture, path_towards, pictures_of
from lwise_core._utils.arrays import Pixels, Values
from lwise_core.cli.train_options import part as part_of
from lwise_core.data.phantom import FAMILIES, Creature, creature_mask, draw, population, without_creature
from lwise_core.enhancement.path import EnhancementPath, Frame
from lwise_core.guides import catalog
from lwise_core.guides.fitness import UNKNOWN
from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import see
from lwise_core.inspection.examine import examine
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.indicators import MEASURES, LightState, Risk

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

EPSILONS_224 = (2.0, 4.0, 8.0)
PHANTOM = "phantom4-64"
ROBUST, PLAIN = "cifar10-32", "cifar10-32-plain"
EVIDENCE = ("H1", "LOGIT", "H2", "H3", "H4", "H6")
"""Of the light about evidence, without a second guide."""
OF_THE_CHANGE = ("H2", "H3", "H4", "H6", "H7", "H8", "H9", "HF", "HS")
"""Indicators that depend on the change, and not on the original alone as H1 does."""
WANTED = {"erased": 0.80, "mosaic": 0.75, "foreign": 0.80, "twin": 0.90}
CLEAREST = 0.5
"""Dials of the creatures in mosaics go from 0 to this: each is clearly of its family."""
_GRAIN = 0.02  # of the phantom's camera, of the range
_SEEDS = {"erased": 41, "mosaic": 43, "foreign": 47}

Direction = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""The original, the enhanced picture and another picture's change → the direction of a foreign change."""

FOREIGN: Mapping[str, Direction] = {
    "another picture's": lambda _original, _enhanced, another: another,
    "phase-scrambled": lambda original, enhanced, _another: phase_scrambled(original, enhanced),
    "sign-flipped": lambda original, enhanced, _another: original - enhanced,
}

Count = Annotated[int, typer.Option(help="How many pictures.")]
Part = Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")]
HeldOut = Annotated[Path, typer.Option(help="Held-out images, test/<class>/*.")]

_HIGH_IS_BAD = {**{m.key: m.high_is_bad for m in MEASURES}, "LOGIT": False, "GAIN": False}
_NAMES = {
    **{m.key: f"{m.key}, {m.name.lower()}" for m in MEASURES},
    "LOGIT": "the original's logit, which H1 ranks (no indicator)",
    "GAIN": "gain of the logit (no indicator)",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """What the indicators say of one path: the ``picture`` that it is of, its ``own`` class, and the truth.

    ``values``, step by step, by key; beside the indicators ``LOGIT``, the original's logit, and ``GAIN``, what the
    change adds to it. ``flagged``, step by step, whether the light about evidence and the one about artefacts are.
    """

    picture: int
    own: int
    positive: bool
    values: tuple[Mapping[str, float], ...]
    flagged: tuple[tuple[bool, bool], ...]


@dataclass(frozen=True, kw_only=True)
class Mosaic:
    """Four creatures in reading order, the one in ``cell`` of the class that the mosaic is enhanced towards."""

    creatures: tuple[Creature, ...]
    cell: int

    @property
    def family(self) -> int:
        """The class."""
        return self.creatures[self.cell].family

    def without_class(self) -> Mosaic:
        """Return the same mosaic with the class in no cell: its creature has both features of the opposite family."""
        opposite = replace(self.creatures[self.cell], family=len(FAMILIES) - 1 - self.family)
        return replace(self, creatures=tuple(opposite if i == self.cell else c for i, c in enumerate(self.creatures)))

    def draw(self, *, size: int) -> Pixels:
        """Return the picture, each creature at ``size`` px, ``(2·size, 2·size, 3)``."""
        cells = [draw(c, size=size) for c in self.creatures]
        picture: Pixels = np.concatenate([np.concatenate(cells[:2], axis=1), np.concatenate(cells[2:], axis=1)])
        return picture

    def mask(self, *, size: int) -> Flags:
        """Return which pixels are the cell of the class, ``(2·size, 2·size)``."""
        row, column = divmod(self.cell, 2)
        mask = np.zeros((2 * size, 2 * size), dtype=bool)
        mask[row * size : (row + 1) * size, column * size : (column + 1) * size] = True
        return mask


@app.command("erased")
def erased_command(count: Count = 40) -> None:
    """V2: the creature erased and still enhanced (must flag) against an equal area of background erased."""
    guide = catalog.load(PHANTOM)
    size = guide.input_size
    cases: list[Case] = []
    maps: dict[tuple[bool, float], list[float]] = {(p, e): [] for p in (False, True) for e in EPSILONS_224}
    centred: list[float] = []
    for i, creature in enumerate(_creatures(count, seed=_SEEDS["erased"])):
        target = guide.class_index(FAMILIES[creature.family])
        mask = creature_mask(creature, size=size)
        centred.append(pixel_area(mask, centredness(size)))
        for positive in (True, False):
            erased = without_creature(creature, size=size) if positive else without_background(creature, size=size)
            path = path_towards(guide, _seen(erased), target=target, epsilon_224=EPSILONS_224[-1])
            cases.append(case_of(path, picture=i, positive=positive))
            for epsilon in EPSILONS_224:
                maps[positive, epsilon].append(pixel_area(mask, _lengths(path, step_of(guide, epsilon))))
        typer.echo(f"{i + 1} of {count} pictures", err=True)
    print(f"{count} creatures of {guide.name}: erased (must flag), and an equal area of background erased.\n")
    _print_areas(guide, cases, (*EVIDENCE, "H7", "H8", "H9", "HF"))
    _print_flags(guide, cases, ("creature erased", "background erased"))
    print(f"For the light (H1) at least {WANTED['erased']:.2f} is wanted.\n")
    print("Pixel AUROC of the length of the change for the creature's pixels:\n")
    print("| ε₂₂₄ | creature erased | centred Gaussian | paired difference | creature there, paired difference |")
    print("|---|---|---|---|---|")
    gaussian = np.array(centred)
    for epsilon in EPSILONS_224:
        gone, there = (np.array(maps[p, epsilon]) for p in (True, False))
        areas = " | ".join(plain(mean(x)) for x in (gone, gaussian))
        print(f"| {epsilon:g} | {areas} | {mean(gone - gaussian)} | {mean(there - gaussian)} |")
    print("\nA difference of at least 0.10 is wanted.")


@app.command("mosaic")
def mosaic_command(count: Count = 40) -> None:
    """V3: four creatures in one picture, the class in no cell (must flag) against the class in one."""
    native = catalog.load(PHANTOM)
    size = native.input_size
    guide = replace(native, input_size=2 * size)
    cases: list[Case] = []
    shares: dict[tuple[bool, float], list[float]] = {(p, e): [] for p in (False, True) for e in EPSILONS_224}
    for i, mosaic in enumerate(mosaics(count, seed=_SEEDS["mosaic"])):
        target = guide.class_index(FAMILIES[mosaic.family])
        for positive in (True, False):
            pixels = (mosaic.without_class() if positive else mosaic).draw(size=size)
            path = path_towards(guide, _seen(pixels), target=target, epsilon_224=EPSILONS_224[-1])
            cases.append(case_of(path, picture=i, positive=positive))
            for epsilon in EPSILONS_224:
                shares[positive, epsilon].append(
                    mass_on(mosaic.mask(size=size), _lengths(path, step_of(guide, epsilon)))
                )
        typer.echo(f"{i + 1} of {count} pictures", err=True)
    print(f"{count} mosaics of four creatures at native size, {guide.name}: class in no cell (must flag), or in one.\n")
    _print_areas(guide, cases, (*EVIDENCE, "H7", "H8", "H9", "HF"))
    _print_flags(guide, cases, ("class in no cell", "class in one cell"))
    print(f"For the light (H1) at least {WANTED['mosaic']:.2f} is wanted.\n")
    print("Share of the change (its length) in the cell of the class; a quarter by chance:\n")
    print("| ε₂₂₄ | class there | the same cell without the class | paired difference |")
    print("|---|---|---|---|")
    for epsilon in EPSILONS_224:
        without, there = (np.array(shares[p, epsilon]) for p in (True, False))
        print(f"| {epsilon:g} | {plain(mean(there))} | {plain(mean(without))} | {mean(there - without)} |")


@app.command("foreign")
def foreign_command(
    count: Count = 40,
    guide_name: Annotated[str, typer.Option("--guide")] = PHANTOM,
    test: Annotated[Path | None, typer.Option(help="Held-out images; not needed for the phantom.")] = None,
    part: Part = "3:4",
) -> None:
    """V6: changes of the same norm that were not made for the picture (must flag) against its own."""
    guide = catalog.load(guide_name)
    pictures = _phantoms(guide, count) if test is None else pictures_of(guide, test, part_of(part), count)
    paths = [path_towards(guide, p.image, target=p.target, epsilon_224=EPSILONS_224[-1]) for p in pictures]
    cases: dict[str, list[Case]] = {kind: [] for kind in FOREIGN}
    for i, path in enumerate(paths):
        own = case_of(path, picture=i, positive=False)
        other = paths[(i + count // 2) % count]
        for kind, direction in FOREIGN.items():
            cases[kind] += [own, case_of(foreign_path(path, other, direction), picture=i, positive=True)]
        typer.echo(f"{i + 1} of {count} pictures", err=True)
    print(f"{count} pictures of {guide.name}, each with its own change and with others of the same norm (must flag).")
    print(
        "H4 and H6 compare with paths that the product itself walks from the picture; the others look at the change.\n"
    )
    for kind in FOREIGN:
        print(f"{kind}:\n")
        _print_areas(guide, cases[kind], (*OF_THE_CHANGE, "GAIN"), together=OF_THE_CHANGE)
        _print_flags(guide, cases[kind], ("foreign", "own"))
    print(f"At least {WANTED['foreign']:.2f} is wanted.")


@app.command("twin")
def twin_command(test: HeldOut, count: Count = 40, part: Part = "3:4") -> None:
    """V5, in part: changes by a guide trained without attacks (must flag) against the robust one's, same pictures."""
    robust, plain = _twins()
    others = {id(robust): plain, id(plain): robust}
    cases = [
        case_of(path, picture=i, positive=path.guide is plain, other=others[id(path.guide)])
        for i, path in _twin_paths(robust, plain, pictures_of(robust, test, part_of(part), count))
    ]
    print(f"{count} pictures towards their own classes, by {PLAIN} (must flag) and by {ROBUST}; H5 by the other one.")
    print(
        "Neither is known to be fit or unfit here: an unfit guide's own card would silence the light about evidence.\n"
    )
    _print_areas(robust, cases, (*OF_THE_CHANGE[:3], "H5", *OF_THE_CHANGE[3:]), together=OF_THE_CHANGE)
    _print_flags(robust, cases, (PLAIN, ROBUST))
    print(f"At least {WANTED['twin']:.2f} is wanted, with each model left out in turn, which one twin does not allow.")


@app.command("twin-flags")
def twin_flags_command(test: HeldOut, count: Count = 40, part: Part = "3:4") -> None:
    """V5, in part, by what counts alone: how often the lights flag either guide, which takes no further walks."""
    robust, plain = _twins()
    cases = [
        _judged(path, Judge(path).along(), picture=i, positive=path.guide is plain)
        for i, path in _twin_paths(robust, plain, pictures_of(robust, test, part_of(part), count))
    ]
    _print_flags(robust, cases, (PLAIN, ROBUST))


def _twins() -> tuple[GuideModel, GuideModel]:
    """Return the robust guide and the one trained without attacks, as if nobody had measured them."""
    robust, plain = (_unmeasured(catalog.load(name)) for name in (ROBUST, PLAIN))
    if robust.classes != plain.classes or robust.input_size != plain.input_size:
        raise typer.BadParameter("the two guides do not see the same classes at the same size.")
    return robust, plain


def _twin_paths(
    robust: GuideModel, plain: GuideModel, pictures: Sequence[Picture]
) -> Iterator[tuple[int, EnhancementPath]]:
    """Yield the path of each picture towards its own class, by the one and by the other, with its number."""
    for i, picture in enumerate(pictures):
        for guide in (robust, plain):
            yield i, path_towards(guide, picture.image, target=picture.target, epsilon_224=EPSILONS_224[-1])
        typer.echo(f"{i + 1} of {len(pictures)} pictures", err=True)


def _unmeasured(guide: GuideModel) -> GuideModel:
    """Return ``guide`` as one of which no accuracy is known."""
    return replace(guide, provenance=replace(guide.provenance, fitness=UNKNOWN))


def without_background(creature: Creature, *, size: int) -> Pixels:
    """Return the picture of ``creature`` with as much background erased as the creature covers.

    The pixels farthest from the creature are filled with the mean colour of the background and the camera's grain.
    """
    picture = draw(creature, size=size)
    mask = far_mask(creature_mask(creature, size=size))
    colour = without_creature(creature, size=size).reshape(-1, 3).mean(axis=0)
    noise = np.random.default_rng((_SEEDS["erased"], creature.seed)).normal(0, _GRAIN * 255, (int(mask.sum()), 3))
    picture[mask] = np.clip(np.rint(colour + noise), 0, 255).astype(np.uint8)
    return picture


def far_mask(mask: Flags) -> Flags:
    """Return the pixels farthest from ``mask`` ``(H, W)``, as many as it has.

    Raises:
        ValueError: More than half of the pixels are in it.
    """
    if 2 * int(mask.sum()) > mask.size:
        raise ValueError("More than half of the picture cannot be put beside an equal area of the rest.")
    away = np.asarray(distance_transform_edt(~mask)).ravel()
    chosen = np.zeros(mask.size, dtype=bool)
    chosen[np.argsort(-away, kind="stable")[: int(mask.sum())]] = True
    return chosen.reshape(mask.shape)


def centredness(size: int) -> Values:
    """Return how central each pixel is, ``(size, size)``: ranks it as a centred Gaussian of any width does."""
    steps = np.arange(size) - (size - 1) / 2
    central: Values = -np.hypot(steps[:, None], steps[None, :])
    return central


def pixel_area(mask: Flags, values: Values) -> float:
    """Return the area under the ROC curve with which ``values`` ``(H, W)`` find the pixels of ``mask``."""
    return float(roc_auc_score(mask.ravel(), values.ravel()))


def mass_on(mask: Flags, lengths: Values) -> float:
    """Return the share of ``lengths`` ``(H, W)`` on ``mask``; its share of the pixels where there are none at all."""
    total = float(lengths.sum())
    return float(lengths[mask].sum()) / total if total else float(mask.mean())


def mosaics(count: int, *, seed: int) -> Iterator[Mosaic]:
    """Yield mosaics with each family in one cell, in an order drawn for each, towards every family in turn."""
    creatures = population(per_family=count, seed=seed, hardest=CLEAREST)
    for i in range(count):
        order = np.random.default_rng((seed, i)).permutation(len(FAMILIES))
        cells = tuple(creatures[int(family) * count + i] for family in order)
        yield Mosaic(creatures=cells, cell=int(np.flatnonzero(order == i % len(FAMILIES))[0]))


def foreign_path(own: EnhancementPath, other: EnhancementPath, direction: Direction) -> EnhancementPath:
    """Return ``own`` with each step's change replaced by another of the same norm, scored by the guide."""
    start = own.frames[0].images
    theirs = other.frames[0].images
    frames = []
    for frame, foreign in zip(own.frames, other.frames, strict=True):
        moved = direction(start, frame.images, foreign.images - theirs)
        images = of_equal_size(start, frame.images, moved) if frame.step else start
        with torch.no_grad():
            logits = own.guide.logits(images)
        frames.append(Frame(frame.step, images, logits, own.request.objective.losses(logits, own.request.targets)))
    return replace(own, frames=tuple(frames))


def areas_of(cases: Sequence[Case], key: str, *, step: int) -> Estimate | None:
    """Return how well one indicator tells the positives, in the direction that the light flags; None if unmeasured.

    Pictures of which a value is missing are left out, with all their paths.
    """
    missing = {c.picture for c in cases if key not in c.values[step]}
    kept = [c for c in cases if c.picture not in missing]
    if not kept:
        return None
    return auroc(_scores(kept, key, step), _positive(kept), np.array([c.picture for c in kept]))


def together_of(cases: Sequence[Case], keys: Sequence[str], *, step: int) -> Estimate:
    """Return how well ``keys`` together tell: fitted on every second class, judged on the others, both ways round."""
    columns = [_scores(cases, key, step) for key in keys]
    known = [c for c in columns if not np.isnan(c).all()]
    positive = _positive(cases)
    scores = logistic_scores(known, positive, np.array([c.own % 2 for c in cases]))
    return auroc(scores, positive, np.array([c.picture for c in cases]))


def _scores(cases: Sequence[Case], key: str, step: int) -> Values:
    values = np.array([c.values[step].get(key, np.nan) for c in cases])
    return values if _HIGH_IS_BAD[key] else -values


def _positive(cases: Sequence[Case]) -> Flags:
    return np.array([c.positive for c in cases])


def _print_areas(
    guide: GuideModel, cases: Sequence[Case], keys: Sequence[str], *, together: Sequence[str] = ()
) -> None:
    steps = [step_of(guide, e) for e in EPSILONS_224]
    print(f"| AUROC | {' | '.join(f'ε₂₂₄ {e:g}' for e in EPSILONS_224)} |")
    print("|---|" + "---|" * len(steps))
    for key in keys:
        found = [areas_of(cases, key, step=step) for step in steps]
        print(f"| {_NAMES[key]} | {' | '.join('not measured' if f is None else plain(f) for f in found)} |")
    if together:
        fitted = [plain(together_of(cases, together, step=step)) for step in steps]
        print(f"| together ({', '.join(together)}) | {' | '.join(fitted)} |")
    print()


def _print_flags(guide: GuideModel, cases: Sequence[Case], names: tuple[str, str]) -> None:
    print(f"| flagged | {' | '.join(f'ε₂₂₄ {e:g}' for e in EPSILONS_224)} |")
    print("|---|" + "---|" * len(EPSILONS_224))
    for light, what in enumerate(("light about evidence", "light about artefacts")):
        for name, positive in zip(names, (True, False), strict=True):
            rows = [c for c in cases if c.positive is positive]
            counts = [sum(c.flagged[step_of(guide, e)][light] for c in rows) for e in EPSILONS_224]
            print(f"| {what}: {name} | {' | '.join(f'{n} of {len(rows)}' for n in counts)} |")
    print()


def plain(estimate: Estimate) -> str:
    """Return an ``estimate`` as tables have it: its value and its interval."""
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def case_of(path: EnhancementPath, *, picture: int, positive: bool, other: GuideModel | None = None) -> Case:
    """Measure every indicator at every step of ``path``."""
    *_, findings = examine(path, other=other)
    return _judged(path, findings.risks, picture=picture, positive=positive)


def _judged(path: EnhancementPath, found: Iterable[Risk], *, picture: int, positive: bool) -> Case:
    """Return the case of ``path`` from what is ``found`` at each of its steps."""
    risks, target = tuple(found), int(path.request.targets[0])
    logits = [float(frame.logits[0, target]) for frame in path.frames]
    values = [
        {**{k: v for k, v in risk.values.items() if v is not None}, "LOGIT": logits[0], "GAIN": logit - logits[0]}
        for risk, logit in zip(risks, logits, strict=True)
    ]
    flagged = [(r.semantic.state is LightState.FLAGGED, r.artefact.state is LightState.FLAGGED) for r in risks]
    return Case(picture=picture, own=target, positive=positive, values=tuple(values), flagged=tuple(flagged))


def step_of(guide: GuideModel, epsilon_224: float) -> int:
    """Return the step of ``guide``'s paths at which ε is ``epsilon_224`` as seen at 224 px."""
    return round(guide.epsilon_scale.from_224(epsilon_224) / guide.epsilon_scale.step)


def _lengths(path: EnhancementPath, step: int) -> Values:
    """Return the length over the channels of the change after ``step`` steps, ``(H, W)``."""
    change = path.frames[step].images[0] - path.frames[0].images[0]
    lengths: Values = torch.linalg.vector_norm(change.double(), dim=0).numpy()
    return lengths


def _creatures(count: int, *, seed: int) -> tuple[Creature, ...]:
    """Return ``count`` creatures, each family in turn, dials as spread as in the training."""
    per_family = -(-count // len(FAMILIES))
    everyone = population(per_family=per_family, seed=seed)
    return tuple(everyone[(i % len(FAMILIES)) * per_family + i // len(FAMILIES)] for i in range(count))


def _phantoms(guide: GuideModel, count: int) -> tuple[Picture, ...]:
    """Return creatures as pictures of the phantom's guide."""
    found = []
    for creature in _creatures(count, seed=_SEEDS["foreign"]):
        image = _seen(draw(creature, size=guide.input_size))
        target = guide.class_index(FAMILIES[creature.family])
        with torch.no_grad():
            found.append(Picture(image, target, int(guide.logits(image[None]).argmax()) == target))
    return tuple(found)


def _seen(pixels: Pixels) -> torch.Tensor:
    return torch.from_numpy(see(pixels, size=len(pixels)))


if __name__ == "__main__":
    app()
