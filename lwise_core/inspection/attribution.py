"""Attributions: which pixels one class's logit rests on, by the methods of Captum.

Captum is Kokhlikyan et al. 2020 (arXiv 2009.07896); each method below names its own source.

Every map is signed and refers to the picture in [0, 1], as the guide's normaliser sees it. Where a method compares with
a picture that shows nothing, that picture is mid-grey (0.5), which is as far from black as from white.

Importing this module imports Captum, and with it matplotlib: a second of a start that only who asks for maps should
pay for. Random numbers come from the global generators of torch and NumPy, as Captum takes them, seeded for the call
and put back afterwards; methods that are available through tracing watch every module meanwhile. So compute in the
compute slot.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from captum import attr as captum
from torch import nn
from torch.nn import functional as F

from lwise_core._utils.arrays import FloatImage
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.path import NonFinite
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection import cam_layers as feature_grids
from lwise_core.inspection import captum_compat as captum_rules

GREY = 0.5
"""The value of every pixel of the picture that shows nothing: the baseline of all methods that need one."""

STEPS = (32, 64, 128, 256, 512)
"""Numbers of gradients along the straight line from grey, the fewest first, for Integrated Gradients."""

COMPLETE = 0.01
"""The completeness error, relative, at which Integrated Gradients stop taking more steps."""

NOISE = 0.15
"""SmoothGrad's noise: its standard deviation as a share of the picture's range (Smilkov et al. 2017: 0.1–0.2)."""

SAMPLES = 32
"""Noisy pictures for SmoothGrad and Gradient SHAP."""

_SEED = 0
_BATCH = 8  # pictures at a time, forwards and backwards
_TOP_SHARE = 99.5  # per cent of the pixels that the shared scale does not clip
_NO_DIFFERENCE = 1e-6  # below this difference of logits, relative, a relative error says nothing


class Method(StrEnum):
    """The methods, by the names that files and pages use."""

    INTEGRATED_GRADIENTS = "integrated-gradients"
    SALIENCY = "saliency"
    SMOOTH_GRAD = "smoothgrad"
    INPUT_X_GRADIENT = "input-x-gradient"
    GRADIENT_SHAP = "gradient-shap"
    DEEP_LIFT = "deeplift"
    GRAD_CAM = "grad-cam"
    GUIDED_GRAD_CAM = "guided-grad-cam"
    OCCLUSION = "occlusion"


class Unavailable(LWiseError):
    """The method would not mean what its name says on this guide. The message is one sentence that says why."""


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

    method: Method
    target: int
    values: FloatImage
    layer: str | None = None
    steps: int | None = None
    completeness_error: float | None = None


@dataclass(frozen=True, eq=False)
class _Question:
    """One picture ``(1, 3, H, W)`` on the guide's device, one class, and the layer that Grad-CAM is to weigh."""

    guide: GuideModel
    image: torch.Tensor
    target: int
    layer: str | None

    @property
    def grey(self) -> torch.Tensor:
        return torch.full_like(self.image, GREY)

    @property
    def input(self) -> torch.Tensor:
        """The picture as a leaf that takes gradients."""
        return self.image.clone().requires_grad_(True)

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """Return the guide's logits of ``images``: what is attributed, checked on every way through the network."""
        logits: torch.Tensor = _Finite()(self.guide.logits(images))
        return logits

    def through(self, network: nn.Module) -> nn.Module:
        """Return the way from pictures to checked logits through ``network``, a twin of the guide's."""
        return nn.Sequential(self.guide.normaliser, network, _Finite())

    def answer(self, method: Method, pixels: torch.Tensor) -> Attribution:
        """Return ``pixels`` ``(1, C, H, W)``, summed over colours."""
        return Attribution(method, self.target, _signed(pixels))


def available(guide: GuideModel) -> tuple[Method, ...]:
    """Return the methods that mean on ``guide`` what their names say; takes a few passes through its network."""
    return tuple(method for method in Method if why_not(guide, method) is None)


def why_not(guide: GuideModel, method: Method) -> str | None:
    """Return the sentence that says why ``method`` is not available on ``guide``, or None when it is."""
    try:
        _NEEDS.get(method, _nothing)(guide)
    except (captum_rules.NotCovered, feature_grids.NoGrid) as reason:
        return str(reason)
    return None


