"""Attributions: which pixels one class's logit rests on, and what such a method is.

The methods themselves stand in :mod:`lwise_core.inspection.attribution_methods`, which imports Captum; this module does
not. Every map is signed and refers to the picture in [0, 1], as the guide's normaliser sees it. Where a method compares
with a picture that shows nothing, that picture is mid-grey (0.5), which is as far from black as from white.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lwise_core._utils.arrays import FloatImage
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.path import NonFinite
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection import cam_layers, captum_compat

GREY = 0.5
"""The value of every pixel of the picture that shows nothing: the baseline of all methods that need one."""

_TOP_SHARE = 99.5  # per cent of the pixels that the shared scale does not clip


class Unavailable(LWiseError):
    """The method would not mean what its name says on this guide. The message is one sentence that says why."""


def _works_on_every_guide(_guide: GuideModel) -> None:
    """Most methods do."""


@dataclass(frozen=True)
class AttributionMethod:
    """One method: ``name`` in files and the shell, and ``title`` for people.

    ``run`` computes what the method says. ``cost`` is about how many gradients of one picture that takes. ``needs``
    raises NotCovered or NoGrid, with the reason as a sentence, on a guide where the method would not mean what its name
    says.
    """

    name: str
    title: str
    run: Callable[[AttributionInput], Attribution]
    cost: float
    needs: Callable[[GuideModel], None] = _works_on_every_guide


@dataclass(frozen=True, eq=False)
class Attribution:
    """What one method says of one picture and the class with the index ``target``.

    ``values`` ``(H, W)`` float32, signed: summed over the colours, in logits per unit of pixel value for gradients
    (saliency, SmoothGrad), in logits for the methods that multiply by a difference of pixels and for occlusion, and
    without a unit for the two Grad-CAMs. ``layer`` is the one that Grad-CAM weighed. ``steps`` counts the gradients of
    Integrated Gradients. ``completeness_error`` says by which share of the difference between the logit and grey's the
    sum of the map misses it, for the methods that promise 0 (Integrated Gradients, DeepLift); None where the
    difference is 0 and nothing can be judged.
    """

    method: AttributionMethod
    target: int
    values: FloatImage
    layer: str | None = None
    steps: int | None = None
    completeness_error: float | None = None


@dataclass(frozen=True, eq=False)
class AttributionInput:
    """What a method is asked: one picture ``(1, 3, H, W)`` on the guide's device and one class.

    ``layer`` is the one that Grad-CAM is to weigh, None for its default.
    """

    method: AttributionMethod
    guide: GuideModel
    image: torch.Tensor
    target: int
    layer: str | None

    @property
    def grey(self) -> torch.Tensor:
        """The picture that shows nothing."""
        return torch.full_like(self.image, GREY)

    @property
    def leaf(self) -> torch.Tensor:
        """The picture as a leaf that takes gradients."""
        return self.image.clone().requires_grad_(True)

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """Return the guide's logits of ``images``: what is attributed, checked on every way through the network."""
        return checked(self.guide.logits(images))

    def gradients(self, images: torch.Tensor) -> torch.Tensor:
        """Return the gradient of the class's logit at each of ``images`` ``(N, 3, H, W)``, of the same shape."""
        with torch.enable_grad():
            leaf = images.detach().requires_grad_(True)
            (gradients,) = torch.autograd.grad(self.logits(leaf)[:, self.target].sum(), leaf)
        return gradients

    def through(self, network: nn.Module) -> nn.Module:
        """Return the way from pictures to checked logits through ``network``, a copy of the guide's."""
        return nn.Sequential(self.guide.normaliser, network, _Finite())

    def answer(
        self,
        pixels: torch.Tensor,
        *,
        layer: str | None = None,
        steps: int | None = None,
        completeness_error: float | None = None,
    ) -> Attribution:
        """Return the attribution whose values are ``pixels`` ``(1, C, H, W)``, summed over C.

        Raises:
            NonFinite: Some of them are not a number.
        """
        return Attribution(self.method, self.target, summed(pixels), layer, steps, completeness_error)


def why_not(guide: GuideModel, method: AttributionMethod) -> str | None:
    """Return the sentence that says why ``method`` is not available on ``guide``, or None when it is."""
    try:
        method.needs(guide)
    except (captum_compat.NotCovered, cam_layers.NoGrid) as reason:
        return str(reason)
    return None


def attribute(
    guide: GuideModel, image: torch.Tensor, *, target: int, method: AttributionMethod, layer: str | None = None
) -> Attribution:
    """Return what ``method`` says of one picture and one class. The guide's network is not touched.

    Args:
        guide: Its raw logit of ``target`` is what is attributed.
        image: ``(3, H, W)`` float32 in [0, 1]. Eight at most of 224 px go through the network at a time, sixteen with
            DeepLift's and occlusion's pairs; of smaller pictures Integrated Gradients take up to 16.
        target: Index of the class.
        method: One of :data:`~lwise_core.inspection.attribution_methods.METHODS`; random ones are seeded, so that the
            same question has the same answer.
        layer: For the two Grad-CAMs, one of :func:`~lwise_core.inspection.cam_layers.layers`; None: the default.

    Raises:
        Unavailable: The method or the layer is not available on this guide.
        NonFinite: The guide returned NaN or infinity, forwards or backwards.
        ValueError: ``image`` has another shape, or there is no class ``target``.
    """
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"One picture of the shape (3, H, W) is needed, not {tuple(image.shape)}.")
    if not 0 <= target < len(guide.classes):
        raise ValueError(f"The guide has {len(guide.classes)} classes, counted from 0; there is no class {target}.")
    question = AttributionInput(method, guide, image[None].detach().to(guide.device), target, layer)
    try:
        return method.run(question)
    except (captum_compat.NotCovered, cam_layers.NoGrid) as reason:
        raise Unavailable(str(reason)) from reason


def scale_of(maps: Sequence[FloatImage]) -> float:
    """Return the one positive v for which maps shown side by side are all drawn from −v to v.

    v is the 99.5th percentile of the absolute values of all ``maps`` ``(H, W)``, so that single pixels do not darken
    the rest; their largest where that is 0, and 1 where everything is 0.

    Raises:
        ValueError: There are no maps.
    """
    if not maps:
        raise ValueError("A shared scale needs at least one map.")
    sizes = np.abs(np.concatenate([values.ravel() for values in maps]))
    return float(np.percentile(sizes, _TOP_SHARE)) or float(sizes.max()) or 1.0


def summed(pixels: torch.Tensor) -> FloatImage:
    """Return ``(1, C, H, W)`` summed over C, as NumPy's, float32.

    Raises:
        NonFinite: Some of it is not a number.
    """
    if not bool(torch.isfinite(pixels).all()):
        raise NonFinite("The guide's gradient is not a number for this picture, so there is no map of it.")
    values: FloatImage = pixels[0].detach().sum(dim=0).float().cpu().numpy()
    return values


def checked(logits: torch.Tensor) -> torch.Tensor:
    """Return ``logits``, of any shape, as they are.

    Raises:
        NonFinite: Some of them are not a number.
    """
    if not bool(torch.isfinite(logits).all()):
        raise NonFinite("The guide returned a value that is not a number for this picture, so there is no map of it.")
    return logits


class _Finite(nn.Module):
    """Passes logits on, and refuses what is no number."""

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        return checked(logits)
