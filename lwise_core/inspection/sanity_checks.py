"""What attributions are worth: whether the guide follows the order of the pixels, and whether a map knows the guide.

A map that looks convincing need not say anything about the guide. Three questions are put to it: does the guide lose
the class when the pixels ranked highest go first (deletion and insertion, Petsiuk et al. 2018, arXiv 1806.07421), does
the map change when the guide forgets all it learnt (Adebayo et al. 2018, arXiv 1810.03292), and do other methods rank
the pixels alike. Where a map has no order, as where all its values are equal, the answer is None: cannot judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torchvision.transforms.functional import gaussian_blur

from lwise_core._utils.arrays import FloatImage
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import Attribution, attribute

REMOVALS = 32
"""Equal shares of the pixels in which a picture is taken apart or put together."""

_BATCH = 8
_SEED = 0
_BLUR_SHARE = 16  # the blur's standard deviation is the picture's side divided by this: 14 px of 224

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curve:
    """The softmax probability of one class after equal shares of the pixels.

    ``probabilities`` ``(REMOVALS + 1,)`` in [0, 1].
    """

    probabilities: FloatImage

    @property
    def area(self) -> float:
        """The area under the curve over shares from 0 to 1, in [0, 1], by trapezia."""
        return float(np.trapezoid(self.probabilities, dx=1 / (len(self.probabilities) - 1)))


@dataclass(frozen=True)
class Following:
    """How the guide follows one order of the pixels.

    ``deletion`` starts with the picture and replaces pixels with its blurred twin's: the sooner the class goes, the
    smaller the area. ``insertion`` starts blurred and puts pixels back: the sooner it comes, the larger.
    """

    deletion: Curve
    insertion: Curve


@dataclass(frozen=True)
class Faithfulness:
    """A map's order, and a random order of the same pixels as the null."""

    ranked: Following
    random: Following


@dataclass(frozen=True)
class Randomised:
    """Spearman rank correlations, −1…1, of a map with that of the same architecture with new weights.

    ``signed`` compares the values, ``absolute`` their sizes; the paper has both. Near 0 the map depends on what the
    guide has learnt; near 1 it shows the picture rather than the guide. None where one of the two has no order.
    """

    signed: float | None
    absolute: float | None


def faithfulness(guide: GuideModel, image: torch.Tensor, attribution: Attribution) -> Faithfulness | None:
    """Return how the guide follows the map's order of pixels, highest first, or None when all values are equal.

    Pixels of equal value come in the order of the null, since reading order would be a pattern of its own. Puts
    4·(``REMOVALS`` − 1) + 2 pictures through the guide.

    Args:
        guide: The one that ``attribution`` is of.
        image: ``(3, H, W)`` float32 in [0, 1], the picture that it is of.
        attribution: A map ``(H, W)``.
    """
    return Removal(guide, image, attribution.target).of(attribution.values)


@dataclass(frozen=True, eq=False)
class Removal:
    """One picture ``(3, H, W)`` in [0, 1] and one class of ``guide``, taken apart and put together pixel by pixel.

    The null, a random order, is followed once for all the maps that are asked about.
    """

    guide: GuideModel
    image: torch.Tensor
    target: int

    def of(self, values: FloatImage) -> Faithfulness | None:
        """Return what :func:`faithfulness` does for a map's ``values`` ``(H, W)``."""
        if _has_no_order(values):
            return None
        ranked = np.lexsort((self._order.argsort(), -values.ravel()))
        return Faithfulness(self._following(ranked), self._random)

    @cached_property
    def _order(self) -> Indices:
        return np.random.default_rng(_SEED).permutation(self.image.shape[-2] * self.image.shape[-1])

    @cached_property
    def _random(self) -> Following:
        return self._following(self._order)

    @cached_property
    def _blurred(self) -> torch.Tensor:
        return _blurred(self.image)

    def _following(self, order: Indices) -> Following:
        return Following(
            deletion=self._curve(self.image, self._blurred, order),
            insertion=self._curve(self._blurred, self.image, order),
        )

    @cached_property
    def _of_ends(self) -> FloatImage:
        """The probabilities of the picture and of its blurred twin, between which every curve runs."""
        return self._probabilities(torch.stack([self.image, self._blurred]))

    def _curve(self, start: torch.Tensor, end: torch.Tensor, order: Indices) -> Curve:
        """Return the probabilities while the pixels of ``start`` become those of ``end``, in the given order."""
        place = torch.empty(len(order), dtype=torch.long)
        place[torch.from_numpy(order)] = torch.arange(len(order))
        counts = torch.linspace(0, len(order), REMOVALS + 1).round()[1:-1]
        changed = place.view(1, 1, *start.shape[1:]) < counts.view(-1, 1, 1, 1)
        between = [self._probabilities(torch.where(some, end, start)) for some in torch.split(changed, _BATCH)]
        first, last = self._of_ends if start is self.image else self._of_ends[::-1]
        return Curve(np.concatenate([[first], *between, [last]]).astype(np.float32))

    def _probabilities(self, images: torch.Tensor) -> FloatImage:
        with torch.no_grad():
            logits = self.guide.logits(images.to(self.guide.device))
        probabilities: FloatImage = logits.softmax(dim=1)[:, self.target].float().cpu().numpy()
        return probabilities


