"""V5 with each model left out: what indicators of the change say of guides that were trained too weakly.

    python -m benchmarks.weak_guides GUIDES --test cifar10-test.tar.gz

``GUIDES`` is a folder with a copy of the folder ``guide`` of each run of ``lwise train``, all alike but for the ε that
they were trained for and their seed. The largest ε is the full one; the others are weak, and their
changes must be flagged. A weak guide is judged beside the full one of its own seed by a logistic regression that saw
neither of the two, and no picture of the classes that it is judged on (every second class fits, both ways round). Each
picture is enhanced towards its own class, at the same ε by every guide. Pictures, folds and ε are fixed here, before
anything is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.discrimination import Flags, auroc, fitted_scores
from benchmarks.known_cases import EPSILONS_224, OF_THE_CHANGE, Case, case_of, plain, step_of
from benchmarks.risk import Picture, path_towards, pictures_of
from lwise_core._utils.arrays import Values
from lwise_core.cli.train_options import part as part_of
from lwise_core.guides.card_words import home_accuracy
from lwise_core.guides.catalog import Catalog
from lwise_core.guides.guide import GuideModel

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

OF_ITS_PIXELS = ("H7", "H8", "H9", "HF")
"""Indicators that the change alone gives: detail, lattice, saturation and grain; no guide is asked again."""
WANTED = 0.90


@dataclass(frozen=True, eq=False, kw_only=True)
class Model:
    """A guide, how it was trained, how often it names held-out pictures rightly, and the cases of its pictures."""

    guide: GuideModel
    epsilon: float
    seed: int
    accuracy: float
    cases: tuple[Case, ...]


@app.command()
def main(
    guides: Annotated[Path, typer.Argument(help="Folder of the trained guides.")],
    test: Annotated[Path, typer.Option(help="Held-out images, test/<class>/*.")],
    count: Annotated[int, typer.Option(help="How many pictures.")] = 40,
    part: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")] = "3:4",
) -> None:
    """Print how well each weak guide's changes are told from the full ones', the two left out."""
    models = _measured(guides, test, part_of(part), count)
    full = max(m.epsilon for m in models)
    weak = [m for m in models if m.epsilon < full]
    header = " | ".join(f"{kind}, ε₂₂₄ {e:g}" for kind in ("its pixels", "all") for e in EPSILONS_224)
    print(
        f"{count} pictures towards their own classes, {len(weak)} weak guides beside {len(models) - len(weak)} full.\n"
    )
    print(f"| trained for ε | seed | right on held-out pictures | {header} | flagged about artefacts |")
    print("|---|---|---|" + "---|" * (2 * len(EPSILONS_224) + 1))
    for model in sorted(models, key=lambda m: (m.epsilon, m.seed)):
        cells = [_told(model, models, keys, e) for keys in (OF_ITS_PIXELS, OF_THE_CHANGE) for e in EPSILONS_224]
        flags = ", ".join(str(sum(c.flagged[step_of(model.guide, e)][1] for c in model.cases)) for e in EPSILONS_224)
        print(f"| {model.epsilon:g} | {model.seed} | {model.accuracy:.1%} | {' | '.join(cells)} | {flags} |")
    print(f"\nAt least {WANTED:.2f} is wanted of the guides that are weak. Flagged: of {count} pictures, at each ε.")


def left_out_scores(
    tables: Sequence[Values], positive: Sequence[bool], halves: Sequence[Flags], *, judged: tuple[int, int]
) -> tuple[Values, Values]:
    """Return the scores of the two ``judged`` models' rows, by fits that saw neither model and no class of the row.

    ``tables`` holds the rows of each model, ``(rows, indicators)``, ``positive`` whether it is weak, and ``halves``
    which half of the classes each row is of.
    """
    table = np.concatenate(tables)
    model = np.repeat(np.arange(len(tables)), [len(t) for t in tables])
    truth = np.array(positive)[model]
    half = np.concatenate(halves)
    seen = ~np.isin(model, judged)
    scores = np.zeros(len(table))
    for judge in (half, ~half):
        asked = judge & ~seen
        scores[asked] = fitted_scores(table, truth, fit=~judge & seen, judge=asked)
    return scores[model == judged[0]], scores[model == judged[1]]


def _told(model: Model, models: Sequence[Model], keys: Sequence[str], epsilon_224: float) -> str:
    """Return the area with which ``model`` is told from the full one of its seed, a dash for a full one."""
    full = max(m.epsilon for m in models)
    if model.epsilon == full:
        return "–"
    beside = next(i for i, m in enumerate(models) if m.epsilon == full and m.seed == model.seed)
    tables = [_table(m, keys, epsilon_224) for m in models]
    halves = [np.array([c.own % 2 == 0 for c in m.cases]) for m in models]
    weak, strong = left_out_scores(
        tables, [m.epsilon < full for m in models], halves, judged=(list(models).index(model), beside)
    )
    pictures = np.array([c.picture for m in (model, models[beside]) for c in m.cases])
    return plain(auroc(np.concatenate([weak, strong]), np.repeat([True, False], [len(weak), len(strong)]), pictures))


def _table(model: Model, keys: Sequence[str], epsilon_224: float) -> Values:
    step = step_of(model.guide, epsilon_224)
    table: Values = np.array([[c.values[step].get(k, np.nan) for k in keys] for c in model.cases])
    return table


def _case(guide: GuideModel, picture: Picture, *, number: int) -> Case:
    """Measure one picture towards its own class; whether it is a positive is its model's to say, not its own."""
    path = path_towards(guide, picture.image, target=picture.target, epsilon_224=EPSILONS_224[-1])
    return case_of(path, picture=number, positive=False)


def _measured(folder: Path, test: Path, part: slice, count: int) -> tuple[Model, ...]:
    """Load every guide of ``folder`` and measure its pictures."""
    catalog = Catalog(bundled=folder, home=folder / "none", published=())
    models = []
    for entry in catalog.entries():
        if entry.card is None:
            raise typer.BadParameter(f"“{entry.name}” has no card that can be read.")
        guide = catalog.load(entry.name)
        cases = tuple(
            _case(guide, picture, number=i) for i, picture in enumerate(pictures_of(guide, test, part, count))
        )
        typer.echo(f"{guide.name}: {count} pictures", err=True)
        epsilon, seed = (float(str(entry.card.training[key])) for key in ("epsilon", "seed"))
        accuracy = home_accuracy(entry.card)
        if accuracy is None:
            raise typer.BadParameter(f"The card of “{entry.name}” does not say how often it is right.")
        models.append(Model(guide=guide, epsilon=epsilon, seed=int(seed), accuracy=accuracy, cases=cases))
    return tuple(models)


if __name__ == "__main__":
    app()
