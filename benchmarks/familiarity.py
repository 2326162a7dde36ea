r"""Make a guide tell what is unlike everything that it learnt, write that beside its card, and say how well it tells.

    python -m benchmarks.familiarity animals16-64 --like animals16-64-train.tar.gz --like animals16-128.tar.gz \
        --unlike things-128.tar.gz --held-out animals16-64-test.tar.gz --held-out animals16-128.tar.gz \
        --judge dermoscopy9-128.tar.gz

A collection is an archive with train/<class>/* and test/<class>/*; `FILE:bird,cat` takes these classes of it, and
`FILE:-bird` all others. Fitted are the train pictures of --like against those of --unlike, textures and noise. Every
second test picture of --held-out gives the p; the others are judged, against the test pictures of --unlike and --judge.
Those of --akin, of the same kinds but from elsewhere, are judged beside them and give no p. Those of --unlike are
judged once more by fits that had left their kinds out, and by one that had left the whole collection out.
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

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.intervals import wilson_interval
from lwise_core.data.errors import DatasetError
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides import catalog
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.learnt_hashes import learnt_by
from lwise_core.guides.stage_features import StageFeatures
from lwise_core.images.geometry import Crop, see
from lwise_core.images.perceptual_hash import ALIKE, HASHED_SIZE, Hashes, nearest_bits
from lwise_core.training.export_guide import labelled
from lwise_core.training.familiarity_fit import Collections, features_of, fit_familiarity, made_up, reader_of
from lwise_core.training.learnt_pictures import hashes_of
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


def read_collection(
    reader: StageFeatures, address: str, *, split: str, most: int, without: Hashes | None = None
) -> Collection:
    """Return the features of at most so many pictures of a collection, read a part at a time.

    Left out are those that are nearly the same as one of the pictures with the perceptual hashes ``without``.
    """
    images = chosen_images(address, split=split, size=reader.guide.input_size, most=most)
    if without is not None:
        images = images.take(np.flatnonzero(nearest_bits(hashes_of(images), without) > ALIKE))
    parts = [labelled(images.take(rows)).images for rows in np.array_split(np.arange(len(images)), 1 + most // 500)]
    kinds = np.array(images.classes)[images.targets]
    typer.echo(f"{address} ({split}): {len(images):,}", err=True)
    return Collection(Path(address).name, torch.cat([features_of(reader, part) for part in parts]), kinds)


def read_tests(
    reader: StageFeatures, addresses: Sequence[str], *, most: int, without: Hashes | None = None
) -> Iterator[Collection]:
    """Yield the test pictures of the collections that have any; ``without`` is as for one collection."""
    for address in addresses:
        try:
            yield read_collection(reader, address, split="test", most=most, without=without)
        except DatasetError as error:
            typer.echo(f"Not judged: {error}", err=True)


def brick_and_ground(count: int, *, size: int) -> torch.Tensor:
    """Return crops of scikit-image's photographs of textures (brick, grass, gravel), in grey and tinted."""
    greys = (data.brick(), data.grass(), data.gravel())
    return crops_of([np.stack([grey] * 3, axis=-1) for grey in greys], count, size=size, tinted=True)


def retina(count: int, *, size: int) -> torch.Tensor:
    """Return crops of scikit-image's photograph of a retina, of half its height at least."""
    whole = data.retina()
    return crops_of([whole], count, size=size, smallest=len(whole) // 2)


def stained_tissue(count: int, *, size: int) -> torch.Tensor:
    """Return crops of scikit-image's photograph of stained tissue (immunohistochemistry)."""
    return crops_of([data.immunohistochemistry()], count, size=size)


def crops_of(
    photographs: Sequence[Pixels], count: int, *, size: int, smallest: int | None = None, tinted: bool = False
) -> torch.Tensor:
    """Return ``count`` seeded crops of ``photographs`` ``(H, W, 3)`` in turn, as a guide of ``size`` px sees them.

    Their sides are between ``smallest`` (``size``) and the photograph's; where they are ``tinted``, every second is.
    """
    random = np.random.default_rng(_SEED)
    pictures = []
    for i in range(count):
        whole = photographs[i % len(photographs)]
        height, width = whole.shape[:2]
        side = int(random.integers(smallest or size, min(height, width)))
        left, top = random.integers(0, (width - side + 1, height - side + 1))
        tint = random.uniform(0.6, 1, 3) if tinted and i % 2 else np.ones(3)
        square = Crop(int(left), int(top), side).of(whole)
        pictures.append(see((square * tint).astype(np.uint8), size=size))
    return torch.from_numpy(np.stack(pictures))


def flagged_share(familiarity: Familiarity, collection: Collection) -> str:
    """Return the share of a collection's pictures that are flagged, with its 95% interval."""
    share = float(np.mean([novelty.flagged for novelty in familiarity.novelty(collection.features)]))
    return _with_interval(share, len(collection.kinds))


def _with_interval(share: float, n: int) -> str:
    low, high = wilson_interval(share, n)
    return f"{share:.1%} ({low:.1%} to {high:.1%})"


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
    akin: tuple[Collection, ...] = ()
    known: str = "never trained on"

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
            source=f"every second of “test” in {' and '.join(c.name for c in self.held_out)}; {self.known}",
            against=f"textures, noise{', and “train” of ' if named else ''}{named}",
        )

    def rows(self, familiarity: Familiarity) -> Iterator[str]:
        """Yield the rows of the table: what is flagged, and the area against each held-out collection."""
        others = (*(c.every_other(first=1) for c in self.held_out), *self.akin)
        scores = [familiarity.scores(c.features) for c in others]
        for c in others:
            what = f"{c.name}, from elsewhere" if c in self.akin else f"{c.name}, held out"
            yield f"| {what} | {len(c.kinds)} | {flagged_share(familiarity, c)} | {'– | ' * len(others)}"
        for c in (*self.unlike_tests, *self.judged):
            flagged = flagged_share(familiarity, c)
            areas = " | ".join(f"{area(own, familiarity.scores(c.features)):.3f}" for own in scores)
            yield f"| {c.name} | {len(c.kinds)} | {flagged} | {areas} |"
        for c in self.unlike_tests:
            found, share = left_out(lambda part: self.fit(without=part), c, against=others)
            areas = " | ".join(f"{value:.3f}" for value in found)
            shown = _with_interval(share, len(c.kinds))
            yield f"| {c.name}, its kinds left out of the fit | {len(c.kinds)} | {shown} | {areas} |"
            without = self.fit(without=np.unique(c.kinds))
            areas = " | ".join(f"{area(without.scores(o.features), without.scores(c.features)):.3f}" for o in others)
            shown = flagged_share(without, c)
            yield f"| {c.name}, all of it left out of the fit | {len(c.kinds)} | {shown} | {areas} |"


