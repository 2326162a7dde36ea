"""Whether a device finds what the processor finds: path, fast twin, maps, lights, training and page."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.tasks import Task, task_for
from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.enhancement.fast_twin import fast_dtype, fast_twin
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, GuideModel, Normaliser
from lwise_core.inspection.attribution import attribute
from lwise_core.inspection.attribution_methods import SALIENCY
from lwise_core.inspection.examine import examine_counted
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.recipes import Recipe
from lwise_core.training.trainer import Trainer

WITHIN = 0.01
"""Largest relative difference of a gain of the logit at which two ways count as the same, as in `benchmarks.speed`."""

WITHIN_MAP, WITHIN_LOSS = 0.02, 0.1
"""The same of a map, as a share of its largest value, and of a loss: attacks begin at random, so noise differs."""

_EPSILON_224 = 3.3
_TOYS, _SIDE, _CLASSES = 48, 16, 3


@dataclass(frozen=True)
class Check:
    """One thing that both find: how far they are apart, and how far they may be."""

    name: str
    difference: float
    within: float

    @property
    def holds(self) -> bool:
        """Whether the difference is a number and small enough."""
        return self.difference <= self.within

    @property
    def line(self) -> str:
        """The check in a line."""
        holds = "holds" if self.holds else "**does not hold**"
        return f"- {self.name}: {self.difference:.3g} (at most {self.within:g}): {holds}."


@dataclass(frozen=True, eq=False)
class TwoGuides:
    """One guide on the processor, and the same on the device."""

    here: GuideModel
    there: GuideModel

    @classmethod
    def of(cls, guide: GuideModel, device: torch.device) -> TwoGuides:
        """Return ``guide`` and a copy of it on ``device``; ``guide`` itself stays where it is."""
        network, normaliser = copy.deepcopy(guide.network), copy.deepcopy(guide.normaliser)
        return cls(guide, replace(guide, network=network, normaliser=normaliser, device=device))

    def tasks(self, *, images: int, epsilon_224: float = _EPSILON_224) -> tuple[Task, Task]:
        """Return one task for both: the same pictures and targets, each where its guide is."""
        here = task_for(self.here, images=images, epsilon_224=epsilon_224)
        device = self.there.device
        return here, replace(here, guide=self.there, images=here.images.to(device), targets=here.targets.to(device))


def path_check(guides: TwoGuides) -> Check:
    """Return how far the gains of fp32 paths are apart."""
    here, there = guides.tasks(images=2)
    return Check("path, fp32: gain of the logit", _apart(_gains(here, here.guide), _gains(there, there.guide)), WITHIN)


def twin_check(guides: TwoGuides) -> Check:
    """Return how far the gain of the device's fast twin is from that of the processor's fp32 path."""
    here, there = guides.tasks(images=2)
    dtype = fast_dtype(there.guide.device) or torch.float32
    twin = fast_twin(there.guide, dtype=dtype)
    name = f"fast twin, {str(dtype).removeprefix('torch.')}: gain of the logit"
    return Check(name, _apart(_gains(here, here.guide), _gains(there, twin)), WITHIN)


def map_check(guides: TwoGuides) -> Check:
    """Return how far two saliency maps are apart, as a share of the largest value."""
    here, there = guides.tasks(images=1)
    one, other = (
        attribute(task.guide, task.images[0], target=int(task.targets[0]), method=SALIENCY).values
        for task in (here, there)
    )
    return Check("saliency, any pixel", float(np.abs(one - other).max() / np.abs(one).max()), WITHIN_MAP)


def lights_check(guides: TwoGuides) -> Check:
    """Return at which share of the positions of the slider a light differs."""
    one, other = (_states(_path(task, task.guide)) for task in guides.tasks(images=1))
    return Check(
        "lights, share of positions that differ", sum(a != b for a, b in zip(one, other, strict=True)) / len(one), 0.0
    )


def training_check(device: torch.device) -> Check:
    """Return how far the losses of a first epoch of adversarial training are apart."""
    losses = [_first_loss(where) for where in (torch.device("cpu"), device)]
    return Check("training, loss of the first epoch", abs(losses[1] - losses[0]) / losses[0], WITHIN_LOSS)


def page_check(pages: Mapping[str, Callable[[], int]]) -> Check:
    """Return how many of ``pages`` cannot be opened with a sample: each returns its number of errors."""
    return Check(f"pages with an error, of {len(pages)}", float(sum(open_it() > 0 for open_it in pages.values())), 0.0)


def _path(task: Task, walker: GuideModel) -> EnhancementPath:
    request = PathRequest(task.images, task.targets)
    frames = tuple(ascend(walker, request, step=task.step, steps=task.steps))
    return EnhancementPath(task.guide, request, task.step, frames, scored=0).scored_on(count=task.steps + 1)


def _gains(task: Task, walker: GuideModel) -> list[float]:
    gains: list[float] = task.gains(_path(task, walker).at(task.epsilon).images.to(task.images.device)).tolist()
    return gains


def _apart(ours: list[float], theirs: list[float]) -> float:
    return max(abs(b - a) / max(abs(a), 1e-6) for a, b in zip(ours, theirs, strict=True))


def _states(path: EnhancementPath) -> list[tuple[str, str]]:
    *_, found = examine_counted(path)
    return [(risk.semantic.state.value, risk.artefact.state.value) for risk in found.risks]


def _first_loss(device: torch.device) -> float:
    """Return the loss of one epoch on pictures of noise, a third of each brighter: the class says which."""
    random = np.random.default_rng(0)
    targets = np.arange(_TOYS) % _CLASSES
    pixels = random.integers(60, 120, (_TOYS, _SIDE, _SIDE, 3)).astype(np.uint8)
    for i, target in enumerate(targets):
        pixels[i, 5 * target : 5 * target + 6] += 100
    names = tuple(f"{t}/{i}.png" for i, t in enumerate(targets))
    images = LabelledImages(pixels, np.arange(_TOYS), targets, names, tuple("abc"), "0" * 64)
    attack = Attack(Norm.L2, 0.25, steps=1, step=0.25)
    recipe = Recipe(attack=attack, epochs=1, batch=12, peak_lr=0.05, ema=0.8, validation=6, seed=3)
    torch.manual_seed(0)
    network, normaliser = (
        CompactResNet(width=4, num_classes=_CLASSES, stem_stride=1),
        Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD),
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(network, normaliser, recipe, images, RunFolder(Path(folder)), device)
        *_, last = trainer.run()
    return last.epochs[-1].loss
