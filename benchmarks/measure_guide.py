"""Measure a guide on the stored weight file and write what was measured into its card.

    python -m benchmarks.measure_guide animals16-64 --test animals16-64-test.tar.gz

Test images are sorted by path. The even-indexed ones give the reference logits of each class (what “harder than q% of
the references” compares with); every accuracy is measured on the odd-indexed ones. Neither was trained on. Options
choose other parts, and sort by file name instead; where the accuracies are measured on the rest, that is what gives no
references, and another part of the archive can give references too:

    python -m benchmarks.measure_guide dermoscopy7-128 --test ham7-128.tar.gz --reference-slice 1:3 \
        --measured-slice rest --references-too val --attacked 240
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.held_out import held_out_images
from lwise_core.cli.train import words
from lwise_core.cli.train_options import part
from lwise_core.guides import catalog
from lwise_core.training.attacks import Norm
from lwise_core.training.export_guide import HeldOut, held_out_figures, labelled


def main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue, such as animals16-64.")],
    test: Annotated[Path, typer.Option(help="Archive or folder with test/<class>/*, never trained on.")],
    by_name: Annotated[bool, typer.Option("--by-name", help="Sort by file name, not path.")] = False,
    reference_slice: Annotated[str | None, typer.Option(metavar="FIRST:STEP", help="Without it, the rest.")] = None,
    measured_slice: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Or “rest”.")] = "1:2",
    references_too: Annotated[str, typer.Option(help="A part of the archive, all of which gives references too.")] = "",
    attacked: Annotated[int | None, typer.Option(help="Attack about so many images only.")] = None,
) -> None:
    """Measure the guide NAME and write references and figures into its card."""
    guide = catalog.load(name)
    images = held_out_images(guide, test)
    references = part(reference_slice) if reference_slice else None
    measured = None if measured_slice == "rest" else part(measured_slice)
    held = HeldOut(test, "test", by_name, references, measured, attacked or len(images)).of(images)
    if references_too:
        more = held_out_images(guide, test, split=references_too)
        held = held.with_more_references(labelled(more), described=f"all images of “{references_too}”")
    card_path = next(e.weights for e in catalog.entries() if e.weights and e.card and e.card.name == guide.name)
    card_path = card_path.with_name(catalog.CARD_FILE)
    card = json.loads(card_path.read_text())
    evidence = held_out_figures(guide, held, norm=Norm.L2, trained=guide.provenance.training_epsilon or 0.0)
    card["references"] = evidence.references.for_card()
    card["measured"] = {"command": words("benchmarks.measure_guide"), **evidence.measured}
    card_path.write_text(json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    typer.echo(json.dumps(card["measured"], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