@dataclass(frozen=True)
class Addresses:
    """Where the collections are: see the options of the command."""

    like: list[str]
    unlike: list[str]
    held_out: list[str]
    akin: list[str]
    judge: list[str]


def material(guide_name: str, where: Addresses, *, most: int, known: str) -> Material:
    """Read every collection through the guide."""
    guide = catalog.load(guide_name)
    reader = reader_of(guide)
    learnt = learnt_by(catalog.entries(), weights_sha256=guide.provenance.weights_sha256)
    held_out = [chosen_images(a, split="test", size=HASHED_SIZE, most=most) for a in where.held_out]
    held = np.concatenate([hashes_of(images) for images in held_out])

    def read(address: str, split: str, without: Hashes | None = None) -> Collection:
        return read_collection(reader, address, split=split, most=most, without=without)

    def made(name: str, images: torch.Tensor) -> Collection:
        return Collection(name, features_of(reader, images), np.full(len(images), name))

    return Material(
        reader=reader,
        like=tuple(read(address, "train", held) for address in where.like),
        unlike=tuple(read(address, "train") for address in where.unlike),
        made=made_up(reader),
        held_out=tuple(read(address, "test") for address in where.held_out),
        akin=tuple(read_tests(reader, where.akin, most=most, without=learnt)),
        known=known,
        unlike_tests=tuple(read_tests(reader, where.unlike, most=most)),
        judged=(
            *read_tests(reader, where.judge, most=_JUDGED),
            made("photograph of a retina, crops of one", retina(_JUDGED, size=guide.input_size)),
            made("photograph of stained tissue, crops of one", stained_tissue(_JUDGED, size=guide.input_size)),
            made("photographs of brick, grass and gravel", brick_and_ground(_JUDGED, size=guide.input_size)),
            made("made-up textures of another seed", textures(_JUDGED, size=guide.input_size, seed=_SEED)),
            made("noise of another seed", noise(_JUDGED, size=guide.input_size, seed=_SEED)),
        ),
    )


def main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue, such as animals16-64.")],
    like: Annotated[list[str], typer.Option(help="Pictures like those it learnt; several times for several.")],
    held_out: Annotated[list[str], typer.Option(help="Whose test pictures give the p, the guide's own first.")],
    unlike: Annotated[list[str] | None, typer.Option(help="Pictures of other things.")] = None,
    akin: Annotated[
        list[str] | None, typer.Option(help="Pictures of its kinds from elsewhere; judged beside them.")
    ] = None,
    judge: Annotated[list[str] | None, typer.Option(help="Further pictures that are unlike, never fitted to.")] = None,
    learnt: Annotated[bool, typer.Option("--learnt", help="The network had learnt those of --held-out.")] = False,
    most: Annotated[int, typer.Option(help="At most so many of each.")] = 2500,
    write: Annotated[bool, typer.Option(help="Write it beside the guide's card.")] = True,
) -> None:
    """Make, judge and write the familiarity of the guide NAME."""
    known = "the network had learnt them, this had not" if learnt else "never trained on"
    where = Addresses(like, unlike or [], held_out, akin or [], judge or [])
    found = material(name, where, most=most, known=known)
    familiarity = found.fit()
    entry = next(e for e in catalog.entries() if e.name == name)
    if write and entry.weights is not None:
        typer.echo(f"{familiarity.write(entry.weights.parent).stat().st_size:,} bytes", err=True)
    for row in found.rows(familiarity):
        typer.echo(row)


if __name__ == "__main__":
    typer.run(main)
