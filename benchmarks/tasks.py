"""What the contenders of `benchmarks.speed` are given: the same network, pictures, budget and number of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
import timm
import torch
from torch import nn

from lwise_core.enhancement.path import steps_for
from lwise_core.guides import catalog
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, Domain, GuideModel, Normaliser, Provenance
from lwise_core.images.codec import open_photograph
from lwise_core.images.geometry import Crop, see

PHOTOGRAPHS = ("chelsea.png", "astronaut.png", "coffee.png", "rocket.jpg")
LARGEST_224 = 20.0
_CLASSES = 1000
_BRANCH = 0.1  # what the last BatchNorm of each residual branch multiplies by
_SHIFT = 1.0  # what every other BatchNorm adds: 84% of the units are on, so that fewer switch along a path
_SETTLING = 16  # pictures that set the statistics of every BatchNorm


@dataclass(frozen=True)
class Task:
    """One enhancement: ``images`` ``(N, 3, H, W)`` in [0, 1] towards ``targets`` ``(N,)``, ``steps`` steps of ``step``.

    The ball of ``epsilon`` is as long as the path: the official rule of 2ε steps of 0.5 at 224 px.
    """

    guide: GuideModel
    images: torch.Tensor
    targets: torch.Tensor
    epsilon: float

    @property
    def step(self) -> float:
        """Length of one step, in the guide's units."""
        return self.guide.epsilon_scale.step

    @property
    def steps(self) -> int:
        """Number of steps that the official rule takes."""
        return steps_for(self.epsilon, step=self.step)

    def gains(self, enhanced: torch.Tensor) -> torch.Tensor:
        """Return by how much the target's logit rose, ``(N,)``, seen in fp32 by the guide itself, one by one."""
        return self.target_logits(enhanced) - self.target_logits(self.images)

    def target_logits(self, images: torch.Tensor) -> torch.Tensor:
        """Return the target's logit of each image, ``(N,)``, in fp32."""
        with torch.no_grad():
            logits = torch.cat([self.guide.logits(image[None]) for image in images])
        return logits.gather(1, self.targets[:, None]).squeeze(1)

    def first(self, count: int) -> Task:
        """Return the task with its first ``count`` images only."""
        return replace(self, images=self.images[:count], targets=self.targets[:count])

    def repeated(self, count: int) -> Task:
        """Return the task of one image with ``count`` copies of it."""
        return replace(self, images=self.images.repeat(count, 1, 1, 1), targets=self.targets.repeat(count))

    def shortest(self) -> Task:
        """Return the same task with a single step, to warm up with."""
        return replace(self, epsilon=self.step)

    def positions(self) -> tuple[Task, ...]:
        """Return the same task for each position of the slider, one step, two steps, …, as the official way runs it."""
        return tuple(replace(self, epsilon=k * self.step) for k in range(1, self.steps + 1))


def pictures(count: int, *, size: int) -> torch.Tensor:
    """Return ``count`` crops of scikit-image's photographs as a guide of ``size`` px sees them."""
    photographs = [open_photograph(files("skimage.data").joinpath(f).read_bytes(), name=f).pixels for f in PHOTOGRAPHS]
    crops = [Crop(left=20 + 13 * (i % 8), top=5 + 5 * (i % 8), side=240 + i) for i in range(count)]
    seen = [see(crop.of(photographs[i % len(photographs)]), size=size) for i, crop in enumerate(crops)]
    return torch.from_numpy(np.stack(seen))


def task_for(guide: GuideModel, *, images: int, epsilon_224: float = LARGEST_224) -> Task:
    """Return the task of raising, in ``images`` pictures, the class that the guide sees first."""
    shown = pictures(images, size=guide.input_size)
    with torch.no_grad():
        targets = torch.cat([guide.logits(image[None]).argmax(dim=1) for image in shown])
    return Task(guide, shown, targets, guide.epsilon_scale.from_224(epsilon_224))


def seeded_resnet50() -> GuideModel:
    """Return timm's ResNet-50 at 224 px with seeded weights and BatchNorm statistics set on real photographs.

    It knows nothing, but computes what a trained one does: no number in it is zero, huge or denormal. The gradient of a
    plain random network is so rough that every rounding, in fp32 too, leads along another path, and no two ways of
    computing can be compared. Two pictures, ε₂₂₄ = 20, gain of bf16 against fp32: branches × 0.1 alone 1.1% and 2.3%
    apart, × 0.03 1.2% and 3.6%; with units shifted by 1, 0.1% and 0.5%.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = timm.create_model("resnet50", pretrained=False, num_classes=_CLASSES, zero_init_last=False)
    for name, norm in network.named_modules():
        if name.endswith("bn3"):
            nn.init.constant_(norm.weight, _BRANCH)
        elif isinstance(norm, nn.BatchNorm2d):
            nn.init.constant_(norm.bias, _SHIFT)
    normaliser = Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD)
    _settle(network, normaliser(pictures(_SETTLING, size=224)))
    return GuideModel(
        name="ResNet-50, seeded",
        network=network,
        normaliser=normaliser,
        classes=tuple(f"class {i}" for i in range(_CLASSES)),
        input_size=224,
        domain=Domain.NATURAL,
        provenance=Provenance(sha256="0" * 64, architecture="resnet50"),
    )


def _settle(network: nn.Module, prepared: torch.Tensor) -> None:
    """Set the statistics of every BatchNorm to those of ``prepared``."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    network.train()
    with torch.no_grad():
        network(prepared)
    network.eval()


def bundled_guide() -> GuideModel:
    """Return the guide that ships with the product."""
    return catalog.load("animals16-64")


GUIDES: Mapping[str, Callable[[], GuideModel]] = {"resnet50": seeded_resnet50, "animals16-64": bundled_guide}
"""The networks that are measured, by the name that a subprocess is given."""
