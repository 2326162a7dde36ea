"""The evidence ledger: its nulls and its limit are made here, and it is tried where the truth is known.

    python -m benchmarks.evidence nulls --guide animals16-128 --test animals16-128.tar.gz --by-path
    python -m benchmarks.evidence make --guide animals16-64 --test animals16-64-test.tar.gz --by-path
    python -m benchmarks.evidence mosaic --guide animals16-64 --test animals16-64-test.tar.gz --by-path
    python -m benchmarks.evidence single --guide animals16-64 --test animals16-64-test.tar.gz --by-path

Parts, pairs and seeds are fixed here, before anything is measured. Of the held-out pictures every second one gives
nulls; the limit and the figures come from others, which gave no references either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.discrimination import Flags, auroc, auroc_difference
from benchmarks.held_out import held_out_images
from benchmarks.people import Estimate, mean
from lwise_core._utils.arrays import Values
from lwise_core.cli.train_options import part as part_of
from lwise_core.data.training_images import LabelledImages
from lwise_core.enhancement.path import PathRequest, ascend
from lwise_core.guides import catalog
from lwise_core.guides.evidence_file import EVIDENCE_FILE, write_nulls
from lwise_core.guides.evidence_nulls import GainLimit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, contrast, nulls_of
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.hallucination import FALSE_ALARMS
from lwise_core.inspection.limit_fit import conformal_limit
from lwise_core.training.trainer import pixels_of

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

GuideName = Annotated[str, typer.Option("--guide", help="A guide of the catalogue.")]
Test = Annotated[Path, typer.Option(help="Held-out images, test/<class>/*.")]
ByPath = Annotated[bool, typer.Option("--by-path", help="Sort by path, not file name, as the guide's card.")]
Part = Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, counted from 0.")]
Count = Annotated[int, typer.Option(help="How many, evenly spread.")]

EPSILONS_224 = (2.0, 4.0, 8.0)
LIGHT_SHARE = FALSE_ALARMS / 2
"""H1 and the ledger share the false alarms of the light about evidence."""
_BATCH = 20
_SEED = 53


@dataclass(frozen=True, eq=False)
class Pictures:
    """Held-out ``images`` ``(N, 3, H, H)`` in [0, 1] and the indices of their classes ``targets`` ``(N,)``."""

    images: torch.Tensor
    targets: torch.Tensor

    @classmethod
    def read(cls, guide: GuideModel, test: Path, part: str, *, count: int | None, by_path: bool) -> Pictures:
        """Return ``count`` of a ``part`` of the held-out pictures, evenly spread; None: all of it."""
        images = held_out_images(guide, test)
        chosen = _ordered(images, by_path=by_path)[part_of(part)]
        taken = chosen if count is None else [chosen[(k * len(chosen)) // count] for k in range(count)]
        images = images.take(taken)
        return cls(pixels_of(images, torch.arange(len(images))), torch.from_numpy(images.targets))

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield them, some at a time."""
        return zip(self.images.split(_BATCH), self.targets.split(_BATCH), strict=True)


def at_twice_the_side(guide_name: str) -> tuple[GuideModel, GuideModel]:
    """Return a guide with nulls as it ships, and as it sees pictures of twice the side, with the same nulls."""
    native = catalog.load(guide_name)
    if native.nulls is None:
        raise typer.BadParameter("the guide has no nulls; make them first.")
    size = 2 * native.input_size
    return native, replace(native, input_size=size, nulls=replace(native.nulls, input_size=size))


@app.command("nulls")
def nulls_command(
    guide_name: GuideName,
    test: Test,
    by_path: ByPath = False,
    nulls_part: Annotated[str, typer.Option("--nulls", metavar="FIRST:STEP")] = "0:2",
) -> None:
    """Make a bundled guide's nulls, without a limit, and put them beside its card."""
    guide = catalog.load(guide_name)
    sources = Pictures.read(guide, test, nulls_part, count=None, by_path=by_path)
    order = "path" if by_path else "file name"
    basis = f"{len(sources.targets):,} of the images {nulls_part} of “test” in {test.name}, sorted by {order}"
    nulls = nulls_of(guide, sources.batches(), basis=basis)
    (catalog.BUNDLED / guide.name / EVIDENCE_FILE).write_bytes(write_nulls(nulls))
    print(f"{guide.name}: nulls from {basis}.")


