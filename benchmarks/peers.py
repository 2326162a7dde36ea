"""Four published libraries doing the same enhancement: the logit of a class up, L2, the same steps, no random start.

Each is imported only when it is asked for, so that a process which measures one does not carry the others. None has the
logit as an objective of its own, so each is given it where the library lets a user do so; what is ours in that is said.
All share the guide's own network, in evaluation mode and with its parameters frozen, which spares them work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import torch
from torch import nn

from benchmarks import official
from benchmarks.tasks import Task

Peer = Callable[[Task], Callable[[], torch.Tensor]]
"""Takes a task and returns the job that is timed; what is set up before is not."""


class GuideNetwork(nn.Module):
    """The guide's network with its normaliser inside: images in [0, 1] → logits."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.normaliser = task.guide.normaliser
        self.network = task.guide.network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(self.normaliser(images))
        return logits


class AgainstNothing(nn.Module):
    """The target's logit beside a constant zero: the gradient of their cross-entropy points as the logit's does.

    The steps are normalised, so only the direction counts. The logit is made small so that the softmax, which scales
    the gradient, stays far from 0 and 1.
    """

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = GuideNetwork(task).eval()
        self.targets = task.targets

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        risen = self.network(images).gather(1, self.targets[:, None]) / 100
        return torch.cat([risen, torch.zeros_like(risen)], dim=1)


def robustness(task: Task) -> Callable[[], torch.Tensor]:
    """The Attacker of robustness, which the official script calls, on two outputs whose gradient is the logit's.

    Its hook for a loss of one's own would run the network twice in every step. Its normaliser is left out for the
    guide's: it clamps, and today's PyTorch then loses the gradient of saturated pixels.
    """
    _pretend_cuda()
    attacker = import_module("robustness.attacker").Attacker
    statistics = SimpleNamespace(mean=torch.zeros(3), std=torch.ones(3))
    attack = attacker(AgainstNothing(task), statistics).eval()
    settings = {"constraint": "2", "eps": task.epsilon, "step_size": task.step, "iterations": task.steps}
    first = torch.zeros_like(task.targets)

    def run() -> torch.Tensor:
        images: torch.Tensor = attack(task.images, first, targeted=True, should_normalize=False, **settings)
        return images.detach()

    return run


def _pretend_cuda() -> None:
    """Let the package run where there is no CUDA: it asks without need, and for a module torchvision has renamed."""
    nn.Module.cuda = lambda self, *_, **__: self  # type: ignore[method-assign]
    torch.Tensor.cuda = lambda self, *_, **__: self  # type: ignore[method-assign]
    utils: Any = ModuleType("torchvision.models.utils")
    utils.load_state_dict_from_url = torch.hub.load_state_dict_from_url
    sys.modules["torchvision.models.utils"] = utils


def foolbox(task: Task) -> Callable[[], torch.Tensor]:
    """The L2 projected gradient descent of foolbox, its loss replaced by the logit in the method meant for that."""
    package = import_module("foolbox")
    wrapped = package.PyTorchModel(GuideNetwork(task).eval(), bounds=(0, 1), device="cpu")
    attack_class = package.attacks.L2ProjectedGradientDescentAttack

    class OnTheLogit(attack_class):  # type: ignore[misc, valid-type]
        def get_loss_fn(self, model: Any, labels: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - foolbox' own types
            rows = range(len(labels.raw))
            return lambda images: -model(images)[rows, task.targets.tolist()].sum()

    attack = OnTheLogit(abs_stepsize=task.step, steps=task.steps, random_start=False)
    criterion = package.criteria.TargetedMisclassification(task.targets)

    def run() -> torch.Tensor:
        images: torch.Tensor = attack.run(wrapped, task.images, criterion, epsilon=task.epsilon)
        return images

    return run


def torchattacks(task: Task) -> Callable[[], torch.Tensor]:
    """The PGDL2 of torchattacks, which knows cross-entropy only, on two outputs whose gradient is the logit's."""
    package = import_module("torchattacks")
    attack = package.PGDL2(
        AgainstNothing(task).eval(), eps=task.epsilon, alpha=task.step, steps=task.steps, random_start=False
    )
    attack.set_mode_targeted_by_label(quiet=True)
    first = torch.zeros_like(task.targets)

    def run() -> torch.Tensor:
        images: torch.Tensor = attack(task.images, first)
        return images

    return run


def toolbox(task: Task) -> Callable[[], torch.Tensor]:
    """The Adversarial Robustness Toolbox' ProjectedGradientDescent with norm 2, the logit as its estimator's loss."""
    attacks, estimators = import_module("art.attacks.evasion"), import_module("art.estimators.classification")

    class Logit(nn.Module):
        def forward(self, logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
            return -(logits * wanted).sum(dim=1).mean()

    classes = len(task.guide.classes)
    classifier = estimators.PyTorchClassifier(
        model=GuideNetwork(task).eval(),
        loss=Logit(),
        input_shape=tuple(task.images.shape[1:]),
        nb_classes=classes,
        clip_values=(0.0, 1.0),
        device_type="cpu",
    )
    attack = attacks.ProjectedGradientDescent(
        classifier,
        norm=2,
        eps=task.epsilon,
        eps_step=task.step,
        max_iter=task.steps,
        targeted=True,
        num_random_init=0,
        batch_size=len(task.images),
        verbose=False,
    )
    images, wanted = task.images.numpy(), nn.functional.one_hot(task.targets, classes).float().numpy()
    return lambda: torch.from_numpy(attack.generate(x=images, y=wanted))


PACKAGES = ("robustness", "foolbox", "torchattacks", "adversarial-robustness-toolbox")

PEERS: Mapping[str, Peer] = {
    "plain PyTorch loop": official.enhance,
    "robustness": robustness,
    "foolbox": foolbox,
    "torchattacks": torchattacks,
    "ART": toolbox,
}
"""Who else can do it, by the name in the table."""
