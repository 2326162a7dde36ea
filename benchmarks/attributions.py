"""How fast the maps of the Inspect page are, against Captum called as its documentation does.

Both answer the same question about the same picture with the same fp32 network: the same baseline, number of steps,
layer and windows. All else is Captum's own default: no ``internal_batch_size``, one window at a time. Ours is what the
page calls, with its checks that every value is a number and that Integrated Gradients are complete. Gradient SHAP is
left out: how many random pictures Captum takes at once decides which it draws, so the maps would not be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from captum import attr as captum
from torch import nn
from torch.nn import functional as F

from benchmarks.clock import Contender, Timed, interleaved
from benchmarks.tasks import Task
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import GREY, Attribution, AttributionMethod, attribute
from lwise_core.inspection.attribution_methods import GRAD_CAM, INTEGRATED_GRADIENTS, OCCLUSION, SALIENCY

EQUAL = 1e-5
"""Largest difference of any pixel, as a share of the map's largest value, at which two maps are the same."""

METHODS = (SALIENCY, INTEGRATED_GRADIENTS, GRAD_CAM)
"""What the page shows before anything is chosen."""

_SMALL = 64  # px a side, up to which occlusion is measured too: at 224 px one map takes Captum half a minute


@dataclass(frozen=True)
class MapRow:
    """One method's map of one picture by both."""

    method: AttributionMethod
    ours: Timed
    plain: Timed

    @property
    def difference(self) -> float:
        """The largest difference of any pixel, as a share of the map's largest value."""
        mine, theirs = self.ours.result, self.plain.result
        return float((mine - theirs).abs().max() / mine.abs().max())

    @property
    def ratio(self) -> float | None:
        """How many times as fast as Captum we are; None where the maps are not the same."""
        return self.plain.median / self.ours.median if self.difference <= EQUAL else None


def map_rows(task: Task, *, rounds: int) -> Iterator[MapRow]:
    """Yield the row of every method for the first picture of ``task`` and its target, contenders taking turns."""
    guide, image, target = task.guide, task.images[0], int(task.targets[0])
    for method in (*METHODS, OCCLUSION) if guide.input_size <= _SMALL else METHODS:
        known = attribute(guide, image, target=target, method=method)  # both sides are warm then, and know the question
        contenders = (
            Contender("ours", _ours(guide, image, known), ours=True),
            Contender("Captum", _plain(guide, image, known)),
        )
        ours, plain = interleaved(contenders, rounds=rounds)
        yield MapRow(method, ours, plain)


def _ours(guide: GuideModel, image: torch.Tensor, known: Attribution) -> Callable[[], torch.Tensor]:
    return lambda: torch.from_numpy(attribute(guide, image, target=known.target, method=known.method).values)


def _plain(guide: GuideModel, image: torch.Tensor, known: Attribution) -> Callable[[], torch.Tensor]:
    """Return the job of Captum's own call, colours summed, ``(H, W)``."""
    network = nn.Sequential(guide.normaliser, guide.network)
    picture = image[None].clone().requires_grad_(True)
    way = _PLAINLY[known.method]
    return lambda: way(network, picture, known)[0].detach().sum(dim=0).cpu()


def _saliency(network: nn.Module, picture: torch.Tensor, known: Attribution) -> torch.Tensor:
    pixels: torch.Tensor = captum.Saliency(network).attribute(picture, target=known.target, abs=False)
    return pixels


def _integrated_gradients(network: nn.Module, picture: torch.Tensor, known: Attribution) -> torch.Tensor:
    pixels: torch.Tensor = captum.IntegratedGradients(network).attribute(
        picture, baselines=torch.full_like(picture, GREY), target=known.target, n_steps=known.steps
    )
    return pixels


def _grad_cam(network: nn.Module, picture: torch.Tensor, known: Attribution) -> torch.Tensor:
    layer = network.get_submodule(f"1.{known.layer}")
    weighed = captum.LayerGradCam(network, layer).attribute(picture, target=known.target)
    return F.interpolate(weighed, size=tuple(picture.shape[-2:]), mode="bilinear")


def _occlusion(network: nn.Module, picture: torch.Tensor, known: Attribution) -> torch.Tensor:
    side = picture.shape[-1]
    pixels: torch.Tensor = captum.Occlusion(network).attribute(
        picture.detach(),
        sliding_window_shapes=(3, side // 8, side // 8),
        strides=(3, side // 16, side // 16),
        baselines=GREY,
        target=known.target,
    )
    return pixels[:, :1]  # the colours are covered together: each has all of it


_PLAINLY: Mapping[AttributionMethod, Callable[[nn.Module, torch.Tensor, Attribution], torch.Tensor]] = {
    SALIENCY: _saliency,
    INTEGRATED_GRADIENTS: _integrated_gradients,
    GRAD_CAM: _grad_cam,
    OCCLUSION: _occlusion,
}


def maps_table(rows: Iterator[MapRow]) -> str:
    """Return the rows as a Markdown table."""
    head = (
        "**Maps of one image, against Captum used plainly**\n\n"
        "| method | ours, seconds, median (least–most) | Captum | times as fast | largest difference of a pixel |\n"
        "|---|---|---|---|---|"
    )
    return "\n".join([head, *map(_line, rows)])


def _line(row: MapRow) -> str:
    ours, plain = (f"{t.median:.3f} ({min(t.seconds):.3f}–{max(t.seconds):.3f})" for t in (row.ours, row.plain))
    ratio = f"not comparable: more than {EQUAL:g}" if row.ratio is None else f"{row.ratio:.2f}"
    return f"| {row.method.name} | {ours} | {plain} | {ratio} | {row.difference:.1e} of the largest |"
