"""Recipes: everything that decides how a guide is trained, but the data and the network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.guide import REFERENCE_SIZE
from lwise_core.training.attacks import Attack, Norm


class RecipeError(LWiseError):
    """A recipe that cannot be followed. The message is one sentence."""


class LearningRateSchedule(StrEnum):
    """How the learning rate moves."""

    ONE_CYCLE = "one-cycle"
    """Up linearly over the first fifth of the steps, down to zero over the rest (Smith & Topin 2018)."""
    STEP = "step"
    """A tenth after every 50 epochs, as in the paper."""


class Augmentation(StrEnum):
    """What else an image may look like."""

    PHOTOGRAPH = "photograph"
    """Shifted by up to an eighth of its side (edges mirrored), and mirrored left to right."""
    ANY_WAY_UP = "any way up"
    """The same, and turned by quarter turns: for pictures without an up, such as skin and tissue."""
    ANY_LIGHT = "any way up, in any light"
    """The same, in other colours: pictures of skin and tissue change colour with the camera and the stain."""
    WIDE = "wide"
    """A part of the image, from a quarter of its area on, mirrored and in other colours: near and far, in any light."""


class Trained(StrEnum):
    """Which part of the network learns."""

    ALL = "all layers"
    LAST = "last layer only"
    AFTER = "all but the first convolutions"


@dataclass(frozen=True)
class Recipe:
    """How to train. ``attack`` is what every batch goes through; ``ema`` the decay of the averaged weights, 0 for none.

    ``images_per_epoch`` makes an epoch, after which the run is kept, shorter than the data; 0 means all of them.
    Over the first ``attack_warm_up`` of the run, in [0, 1), the attack's radius grows from nothing to its full size:
    from scratch, fine features are not learnt at all when the attack hides them from the first step on.
    Images are shown at ``first_size`` px at first and grow to their full size (0: full size throughout): a small image
    takes less time, so the same time teaches more of them. ``unattacked`` is the share of every batch, in [0, 1), that
    is learnt as it is.
    ``frozen_convolutions`` counts for ``Trained.AFTER``. ``validation`` images are set aside to watch the run.
    """

    attack: Attack
    epochs: int
    batch: int
    peak_lr: float
    schedule: LearningRateSchedule = LearningRateSchedule.ONE_CYCLE
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 5e-4
    ema: float = 0.998
    label_smoothing: float = 0.05
    balanced: bool = False
    augmentation: Augmentation = Augmentation.PHOTOGRAPH
    trained: Trained = Trained.ALL
    frozen_convolutions: int = 0
    attack_warm_up: float = 0.0
    first_size: int = 0
    unattacked: float = 0.0
    bf16: bool = True
    seed: int = 0
    images_per_epoch: int = 0
    validation: int = 500

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 2 or self.validation < 1:
            raise RecipeError("A recipe needs at least 1 epoch, 2 images a batch and 1 image to watch the run by.")
        if 0 < self.images_per_epoch < self.batch:
            raise RecipeError("An epoch needs the images of one batch at least.")
        if not 0 <= self.attack_warm_up < 1:
            raise RecipeError("The attack grows over a share of the run: at least 0 and less than 1.")
        if self.first_size < 0 or self.first_size % 16:
            raise RecipeError("The size to begin with must be a multiple of 16 px, or 0 for the full size throughout.")
        if not 0 <= self.unattacked < 1:
            raise RecipeError("The share of images that is not attacked must be at least 0 and less than 1.")
        if not self.peak_lr > 0 or not 0 <= self.ema < 1 or not 0 <= self.label_smoothing < 1:
            raise RecipeError("The learning rate must be positive; averaging and label smoothing lie in 0–1.")
        if (self.trained is Trained.AFTER) != (self.frozen_convolutions > 0):
            raise RecipeError("To freeze the first convolutions, say how many.")

    def plain(self) -> dict[str, object]:
        """Return the recipe as plain values, for the card and the run's record."""
        attack = self.attack
        method = f"{attack.norm.value.upper()} adversarial training" if attack.epsilon and attack.steps else "no attack"
        return {
            "method": f"{method}, cross-entropy",
            "norm": attack.norm.value,
            "epsilon": attack.epsilon,
            "attack_steps": attack.steps,
            "attack_step": attack.step,
            "random_start": attack.random_start,
            "optimizer": f"SGD, {'Nesterov ' if self.nesterov else ''}momentum {self.momentum:g}",
            **{k: v for k, v in asdict(self).items() if k not in ("attack", "momentum", "nesterov", "bf16")},
            "precision": "bfloat16 autocast" if self.bf16 else "float32",
        }


def step_for(epsilon: float, steps: int) -> float:
    """Return the usual length of a step: the radius for one step, else 1.5 radii over all of them."""
    return epsilon if steps <= 1 else 1.5 * epsilon / steps


def paper(*, size: int) -> Recipe:
    """Return the defaults of the official fine-tuning script, their ε 3 at 224 px scaled to ``size`` px.

    Source: robust_transfer_learning.py of L-WISE (arXiv 2412.09765). Two differences: the last iterate of the attack
    is taken, not its best, and every image is shifted rather than cropped at random.
    """
    share = size / REFERENCE_SIZE
    return Recipe(
        attack=Attack(Norm.L2, epsilon=3 * share, steps=7, step=0.5 * share, random_start=False),
        epochs=50,
        batch=128,
        peak_lr=0.001,
        schedule=LearningRateSchedule.STEP,
        nesterov=False,
        weight_decay=1e-4,
        ema=0.0,
        label_smoothing=0.0,
        bf16=False,
    )


def two_cores(*, size: int) -> Recipe:
    """Return what two CPU cores can finish: one attack step at ε = size/64, bfloat16, a short one-cycle."""
    epsilon = size / 64
    attack = Attack(Norm.L2, epsilon, steps=1, step=step_for(epsilon, 1))
    return Recipe(attack=attack, epochs=15, batch=128, peak_lr=0.2)


PRESETS = {"paper": paper, "two-cores": two_cores}