@app.command("make")
def make_command(
    guide_name: GuideName,
    test: Test,
    by_path: ByPath = False,
    nulls_part: Annotated[str, typer.Option("--nulls", metavar="FIRST:STEP")] = "0:2",
    limit_part: Annotated[str, typer.Option("--limit", metavar="FIRST:STEP")] = "5:12",
    count: Count = 80,
    most_nulls: Annotated[int | None, typer.Option(help="At most so many pictures give nulls, evenly spread.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the file beside the bundled guide's card.")] = False,
) -> None:
    """Make a guide's nulls, and the limit of the gain without evidence over the whole slider.

    2.5% of own pictures may be beyond it that H1 does not flag, at 2.5% of its own: together they flag at most 5%.
    """
    guide = catalog.load(guide_name)
    order = "path" if by_path else "file name"
    sources = Pictures.read(guide, test, nulls_part, count=most_nulls, by_path=by_path)
    basis = f"{len(sources.targets):,} of the images {nulls_part} of “test” in {test.name}, sorted by {order}"
    nulls = nulls_of(guide, sources.batches(), basis=basis)
    own = Pictures.read(guide, test, limit_part, count=count, by_path=by_path)
    by_h1, _ = _prior(guide, own)
    worst = np.array([max(shares, default=0.0) for shares in _unsupported(replace(guide, nulls=nulls), own)])
    value = conformal_limit(np.where(by_h1, 0.0, worst).tolist(), rate=LIGHT_SHARE)
    said = (
        f"at most {LIGHT_SHARE:.1%} false alarms beside H1’s over the whole slider, by {count} of the images "
        f"{limit_part} of “test” in {test.name}, sorted by {order}, each enhanced towards what it shows"
    )
    data = write_nulls(replace(nulls, limit=GainLimit(value, said)))
    quantiles = " / ".join(f"{q:.3f}" for q in np.quantile(worst, (0.25, 0.5, 0.75, 0.9)))
    print(f"{guide.name}: nulls from {basis}; limit {value:.4f} ({said}).")
    print(f"Largest share on the slider, quarters and 90%: {quantiles}; {int(by_h1.sum())} flagged by H1.")
    if write:
        (catalog.BUNDLED / guide.name / EVIDENCE_FILE).write_bytes(data)


@app.command("single")
def single_command(
    guide_name: GuideName, test: Test, by_path: ByPath = False, judged: Part = "11:12", count: Count = 60
) -> None:
    """V1: pictures towards their own class (must not be flagged) and towards another one, drawn (must be)."""
    guide = catalog.load(guide_name)
    nulls = guide.nulls
    if nulls is None or nulls.limit is None:
        raise typer.BadParameter("the guide has no nulls with a limit; make them first.")
    own = Pictures.read(guide, test, judged, count=count, by_path=by_path)
    print(f"{count} of the images {judged} of “test” in {test.name}; limit {nulls.limit.value:.3f}.\n")
    print("| towards | flagged by H1 (2.5%) | by the ledger | by either | cannot judge by H1 |")
    print("|---|---|---|---|---|")
    others = torch.tensor([_another(guide, int(t), i) for i, t in enumerate(own.targets)])
    for name, targets in (("its own class", own.targets), ("another class, drawn", others)):
        asked = Pictures(own.images, targets)
        by_h1, unknown = _prior(guide, asked)
        worst = np.array([max(s, default=0.0) for s in _unsupported(guide, asked)])
        by_ledger = worst > nulls.limit.value
        figures = [mean(x.astype(float)) for x in (by_h1, by_ledger, by_h1 | by_ledger)]
        print(f"| {name} | {' | '.join(map(_share, figures))} | {int(unknown.sum())} |")


@app.command("mosaic")
def mosaic_command(
    guide_name: GuideName,
    test: Test,
    by_path: ByPath = False,
    judged: Part = "11:12",
    count: Count = 300,
    walked: Annotated[int, typer.Option(help="How many of them are walked.")] = 20,
) -> None:
    """V3: four pictures of four classes in one, enhanced towards one of them (or towards one that is in no cell)."""
    native, guide = at_twice_the_side(guide_name)
    pictures = Pictures.read(native, test, judged, count=None, by_path=by_path)
    drawn = [_Mosaic.draw(pictures, number) for number in range(count)]
    print(f"{count} mosaics of four of the images {judged} of “test” in {test.name} at native size, {guide.name}.\n")
    _print_before(*(_judged(guide, pictures, some, epsilons=()) for some in (drawn, [m.without() for m in drawn])))
    some = drawn[:walked]
    if some:
        print(f"\nThe first {len(some)} of them, walked:\n")
        both = (some, [m.without() for m in some])
        _print_walked(*(_judged(guide, pictures, part, epsilons=EPSILONS_224) for part in both))