def attribute(
    guide: GuideModel, image: torch.Tensor, *, target: int, method: Method, layer: str | None = None
) -> Attribution:
    """Return what ``method`` says of one picture and one class. The guide's network is not touched.

    Args:
        guide: Its raw logit of ``target`` is what is attributed.
        image: ``(3, H, W)`` float32 in [0, 1]. Eight at most go through the network at a time, sixteen with DeepLift's
            and occlusion's pairs.
        target: Index of the class.
        method: Which method; random ones are seeded, so that the same question has the same answer.
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
    question = _Question(guide, image[None].detach().to(guide.device), target, layer)
    try:
        return _METHODS[method](question)
    except (captum_rules.NotCovered, feature_grids.NoGrid) as reason:
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


def _signed(pixels: torch.Tensor) -> FloatImage:
    """Return ``(1, C, H, W)`` summed over C, as NumPy's, when all of it is finite."""
    if not bool(torch.isfinite(pixels).all()):
        raise NonFinite("The guide's gradient is not a number for this picture, so there is no map of it.")
    values: FloatImage = pixels[0].detach().sum(dim=0).float().cpu().numpy()
    return values


class _Finite(nn.Module):
    """Passes logits on, and refuses what is no number."""

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        if not bool(torch.isfinite(logits).all()):
            raise NonFinite(
                "The guide returned a value that is not a number for this picture, so there is no map of it."
            )
        return logits


def _logits(question: _Question) -> FloatImage:
    """Return the target's logits of the picture and of grey, ``(2,)``."""
    with torch.no_grad():
        logits = question.logits(torch.cat([question.image, question.grey]))[:, question.target]
    values: FloatImage = logits.float().cpu().numpy()
    return values


def _completeness_error(logits: FloatImage, values: FloatImage) -> float | None:
    """Return by which share of the difference of ``logits`` (the picture's, grey's) the sum of a map misses it."""
    here, grey = (float(v) for v in logits)
    if abs(here - grey) <= _NO_DIFFERENCE * (1 + abs(here)):
        return None
    return abs(float(values.sum(dtype=np.float64)) - (here - grey)) / abs(here - grey)


def _integrated_gradients(question: _Question) -> Attribution:
    """Sundararajan et al. 2017 (arXiv 1703.01365), Gauss–Legendre; twice the steps until complete."""
    method, logits = captum.IntegratedGradients(question.logits), _logits(question)
    for steps in STEPS:
        pixels = method.attribute(
            question.input,
            baselines=question.grey,
            target=question.target,
            n_steps=steps,
            internal_batch_size=_BATCH,
        )
        values = _signed(pixels)
        error = _completeness_error(logits, values)
        if error is None or error <= COMPLETE:
            break
    return Attribution(Method.INTEGRATED_GRADIENTS, question.target, values, steps=steps, completeness_error=error)


def _saliency(question: _Question) -> Attribution:
    """Simonyan et al. 2014 (arXiv 1312.6034), with its sign."""
    pixels = captum.Saliency(question.logits).attribute(question.input, target=question.target, abs=False)
    return question.answer(Method.SALIENCY, pixels)


def _smooth_grad(question: _Question) -> Attribution:
    """Smilkov et al. 2017 (arXiv 1706.03825): the mean gradient over noisy pictures, which may leave [0, 1]."""
    spread = NOISE * float(question.image.max() - question.image.min())
    with _seeded():
        pixels = captum.NoiseTunnel(captum.Saliency(question.logits)).attribute(
            question.input,
            nt_type="smoothgrad",
            nt_samples=SAMPLES,
            nt_samples_batch_size=_BATCH,
            stdevs=spread,
            target=question.target,
            abs=False,
        )
    return question.answer(Method.SMOOTH_GRAD, pixels)


def _input_x_gradient(question: _Question) -> Attribution:
    """Shrikumar et al. 2016 (arXiv 1605.01713): the gradient times the pixel value, so black counts nothing."""
    pixels = captum.InputXGradient(question.logits).attribute(question.input, target=question.target)
    return question.answer(Method.INPUT_X_GRADIENT, pixels)


