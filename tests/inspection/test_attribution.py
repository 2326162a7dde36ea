"""Attribution: maps are Captum's own, Grad-CAM is the published formula, what would only look like one is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from captum import attr as captum
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn
from torch.nn import functional as F

from lwise_core._utils.arrays import FloatImage
from lwise_core.enhancement.path import NonFinite
from lwise_core.guides.guide import IMAGENET_STD, GuideModel
from lwise_core.inspection.attribution import (
    GREY,
    Attribution,
    AttributionMethod,
    Unavailable,
    attribute,
    scale_of,
    why_not,
)
from lwise_core.inspection.attribution_methods import (
    COMPLETE,
    DEEP_LIFT,
    GRAD_CAM,
    GUIDED_GRAD_CAM,
    INTEGRATED_GRADIENTS,
    METHODS,
    NOISE,
    NOISE_SAMPLES,
    SALIENCY,
    STEPS,
    available,
)
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.inspection.test_cam_layers import vit
from tests.support.relu_networks import Reusing, seeded, single_use

PICTURE = eight_pictures(16)[1]
TARGET = 3
ON_EVERY_NETWORK = [m for m in METHODS.values() if m not in {DEEP_LIFT, GUIDED_GRAD_CAM}]
LAYERS = {GRAD_CAM: "0", GUIDED_GRAD_CAM: "0"}


def relu_guide() -> GuideModel:
    return guide_of(seeded(single_use))


def reusing_guide() -> GuideModel:
    return guide_of(seeded(Reusing))


def of(
    guide: GuideModel, method: AttributionMethod, *, picture: torch.Tensor = PICTURE, layer: str | None = None
) -> Attribution:
    return attribute(guide, picture, target=TARGET, method=method, layer=layer)


def seeded_anew() -> None:
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - Captum's own generator


def captums(guide: GuideModel, method: AttributionMethod, *, steps: int | None) -> torch.Tensor:  # noqa: C901 - one case a method
    """Return what Captum itself gives, called plainly on the guide's network, ``(1, 3 or 1, H, W)``."""
    network = nn.Sequential(guide.normaliser, guide.network)
    image = PICTURE[None].clone().requires_grad_(True)
    grey = torch.full_like(image, GREY)
    layer = guide.network.get_submodule("0") if isinstance(guide.network, nn.Sequential) else guide.network.stages
    match method.name:
        case "integrated-gradients":
            return captum.IntegratedGradients(network).attribute(image, grey, TARGET, n_steps=steps)
        case "saliency":
            return captum.Saliency(network).attribute(image, TARGET, abs=False)
        case "smoothgrad":
            seeded_anew()
            spread = NOISE * float(PICTURE.max() - PICTURE.min())
            tunnel = captum.NoiseTunnel(captum.Saliency(network))
            return tunnel.attribute(
                image, nt_samples=NOISE_SAMPLES, nt_samples_batch_size=8, stdevs=spread, target=TARGET, abs=False
            )
        case "input-x-gradient":
            return captum.InputXGradient(network).attribute(image, TARGET)
        case "gradient-shap":
            seeded_anew()
            baselines = torch.cat([0 * image, grey, 0 * image + 1]).detach()
            shap = captum.GradientShap(network)
            parts = [shap.attribute(image, baselines, n_samples=8, target=TARGET) for _ in range(NOISE_SAMPLES // 8)]
            return torch.stack(parts).mean(dim=0)
        case "deeplift":
            return captum.DeepLift(network).attribute(image, grey, TARGET)
        case "grad-cam":
            weighed = captum.LayerGradCam(network, layer).attribute(image, TARGET)
            return F.interpolate(weighed, size=(16, 16), mode="bilinear")
        case "guided-grad-cam":
            return captum.GuidedGradCam(network, layer).attribute(image, TARGET, interpolate_mode="bilinear")
        case "occlusion":
            occlusion = captum.Occlusion(network)
            return occlusion.attribute(image, (3, 2, 2), strides=(3, 1, 1), baselines=grey, target=TARGET)[:, :1]


@pytest.mark.filterwarnings("ignore:.*etting .*hooks:UserWarning")
@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_map_is_captums_own(method: AttributionMethod) -> None:
    guide = relu_guide()
    ours = of(guide, method, layer=LAYERS.get(method))
    plain = captums(guide, method, steps=ours.steps).detach().sum(dim=(0, 1)).numpy()
    largest = float(np.abs(plain).max())
    assert largest > 0
    # Occlusion subtracts one logit from another: where little changes, their rounding is what stays.
    rounding = 1e-4 if method.name == "occlusion" else 1e-5
    assert ours.values == pytest.approx(plain, abs=rounding * largest)
    assert (ours.values.shape, ours.values.dtype) == ((16, 16), np.float32)
    assert (ours.method, ours.target, ours.layer) == (method, TARGET, LAYERS.get(method))


@pytest.mark.parametrize("method", ON_EVERY_NETWORK, ids=lambda m: m.name)
def test_the_bundled_architecture_has_captums_maps_too(tiny_guide: GuideModel, method: AttributionMethod) -> None:
    ours = of(tiny_guide, method)
    plain = captums(tiny_guide, method, steps=ours.steps).detach().sum(dim=(0, 1)).numpy()
    assert ours.values == pytest.approx(plain, abs=1e-5 * float(np.abs(plain).max()) + 1e-7)  # of logits of 0.1


def test_saliency_is_the_slope_along_a_pixel(tiny_guide: GuideModel) -> None:
    guide = guide_of(tiny_guide.network.double())
    guide = replace(guide, normaliser=guide.normaliser.double())
    picture, step = PICTURE.double(), torch.zeros(3, 16, 16, dtype=torch.float64)
    step[:, 5, 9] = 1e-4
    up, down = (float(guide.logits((picture + s)[None])[0, TARGET]) for s in (step, -step))
    values = attribute(guide, picture, target=TARGET, method=SALIENCY).values
    assert values[5, 9] == pytest.approx((up - down) / 2e-4, rel=1e-4)


@pytest.mark.parametrize("layer", ["stages.0", "stages"])
def test_grad_cam_is_the_published_formula_before_its_rectifier(tiny_guide: GuideModel, layer: str) -> None:
    features: list[torch.Tensor] = []
    handle = tiny_guide.network.get_submodule(layer).register_forward_hook(lambda _m, _i, o: features.append(o))
    logit = tiny_guide.logits(PICTURE[None].clone().requires_grad_(True))[0, TARGET]
    handle.remove()
    (gradient,) = torch.autograd.grad(logit, features[0])
    alpha = gradient[0].mean(dim=(1, 2))  # equation 1
    weighed = torch.einsum("c,chw->hw", alpha, features[0][0]).detach()  # equation 2 without its ReLU
    expected = F.interpolate(weighed[None, None], size=(16, 16), mode="bilinear")[0, 0].numpy()
    ours = of(tiny_guide, GRAD_CAM, layer=layer).values
    assert ours == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))


