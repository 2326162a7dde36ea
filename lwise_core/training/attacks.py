"""The attack: the worst small change of an image that gradient steps find inside a ball.

Used twice, in training (every batch is replaced by its attacked twin) and in measuring how robust a guide is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import torch
from torch.nn import functional as F

from lwise_core._utils.errors import LWiseError

Forward = Callable[[torch.Tensor], torch.Tensor]
"""Images ``(N, 3, H, W)`` in [0, 1] → logits ``(N, C)``, differentiable."""

_TINY = 1e-10  # as in the robustness library, so that a zero gradient moves nothing


class Norm(StrEnum):
    """How the size of a change is measured."""

    L2 = "l2"
    LINF = "linf"


class AttackError(LWiseError):
    """An attack without a size or a step. The message is one sentence."""


@dataclass(frozen=True)
class Attack:
    """An untargeted attack on cross-entropy: projected gradient steps in a ball.

    ``epsilon`` is the radius and ``step`` the length of a step, both in units of [0, 1] pixels: the L2 norm over all
    3·H·W values, or the largest change of any value. Without steps or radius there is no attack.
    """

    norm: Norm
    epsilon: float
    steps: int
    step: float
    random_start: bool = True

    def __post_init__(self) -> None:
        if min(self.epsilon, self.steps, self.step) < 0 or (self.steps and self.epsilon and not self.step):
            raise AttackError("An attack needs a radius of 0 or more, and steps of a positive length.")

    def scaled(self, share: float) -> Attack:
        """Return the attack with its radius and steps at ``share`` of their length."""
        return replace(self, epsilon=self.epsilon * share, step=self.step * share)


def perturbed(
    forward: Forward, images: torch.Tensor, targets: torch.Tensor, *, attack: Attack, generator: torch.Generator
) -> torch.Tensor:
    """Return the attacked copies of ``images``: last iterates, in [0, 1] and within ``epsilon`` of the originals.

    ``images`` ``(N, 3, H, W)`` float32 in [0, 1] and ``targets`` ``(N,)`` class indices. Only
    gradients with respect to the images are computed. The random start is drawn on the CPU, so that a seed means the
    same on every device.
    """
    if not attack.steps or not attack.epsilon:
        return images
    delta = _start(images, attack, generator)
    for _ in range(attack.steps):
        current = (images + delta).clamp(0, 1).requires_grad_(True)
        loss = F.cross_entropy(forward(current).float(), targets, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, current)
        delta = _projected(current.detach() + attack.step * _direction(gradient, attack.norm) - images, attack)
    return (images + delta).clamp(0, 1)


def lengths(changes: torch.Tensor) -> torch.Tensor:
    """Return the L2 norm of every image's change, ``(N, 1, 1, 1)``."""
    norms: torch.Tensor = torch.linalg.vector_norm(changes.flatten(1), dim=1)
    return norms.view(-1, 1, 1, 1)


def _start(images: torch.Tensor, attack: Attack, generator: torch.Generator) -> torch.Tensor:
    if not attack.random_start:
        return torch.zeros_like(images)
    if attack.norm is Norm.LINF:
        start = (2 * torch.rand(images.shape, generator=generator) - 1) * attack.epsilon
    else:
        direction = torch.randn(images.shape, generator=generator)
        radius = torch.rand(len(images), 1, 1, 1, generator=generator) * attack.epsilon
        start = direction / lengths(direction) * radius
    return torch.empty_like(images).copy_(start)  # in the device and memory layout of the images


def _direction(gradient: torch.Tensor, norm: Norm) -> torch.Tensor:
    if norm is Norm.LINF:
        return gradient.sign()
    return gradient / (lengths(gradient) + _TINY)


def _projected(delta: torch.Tensor, attack: Attack) -> torch.Tensor:
    if attack.norm is Norm.LINF:
        return delta.clamp(-attack.epsilon, attack.epsilon)
    return delta.renorm(p=2, dim=0, maxnorm=attack.epsilon)
