"""Rows of the evidence ledger's proof that need no further pictures than others; each command prints its table.

    python -m benchmarks.ledger_proof anywhere
    python -m benchmarks.ledger_proof beside --guide animals16-64 --test animals16-64-test.tar.gz --by-path
    python -m benchmarks.ledger_proof flagged --guide cifar10-32 --test cifar10-test.tar.gz

``anywhere``: a creature of the phantom at any place of a frame of twice its side, there or not: are its places the ones
that speak for its family? ``beside``: two photographs of one class on the left, two of another on the right, enhanced
towards the left one: is the gain on the right half called unsupported? ``flagged``: how often prior support (H1), which
alone counts in the light about evidence, flags pictures towards their own class, towards all others, and towards the
look-alike. Parts, pairs and seeds are fixed here, before anything is measured.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
import torch
import typer
from sklearn.metrics import roc_auc_score

from benchmarks.discrimination import Flags
from benchmarks.evidence import EPSILONS_224, ByPath, Count, GuideName, Part, Pictures, Test, at_twice_the_side
from benchmarks.people import mean
from benchmarks.risk import KINDS, LOOK_ALIKES
from lwise_core._utils.arrays import Pixels, Values
from lwise_core._utils.intervals import wilson_interval
from lwise_core.data.phantom import FAMILIES, Creature, creature_mask, draw, population, without_creature
from lwise_core.enhancement.path import PathRequest, ascend
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, contrast
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE
from lwise_core.images.geometry import see
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.hallucination import FALSE_ALARMS

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

_SEED = 61
_BATCH = 20
_COVERED = 0.5
"""A place is the creature's where it covers so much of it."""


