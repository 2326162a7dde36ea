"""Where the limits of the light about artefacts are found: at most 5% of pictures like these are flagged.

The 5% are over the whole slider and for the light as a whole: each of its indicators has an equal part of them
(Bonferroni), and its limit is the conformal one (Vovk et al. 2005) of the largest values that it has along the paths of
pictures that are enhanced towards what they show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite
from time import perf_counter

import numpy as np
import torch

from lwise_core.data.decoding import Decoder
from lwise_core.enhancement.path import EnhancementPath, NonFinite, PathRequest, walk
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.inspection.hallucination import FALSE_ALARMS, Judge
from lwise_core.inspection.indicators import MEASURES, LightKind
from lwise_core.inspection.shipped_limits import came_with_limits
from lwise_core.training.calibration_batches import Arrays, KeptBatches, read_images
from lwise_core.training.calibration_extras import (
    MOST_FOR_LIMITS,
    Ability,
    Extra,
    ExtraPictures,
    Reads,
    too_few_for,
)

ARTEFACT_KEYS = tuple(m.key for m in MEASURES if m.kind is LightKind.ARTEFACT)
"""The indicators of the light about artefacts."""

INDICATOR_SHARE = FALSE_ALARMS / len(ARTEFACT_KEYS)
"""The share of pictures that each of them may flag falsely."""

Worst = Mapping[str, float]
"""The largest value of each indicator over the slider of one picture, −∞ where it could not be measured."""


def worst_of(path: EnhancementPath) -> Worst:
    """Return the largest values along a finished ``path`` of one picture."""
    judge = Judge(path)
    values = [judge.artefact_values(step) for step in range(1, len(path.frames))]
    return {key: max((v[key] for v in values if key in v), default=-inf) for key in ARTEFACT_KEYS}


def limits_of(worst: Sequence[Worst]) -> dict[str, float]:
    """Return the limit of each indicator that a further picture like these exceeds with its part of the 5%.

    An indicator that could be measured of hardly any picture has none.

    Raises:
        ValueError: There are fewer than :data:`~lwise_core.training.calibration_extras.ENOUGH_FOR_LIMITS`.
    """
    found = {key: conformal_limit([w[key] for w in worst], rate=INDICATOR_SHARE) for key in ARTEFACT_KEYS}
    return {key: value for key, value in found.items() if isfinite(value)}


def conformal_limit(values: Sequence[float], *, rate: float) -> float:
    """Return the limit that a further value like ``values`` exceeds with a probability of at most ``rate``.

    The k-th largest, k = ⌊rate·(n + 1)⌋ (conformal prediction, Vovk et al. 2005).

    Raises:
        ValueError: There are too few values for such a rate.
    """
    k = int(rate * (len(values) + 1) + 1e-9)
    if not k:
        raise ValueError(
            f"{len(values)} values are too few for a rate of {rate:.2%}; it takes {int(1 / rate + 1e-9) - 1}."
        )
    return float(np.sort(values)[-k])


def limits_from(guide: GuideModel, found: ExtraPictures, kept: KeptBatches, source: str) -> Reads[Ability]:
    """Return the limits that pictures of a person's own give ``guide``, or the sentence that says why there are none.

    Each picture, of a ``source`` in words, is enhanced along the whole slider towards the class that it is of. Yields
    after every step of a path, so that others get their turn. A guide that ships keeps the limits of its input size,
    which rest on its own pictures too.
    """
    if came_with_limits(guide):
        return Ability("The guide came with limits of the light about artefacts, which stay.")
    if few := too_few_for(Extra.ARTEFACTS, found.targets, classes=len(guide.classes)):
        return Ability(few)
    worst: list[Worst] = []
    used = found.spread(MOST_FOR_LIMITS)
    for place, target in zip(used.places.tolist(), used.targets.tolist(), strict=True):
        read, seconds = yield from _kept_walk(guide, used, kept, place=place, target=target)
        worst += [dict(zip(ARTEFACT_KEYS, row, strict=True)) for row in read["worst"].tolist()]
        yield 1, seconds
    try:
        limits = limits_of(worst)
    except ValueError:
        return Ability(too_few_for(Extra.ARTEFACTS, range(len(worst)), classes=len(guide.classes)))
    basis = f"at most 5% false alarms of the light over the whole slider; {len(worst):,} pictures of {source}"
    own = OwnLimits(guide.provenance.sha256, guide.input_size, limits, len(worst), basis)
    return Ability(
        f"The light about artefacts has limits of its own, from {len(worst):,} of these pictures.", limits=own
    )


def _kept_walk(
    guide: GuideModel, used: ExtraPictures, kept: KeptBatches, *, place: int, target: int
) -> Reads[tuple[Arrays, float]]:
    """Return the largest values of one picture, ``worst`` ``(1, indicators)``, and the seconds that it took now.

    No row where it cannot be read or gives no number.
    """
    name = f"walked-{place}-{len(ARTEFACT_KEYS)}"  # what was kept before there was another indicator lacks its value
    if (there := kept.kept(name)) is not None:
        return there, 0.0
    began = perf_counter()
    batch, places = next(used.pictures.batches([place], at_once=1))
    _, images = read_images(Decoder(used.pictures.pictures, guide.input_size), batch, places)
    rows: list[list[float]] = []
    if len(images):
        try:
            for grown in walk(guide, PathRequest(images, torch.tensor([target]))):
                path = grown
                yield 0, 0.0
            rows.append(list(worst_of(path).values()))
        except NonFinite:
            pass
    made = {"worst": np.array(rows, dtype=np.float64).reshape(-1, len(ARTEFACT_KEYS))}
    kept.keep(name, made)
    return made, perf_counter() - began
