"""Measure a guide on the stored weight file and write what was measured into its card.

    python -m benchmarks.measure_guide animals16-64 --test animals16-64-test.tar.gz

Test images are sorted by path. The even-indexed ones give the reference logits of each class (what “harder than q% of
the references” compares with); every accuracy is measured on the odd-indexed ones. Neither was trained on.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Annotated

import torch
import typer

from lwise_core import catalog
from lwise_core.geometry import see
from lwise_core.guide import GuideModel
from lwise_core.images import open_photograph
from lwise_core.robustness import Labelled, measure, references


def read_archive(path: Path, guide: GuideModel) -> Labelled:
    """Read the ImageFolder ``test/<class>/*`` of a tar archive in the order of its sorted paths."""
    with tarfile.open(path) as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        images, targets = [], []
        for member in members:
            file = archive.extractfile(member)
            if file is None:
                continue
            photograph = open_photograph(file.read(), name=Path(member.name).name)
            images.append(torch.from_numpy(see(photograph.pixels, size=guide.input_size)))
            targets.append(guide.class_index(Path(member.name).parent.name))
    return Labelled(torch.stack(images), torch.tensor(targets))


def main(
    name: Annotated[str, typer.Argument(help="A bundled guide, such as animals16-64.")],
    test: Annotated[Path, typer.Option(help="Archive with test/<class>/*.jpg, never trained on.")],
    epsilons: Annotated[list[float] | None, typer.Option(help="L2 budgets of the attack.")] = None,
) -> None:
    """Measure the guide NAME and write references and figures into its card."""
    guide = catalog.load(name)
    data = read_archive(test, guide)
    card_path = catalog.BUNDLED / name / "card.json"
    card = json.loads(card_path.read_text())
    card["references"] = {
        "source": f"ground-truth logits of the even-indexed images of {test.name} by sorted path; never trained on",
        "logits": references(guide, data.every(2)),
    }
    card["measured"] = {
        "on": f"the odd-indexed images of {test.name} by sorted path; never trained on",
        "command": f"python -m benchmarks.measure_guide {name} --test {test.name}",
        **measure(guide, data.every(2, first=1), epsilons=epsilons or [0.75, 1.5]),
    }
    card_path.write_text(json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    typer.echo(json.dumps(card["measured"], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