@app.command("anywhere")
def anywhere_command(count: Count = 200) -> None:
    """V2: a creature anywhere in the frame, or erased."""
    native = catalog.load("phantom4-64")
    guide = replace(native, input_size=2 * native.input_size)
    reader = LocalEvidence.of(guide)
    creatures = population(per_family=-(-count // len(FAMILIES)), seed=_SEED)[:count]
    frames = [_framed(creature, size=native.input_size, number=i) for i, creature in enumerate(creatures)]
    there, erased, masks = [], [], []
    for creature, (picture, empty, mask) in zip(creatures, frames, strict=True):
        target = guide.class_index(FAMILIES[creature.family])
        both = torch.stack([torch.from_numpy(see(pixels, size=guide.input_size)) for pixels in (picture, empty)])
        said = contrast(reader.read(both), target=target).double().numpy()
        there.append(said[0])
        erased.append(said[1])
        masks.append(_places(mask, side=said.shape[-1]))
    by_position = np.mean(masks, axis=0)  # no map that knows positions alone ranks these pictures' places better
    rows = {
        "the creature's places, there and erased": [
            _area(a[m], b[m]) for a, b, m in zip(there, erased, masks, strict=True)
        ],
        "the creature's places and the others, there": [_area(a[m], a[~m]) for a, m in zip(there, masks, strict=True)],
        "the same by position alone": [_area(by_position[m], by_position[~m]) for m in masks],
    }
    print(f"{count} creatures of {native.name} at any place of a frame of {guide.input_size} px.\n")
    print("| local contrast tells apart | AUROC |\n|---|---|")
    for name, areas in rows.items():
        print(f"| {name} | {mean(np.array(areas))} |")
    found, known = (np.array(areas) for areas in list(rows.values())[1:])
    print(f"| the second less the third, paired | {mean(found - known)} |")


@app.command("beside")
def beside_command(
    guide_name: GuideName, test: Test, by_path: ByPath = False, judged: Part = "11:12", count: Count = 40
) -> None:
    """Two objects of two classes side by side, enhanced towards the left one."""
    native, guide = at_twice_the_side(guide_name)
    pictures = Pictures.read(native, test, judged, count=None, by_path=by_path)
    drawn = [_pair(pictures, number) for number in range(count)]
    areas: dict[float, list[float]] = {epsilon: [] for epsilon in EPSILONS_224}
    shares: dict[float, list[tuple[float, float]]] = {epsilon: [] for epsilon in EPSILONS_224}
    for first in range(0, count, _BATCH):
        some = drawn[first : first + _BATCH]
        for ledger in _ledgers(guide, torch.stack([i for i, _ in some]), [t for _, t in some]):
            for step, epsilon in enumerate(EPSILONS_224, start=1):
                areas[epsilon].append(_others_gain(ledger, step))
                shares[epsilon].append(_unsupported_by_half(ledger, step))
        typer.echo(f"{first + len(some)} of {count}", err=True)
    print(f"{count} pairs of the images {judged} of “test” in {test.name}, {guide.name}, towards the left class.\n")
    print("| ε₂₂₄ | AUROC: gain on the other's half is the less supported | unsupported: own half | other's half |")
    print("|---|---|---|---|")
    for epsilon in EPSILONS_224:
        own, other = np.nanmean(np.array(shares[epsilon]), axis=0)
        print(f"| {epsilon:g} | {mean(np.array(areas[epsilon]))} | {own:.1%} | {other:.1%} |")


@app.command("flagged")
def flagged_command(
    guide_name: GuideName,
    test: Test,
    by_path: ByPath = False,
    judged: Part = "3:4",
    count: Annotated[int | None, typer.Option(help="How many, evenly spread; without it, all.")] = None,
) -> None:
    """How often prior support flags pictures towards their own class and towards classes that they do not show."""
    guide = catalog.load(guide_name)
    pictures = Pictures.read(guide, test, judged, count=count, by_path=by_path)
    with torch.no_grad():
        logits = torch.cat([guide.logits(images) for images, _ in pictures.batches()]).numpy()
    flags = np.stack([_flagged(guide, logits[:, c], c) for c in range(len(guide.classes))], axis=1)
    targets = pictures.targets.numpy()
    own = np.arange(len(guide.classes)) == targets[:, None]
    print(f"{len(targets)} of the images {judged} of “test” in {test.name}, {guide.name}.\n")
    print("| towards | judged | flagged by H1 |\n|---|---|---|")
    for name, asked in {"its own class": own, **_others(guide, own)}.items():
        known = flags[asked & ~np.isnan(flags)]
        low, high = wilson_interval(float(known.mean()), len(known))
        print(f"| {name} | {len(known)} of {int(asked.sum())} | {known.mean():.1%} ({low:.1%} to {high:.1%}) |")


def _framed(creature: Creature, *, size: int, number: int) -> tuple[Pixels, Pixels, Flags]:
    """Return a frame of twice the side with ``creature`` somewhere, the same without it, and where it is."""
    empty = without_creature(replace(creature, seed=creature.seed + 1), size=2 * size)
    right, down = np.random.default_rng((_SEED, number)).integers(0, size + 1, size=2)
    mask = np.zeros(empty.shape[:2], dtype=bool)
    mask[down : down + size, right : right + size] = creature_mask(creature, size=size)
    whole = np.zeros_like(empty)
    whole[down : down + size, right : right + size] = draw(creature, size=size)
    return np.where(mask[..., None], whole, empty), empty, mask


def _places(mask: Flags, *, side: int) -> Flags:
    """Return which places of a grid ``(side, side)`` the creature covers; the one that it covers most at least."""
    cell = len(mask) // side
    covered = mask.reshape(side, cell, side, cell).mean(axis=(1, 3))
    places: Flags = (covered >= _COVERED) | (covered == covered.max())
    return places


def _area(positive: Values, negative: Values) -> float:
    sides = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    return float(roc_auc_score(sides, np.concatenate([positive, negative])))


def _pair(pictures: Pictures, number: int) -> tuple[torch.Tensor, int]:
    """Return two pictures of a class on the left, two of another on the right ``(3, 2H, 2H)``, and the left class."""
    random = np.random.default_rng((_SEED, number))
    targets = pictures.targets.numpy()
    enough = [c for c in np.unique(targets) if (targets == c).sum() > 1]
    left, right = random.choice(enough, 2, replace=False)
    a, b, c, d = (
        pictures.images[int(i)] for t in (left, right) for i in random.choice(np.flatnonzero(targets == t), 2, False)
    )
    return torch.cat([torch.cat([a, b], dim=1), torch.cat([c, d], dim=1)], dim=2), int(left)


def _ledgers(guide: GuideModel, images: torch.Tensor, targets: list[int]) -> list[EvidenceLedger]:
    """Return the ledger of each picture, at the original and at each of the ε."""
    assert guide.nulls is not None  # noqa: S101  said before
    reader, scale = LocalEvidence.of(guide), guide.epsilon_scale
    steps = [0, *(round(scale.from_224(e) / scale.step) for e in EPSILONS_224)]
    frames = ascend(guide, PathRequest(images, torch.tensor(targets)), step=scale.step, steps=steps[-1])
    said = torch.stack([reader.read(frame.images) for frame in frames if frame.step in steps], dim=1)
    return [EvidenceLedger.of(e, guide.nulls, target=t) for e, t in zip(said, targets, strict=True)]


def _others_gain(ledger: EvidenceLedger, step: int) -> float:
    """Return how well the p of places tells the gain on the right half from that on the left, weighted by the gain."""
    gains = ledger.gains[step].clip(min=0)
    right = np.zeros(gains.shape, dtype=bool)
    right[:, gains.shape[1] // 2 :] = True
    return float(roc_auc_score(right.ravel(), ledger.support.ravel(), sample_weight=gains.ravel()))


def _unsupported_by_half(ledger: EvidenceLedger, step: int) -> tuple[float, float]:
    """Return how much of the gain on the left and on the right half arose where nothing spoke for the class."""
    density = ledger.unsupported_density(step)
    gains = ledger.gains[step].clip(min=0)
    if density is None:
        return float("nan"), float("nan")
    middle = gains.shape[1] // 2
    halves = (np.s_[:, :middle], np.s_[:, middle:])
    left, right = (float(gains[h][density[h] > 0].sum() / max(gains[h].sum(), 1e-9)) for h in halves)
    return left, right


def _flagged(guide: GuideModel, logits: Values, target: int) -> Values:
    """Return 1 where H1 flags the class, 0 where it does not, NaN where it has too few references to say."""
    name = guide.classes[target]
    if guide.references.count(name) < ENOUGH_FOR_EVIDENCE:
        return np.full(len(logits), np.nan)
    return np.array([guide.references.conformal_p(float(x), class_name=name) < FALSE_ALARMS for x in logits], float)


def _others(guide: GuideModel, own: Flags) -> dict[str, Flags]:
    """Return which classes count as others ``(N, C)``: all, those of the other kind, and the look-alike."""
    found: dict[str, Flags] = {"every other class": ~own}
    if guide.name in KINDS:
        vehicle = np.array([c in KINDS[guide.name] for c in guide.classes])
        found["a class of the other kind (far)"] = (own @ vehicle)[:, None] != vehicle
    twins = np.zeros((len(guide.classes), len(guide.classes)), dtype=bool)
    for one, other in LOOK_ALIKES.get(guide.name, ()):
        i, j = guide.class_index(one), guide.class_index(other)
        twins[i, j] = twins[j, i] = True
    if twins.any():
        found["its look-alike (near)"] = twins[own.argmax(axis=1)]
    return found


if __name__ == "__main__":
    app()
