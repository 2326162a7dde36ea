"""To make a guide tell what is unlike everything that it learnt, without training it any further.

A logistic regression on the features of its stages parts pictures like those it learnt from others. Each collection
counts the same, however many pictures it has: two collections of what the guide knows, side by side, keep the fit from
telling collections apart by their grain and cameras, which is what it does with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.stage_features import StageFeatures, stages_of
from lwise_core.training.unlike_pictures import noise, shuffled, textures

SHRINKAGE = 0.004
"""Weight of the squared coefficients, of standardised features, beside the mean loss of a picture."""

MADE_UP = 300
"""How many textures, and how many pictures of noise, every fit is made against."""

_AT_ONCE = 64
_STEPS = 60
_SEED = 42


@dataclass(frozen=True, eq=False)
class Collections:
    """Features ``(N, D)`` of collections of pictures: ``like`` those that a guide learnt, and ``unlike`` them.

    ``held_out`` ``(n, D)`` are of pictures like them that gave nothing to the fit: they give the p.
    """

    like: tuple[torch.Tensor, ...]
    unlike: tuple[torch.Tensor, ...]
    held_out: torch.Tensor


def familiarity_from(guide: GuideModel, own: torch.Tensor, *, source: str) -> Familiarity:
    """Return what ``guide`` knows of its pictures, from nothing but ``own``, ``(N, 3, H, W)`` in [0, 1].

    These are pictures of its classes that it had not learnt. Every other one is fitted to, against textures, noise and
    shuffled copies; the rest are held out, and with at least 100 of them it can judge. ``source`` says which they are.

    Raises:
        NoStages: The network has no stages with maps, as most transformers.
    """
    reader = reader_of(guide)
    few = own[:: max(1, len(own) // MADE_UP)]
    others = (features_of(reader, shuffled(few, seed=_SEED)), *made_up(reader))
    return familiarity_of(reader, features_of(reader, own), others, source=source)


def familiarity_of(
    reader: StageFeatures, own: torch.Tensor, others: Sequence[torch.Tensor], *, source: str
) -> Familiarity:
    """Return what a guide knows of its pictures from the features ``own`` ``(N, D)`` of some that it had not learnt.

    Every other one is fitted to, against ``others``, which are those of shuffled pictures, textures and noise; the rest
    are held out. ``source`` says which they are.
    """
    found = Collections((own[0::2],), tuple(others), own[1::2])
    return fit_familiarity(reader, found, source=source, against="shuffled pictures, textures and noise")


def reader_of(guide: GuideModel) -> StageFeatures:
    """Return what reads all stages of ``guide``.

    Raises:
        NoStages: It has none.
    """
    return StageFeatures.of(guide, stages_of(guide))


def features_of(reader: StageFeatures, images: torch.Tensor) -> torch.Tensor:
    """Return the features ``(N, D)`` of ``images`` ``(N, 3, H, W)`` in [0, 1], a few at a time."""
    return torch.cat([reader.read(part)[1] for part in torch.split(images, _AT_ONCE)])


def made_up(reader: StageFeatures) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the features ``(N, D)`` of textures and of noise, which no guide learnt: two collections."""
    made = (make(MADE_UP, size=reader.guide.input_size, seed=_SEED) for make in (textures, noise))
    first, second = (features_of(reader, images) for images in made)
    return first, second


def fit_familiarity(reader: StageFeatures, found: Collections, *, source: str, against: str) -> Familiarity:
    """Return the familiarity that parts the collections, whose ``source`` is held out, fitted ``against`` others."""
    mean, deviation = _standard(found.like)
    weights, bias = _logistic(found, mean, deviation)
    weights = (weights / deviation).float()
    offset = float(bias - weights.double() @ mean)
    sha256 = reader.guide.provenance.weights_sha256
    fitted = Familiarity(
        reader.names, weights.numpy(), offset, np.empty(0, np.float32), sha256=sha256, source=source, against=against
    )
    return fitted.with_held_out(fitted.scores(found.held_out))


def _standard(like: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and standard deviation of each feature ``(D,)``, every collection counting the same."""
    mean = torch.stack([part.double().mean(dim=0) for part in like]).mean(dim=0)
    square = torch.stack([((part.double() - mean) ** 2).mean(dim=0) for part in like]).mean(dim=0)
    return mean, square.sqrt().clamp_min(1e-6)


def _logistic(found: Collections, mean: torch.Tensor, deviation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return coefficients ``(D,)`` of standardised features, and the intercept, by L-BFGS."""
    table = torch.cat([(part.double() - mean) / deviation for part in (*found.like, *found.unlike)])
    sides = ((found.like, 0.0), (found.unlike, 1.0))
    unlike = torch.cat([torch.full((len(part),), side) for parts, side in sides for part in parts]).double()
    share = torch.cat(
        [torch.full((len(part),), 0.5 / len(parts) / len(part)) for parts, _ in sides for part in parts]
    ).double()
    weights = torch.zeros(table.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([weights, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        each = binary_cross_entropy_with_logits(table @ weights + bias, unlike, reduction="none")
        value: torch.Tensor = (share * each).sum() + SHRINKAGE * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    search.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()
