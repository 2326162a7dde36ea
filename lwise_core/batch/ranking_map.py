"""A map of ranked photographs: those that the guide sees alike lie near each other, whichever class they are filed as.

The places are the first two principal components of the input of the guide's last linear layer, or of its logits where
it has no such layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lwise_core._utils.arrays import Values
from lwise_core.batch.ranking import RANKED_AT_ONCE, RankedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features, NoFeatures
from lwise_core.images.geometry import see

FEWEST_MAPPED = 3
"""Photographs of a map; two always lie on a line."""


@dataclass(frozen=True, eq=False)
class RankingMap:
    """SHA-256 → where a photograph lies, and the share of the differences between them that each axis shows.

    ``places`` have no unit; ``shares`` are those of the variance of the features, each in [0, 1].
    """

    places: Mapping[str, tuple[float, float]]
    shares: tuple[float, float]

    @classmethod
    def of(cls, features: Mapping[str, Values]) -> RankingMap:
        """Return the map of photographs by their features ``(D,)``: the same features always give the same map."""
        if not features:
            return cls({}, (0.0, 0.0))
        places, shares = _principal(np.stack(list(features.values())))
        return cls({sha: (float(x), float(y)) for sha, (x, y) in zip(features, places, strict=True)}, shares)


def features_of(photographs: Sequence[RankedPhotograph], guide: GuideModel) -> Iterator[Mapping[str, Values]]:
    """Yield SHA-256 → features ``(D,)`` of the photographs so far, some more each time; stop iterating to cancel.

    The squares that the ranking kept are looked at: at most 320 px.
    """
    try:
        read = Features.of(guide).read
    except NoFeatures:
        yield {p.sha256: p.logits.astype(np.float64) for p in photographs}
        return
    found: dict[str, Values] = {}
    for start in range(0, len(photographs), RANKED_AT_ONCE):
        some = photographs[start : start + RANKED_AT_ONCE]
        seen = np.stack([see(p.square, size=guide.input_size) for p in some])
        found = {**found, **dict(zip((p.sha256 for p in some), read(torch.from_numpy(seen)), strict=True))}
        yield found


def _principal(features: Values) -> tuple[Values, tuple[float, float]]:
    """Return the first two principal components ``(N, 2)`` of ``features`` ``(N, D)``, and their shares of variance.

    The sign of each is such that its largest weight is positive.
    """
    centred = features - features.mean(axis=0)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    count = min(2, len(sizes))
    signs = np.sign(right[np.arange(count), np.abs(right[:count]).argmax(axis=1)])
    places = np.zeros((len(features), 2))
    places[:, :count] = left[:, :count] * sizes[:count] * signs
    variance = np.append(sizes**2, [0.0, 0.0])
    shares = variance[:2] / max(float(variance.sum()), np.finfo(float).tiny)
    return places, (float(shares[0]), float(shares[1]))
