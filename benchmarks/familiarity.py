r"""Make a guide tell what is unlike everything that it learnt, write that beside its card, and say how well it tells.

    python -m benchmarks.familiarity animals16-64 --like animals16-64-train.tar.gz --like animals16-128.tar.gz \
        --unlike things-128.tar.gz --held-out animals16-64-test.tar.gz --held-out animals16-128.tar.gz \
        --judge dermoscopy9-128.tar.gz

A collection is an archive with train/<class>/* and test/<class>/*; `FILE:bird,cat` takes these classes of it, and
`FILE:-bird` all others. Fitted are the train pictures of --like against those of --unlike, textures and noise. Every
second test picture of --held-out gives the p; the others are judged, against the test pictures of --unlike and --judge.
Those of --unlike are judged once more by fits that had left their kinds out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
import typer
from platformdirs import user_cache_path
from skimage import data
from sklearn.metrics import roc_auc_score

from lwise_core.data.errors import DatasetError
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides import catalog
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.stage_features import StageFeatures
from lwise_core.images.geometry import Crop, see
from lwise_core.training.export_guide import labelled
from lwise_core.training.familiarity_fit import Collections, features_of, fit_familiarity, made_up, reader_of
from lwise_core.training.unlike_pictures import noise, textures

_SEED = 7
_PARTS = 5
_JUDGED = 200

Kinds = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Collection:
    """Features ``(N, D)`` of one collection, and the kind of each of its pictures ``(N,)``."""

    name: str
    features: torch.Tensor
    kinds: Kinds

    def of_kinds(self, kinds: Kinds, *, inside: bool) -> Collection:
        """Return the pictures of these ``kinds``, or all others."""
        chosen = np.isin(self.kinds, kinds) == inside
        return Collection(self.name, self.features[torch.from_numpy(chosen)], self.kinds[chosen])

    def every_other(self, *, first: int) -> Collection:
        """Return every second picture, beginning with number ``first``."""
        return Collection(self.name, self.features[first::2], self.kinds[first::2])


def chosen_images(address: str, *, split: str, size: int, most: int) -> LabelledImages:
    """Return at most so many images of ``FILE``, ``FILE:class,class`` or ``FILE:-class,class``, evenly spread."""
    file, _, wanted = address.partition(":")
    images = read_images(Path(file), split=split, size=size, cache=user_cache_path("lwise-studio", appauthor=False))
    kinds = np.array(images.classes)[images.targets]
    named = wanted.removeprefix("-").split(",")
    kept = np.flatnonzero(np.isin(kinds, named) != wanted.startswith("-")) if wanted else np.arange(len(images))
    return images.take(kept[:: max(1, -(-len(kept) // most))])


def read_collection(reader: StageFeatures, address: str, *, split: str, most: int) -> Collection:
    """Return the features of at most so many pictures of a collection, read a part at a time."""
    images = chosen_images(address, split=split, size=reader.guide.input_size, most=most)
    parts = [labelled(images.take(rows)).images for rows in np.array_split(np.arange(len(images)), 1 + most // 500)]
    kinds = np.array(images.classes)[images.targets]
    typer.echo(f"{address} ({split}): {len(images):,}", err=True)
    return Collection(address, torch.cat([features_of(reader, part) for part in parts]), kinds)


def read_tests(reader: StageFeatures, addresses: Sequence[str], *, most: int) -> Iterator[Collection]:
    """Yield the test pictures of the collections that have any."""
    for address in addresses:
        try:
            yield read_collection(reader, address, split="test", most=most)
        except DatasetError as error:
            typer.echo(f"Not judged: {error}", err=True)


def brick_and_ground(count: int, *, size: int) -> torch.Tensor:
    """Return crops of scikit-image's photographs of textures (brick, grass, gravel), in grey and tinted."""
    random = np.random.default_rng(_SEED)
    pictures = []
    for i in range(count):
        grey = (data.brick(), data.grass(), data.gravel())[i % 3]
        side = int(random.integers(size, len(grey)))
        left, top = random.integers(0, len(grey) - side + 1, size=2)
        tint = random.uniform(0.6, 1, 3) if i % 2 else np.ones(3)
        square = Crop(int(left), int(top), side).of(np.stack([grey] * 3, axis=-1))
        pictures.append(see((square * tint).astype(np.uint8), size=size))
    return torch.from_numpy(np.stack(pictures))


def flagged_share(familiarity: Familiarity, collection: Collection) -> float:
    """Return the share of a collection's pictures that are flagged."""
    return float(np.mean([novelty.flagged for novelty in familiarity.novelty(collection.features)]))


def area(like: npt.NDArray[np.float32], unlike: npt.NDArray[np.float32]) -> float:
    """Return how often a picture unlike the others gets the larger score: the area under the ROC curve."""
    sides = np.concatenate([np.zeros(len(like)), np.ones(len(unlike))])
    return float(roc_auc_score(sides, np.concatenate([like, unlike])))


