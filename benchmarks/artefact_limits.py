"""The limits of the light about artefacts: at most 5% of pictures enhanced towards what they show are flagged.

    python -m benchmarks.artefact_limits measure cifar10-32 cifar10-test.tar.gz --part 1:4 --count 400 --keep FOLDER
    python -m benchmarks.artefact_limits fit FOLDER --write lwise_core/inspection/risk_limits.json

The 5% are over the whole slider and for the light as a whole (:mod:`lwise_core.inspection.limit_fit`). Limits are
found for each input size apart, from the held-out pictures of all guides of that size together. Each guide is judged
too by the limits that the others of its size give, which is what a guide that nobody measured may expect; and every
guide by limits from every second class, the other classes being judged, both ways round, which is all that can be had
where one guide alone sees a size. A guide to which the limits of the others do not apply is taken apart (``--apart``)
and gets limits of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.discrimination import Flags
from benchmarks.risk import Picture, pictures_of
from lwise_core._utils.intervals import wilson_interval
from lwise_core.cli.train_options import part as part_of
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.inspection.limit_fit import Worst, limits_of, worst_of
from lwise_core.training.calibration_extras import ENOUGH_FOR_LIMITS

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


_AT_ONCE = 20


@dataclass(frozen=True)
class Measured:
    """The largest values of a guide's pictures, ``worst`` (N), the indices of their classes ``targets`` (N).

    ``size`` is the side of what the guide sees in pixels, ``images`` says which pictures they are.
    """

    guide: str
    size: int
    images: str
    targets: tuple[int, ...]
    worst: tuple[Worst, ...]

    @classmethod
    def read(cls, file: Path) -> Measured:
        """Return what ``file`` holds."""
        said = json.loads(file.read_text(encoding="utf-8"))
        worst = tuple({key: -inf if value is None else value for key, value in w.items()} for w in said["worst"])
        return cls(said["guide"], said["size"], said["images"], tuple(said["targets"]), worst)

    def write(self, file: Path) -> None:
        """Keep it in ``file``."""
        worst = [{key: None if value == -inf else value for key, value in w.items()} for w in self.worst]
        file.write_text(json.dumps({**vars(self), "worst": worst}), encoding="utf-8")

    def of_half(self, half: int) -> tuple[Worst, ...]:
        """Return the pictures of every second class, beginning with class ``half``."""
        return tuple(w for w, t in zip(self.worst, self.targets, strict=True) if t % 2 == half)


@app.command("measure")
def measure_command(
    guide_name: Annotated[str, typer.Argument(metavar="GUIDE")],
    images: Annotated[Path, typer.Argument(help="Held-out images, test/<class>/*.")],
    keep: Annotated[Path, typer.Option(help="A folder for what is measured.")],
    part: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")] = "1:2",
    count: Annotated[int, typer.Option(help="How many of these, evenly spread.")] = 60,
) -> None:
    """Measure the largest values over the slider of a guide's pictures, enhanced towards what they show."""
    guide = catalog.load(guide_name)
    pictures = pictures_of(guide, images, part_of(part), count)
    worst, targets = list[Worst](), [picture.target for picture in pictures]
    for first in range(0, count, _AT_ONCE):
        worst += [worst_of(path) for path in _paths(guide, pictures[first : first + _AT_ONCE])]
        typer.echo(f"{guide.name}: {len(worst)} of {count} pictures", err=True)
    keep.mkdir(parents=True, exist_ok=True)
    said = f"{count} of the images {part} of “test” in {images.name}, sorted by file name"
    Measured(guide.name, guide.input_size, said, tuple(targets), tuple(worst)).write(keep / f"{guide.name}.json")


def _paths(guide: GuideModel, pictures: Sequence[Picture]) -> Iterator[EnhancementPath]:
    """Yield the path of each picture towards what it shows, walked together: a batch is cheaper than one by one."""
    request = PathRequest(torch.stack([p.image for p in pictures]), torch.tensor([p.target for p in pictures]))
    *_, together = walk(guide, request)
    yield from together.one_by_one()