def test_grad_cam_of_tokens_is_the_same_formula_on_their_grid() -> None:
    guide, picture = vit(reg_tokens=4), eight_pictures(32)[0]
    tokens: list[torch.Tensor] = []
    handle = guide.network.blocks[1].norm1.register_forward_hook(lambda _m, _i, o: tokens.append(o))
    logit = guide.logits(picture[None].clone().requires_grad_(True))[0, TARGET]
    handle.remove()
    (gradient,) = torch.autograd.grad(logit, tokens[0])
    grids = [t[0, 5:].detach().reshape(4, 4, -1) for t in (gradient, tokens[0])]  # one class token, four registers
    weighed = (grids[0].mean(dim=(0, 1)) * grids[1]).sum(dim=2)
    expected = F.interpolate(weighed[None, None], size=(32, 32), mode="bilinear")[0, 0].numpy()
    ours = of(guide, GRAD_CAM, picture=picture)
    assert ours.layer == "blocks.1.norm1"
    assert ours.values == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))


def test_integrated_gradients_are_complete_on_a_robust_guide(bundled_guide: GuideModel) -> None:
    size = bundled_guide.input_size
    picture = eight_pictures(size)[0]
    result = attribute(bundled_guide, picture, target=2, method=INTEGRATED_GRADIENTS)
    here, grey = bundled_guide.logits(torch.stack([picture, torch.full_like(picture, GREY)]))[:, 2].tolist()
    assert result.values.sum() == pytest.approx(here - grey, abs=COMPLETE * abs(here - grey))
    assert result.completeness_error == pytest.approx(
        abs(result.values.sum() - (here - grey)) / abs(here - grey), abs=1e-4
    )
    assert result.completeness_error is not None
    assert result.completeness_error <= COMPLETE
    assert result.steps in STEPS