def _gradient_shap(question: _Question) -> Attribution:
    """Lundberg and Lee 2017 (arXiv 1705.07874), as Captum samples it, against black, grey and white, without noise."""
    method = captum.GradientShap(question.logits)
    baselines = torch.cat([torch.full_like(question.image, value) for value in (0.0, GREY, 1.0)])
    with _seeded():
        batches = [
            method.attribute(question.input, baselines=baselines, n_samples=_BATCH, target=question.target)
            for _ in range(SAMPLES // _BATCH)
        ]
    return question.answer(Method.GRADIENT_SHAP, torch.stack(batches).mean(dim=0))


def _deep_lift(question: _Question) -> Attribution:
    """Shrikumar et al. 2017 (arXiv 1704.02685), the rescale rule, on a network that the rule covers."""
    logits = _logits(question)  # before the network is traced, which nothing that is no number survives
    network = _covered(question.guide, captum_rules.DEEP_LIFT)
    with _hooks_unannounced():
        pixels = captum.DeepLift(question.through(network)).attribute(
            question.input, baselines=question.grey, target=question.target
        )
    values = _signed(pixels)
    error = _completeness_error(logits, values)
    return Attribution(Method.DEEP_LIFT, question.target, values, completeness_error=error)


def _grad_cam(question: _Question) -> Attribution:
    """Selvaraju et al. 2017 (arXiv 1610.02391), before its ReLU: negative is what speaks against the class."""
    layer = _layer_of(question)
    weighed = _enlarged(question, _weighed(question, layer))
    return Attribution(Method.GRAD_CAM, question.target, _signed(weighed), layer=layer)


def _guided_grad_cam(question: _Question) -> Attribution:
    """The same paper: Grad-CAM's positive part times guided backpropagation, which carries the sign."""
    layer = _layer_of(question)
    weighed = _enlarged(question, _weighed(question, layer).relu())
    network = _covered(question.guide, captum_rules.GUIDED)
    with _hooks_unannounced():
        guided = captum.GuidedBackprop(question.through(network)).attribute(question.input, target=question.target)
    return Attribution(Method.GUIDED_GRAD_CAM, question.target, _signed(guided * weighed), layer=layer)


def _occlusion(question: _Question) -> Attribution:
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
    return question.answer(Method.OCCLUSION, pixels[:, :1])  # the colours are covered together: each has all of it


def _covered(guide: GuideModel, rules: captum_rules.Rules) -> nn.Module:
    """Return the guide's network, rewritten so that ``rules`` cover it, and compared on a picture of noise."""
    generator = torch.Generator().manual_seed(_SEED)
    noise = torch.rand((1, 3, guide.input_size, guide.input_size), generator=generator)
    return captum_rules.rewritten(guide.network, rules, example=guide.normaliser(noise.to(guide.device)))


def _layer_of(question: _Question) -> str:
    names = feature_grids.layers(question.guide)
    layer = question.layer or feature_grids.default_layer(names)
    if layer not in names:
        raise feature_grids.NoGrid(f"This guide has no layer “{layer}” for Grad-CAM; choose one of {', '.join(names)}.")
    return layer


def _weighed(question: _Question, layer: str) -> torch.Tensor:
    """Return the layer's features, weighed by their mean gradients and summed, ``(1, 1, h, w)``."""
    exposed = feature_grids.expose(question.guide, layer=layer)
    forward = question.through(exposed.network)
    weighed: torch.Tensor = captum.LayerGradCam(forward, exposed.grid).attribute(question.input, question.target)
    return weighed


def _enlarged(question: _Question, weighed: torch.Tensor) -> torch.Tensor:
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


_METHODS: dict[Method, Callable[[_Question], Attribution]] = {
    Method.INTEGRATED_GRADIENTS: _integrated_gradients,
    Method.SALIENCY: _saliency,
    Method.SMOOTH_GRAD: _smooth_grad,
    Method.INPUT_X_GRADIENT: _input_x_gradient,
    Method.GRADIENT_SHAP: _gradient_shap,
    Method.DEEP_LIFT: _deep_lift,
    Method.GRAD_CAM: _grad_cam,
    Method.GUIDED_GRAD_CAM: _guided_grad_cam,
    Method.OCCLUSION: _occlusion,
}


def _nothing(_guide: GuideModel) -> None:
    """Most methods work on every guide."""


def _a_layer(guide: GuideModel) -> None:
    feature_grids.default_layer(feature_grids.layers(guide))


def _guided_rules(guide: GuideModel) -> None:
    _covered(guide, captum_rules.GUIDED)
    _a_layer(guide)


def _deep_lift_rules(guide: GuideModel) -> None:
    _covered(guide, captum_rules.DEEP_LIFT)


_NEEDS: dict[Method, Callable[[GuideModel], None]] = {
    Method.GRAD_CAM: _a_layer,
    Method.GUIDED_GRAD_CAM: _guided_rules,
    Method.DEEP_LIFT: _deep_lift_rules,
}