@dataclass(frozen=True)
class _Mosaic:
    """Four pictures in reading order, by their places; ``cell`` shows ``target``, and ``other`` could stand there."""

    cells: tuple[int, ...]
    cell: int
    target: int
    other: int

    @classmethod
    def draw(cls, pictures: Pictures, number: int) -> _Mosaic:
        """Return the mosaic of this ``number``: four classes and a fifth for the absent one, all drawn."""
        random = np.random.default_rng((_SEED, number))
        classes = random.choice(np.unique(pictures.targets.numpy()), 5, replace=False)
        places = [int(random.choice(np.flatnonzero(pictures.targets.numpy() == c))) for c in classes]
        cell = number % 4
        return cls(tuple(places[:4]), cell, int(classes[cell]), places[4])

    def without(self) -> _Mosaic:
        """Return the same mosaic with a picture of the fifth class in the cell."""
        cells = tuple(self.other if i == self.cell else c for i, c in enumerate(self.cells))
        return replace(self, cells=cells)

    def image(self, pictures: Pictures) -> torch.Tensor:
        """Return the picture, ``(3, 2H, 2H)``."""
        a, b, c, d = (pictures.images[i] for i in self.cells)
        return torch.cat([torch.cat([a, b], dim=2), torch.cat([c, d], dim=2)], dim=1)


@dataclass(frozen=True, eq=False)
class _Judged:
    """What is said of one mosaic before the change, and at each of the ε where the gain arose.

    ``by_cell`` ``(4,)`` is each cell's mean contrast, ``spoken`` whether ``target``'s places are supported; shares are
    None where there was too little gain.
    """

    logit: float
    largest: float
    by_cell: Values
    right: int
    support_area: float
    supported: tuple[float, ...]
    unsupported: tuple[float, ...]
    in_cell: tuple[float, ...]