@pytest.mark.parametrize(("side", "batches"), [(16, [16, 16]), (128, [16, 16]), (224, [8] * 4), (300, [8] * 4)])
def test_the_smaller_the_pictures_the_more_of_them_go_along_the_line_at_once(side: int, batches: list[int]) -> None:
    taken: list[int] = []

    class Slope(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if x.requires_grad:
                taken.append(len(x))
            return x.mean(dim=(2, 3)).repeat(1, 2)[:, :5]

    picture = torch.full((3, side, side), 0.75)
    result = attribute(guide_of(Slope(), input_size=side), picture, target=TARGET, method=INTEGRATED_GRADIENTS)
    assert taken == batches
    assert result.steps == STEPS[0]
    assert result.values.sum() == pytest.approx(0.25 / IMAGENET_STD[0], rel=1e-4)


def test_grey_is_sent_through_once_for_a_guide_and_each_picture_every_time(tiny_guide: GuideModel) -> None:
    sent: list[float] = []

    class Watched(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if not x.requires_grad:
                sent.append(float(x[0, 0].max() - x[0, 0].min()))
            logits: torch.Tensor = tiny_guide.network(x)
            return logits

    guide = guide_of(Watched())
    errors = [of(guide, INTEGRATED_GRADIENTS, picture=p).completeness_error for p in eight_pictures(16)[:2]]
    assert [spread == 0 for spread in sent] == [True, False, False]
    alone = [of(guide_of(tiny_guide.network), INTEGRATED_GRADIENTS, picture=p) for p in eight_pictures(16)[:2]]
    assert errors == [pytest.approx(a.completeness_error, abs=1e-5) for a in alone]


def test_a_jump_between_two_steps_takes_more_of_them_up_to_the_last() -> None:
    class Steep(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            rise = torch.sigmoid(1e6 * (x.mean(dim=(1, 2, 3)) - 0.29))
            return rise[:, None].expand(-1, 5)

    result = of(guide_of(Steep()), INTEGRATED_GRADIENTS)
    assert result.steps == STEPS[-1]
    assert result.completeness_error is not None
    assert result.completeness_error > COMPLETE


@pytest.mark.filterwarnings("ignore:.*etting .*hooks:UserWarning")
@pytest.mark.parametrize(
    "first",
    [
        lambda: [nn.MaxPool2d(3, stride=1), nn.Conv2d(6, 6, 3), nn.ReLU()],  # windows that share a maximum
        lambda: [nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 6, 3)],  # one rule's output is the next one's input
    ],
    ids=["overlapping", "adjacent"],
)
def test_deep_lift_is_complete_where_captum_called_plainly_is_not(first: Callable[[], list[nn.Module]]) -> None:
    def build() -> nn.Module:
        last = nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 5)
        return nn.Sequential(nn.Conv2d(3, 6, 3), *first(), *last)

    guide = guide_of(seeded(build))
    image = PICTURE[None].clone().requires_grad_(True)
    grey = torch.full_like(image, GREY)
    plainly = captum.DeepLift(nn.Sequential(guide.normaliser, guide.network))
    _, missing = plainly.attribute(image, grey, TARGET, return_convergence_delta=True)
    difference = (guide.logits(image) - guide.logits(grey)).detach()[0, TARGET]
    assert abs(float(missing)) > 0.05 * abs(float(difference))
    assert of(guide, DEEP_LIFT).completeness_error == pytest.approx(0, abs=1e-4)


def test_deep_lift_is_complete_on_a_network_that_reuses_its_units() -> None:
    result = of(reusing_guide(), DEEP_LIFT)
    assert result.completeness_error == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("build", [relu_guide, reusing_guide])
def test_deep_lift_is_not_the_plain_gradient_in_disguise(build: Callable[[], GuideModel]) -> None:
    guide = build()
    gradient = captum.InputXGradient(guide.logits)
    image = PICTURE[None].clone().requires_grad_(True)
    plain = (gradient.attribute(image, TARGET) * (image - GREY) / image)[0].sum(dim=0).detach().numpy()
    assert _far(of(guide, DEEP_LIFT).values, plain)


@pytest.mark.parametrize(("build", "layer"), [(relu_guide, "0"), (reusing_guide, "maxpool")])
def test_guided_grad_cam_is_not_the_plain_gradient_in_disguise(build: Callable[[], GuideModel], layer: str) -> None:
    guide = build()
    cam = of(guide, GRAD_CAM, layer=layer).values
    plain = of(guide, SALIENCY).values * cam.clip(min=0)
    ours = of(guide, GUIDED_GRAD_CAM, layer=layer).values
    assert float(np.abs(ours).max()) > 0
    assert _far(ours, plain)


def _far(one: FloatImage, other: FloatImage) -> bool:
    return float(np.abs(one - other).max()) > 0.05 * float(np.abs(other).max())


@pytest.mark.parametrize("method", [DEEP_LIFT, GUIDED_GRAD_CAM])
def test_what_captum_would_get_silently_wrong_is_refused_on_gelu(
    tiny_guide: GuideModel, method: AttributionMethod
) -> None:
    reason = why_not(tiny_guide, method)
    assert reason is not None
    assert "GELU" in reason
    assert reason.endswith(".")
    with pytest.raises(Unavailable, match="GELU"):
        of(tiny_guide, method)


def test_which_methods_are_available() -> None:
    gelu = guide_of(tiny_network())
    flat = guide_of(nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 5)))
    assert available(relu_guide()) == available(reusing_guide()) == tuple(METHODS.values())
    assert set(METHODS.values()) - set(available(gelu)) == {DEEP_LIFT, GUIDED_GRAD_CAM}
    assert set(METHODS.values()) - set(available(flat)) == {GRAD_CAM, GUIDED_GRAD_CAM}
    with pytest.raises(Unavailable, match="this guide has none"):
        of(flat, GRAD_CAM)