def left_out(
    fitted: Callable[[Kinds], Familiarity], judged: Collection, *, against: Sequence[Collection]
) -> tuple[list[float], float]:
    """Return what is found of ``judged`` when each of its kinds is judged by a fit that had left it out.

    The areas against each collection, and the share that is flagged.
    """
    kinds = np.random.default_rng(_SEED).permutation(np.unique(judged.kinds))
    areas, flags = [], list[bool]()
    for part in np.array_split(kinds, min(_PARTS, len(kinds))):
        familiarity, these = fitted(part), judged.of_kinds(part, inside=True)
        scores = familiarity.scores(these.features)
        areas += [[area(familiarity.scores(own.features), scores) for own in against]] * len(scores)
        flags += [novelty.flagged for novelty in familiarity.novelty(these.features)]
    return np.mean(areas, axis=0).tolist(), float(np.mean(flags))


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that a guide's familiarity is made of and judged on."""

    reader: StageFeatures
    like: tuple[Collection, ...]
    unlike: tuple[Collection, ...]
    made: tuple[torch.Tensor, torch.Tensor]
    held_out: tuple[Collection, ...]
    unlike_tests: tuple[Collection, ...]
    judged: tuple[Collection, ...]

    def fit(self, *, without: Kinds | None = None) -> Familiarity:
        """Return the familiarity, fitted without some kinds of what is unlike."""
        left = np.array([]) if without is None else without
        unlike = [kept.features for c in self.unlike if len((kept := c.of_kinds(left, inside=False)).kinds)]
        collections = Collections(
            like=tuple(c.features for c in self.like),
            unlike=(*unlike, *self.made),
            held_out=torch.cat([c.every_other(first=0).features for c in self.held_out]),
        )
        named = ", ".join(c.name for c in self.unlike)
        return fit_familiarity(
            self.reader,
            collections,
            source=f"every second of “test” in {' and '.join(c.name for c in self.held_out)}; never trained on",
            against=f"textures, noise{', and “train” of ' if named else ''}{named}",
        )

    def rows(self, familiarity: Familiarity) -> Iterator[str]:
        """Yield the rows of the table: what is flagged, and the area against each held-out collection."""
        others = tuple(c.every_other(first=1) for c in self.held_out)
        scores = [familiarity.scores(c.features) for c in others]
        for c in others:
            flagged = flagged_share(familiarity, c)
            yield f"| {c.name}, held out | {len(c.kinds)} | {flagged:.1%} | {'– | ' * len(others)}"
        for c in (*self.unlike_tests, *self.judged):
            flagged = flagged_share(familiarity, c)
            areas = " | ".join(f"{area(own, familiarity.scores(c.features)):.3f}" for own in scores)
            yield f"| {c.name} | {len(c.kinds)} | {flagged:.1%} | {areas} |"
        for c in self.unlike_tests:
            found, flagged = left_out(lambda part: self.fit(without=part), c, against=others)
            areas = " | ".join(f"{value:.3f}" for value in found)
            yield f"| {c.name}, its kinds left out of the fit | {len(c.kinds)} | {flagged:.1%} | {areas} |"


def material(
    guide_name: str, *, like: list[str], unlike: list[str], held_out: list[str], judge: list[str], most: int
) -> Material:
    """Read every collection through the guide."""
    guide = catalog.load(guide_name)
    reader = reader_of(guide)

    def read(address: str, split: str) -> Collection:
        return read_collection(reader, address, split=split, most=most)

    def made(name: str, images: torch.Tensor) -> Collection:
        return Collection(name, features_of(reader, images), np.full(len(images), name))

    return Material(
        reader=reader,
        like=tuple(read(address, "train") for address in like),
        unlike=tuple(read(address, "train") for address in unlike),
        made=made_up(reader),
        held_out=tuple(read(address, "test") for address in held_out),
        unlike_tests=tuple(read_tests(reader, unlike, most=most)),
        judged=(
            *read_tests(reader, judge, most=_JUDGED),
            made("photographs of brick, grass and gravel", brick_and_ground(_JUDGED, size=guide.input_size)),
            made("made-up textures of another seed", textures(_JUDGED, size=guide.input_size, seed=_SEED)),
            made("noise of another seed", noise(_JUDGED, size=guide.input_size, seed=_SEED)),
        ),
    )


def main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue, such as animals16-64.")],
    like: Annotated[list[str], typer.Option(help="Pictures like those it learnt; several times for several.")],
    held_out: Annotated[list[str], typer.Option(help="Whose test pictures give the p, the guide's own first.")],
    unlike: Annotated[list[str], typer.Option(help="Pictures of other things.")] = [],  # noqa: B006
    judge: Annotated[list[str], typer.Option(help="Further pictures that are unlike, never fitted to.")] = [],  # noqa: B006
    most: Annotated[int, typer.Option(help="At most so many of each.")] = 2500,
    write: Annotated[bool, typer.Option(help="Write it beside the guide's card.")] = True,
) -> None:
    """Make, judge and write the familiarity of the guide NAME."""
    found = material(name, like=like, unlike=unlike, held_out=held_out, judge=judge, most=most)
    familiarity = found.fit()
    entry = next(e for e in catalog.entries() if e.name == name)
    if write and entry.weights is not None:
        typer.echo(f"{familiarity.write(entry.weights.parent).stat().st_size:,} bytes", err=True)
    for row in found.rows(familiarity):
        typer.echo(row)


if __name__ == "__main__":
    typer.run(main)
