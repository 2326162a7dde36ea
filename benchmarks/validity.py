"""What the difficulty is good for, on people's own answers and on the phantom; each command prints one table.

    python -m benchmarks.validity people --guide cifar10-32 --test cifar10-test.tar.gz --answers cifar10h-even.csv
    python -m benchmarks.validity votes --file mhist-votes.csv
    python -m benchmarks.validity phantom --guide phantom4-64
    python -m benchmarks.validity enhancement --guide A --observer B --observer C --test cifar10-test.tar.gz

Several guides may be named; they are compared picture by picture. Accuracy and robustness go together: networks are
only comparable at the same accuracy, which therefore stands beside every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.held_out import held_out_images
from benchmarks.observers import EPSILONS_224, Pictures, compare, versions
from benchmarks.people import (
    Answers,
    Estimate,
    noise_ceiling,
    read_answers,
    read_votes,
    spearman,
    spearman_difference,
)
from benchmarks.phantom_proof import EPSILON_224, PER_FAMILY, proof_of
from lwise_core._utils.arrays import Values
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.study.error_statistics import picture_auc
from lwise_core.training.trainer import pixels_of

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Guides = Annotated[list[str], typer.Option("--guide", help="A guide of the catalogue; several may be named.")]
_BATCH = 250


@dataclass(frozen=True, eq=False)
class _Scores:
    """What one guide says of every picture: the ground-truth logit and log-probability ``(N,)``, and whether right."""

    name: str
    logit: Values
    log_probability: Values
    right: Values


@app.command("people")
def people_command(
    guides: Guides,
    test: Annotated[Path, typer.Option(help="CIFAR-10's test images, named by their index.")],
    answers: Annotated[Path, typer.Option(help="CIFAR-10H's counts.")],
) -> None:
    """Compare difficulty with the errors of people on CIFAR-10 (CIFAR-10H, even-numbered test images)."""
    told = read_answers(answers)
    scores = [_scores(catalog.load(name), test, told) for name in guides]
    ceiling = noise_ceiling(told)
    print(
        f"{len(told.error):,} pictures, {told.counts.sum(axis=1).mean():.1f} people each, mean error "
        f"{told.error.mean():.1%}. Split-half Spearman {ceiling.split_half:.2f}: at most about "
        f"{ceiling.reachable:.2f} can be reached.\n"
    )
    print("| guide | accuracy on these | ρ(error, logit) | ρ(error, log-probability) | AUC by logit | by the other |")
    print("|---|---|---|---|---|---|")
    for s in scores:
        by = (s.logit, s.log_probability)
        aucs = [picture_auc(m, right=told.correct, wrong=told.wrong) for m in by]
        figures = [*(str(spearman(m, told.error)) for m in by), *(f"{auc:.3f}" for auc in aucs)]
        print(f"| {s.name} | {s.right.mean():.1%} | {' | '.join(figures)} |")
    first = scores[0]
    for s in scores[1:]:
        by_logit = spearman_difference(first.logit, s.logit, told.error)
        by_probability = spearman_difference(first.log_probability, s.log_probability, told.error)
        print(f"\n{first.name} over {s.name}, paired: |ρ| by logit {by_logit}, by log-probability {by_probability}.")


@app.command("votes")
def votes_command(file: Annotated[Path, typer.Option(help="The paper's dirmap of MHIST.")]) -> None:
    """Correlate the paper's own logits with the disagreement of seven pathologists (MHIST)."""
    votes = read_votes(file)
    print(
        f"{len(votes.logits)} pictures: Spearman of logit and disagreement {spearman(votes.logits, votes.disagreement)}"
    )


@app.command("phantom")
def phantom_command(guides: Guides) -> None:
    """Compare difficulty with the phantom's dial, and enhancement with its diagnostic pixels."""
    print(f"{PER_FAMILY} new creatures of each family; perturbations at ε₂₂₄ = {EPSILON_224:g}.\n")
    print("| guide | accuracy | ρ(dial, logit) | ρ(dial, log-probability) | energy on diagnostic pixels, × chance |")
    print("|---|---|---|---|---|")
    for name in guides:
        proof = proof_of(catalog.load(name))
        print(f"| {name} | {proof.accuracy:.1%} | {proof.difficulty} | {proof.log_probability} | {proof.focus} |")


@app.command("enhancement")
def enhancement_command(
    guide: Annotated[str, typer.Option(help="The guide that enhances.")],
    observers: Annotated[list[str], typer.Option("--observer", help="A network that shares nothing with it.")],
    test: Annotated[Path, typer.Option(help="Images that neither was trained on.")],
    count: Annotated[int, typer.Option(help="How many of them, evenly spread.")] = 1000,
) -> None:
    """Let observers judge enhanced pictures against originals and controls of equal size: a stand-in for people."""
    enhancer = catalog.load(guide)
    images = held_out_images(enhancer, test)
    images = images.take((np.arange(count) * len(images)) // count)
    pictures = Pictures(pixels_of(images, torch.arange(len(images))), tuple(images.classes[t] for t in images.targets))
    made = versions(enhancer, pictures, epsilons_224=EPSILONS_224)
    print(f"{count:,} pictures, enhanced by {guide}. Observers are networks, a stand-in for people.")
    for name in observers:
        print(f"\n**Observer {name}.** Accuracy on enhanced pictures less that on the others, percentage points.\n")
        print("| pictures | ε₂₂₄ | against | accuracy there | difference (95%) | p (McNemar, Holm over ε) |")
        print("|---|---|---|---|---|---|")
        for c in compare(catalog.load(name), pictures, made):
            p = "< 0.001" if c.p < 0.001 else f"{c.p:.3f}"
            print(
                f"| {c.degraded} | {c.epsilon_224:g} | {c.against} | {c.accuracy:.1%} | {points(c.difference)} | {p} |"
            )


def points(estimate: Estimate) -> str:
    """Return a difference of two shares in percentage points."""
    text = f"{100 * estimate.value:+.1f} ({100 * estimate.low:+.1f} to {100 * estimate.high:+.1f})"
    return text.replace("-", "−")


def _scores(guide: GuideModel, test: Path, told: Answers) -> _Scores:
    images = held_out_images(guide, test)
    images = images.take(_rows_of(images, told.index))
    if [told.classes[t] for t in told.targets] != [images.classes[t] for t in images.targets]:
        raise typer.BadParameter("The answers are about other pictures: their ground truths differ from the images'.")
    targets = torch.from_numpy(images.targets)
    with torch.no_grad():
        logits = torch.cat(
            [guide.logits(batch) for batch in pixels_of(images, torch.arange(len(images))).split(_BATCH)]
        )
    rows = torch.arange(len(targets))
    return _Scores(
        guide.name,
        logits[rows, targets].double().numpy(),
        logits.double().log_softmax(dim=1)[rows, targets].numpy(),
        (logits.argmax(dim=1) == targets).double().numpy(),
    )


def _rows_of(images: LabelledImages, index: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    """Return where the image called ``index`` is, for each."""
    places = {int(Path(name).stem): i for i, name in enumerate(images.names)}
    return [places[int(i)] for i in index]


if __name__ == "__main__":
    app()
