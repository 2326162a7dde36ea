"""How often the light about evidence cannot judge: the original speaks for the class no more than pictures without it.

    python -m benchmarks.faint_signs dermoscopy7-128 ham7-128.tar.gz --part 1:2 --count 300

Of held-out pictures, for the class that each shows and for another one, drawn once for each: flagged by prior support,
or faint, so that the light cannot judge, or neither. All three are about the original alone, so they hold at every ε;
faint ones had no flag before faint signs were told from signs.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from benchmarks.risk import Picture, pictures_of
from lwise_core.cli.train_options import part as part_of
from lwise_core.guides import catalog
from lwise_core.guides.evidence_nulls import EvidenceNulls
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, contrast
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE
from lwise_core.inspection.evidence_ledger import SUPPORTED
from lwise_core.inspection.hallucination import FALSE_ALARMS

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

FLAGGED, FAINT, SIGNS = "flagged by prior support", "faint, cannot judge", "signs, no flag"
_SEED = 42


@app.command()
def main(
    guide_name: Annotated[str, typer.Argument(metavar="GUIDE")],
    images: Annotated[Path, typer.Argument(help="Held-out images, test/<class>/*.")],
    part: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")] = "1:2",
    count: Annotated[int, typer.Option(help="How many of these, evenly spread.")] = 300,
    stated: Annotated[str, typer.Option(help="This class alone is stated, of pictures of the class --of.")] = "",
    of: Annotated[str, typer.Option(help="The class of these pictures.")] = "",
) -> None:
    """Print what share of the pictures is flagged, faint and neither, for their own class and for another."""
    guide = catalog.load(guide_name)
    if guide.nulls is None:
        raise typer.BadParameter(f"{guide.name} has no nulls, so nothing is faint for it.")
    pictures = pictures_of(guide, images, part_of(part), count)
    print(f"Guide {guide.name}, {count} of the images {part} of “test” in {images.name}.\n")
    print(f"| stated | pictures | {FLAGGED} | {FAINT} | {SIGNS} |\n|---|---|---|---|---|")
    if stated:
        kept = [p for p in pictures if p.target == guide.class_index(of)]
        _print(guide, guide.nulls, f"{stated}, of {of}", [(p, guide.class_index(stated)) for p in kept])
        return
    random, classes = np.random.default_rng(_SEED), range(len(guide.classes))
    others = [int(random.choice([c for c in classes if c != p.target])) for p in pictures]
    _print(guide, guide.nulls, "what they show", [(p, p.target) for p in pictures])
    _print(guide, guide.nulls, "another class", list(zip(pictures, others, strict=True)))


def _print(guide: GuideModel, nulls: EvidenceNulls, name: str, asked: list[tuple[Picture, int]]) -> None:
    found = Counter(_state(guide, nulls, picture.image, target) for picture, target in asked)
    shares = " | ".join(f"{found[state] / len(asked):.1%}" for state in (FLAGGED, FAINT, SIGNS))
    print(f"| {name} | {len(asked)} | {shares} |", flush=True)


def _state(guide: GuideModel, nulls: EvidenceNulls, image: torch.Tensor, target: int) -> str:
    """Return what is known of ``image`` ``(3, H, H)`` for the class ``target`` before anything is changed."""
    evidence, name = LocalEvidence.of(guide).read(image[None]), guide.classes[target]
    limit = FALSE_ALARMS if nulls.limit is None else FALSE_ALARMS / 2
    logit = float(evidence[0, target].double().mean())
    if (
        guide.references.count(name) >= ENOUGH_FOR_EVIDENCE
        and guide.references.conformal_p(logit, class_name=name) < limit
    ):
        return FLAGGED
    said = contrast(evidence, target=target)[0].double().numpy()
    faint = nulls.enough(target=target) and nulls.of_picture(said, target=target) > SUPPORTED
    return FAINT if faint else SIGNS


if __name__ == "__main__":
    app()
