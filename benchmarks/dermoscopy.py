"""A guide of HAM10000 beside the paper's own logits, within each source, and on melanomas and nevi from elsewhere.

    python -m benchmarks.dermoscopy dermoscopy7-128 --test ham7-128.tar.gz --table ham7-128.csv \
        --elsewhere dermoscopy9-128.tar.gz

The source of a picture and its diagnosis go together there, so melanoma against nevus is also told within one source,
where the source says nothing. The table has a row a picture: file, isic id, source and the paper's robust logit.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
import typer
from platformdirs import user_cache_path
from sklearn.metrics import roc_auc_score

from benchmarks.people import spearman
from lwise_core._utils.arrays import Values
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.training.evaluation import logits_of
from lwise_core.training.export_guide import labelled

MELANOMA, NEVUS = "melanoma", "nevus"
FOLDERS = {"mel": MELANOMA, "nv": NEVUS}


def margins(guide: GuideModel, images: LabelledImages) -> Values:
    """Return how much more ``guide`` says melanoma than nevus of each image, the difference of logits ``(N,)``."""
    logits = logits_of(guide, labelled(images)).double().numpy()
    return np.asarray(logits[:, guide.class_index(MELANOMA)] - logits[:, guide.class_index(NEVUS)])


def told_apart(name: str, margin: Values, melanoma: npt.NDArray[np.bool_]) -> str:
    """Return a line about melanoma against nevus on some pictures."""
    if not 0 < melanoma.sum() < len(melanoma):
        return f"{name}: {len(melanoma)} pictures of one diagnosis"
    area = roc_auc_score(melanoma, margin)
    half = (np.mean(margin[melanoma] > 0) + np.mean(margin[~melanoma] <= 0)) / 2
    return (
        f"{name}: AUC {area:.3f}, balanced accuracy {half:.1%}, {melanoma.sum()} melanomas and {(~melanoma).sum()} nevi"
    )


def _two(images: LabelledImages) -> LabelledImages:
    return images.of_classes([c for c in images.classes if c in (MELANOMA, NEVUS)])


def _within_sources(guide: GuideModel, images: LabelledImages, table: pd.DataFrame) -> Iterable[str]:
    chosen = _two(images)
    margin = margins(guide, chosen)
    melanoma = np.array(chosen.classes)[chosen.targets] == MELANOMA
    yield told_apart("all", margin, melanoma)
    sources = table.loc[[PurePosixPath(n).stem for n in chosen.names], "source"].fillna("not known").to_numpy()
    for source in sorted(set(sources)):
        rows = sources == source
        yield told_apart(f"within {source}", margin[rows], melanoma[rows])


def _beside_the_paper(guide: GuideModel, images: LabelledImages, table: pd.DataFrame) -> str:
    """Return the rank correlation of ground-truth logits with the paper's, where it has one."""
    logits = logits_of(guide, labelled(images)).double().numpy()
    order = [guide.class_index(images.classes[t]) for t in images.targets]
    own = logits[np.arange(len(order)), order]
    papers = table.loc[[PurePosixPath(n).stem for n in images.names], "paper_robust_gt_logit"].to_numpy(float)
    known = np.isfinite(papers)
    return (
        f"ground-truth logit beside the paper's, {known.sum()} pictures: Spearman {spearman(own[known], papers[known])}"
    )


def main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue that knows melanoma and nevus.")],
    test: Annotated[Path, typer.Option(help="HAM10000 as archive or folder with test/<diagnosis>/*.")],
    table: Annotated[Path, typer.Option(help="Its CSV.")],
    elsewhere: Annotated[Path, typer.Option(help="Another collection, whose pictures may be in HAM10000 too.")],
) -> None:
    """Print the figures."""
    guide = catalog.load(name)
    cache = user_cache_path("lwise-studio", appauthor=False)
    rows = pd.read_csv(table)
    rows.index = pd.Index([PurePosixPath(f).stem for f in rows["file"]])
    images = read_images(test, split="test", size=guide.input_size, cache=cache)
    named = images.renamed({**dict(zip(images.classes, images.classes, strict=True)), **FOLDERS})
    for line in _within_sources(guide, named, rows):
        typer.echo(line)
    for split in ("train", "test"):
        others = _two(read_images(elsewhere, split=split, size=guide.input_size, cache=cache))
        new = [i for i, n in enumerate(others.names) if PurePosixPath(n).stem not in rows.index]
        kept = others.take(new)
        melanoma = np.array(kept.classes)[kept.targets] == MELANOMA
        typer.echo(told_apart(f"{elsewhere.name}, {split}, not in HAM10000", margins(guide, kept), melanoma))
    places = {"akiec": "actinic", "bcc": "basal", "bkl": "keratosis", "df": "dermatofibroma", "vasc": "vascular"}
    full = {
        k: next(c for c in guide.classes if v in c and (k != "bkl" or "actinic" not in c)) for k, v in places.items()
    }
    typer.echo(_beside_the_paper(guide, images.renamed({**full, **FOLDERS}), rows))


if __name__ == "__main__":
    typer.run(main)