def _judged(
    guide: GuideModel, pictures: Pictures, mosaics: list[_Mosaic], *, epsilons: tuple[float, ...]
) -> list[_Judged]:
    reader, scale = LocalEvidence.of(guide), guide.epsilon_scale
    steps = [0, *(round(scale.from_224(e) / scale.step) for e in epsilons)]
    found: list[_Judged] = []
    for first in range(0, len(mosaics), _BATCH // 2):
        some = mosaics[first : first + _BATCH // 2]
        images = torch.stack([m.image(pictures) for m in some])
        said = [reader.read(images)]
        if epsilons:
            request = PathRequest(images, torch.tensor([m.target for m in some]))
            frames = ascend(guide, request, step=scale.step, steps=steps[-1])
            said += [reader.read(frame.images) for frame in frames if frame.step in steps[1:]]
            typer.echo(f"{first + len(some)} of {len(mosaics)} mosaics", err=True)
        found += [_judge(guide, e, m) for e, m in zip(torch.stack(said, dim=1), some, strict=True)]
    return found


def _judge(guide: GuideModel, evidence: torch.Tensor, mosaic: _Mosaic) -> _Judged:
    assert guide.nulls is not None  # noqa: S101  said before
    ledger = EvidenceLedger.of(evidence, guide.nulls, target=mosaic.target)
    contrasts = contrast(evidence[:1], target=mosaic.target)[0].numpy()
    cells = _cells(contrasts)
    inside = _mask(mosaic.cell, contrasts.shape[0])
    later = range(1, len(evidence))
    rises = [ledger.gains[s].clip(min=0) for s in later]
    return _Judged(
        logit=float(evidence[0, mosaic.target].mean()),
        largest=float(contrasts.max()),
        by_cell=cells,
        right=mosaic.cell,
        support_area=_place_area(inside, contrasts),
        supported=tuple(_known(ledger.supported_share(s)) for s in later),
        unsupported=tuple(_known(ledger.unsupported_share(s)) for s in later),
        in_cell=tuple(float(r[inside].sum() / r.sum()) if r.sum() else np.nan for r in rises),
    )


def _print_before(there: list[_Judged], gone: list[_Judged]) -> None:
    """Print what the original alone says."""
    both = [*there, *gone]
    rows = {"largest place": [j.largest for j in both], "largest cell": [j.by_cell.max() for j in both]}
    _print_areas(there, gone, {name: np.array(scores) for name, scores in rows.items()})
    right = mean(np.array([float(j.by_cell.argmax() == j.right) for j in there]))
    print(f"\nRight cell, by the largest mean contrast: {_share(right)}; a quarter by chance.")
    area = mean(np.array([j.support_area for j in there]))
    print(f"The right cell's places told from the others by their contrast, AUROC: {_plain(area)}.")


def _print_walked(there: list[_Judged], gone: list[_Judged]) -> None:
    """Print where the gain arose."""
    rows: dict[str, Values] = {}
    for k, epsilon in enumerate(EPSILONS_224):
        both = [*there, *gone]
        rows[f"share of the gain on supported places, ε₂₂₄ {epsilon:g}"] = np.array([j.supported[k] for j in both])
        rows[f"share without evidence, reversed, ε₂₂₄ {epsilon:g}"] = -np.array([j.unsupported[k] for j in both])
    _print_areas(there, gone, rows)
    print("\n| ε₂₂₄ | share of the positive gain in that cell: class there | class nowhere |\n|---|---|---|")
    for k, epsilon in enumerate(EPSILONS_224):
        shares = [mean(np.array([j.in_cell[k] for j in side])) for side in (there, gone)]
        print(f"| {epsilon:g} | {' | '.join(map(_share, shares))} |")


def _print_areas(there: list[_Judged], gone: list[_Judged], rows: dict[str, Values]) -> None:
    positive = np.array([True] * len(there) + [False] * len(gone))
    groups = np.tile(np.arange(len(there)), 2)
    logit = np.array([j.logit for j in (*there, *gone)])
    print("| class in one cell, or in none | AUROC | less that of the logit, paired |\n|---|---|---|")
    print(f"| the logit, which H1 ranks | {_plain(auroc(logit, positive, groups))} | – |")
    for name, scores in rows.items():
        known = np.nan_to_num(scores, nan=float(np.nanmin(scores)))
        area, gain = auroc(known, positive, groups), auroc_difference(known, logit, positive, groups)
        print(f"| {name} | {_plain(area)} | {_plain(gain)} |")


def _unsupported(guide: GuideModel, pictures: Pictures) -> Iterator[list[float]]:
    """Yield for each picture the shares without evidence over the whole slider, where there is gain enough."""
    assert guide.nulls is not None  # noqa: S101  said before
    reader, scale = LocalEvidence.of(guide), guide.epsilon_scale
    done = 0
    for images, targets in pictures.batches():
        walked = ascend(guide, PathRequest(images, targets), step=scale.step, steps=scale.steps)
        said = torch.stack([reader.read(frame.images).float() for frame in walked], dim=1)
        for evidence, target in zip(said, targets.tolist(), strict=True):
            ledger = EvidenceLedger.of(evidence, guide.nulls, target=target)
            shares = (ledger.unsupported_share(step) for step in range(len(evidence)))
            yield [s for s in shares if s is not None]
        done += len(targets)
        typer.echo(f"{guide.name}: {done} of {len(pictures.targets)} pictures", err=True)


def _prior(guide: GuideModel, pictures: Pictures) -> tuple[Flags, Flags]:
    """Return which pictures H1 flags at its half of the false alarms, and of which it has too few references."""
    with torch.no_grad():
        logits = torch.cat([guide.logits(images) for images, _ in pictures.batches()])
    flagged, unknown = [], []
    for row, target in zip(logits, pictures.targets.tolist(), strict=True):
        name = guide.classes[target]
        few = guide.references.spread(name) is None
        unknown.append(few)
        flagged.append(not few and guide.references.conformal_p(float(row[target]), class_name=name) < LIGHT_SHARE)
    return np.array(flagged), np.array(unknown)


def _another(guide: GuideModel, own: int, number: int) -> int:
    others = [i for i in range(len(guide.classes)) if i != own]
    return int(np.random.default_rng((_SEED, number)).choice(others))


def _ordered(images: LabelledImages, *, by_path: bool) -> list[int]:
    everything = range(len(images))
    if by_path:
        return list(everything)
    return sorted(everything, key=lambda i: (images.names[i].split("/", 1)[1], images.names[i]))


def _mask(cell: int, side: int) -> Flags:
    """Return which places of a grid ``(side, side)`` lie in ``cell``, in reading order."""
    row, column = divmod(cell, 2)
    mask = np.zeros((side, side), dtype=bool)
    mask[row * side // 2 : (row + 1) * side // 2, column * side // 2 : (column + 1) * side // 2] = True
    return mask


def _cells(contrasts: Values) -> Values:
    """Return the mean contrast of each cell, ``(4,)``."""
    return np.array([contrasts[_mask(cell, contrasts.shape[0])].mean() for cell in range(4)])


def _place_area(inside: Flags, contrasts: Values) -> float:
    """Return how well contrast tells the places ``inside`` from the others."""
    own, others = contrasts[inside], contrasts[~inside]
    above = (own[:, None] > others[None]).mean() + (own[:, None] == others[None]).mean() / 2
    return float(above)


def _known(share: float | None) -> float:
    return np.nan if share is None else share


def _plain(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})".replace("-", "−")


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


if __name__ == "__main__":
    app()
