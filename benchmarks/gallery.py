"""The pairs of the start page, computed beforehand and stored small.

    python -m benchmarks.gallery

To be run again whenever the weights of a guide that made some of them have changed: it writes one strip a sample to
assets/gallery/films and what is known of them to assets/gallery/pairs.json. On two CPU cores it takes a few minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from PIL import Image

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.assets import asset
from lwise_core.data.gallery import PAINTED, QUESTIONS, StoredChange, StoredPair, gallery_samples
from lwise_core.data.samples import Sample, photograph_of
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, PathRequest
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.difficulty import difficulty_of
from lwise_core.guides.guide import GuideModel

SHARES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.7, 0.9)  # of the largest ε that the guide offers
SIDE = 224  # px of a picture in a strip
QUALITY = 78


def pair_of(guide: GuideModel, chosen: Sample, *, key: str) -> tuple[StoredPair, Pixels]:
    """Return what is known of the pair of ``chosen``, and its strip ``(len(SHARES)·SIDE, SIDE, 3)`` uint8."""
    subject = CroppedPhotograph(photograph_of(chosen), chosen.crop)
    target = guide.class_index(PAINTED.get(key) or str(chosen.true_class))
    image = subject.seen(size=guide.input_size)
    request = PathRequest.single(image, target=target, objective=GroundTruthLogit())
    path = Walker(guide).to(request, epsilon=max(SHARES) * guide.epsilon_scale.largest)
    changes, pictures = zip(*_changes(path, subject, target=target), strict=True)
    unlike = subject.novelty(guide).flagged  # then its difficulty may mean nothing
    judged = difficulty_of(guide, subject.logits(guide), target=target).percentile
    place = None if key in PAINTED or unlike else judged
    known = StoredPair(
        key=key,
        guide=guide.name,
        weights=guide.provenance.sha256,
        towards=guide.classes[target],
        harder_than=None if place is None else round(place.share, 3),
        changes=changes,
    )
    return known, np.concatenate(pictures)


def _changes(
    path: EnhancementPath, subject: CroppedPhotograph, *, target: int
) -> Iterator[tuple[StoredChange, Pixels]]:
    """Yield each picture of a strip with what is known of it."""
    guide = path.guide
    for share in SHARES:
        step = round(share * guide.epsilon_scale.steps)
        epsilon = step * path.step
        result = path.at(epsilon)
        rendering = render(guide, subject, result, target=target, extent=Extent.PHOTOGRAPH)
        square = Image.fromarray(subject.crop.of(rendering.pixels)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        spent = guide.epsilon_scale.grey_levels(float(result.spent[0]))
        choice = guide.classes[int(rendering.logits.argmax())]
        yield StoredChange(step, round(epsilon, 2), round(spent, 1), choice), np.asarray(square)


@cache
def _loaded(name: str) -> GuideModel:
    return catalog.load(name)


def _main(out: Annotated[Path | None, typer.Option(help="The folder to write; the assets by default.")] = None) -> None:
    torch.set_num_threads(1)
    folder = asset("samples").parent / "gallery" if out is None else out
    (folder / "films").mkdir(parents=True, exist_ok=True)
    known = []
    for key, chosen in (gallery_samples() | {q.sample.key: q.sample for q in QUESTIONS}).items():
        pair, strip = pair_of(_loaded(chosen.guide), chosen, key=key)
        Image.fromarray(strip).save(folder / "films" / f"{key}.webp", quality=QUALITY, method=6)
        known.append(asdict(pair))
        typer.echo(f"{key}: towards {pair.towards}, {pair.difficulty or 'no difficulty'}")
    (folder / "pairs.json").write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(_main)
