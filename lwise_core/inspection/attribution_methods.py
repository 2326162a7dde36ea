"""The methods of attribution, each registered beside its definition: those of Captum, with what each needs and costs.

Saliency, Integrated Gradients and Grad-CAM, which the page shows unasked, are computed here, as Captum defines them.

Captum is Kokhlikyan et al. 2020 (arXiv 2009.07896); each method below names its own source. A further method is one
function and one registered value in this file: the shell, the page and reports read :data:`METHODS`.

Importing this module imports Captum, and with it matplotlib: a second of a start that only who asks for maps should
pay for. Random numbers come from the global generators of torch and NumPy, as Captum takes them, seeded for the call
and put back afterwards; methods that are available through tracing watch every module meanwhile. So compute in the
compute slot.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from types import MappingProxyType
from weakref import WeakKeyDictionary

import numpy as np
import torch
from captum import attr as captum
from torch import nn
from torch.nn import functional as F

from lwise_core._utils.arrays import FloatImage
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection import cam_layers, captum_compat
from lwise_core.inspection.attribution import (
    GREY,
    Attribution,
    AttributionInput,
    AttributionMethod,
    checked,
    summed,
    why_not,
)

STEPS = (32, 64, 128, 256, 512)
"""Numbers of gradients along the straight line from grey, the fewest first, for Integrated Gradients."""

COMPLETE = 0.01
"""The completeness error, relative, at which Integrated Gradients stop taking more steps."""

NOISE = 0.15
"""SmoothGrad's noise: its standard deviation as a share of the picture's range (Smilkov et al. 2017: 0.1–0.2)."""

NOISE_SAMPLES = 32
"""Noisy pictures for SmoothGrad and Gradient SHAP."""

_SEED = 0
_BATCH = 8  # pictures at a time, forwards and backwards
_LARGE = 224  # px a side, up to which more of them take no more memory than so many of these
_MOST_AT_ONCE = 16
_NO_DIFFERENCE = 1e-6  # below this difference of logits, relative, a relative error says nothing

_OF_GREY: WeakKeyDictionary[GuideModel, dict[torch.Size, torch.Tensor]] = WeakKeyDictionary()

_METHODS: dict[str, AttributionMethod] = {}
METHODS: Mapping[str, AttributionMethod] = MappingProxyType(_METHODS)
"""Every method by its name, in the order in which they are offered."""


def register_method(method: AttributionMethod) -> AttributionMethod:
    """Offer ``method`` in the shell, on the page and in reports, and return it.

    Raises:
        ValueError: There is a method of this name.
    """
    if method.name in _METHODS:
        raise ValueError(f"There is a method “{method.name}” already.")
    _METHODS[method.name] = method
    return method


def available(guide: GuideModel) -> tuple[AttributionMethod, ...]:
    """Return the methods that mean on ``guide`` what their names say; takes a few passes through its network."""
    return tuple(method for method in METHODS.values() if why_not(guide, method) is None)


def _a_layer(guide: GuideModel) -> None:
    cam_layers.default_layer(cam_layers.layers(guide))


def _guided_rules(guide: GuideModel) -> None:
    _covered(guide, captum_compat.GUIDED)
    _a_layer(guide)


def _deep_lift_rules(guide: GuideModel) -> None:
    _covered(guide, captum_compat.DEEP_LIFT_RULES)


def _integrated_gradients(question: AttributionInput) -> Attribution:
    """Sundararajan et al. 2017 (arXiv 1703.01365), Gauss–Legendre; twice the steps until complete.

    The same sum as Captum's, which looks for the points on the line anew at every call.
    """
    logits = _logits(question)
    for steps in STEPS:
        pixels = _integrated(question, steps=steps)
        error = _completeness_error(logits, summed(pixels))
        if error is None or error <= COMPLETE:
            break
    return question.answer(pixels, steps=steps, completeness_error=error)


INTEGRATED_GRADIENTS = register_method(
    AttributionMethod("integrated-gradients", "Integrated Gradients", run=_integrated_gradients, cost=STEPS[0])
)


def _integrated(question: AttributionInput, *, steps: int) -> torch.Tensor:
    """Return the gradients at ``steps`` points between grey and the picture, weighed and summed, times the way."""
    points, weights = _gauss_legendre(steps)
    difference = question.image - question.grey
    total = torch.zeros_like(difference)
    at_once = _at_once(question.image.shape[-1])
    for at, weight in zip(torch.split(points, at_once), torch.split(weights, at_once), strict=True):
        pictures = question.grey + at.to(difference) * difference
        total += (question.gradients(pictures) * weight.to(difference)).sum(dim=0, keepdim=True)
    return total * difference


def _at_once(side: int) -> int:
    """Return how many pictures of ``side`` px go through the network at a time: a power of 2, as steps are."""
    as_large = _BATCH * _LARGE**2 // side**2
    return max(_BATCH, min(_MOST_AT_ONCE, 1 << (as_large.bit_length() - 1) if as_large else 0))


@lru_cache(maxsize=len(STEPS))
def _gauss_legendre(steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the points in [0, 1] and their weights, each ``(steps, 1, 1, 1)``."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    return torch.from_numpy((1 + points) / 2).view(-1, 1, 1, 1), torch.from_numpy(weights / 2).view(-1, 1, 1, 1)


def _saliency(question: AttributionInput) -> Attribution:
    """Simonyan et al. 2014 (arXiv 1312.6034), with its sign."""
    return question.answer(question.gradients(question.image))


SALIENCY = register_method(AttributionMethod("saliency", "Saliency", run=_saliency, cost=1))


def _smooth_grad(question: AttributionInput) -> Attribution:
    """Smilkov et al. 2017 (arXiv 1706.03825): the mean gradient over noisy pictures, which may leave [0, 1]."""
    spread = NOISE * float(question.image.max() - question.image.min())
    with _seeded():
        pixels = captum.NoiseTunnel(captum.Saliency(question.logits)).attribute(
            question.leaf,
            nt_type="smoothgrad",
            nt_samples=NOISE_SAMPLES,
            nt_samples_batch_size=_BATCH,
            stdevs=spread,
            target=question.target,
            abs=False,
        )
    return question.answer(pixels)


SMOOTH_GRAD = register_method(AttributionMethod("smoothgrad", "SmoothGrad", run=_smooth_grad, cost=NOISE_SAMPLES))


def _input_x_gradient(question: AttributionInput) -> Attribution:
    """Shrikumar et al. 2016 (arXiv 1605.01713): the gradient times the pixel value, so black counts nothing."""
    pixels = captum.InputXGradient(question.logits).attribute(question.leaf, target=question.target)
    return question.answer(pixels)


INPUT_X_GRADIENT = register_method(
    AttributionMethod("input-x-gradient", "Input × Gradient", run=_input_x_gradient, cost=1)
)


def _gradient_shap(question: AttributionInput) -> Attribution:
    """Lundberg and Lee 2017 (arXiv 1705.07874), as Captum samples it, against black, grey and white, without noise."""
    method = captum.GradientShap(question.logits)
    baselines = torch.cat([torch.full_like(question.image, value) for value in (0.0, GREY, 1.0)])
    with _seeded():
        batches = [
            method.attribute(question.leaf, baselines=baselines, n_samples=_BATCH, target=question.target)
            for _ in range(NOISE_SAMPLES // _BATCH)
        ]
    return question.answer(torch.stack(batches).mean(dim=0))


GRADIENT_SHAP = register_method(
    AttributionMethod("gradient-shap", "Gradient SHAP", run=_gradient_shap, cost=NOISE_SAMPLES)
)


def _deep_lift(question: AttributionInput) -> Attribution:
    """Shrikumar et al. 2017 (arXiv 1704.02685), the rescale rule, on a network that the rule covers."""
    logits = _logits(question)  # before the network is traced, which nothing that is no number survives
    network = _covered(question.guide, captum_compat.DEEP_LIFT_RULES)
    with _hooks_unannounced():
        pixels = captum.DeepLift(question.through(network)).attribute(
            question.leaf, baselines=question.grey, target=question.target
        )
    return question.answer(pixels, completeness_error=_completeness_error(logits, summed(pixels)))


DEEP_LIFT = register_method(
    # Its cost: the grey picture goes along, and rules take longer than derivatives.
    AttributionMethod("deeplift", "DeepLift", run=_deep_lift, cost=4, needs=_deep_lift_rules)
)


def _grad_cam(question: AttributionInput) -> Attribution:
    """Selvaraju et al. 2017 (arXiv 1610.02391), before its ReLU: negative is what speaks against the class."""
    layer = _layer_of(question)
    weighed = _enlarged(question, _weighed(question, layer))
    return question.answer(weighed, layer=layer)


GRAD_CAM = register_method(AttributionMethod("grad-cam", "Grad-CAM", run=_grad_cam, cost=2, needs=_a_layer))


def _guided_grad_cam(question: AttributionInput) -> Attribution:
    """The same paper: Grad-CAM's positive part times guided backpropagation, which carries the sign."""
    layer = _layer_of(question)
    weighed = _enlarged(question, _weighed(question, layer).relu())
    network = _covered(question.guide, captum_compat.GUIDED)
    with _hooks_unannounced():
        guided = captum.GuidedBackprop(question.through(network)).attribute(question.leaf, target=question.target)
    return question.answer(guided * weighed, layer=layer)