def test_a_layer_that_is_not_there_is_refused(tiny_guide: GuideModel) -> None:
    with pytest.raises(Unavailable, match="no layer “head” for Grad-CAM; choose one of stem, "):
        of(tiny_guide, GRAD_CAM, layer="head")


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_same_question_has_the_same_answer_and_leaves_no_trace(method: AttributionMethod) -> None:
    guide = reusing_guide()
    weights = {name: value.clone() for name, value in guide.network.state_dict().items()}
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002 - Captum's own generator
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = of(guide, method).values
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    torch.manual_seed(8)
    np.random.seed(8)  # noqa: NPY002 - Captum's own generator
    assert np.array_equal(of(guide, method).values, first)
    assert all(torch.equal(value, weights[name]) for name, value in guide.network.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks or m._backward_hooks for m in guide.network.modules())
    assert guide.network.relu.inplace is True


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_picture_of_one_colour_has_numbers(method: AttributionMethod, value: float) -> None:
    result = of(relu_guide(), method, picture=torch.full((3, 16, 16), value))
    assert np.isfinite(result.values).all()
    assert result.completeness_error is None or result.completeness_error <= COMPLETE
    if value == 0.5 and method in (INTEGRATED_GRADIENTS, DEEP_LIFT):
        assert not result.values.any()
        assert result.completeness_error is None


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_guide_that_sees_nothing_has_maps_of_zeros(method: AttributionMethod) -> None:
    network = seeded(single_use)
    network[-1].weight.data.zero_()
    result = of(guide_of(network), method)
    assert not result.values.any()
    assert result.completeness_error is None


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m is not GUIDED_GRAD_CAM], ids=lambda m: m.name)
def test_the_signs_turn_with_the_logit(method: AttributionMethod) -> None:
    network, turned = seeded(single_use), seeded(single_use)
    for parameter in turned[-1].parameters():
        parameter.data.neg_()
    values, others = (of(guide_of(n), method).values for n in (network, turned))
    assert values == pytest.approx(-others, abs=1e-6 * float(np.abs(values).max()))


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_said(method: AttributionMethod, bad: float) -> None:
    network = seeded(single_use)
    network[-1].bias.data[TARGET] = bad
    with pytest.raises(NonFinite, match="not a number"):
        of(guide_of(network), method)


def test_a_gradient_that_is_not_a_number_is_said() -> None:
    class Rooted(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (0 * x).sum(dim=(2, 3)).sqrt().repeat(1, 2)[:, :5]

    with pytest.raises(NonFinite, match="gradient is not a number"):
        of(guide_of(Rooted()), SALIENCY)


@pytest.mark.parametrize("target", [-1, 5])
def test_a_class_that_is_not_there_is_refused(tiny_guide: GuideModel, target: int) -> None:
    with pytest.raises(ValueError, match=f"5 classes, counted from 0; there is no class {target}"):
        attribute(tiny_guide, PICTURE, target=target, method=SALIENCY)


@pytest.mark.parametrize("shape", [(16, 16), (1, 3, 16, 16), (1, 16, 16)])
def test_a_picture_of_another_shape_is_refused(tiny_guide: GuideModel, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \(3, H, W\)"):
        attribute(tiny_guide, torch.zeros(shape), target=0, method=SALIENCY)


maps = arrays(np.float32, (6, 5), elements=st.floats(-100, 100, width=32))


@given(st.lists(maps, min_size=1, max_size=4))
def test_the_shared_scale_is_positive_and_the_same_for_turned_signs(several: list[FloatImage]) -> None:
    scale = scale_of(several)
    assert scale > 0
    assert scale == scale_of([-values for values in several]) == scale_of(several[::-1])
    largest = max(float(np.abs(values).max()) for values in several)
    assert scale <= largest or (largest, scale) == (0, 1)


def test_single_pixels_do_not_darken_the_rest_and_zeros_have_a_scale() -> None:
    values = np.full((100, 100), -2, dtype=np.float32)
    values[0, 0] = 1000
    lone = np.zeros((100, 100), dtype=np.float32)
    lone[3, 3] = -7
    assert scale_of([values]) == 2
    assert scale_of([lone]) == 7
    assert scale_of([np.zeros((4, 4), dtype=np.float32)]) == 1
    assert scale_of([values, np.full((300, 300), 9, dtype=np.float32)]) == 9
    with pytest.raises(ValueError, match="at least one map"):
        scale_of([])