@app.command("fit")
def fit_command(
    keep: Annotated[Path, typer.Argument(help="The folder of what was measured.")],
    write: Annotated[Path | None, typer.Option(help="Write the limits here.")] = None,
    apart: Annotated[
        list[str] | None, typer.Option(help="A guide that gets limits of its own, beside its card.")
    ] = None,
) -> None:
    """Find the limits of each input size, and say how often pictures that did not give them are flagged."""
    alone = frozenset(apart or ())
    everything = sorted((Measured.read(f) for f in keep.glob("*.json")), key=lambda m: (m.size, m.guide))
    found = {}
    for size, group in groupby(everything, key=lambda m: m.size):
        seen = tuple(group)
        guides = tuple(m for m in seen if m.guide not in alone)
        limits = limits_of([w for each in guides for w in each.worst])
        on = "; ".join(f"{m.guide}, {m.images}" for m in guides)
        basis = f"at most 5% false alarms of the light over the whole slider, at {size} px: {on}"
        found[str(size)] = {"limits": {k: round(v, 4) for k, v in limits.items()}, "basis": basis}
        _print(size, guides, limits)
        for m in seen:
            if m.guide in alone:
                _print_apart(m, limits, write=write is not None)
    if write is not None:
        write.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _print(size: int, guides: Sequence[Measured], limits: dict[str, float]) -> None:
    print(f"\n{size} px, {sum(len(m.worst) for m in guides)} pictures of {len(guides)} guides:\n")
    print(
        "| guide | pictures | by the limits of the other guides | which | by the limits of the other classes | which |"
    )
    print("|---|---|---|---|---|---|")
    for m in guides:
        others = [w for other in guides if other is not m for w in other.worst]
        by_others = _told(m.worst, limits_of(others)) if len(others) >= ENOUGH_FOR_LIMITS else "– | –"
        print(f"| `{m.guide}` | {len(m.worst)} | {by_others} | {_by_classes(m, guides)} |")
    print(f"\n| indicator | limit at {size} px |\n|---|---|")
    for key, value in limits.items():
        print(f"| {key} | {value:.3g} |")


def _print_apart(m: Measured, limits: dict[str, float], *, write: bool) -> None:
    """Print how often a guide's pictures are flagged by the limits of its size, and put its own beside its card."""
    own = {key: round(value, 4) for key, value in limits_of(m.worst).items()}
    values = ", ".join(f"{key} {value:.3g}" for key, value in own.items())
    print(f"\n`{m.guide}`, apart, by these: {_told(m.worst, limits)}. Its own, from {len(m.worst)} pictures: {values}.")
    if write:
        entry = next(e for e in catalog.entries() if e.name == m.guide)
        assert entry.weights is not None  # noqa: S101  it was loaded to be measured
        basis = f"at most 5% false alarms of the light over the whole slider; {m.guide}, {m.images}"
        OwnLimits(entry.sha256, m.size, own, len(m.worst), basis).write(entry.weights.parent)


def _by_classes(judged: Measured, guides: Sequence[Measured]) -> str:
    """Return how many of a guide's pictures are flagged by limits of the guides' other classes, both ways round."""
    halves = [[w for m in guides for w in m.of_half(half)] for half in (0, 1)]
    if min(map(len, halves)) < ENOUGH_FOR_LIMITS:
        return "too few | –"
    flags: dict[str, list[bool]] = defaultdict(list)
    for half in (0, 1):
        for key, flagged in _flags(judged.of_half(half), limits_of(halves[1 - half])).items():
            flags[key] += flagged.tolist()
    return _counted({key: np.array(flagged) for key, flagged in flags.items()})


def _told(worst: Sequence[Worst], limits: dict[str, float]) -> str:
    return _counted(_flags(worst, limits))


def _flags(worst: Sequence[Worst], limits: dict[str, float]) -> dict[str, Flags]:
    return {key: np.array([w[key] > limit for w in worst], dtype=bool) for key, limit in limits.items()}


def _counted(flags: dict[str, Flags]) -> str:
    by_any = np.logical_or.reduce(list(flags.values()))
    low, high = wilson_interval(float(by_any.mean()), len(by_any))
    which = ", ".join(f"{key} {int(f.sum())}" for key, f in flags.items() if f.any())
    return f"{int(by_any.sum())}, {by_any.mean():.1%} ({low:.1%} to {high:.1%}) | {which or '–'}"


if __name__ == "__main__":
    app()
