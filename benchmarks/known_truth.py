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

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.known_cases import (
    EPSILONS_224,
    OF_THE_CHANGE,
    Case,
    case_of,
    judged,
    plain,
    print_areas,
    print_flags,
    step_of,
)
from benchmarks.known_pictures import (
    FOREIGN,
    centredness,
    creatures,
    foreign_path,
    lengths_of,
    mass_on,
    mosaics,
    pixel_area,
    seen,
    without_background,
)
from benchmarks.people import mean
from benchmarks.risk import Picture, path_towards, pictures_of
from lwise_core.cli.train_options import part as part_of
from lwise_core.data.phantom import FAMILIES, creature_mask, draw, without_creature
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides import catalog
from lwise_core.guides.fitness import UNKNOWN
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.hallucination import Judge

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

PHANTOM = "phantom4-64"
ROBUST, PLAIN = "cifar10-32", "cifar10-32-plain"
EVIDENCE = ("H1", "LOGIT", "H2", "H3", "H4", "H6")
"""Of the light about evidence, without a second guide."""
WANTED = {"erased": 0.80, "mosaic": 0.75, "foreign": 0.80, "twin": 0.90}
_SEEDS = {"erased": 41, "mosaic": 43, "foreign": 47}

Count = Annotated[int, typer.Option(help="How many pictures.")]
Part = Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")]
HeldOut = Annotated[Path, typer.Option(help="Held-out images, test/<class>/*.")]


@app.command("erased")
def erased_command(count: Count = 40) -> None:
    """V2: the creature erased and still enhanced (must flag) against an equal area of background erased."""
    guide = catalog.load(PHANTOM)
    size = guide.input_size
    cases: list[Case] = []
    maps: dict[tuple[bool, float], list[float]] = {(p, e): [] for p in (False, True) for e in EPSILONS_224}
    centred: list[float] = []
    for i, creature in enumerate(creatures(count, seed=_SEEDS["erased"])):
        target = guide.class_index(FAMILIES[creature.family])
        mask = creature_mask(creature, size=size)
        centred.append(pixel_area(mask, centredness(size)))
        for positive in (True, False):
            erased = without_creature(creature, size=size) if positive else without_background(creature, size=size)
            path = path_towards(guide, seen(erased), target=target, epsilon_224=EPSILONS_224[-1])
            cases.append(case_of(path, picture=i, positive=positive))
            for epsilon in EPSILONS_224:
                maps[positive, epsilon].append(pixel_area(mask, lengths_of(path, step_of(guide, epsilon))))
        typer.echo(f"{i + 1} of {count} pictures", err=True)
    print(f"{count} creatures of {guide.name}: erased (must flag), and an equal area of background erased.\n")
    print_areas(guide, cases, (*EVIDENCE, "H7", "H8", "H9", "HF"))
    print_flags(guide, cases, ("creature erased", "background erased"))
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
            path = path_towards(guide, seen(pixels), target=target, epsilon_224=EPSILONS_224[-1])
            cases.append(case_of(path, picture=i, positive=positive))
            for epsilon in EPSILONS_224:
                shares[positive, epsilon].append(
                    mass_on(mosaic.mask(size=size), lengths_of(path, step_of(guide, epsilon)))
                )
        typer.echo(f"{i + 1} of {count} pictures", err=True)
    print(f"{count} mosaics of four creatures at native size, {guide.name}: class in no cell (must flag), or in one.\n")
    print_areas(guide, cases, (*EVIDENCE, "H7", "H8", "H9", "HF"))
    print_flags(guide, cases, ("class in no cell", "class in one cell"))
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
        print_areas(guide, cases[kind], (*OF_THE_CHANGE, "GAIN"), together=OF_THE_CHANGE)
        print_flags(guide, cases[kind], ("foreign", "own"))
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
    print_areas(robust, cases, (*OF_THE_CHANGE[:3], "H5", *OF_THE_CHANGE[3:]), together=OF_THE_CHANGE)
    print_flags(robust, cases, (PLAIN, ROBUST))
    print(f"At least {WANTED['twin']:.2f} is wanted, with each model left out in turn, which one twin does not allow.")


@app.command("twin-flags")
def twin_flags_command(test: HeldOut, count: Count = 40, part: Part = "3:4") -> None:
    """V5, in part, by what counts alone: how often the lights flag either guide, which takes no further walks."""
    robust, plain = _twins()
    cases = [
        judged(path, Judge(path).along(), picture=i, positive=path.guide is plain)
        for i, path in _twin_paths(robust, plain, pictures_of(robust, test, part_of(part), count))
    ]
    print_flags(robust, cases, (PLAIN, ROBUST))


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


def _phantoms(guide: GuideModel, count: int) -> tuple[Picture, ...]:
    """Return creatures as pictures of the phantom's guide."""
    found = []
    for creature in creatures(count, seed=_SEEDS["foreign"]):
        image = seen(draw(creature, size=guide.input_size))
        target = guide.class_index(FAMILIES[creature.family])
        with torch.no_grad():
            found.append(Picture(image, target, int(guide.logits(image[None]).argmax()) == target))
    return tuple(found)


if __name__ == "__main__":
    app()