GUIDED_GRAD_CAM = register_method(
    AttributionMethod("guided-grad-cam", "Guided Grad-CAM", run=_guided_grad_cam, cost=4, needs=_guided_rules)
)


def _occlusion(question: AttributionInput) -> Attribution:
    """Zeiler and Fergus 2014 (arXiv 1311.2901): what the logit loses when grey covers a pixel, over all windows.

    The window is an eighth of the picture's side and moves by a sixteenth.
    """
    side = question.image.shape[-1]
    window, stride = max(1, side // 8), max(1, side // 16)
    pixels = captum.Occlusion(question.logits).attribute(
        question.image,
        sliding_window_shapes=(3, window, window),
        strides=(3, stride, stride),
        baselines=question.grey,
        target=question.target,
        perturbations_per_eval=2 * _BATCH,  # forwards only
    )
    return question.answer(pixels[:, :1])  # the colours are covered together: each has all of it


OCCLUSION = register_method(
    AttributionMethod("occlusion", "Occlusion", run=_occlusion, cost=96)  # 225 windows, forwards only
)


def _logits(question: AttributionInput) -> FloatImage:
    """Return the target's logits of the picture and of grey, ``(2,)``; those of grey are found once for a guide."""
    of_grey, shape = _OF_GREY.setdefault(question.guide, {}), question.image.shape
    with torch.no_grad():
        if shape not in of_grey:
            of_grey[shape] = question.logits(question.grey)[0]
        logits = torch.stack([question.logits(question.image)[0], of_grey[shape]])[:, question.target]
    values: FloatImage = logits.float().cpu().numpy()
    return values


def _completeness_error(logits: FloatImage, values: FloatImage) -> float | None:
    """Return by which share of the difference of ``logits`` (the picture's, grey's) the sum of a map misses it."""
    here, grey = (float(v) for v in logits)
    if abs(here - grey) <= _NO_DIFFERENCE * (1 + abs(here)):
        return None
    return abs(float(values.sum(dtype=np.float64)) - (here - grey)) / abs(here - grey)


def _covered(guide: GuideModel, rules: captum_compat.Rules) -> nn.Module:
    """Return the guide's network, rewritten so that ``rules`` cover it, and compared on a picture of noise."""
    generator = torch.Generator().manual_seed(_SEED)
    noise = torch.rand((1, 3, guide.input_size, guide.input_size), generator=generator)
    return captum_compat.rewritten(guide.network, rules, example=guide.normaliser(noise.to(guide.device)))


def _layer_of(question: AttributionInput) -> str:
    names = cam_layers.layers(question.guide)
    layer = question.layer or cam_layers.default_layer(names)
    if layer not in names:
        raise cam_layers.NoGrid(f"This guide has no layer “{layer}” for Grad-CAM; choose one of {', '.join(names)}.")
    return layer


def _weighed(question: AttributionInput, layer: str) -> torch.Tensor:
    """Return the layer's features, weighed by their mean gradients and summed, ``(1, 1, h, w)``."""
    logits, grid = cam_layers.reader(question.guide, layer=layer).read(question.guide.normaliser(question.image))
    (gradients,) = torch.autograd.grad(checked(logits)[0, question.target], grid)
    weighed: torch.Tensor = (gradients.mean(dim=(2, 3), keepdim=True) * grid.detach()).sum(dim=1, keepdim=True)
    return weighed


def _enlarged(question: AttributionInput, weighed: torch.Tensor) -> torch.Tensor:
    return F.interpolate(weighed, size=tuple(question.image.shape[-2:]), mode="bilinear", align_corners=False)


@contextmanager
def _seeded() -> Iterator[None]:
    """Seed the generators that Captum draws from, and put them back."""
    kept = np.random.get_state()  # noqa: NPY002 - Captum's own
    with torch.random.fork_rng():
        torch.manual_seed(_SEED)
        np.random.seed(_SEED)  # noqa: NPY002 - Captum's own
        try:
            yield
        finally:
            np.random.set_state(kept)  # noqa: NPY002 - Captum's own


@contextmanager
def _hooks_unannounced() -> Iterator[None]:
    """Silence the warning that hooks are set: they are set on a twin."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Setting (forward, )?backward hooks", category=UserWarning)
        yield