def randomised(guide: GuideModel, *, seed: int = _SEED) -> GuideModel:
    """Return the guide's architecture with new weights, drawn with ``seed``; the guide keeps its own.

    Every layer draws anew as torch does when it builds one. Parameters that belong to no such layer, as class tokens
    and scales, are drawn from a normal distribution of their own mean and spread.
    """
    network = deepcopy(guide.network)
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        for module in network.modules():
            _forget(module, generator)
    return replace(guide, network=network)


def knows_the_weights(
    guide: GuideModel, image: torch.Tensor, attribution: Attribution, *, seed: int = _SEED
) -> Randomised:
    """Return how much of a map survives when the guide's weights are drawn anew (model parameter randomisation test).

    Args:
        guide: The guide that ``attribution`` is of.
        image: ``(3, H, W)`` float32 in [0, 1], the picture that it is of.
        attribution: A map ``(H, W)``.
        seed: Of the new weights.

    Raises:
        Unavailable: The method does not exist on this guide.
        NonFinite: The new weights give values that are not numbers.
    """
    return survival(attribution, image, among=randomised(guide, seed=seed))


def survival(attribution: Attribution, image: torch.Tensor, *, among: GuideModel) -> Randomised:
    """Return what :func:`knows_the_weights` does, ``among`` being the guide with weights that are drawn already."""
    other = attribute(
        among,
        image,
        target=attribution.target,
        method=attribution.method,
        layer=attribution.layer,
    ).values
    return Randomised(
        signed=rank_correlation(attribution.values, other),
        absolute=rank_correlation(np.abs(attribution.values), np.abs(other)),
    )


def agreement(maps: Sequence[FloatImage]) -> tuple[tuple[float | None, ...], ...]:
    """Return the matrix of Spearman rank correlations, −1…1, of ``maps`` of one shape ``(H, W)``, signs included.

    None where one of two maps has no order, on the diagonal too.
    """
    return tuple(tuple(rank_correlation(one, other) for other in maps) for one in maps)


def rank_correlation(one: FloatImage, other: FloatImage) -> float | None:
    """Return Spearman's rank correlation, −1…1, of two maps ``(H, W)``, or None when all values of one are equal.

    Ties have their mean rank.

    Raises:
        ValueError: The maps have not one shape.
    """
    if one.shape != other.shape:
        raise ValueError(f"Two maps of one shape are needed, not {one.shape} and {other.shape}.")
    if _has_no_order(one) or _has_no_order(other):
        return None
    return float(np.clip(np.corrcoef(_ranks(one), _ranks(other))[0, 1], -1, 1))


def _has_no_order(values: FloatImage) -> bool:
    return bool(values.min() == values.max())


def _ranks(values: FloatImage) -> npt.NDArray[np.float64]:
    """Return the rank of every value, flat, ties at their mean rank."""
    _, group, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    ranks: npt.NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[group]
    return ranks


def _blurred(image: torch.Tensor) -> torch.Tensor:
    side = image.shape[-1]
    radius = max(1, side // 8)
    blurred: torch.Tensor = gaussian_blur(image, kernel_size=[2 * radius + 1] * 2, sigma=[side / _BLUR_SHARE] * 2)
    return blurred


def _forget(module: nn.Module, generator: torch.Generator) -> None:
    if callable(draw_anew := getattr(module, "reset_parameters", None)):
        draw_anew()
        return
    for parameter in module.parameters(recurse=False):
        spread = parameter.std(correction=0)
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.copy_(parameter.mean() + spread * noise.to(parameter.device))
