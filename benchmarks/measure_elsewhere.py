r"""Measure a guide on a collection that it did not learn from, and write what was found into its card.

    python -m benchmarks.measure_elsewhere dermoscopy4-128 --test ham7-128.tar.gz \
        --about docs/models/elsewhere/ham10000.json --without dermoscopy9-128.tar.gz

The JSON file says what only a person can: the collection's name, which of its pictures these are, and what the guide
calls its classes; classes that the guide lacks are left out. Two entries of one name replace each other.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from platformdirs import user_cache_path

from lwise_core._utils.class_names import has_class
from lwise_core.cli.train import words
from lwise_core.data.entries import PictureEntry
from lwise_core.data.picture_sets import picture_set
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.model_card import parse_card
from lwise_core.training.elsewhere import Collection, as_card_entry, figures_elsewhere, read_collection
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.export_guide import labelled


def pictures_of(collection: Collection, source: Path, guide: GuideModel, *, split: str = "test") -> LabelledImages:
    """Return the pictures of the classes that ``guide`` has, as it sees them, under its names and in its order."""
    cache = user_cache_path("lwise-studio", appauthor=False)
    images = read_images(source, split=split, size=guide.input_size, cache=cache).renamed(collection.class_names)
    known = [name for name in images.classes if has_class(guide.classes, name)]
    return images.of_classes(known).in_order_of(guide.classes)


def without_files_of(images: LabelledImages, learnt: Path) -> LabelledImages:
    """Return ``images`` but those whose file has the name, without its ending, of one in ``learnt``."""
    entries = (entry for entry in picture_set(str(learnt)).entries() if isinstance(entry, PictureEntry))
    names = {PurePosixPath(entry.name).stem for entry in entries}
    return images.take([i for i, name in enumerate(images.names) if PurePosixPath(name).stem not in names])


def main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue, such as animals16-64.")],
    test: Annotated[Path, typer.Option(help="Archive or folder with test/<class>/*.")],
    about: Annotated[Path, typer.Option(help="JSON: name, data, class_names.")],
    without: Annotated[Path | None, typer.Option(help="Leave out pictures that have a file's name in here.")] = None,
) -> None:
    """Measure the guide NAME elsewhere and write the figures into its card."""
    guide, collection = catalog.load(name), read_collection(about)
    images = pictures_of(collection, test, guide)
    if without is not None:
        images = without_files_of(images, without)
    verdicts = Evaluation.of(guide, labelled(images), epsilons=())
    found = figures_elsewhere(verdicts, guide.classes, collection, method=words("benchmarks.measure_elsewhere"))
    card_path = next(e.weights for e in catalog.entries() if e.weights and e.card and e.card.name == guide.name)
    card_path = card_path.with_name(catalog.CARD_FILE)
    card = json.loads(card_path.read_text())
    others = [entry for entry in card.get("elsewhere", []) if entry["name"] != found.name]
    card["elsewhere"] = [*others, as_card_entry(found)]
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    parse_card(text.encode())
    card_path.write_text(text)
    typer.echo(json.dumps(card["elsewhere"][-1], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
