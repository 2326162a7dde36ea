"""The limits of the light about artefacts: at most 5% of pictures enhanced towards what they show are flagged.

    python -m benchmarks.artefact_limits cifar10-32=cifar10-test.tar.gz GUIDE=IMAGES … --write FILE

The 5% are over the whole slider and for the light as a whole: each of its indicators has an equal part of them
(Bonferroni), and its limit is the conformal one of all pictures' largest values. Each guide is judged too by the limits
that the other guides give, which is what a guide that nobody measured may expect. Pictures are every second one of the
held-out images, by file name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.discrimination import Flags
from benchmarks.risk import path_towards, pictures_of
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.hallucination import FALSE_ALARMS, Judge
from lwise_core.inspection.indicators import MEASURES, LightKind

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

KEYS = tuple(m.key for m in MEASURES if m.kind is LightKind.ARTEFACT)
RATE = FALSE_ALARMS / len(KEYS)

Worst = Mapping[str, float]
"""The largest value of each indicator over the slider of one picture."""


@app.command()
def main(
    sets: Annotated[list[str], typer.Argument(metavar="GUIDE=IMAGES", help="Robust guides and their held-out images.")],
    count: Annotated[int, typer.Option(help="How many pictures of each guide.")] = 40,
    write: Annotated[Path | None, typer.Option(help="Write the limits here.")] = None,
) -> None:
    """Find the limits, and say how often each guide's pictures are flagged by those that the others give."""
    found: dict[str, list[Worst]] = {}
    sizes = set()
    for name, _, test in (s.partition("=") for s in sets):
        guide = catalog.load(name)
        sizes.add(guide.input_size)
        found[name] = _worst_of(guide, Path(test), count)
    limits = limits_of([w for each in found.values() for w in each])
    pictures = sum(map(len, found.values()))
    print(f"{pictures} pictures of {len(found)} guides.\n")
    print("| indicator | limit |")
    print("|---|---|")
    for key in KEYS:
        print(f"| {key} | {limits[key]:.3g} |")
    print(f"\nAt most {FALSE_ALARMS:.0%} are wanted:\n")
    print("| guide | flagged by the limits that the other guides give | by which |")
    print("|---|---|---|")
    for name, worst in found.items():
        others = limits_of([w for other, each in found.items() if other != name for w in each])
        alarms = {key: np.array([w[key] > others[key] for w in worst]) for key in KEYS}
        which = ", ".join(f"{key} {int(flags.sum())}" for key, flags in alarms.items() if flags.any())
        print(f"| {name} | {_any(alarms)} of {len(worst)} | {which or '–'} |")
    if write is not None:
        at = ", ".join(map(str, sorted(sizes)))
        on = f"{', '.join(found)} ({at} px), {pictures} pictures"
        basis = f"at most 5% false alarms of the light over the whole slider; {on}"
        kept = {k: {"value": round(v, 4), "basis": basis, "sizes": at.replace(",", "")} for k, v in limits.items()}
        write.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def limits_of(worst: Sequence[Worst]) -> dict[str, float]:
    """Return the limit of each indicator that a further picture like these exceeds with its part of the 5%."""
    return {key: conformal_limit([w[key] for w in worst], rate=RATE) for key in KEYS}


def conformal_limit(values: Sequence[float], *, rate: float) -> float:
    """Return the limit that a further value like ``values`` exceeds with a probability of at most ``rate``.

    The k-th largest, k = ⌊rate·(n + 1)⌋ (conformal prediction, Vovk et al. 2005).

    Raises:
        ValueError: There are too few values for such a rate.
    """
    k = int(rate * (len(values) + 1))
    if not k:
        raise ValueError(f"{len(values)} values are too few for a rate of {rate:.2%}; it takes {int(1 / rate)}.")
    return float(np.sort(values)[-k])


def _any(alarms: Mapping[str, Flags]) -> int:
    return int(np.logical_or.reduce(list(alarms.values())).sum())


def _worst_of(guide: GuideModel, test: Path, count: int) -> list[Worst]:
    found: list[Worst] = []
    for picture in pictures_of(guide, test, slice(1, None, 2), count):
        judge = Judge(path_towards(guide, picture.image, target=picture.target))
        values = [judge.values(step) for step in range(1, len(judge.path.frames))]
        found.append({key: max((v[key] for v in values if key in v), default=-np.inf) for key in KEYS})
    typer.echo(f"{guide.name}: {count} pictures", err=True)
    return found


if __name__ == "__main__":
    app()
