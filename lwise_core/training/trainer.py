"""Adversarial training of a guide, from scratch or from another guide, that survives being killed.

Every batch is replaced by its attacked twin (Madry et al. 2018; the official implementation of L-WISE does the same).
Everything random in an epoch follows from the seed and the epoch's number, so a run that is killed and resumed after
its last finished epoch ends with the weights of one that never stopped.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import Normaliser
from lwise_core.training.attacks import Attack, perturbed
from lwise_core.training.augmentation import augmented
from lwise_core.training.recipes import LearningRateSchedule, Recipe, Trained

REPORT_SECONDS = 20.0
"""Seconds between two reports of a run, where nothing else is asked for."""

_VALIDATION_STEPS = 4  # more than in training, and few enough to be worth it every epoch
_WARM_UP = 0.2
_STEP_EPOCHS = 50


@dataclass(frozen=True)
class Epoch:
    """What one epoch did.

    ``loss`` is the mean over its training batches, ``attacked_accuracy`` that of their attacked images;
    ``clean_accuracy`` and ``robust_accuracy`` (under the recipe's attack, with at least four steps) are measured with
    the averaged weights on the images set aside. Shares in [0, 1].
    """

    number: int
    loss: float
    attacked_accuracy: float
    clean_accuracy: float
    robust_accuracy: float
    seconds: float


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run is: ``done`` of its images in [0, 1], the running loss, pace, time left, and the epochs finished."""

    done: float
    loss: float
    images_per_second: float
    seconds_left: float
    epochs: tuple[Epoch, ...]


@dataclass(eq=False)
class _State:
    """What changes while a run goes on, and is kept after every epoch."""

    network: nn.Module
    averaged: nn.Module
    optimiser: torch.optim.SGD
    epochs: list[Epoch] = field(default_factory=list)

    def kept(self) -> dict[str, object]:
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "epochs": [asdict(e) for e in self.epochs],
        }

    def restore(self, kept: Mapping[str, object]) -> None:
        self.network.load_state_dict(cast(dict[str, torch.Tensor], kept["network"]))
        self.averaged.load_state_dict(cast(dict[str, torch.Tensor], kept["averaged"]))
        self.optimiser.load_state_dict(cast(dict[str, object], kept["optimiser"]))
        self.epochs = [Epoch(**e) for e in cast(list[dict[str, float]], kept["epochs"])]  # type: ignore[arg-type]


@dataclass(eq=False)
class Trainer:
    """Trains ``network`` on ``images`` after ``recipe`` and keeps its state in ``folder``.

    ``network`` takes normalised images and is changed; ``averaged`` holds the weights to publish once the run is over.
    It reports after every epoch, and within one every ``report_seconds`` at most, after every batch where that is 0.
    """

    network: nn.Module
    normaliser: Normaliser
    recipe: Recipe
    images: LabelledImages
    folder: RunFolder
    device: torch.device
    report_seconds: float = REPORT_SECONDS

    def __post_init__(self) -> None:
        watch = watched(len(self.images), self.recipe.validation)
        self._validation = self.images.take(watch)
        self._training = self.images.take(np.setdiff1d(np.arange(len(self.images)), watch))
        self._learnt = None if self._training.learnt is None else torch.from_numpy(self._training.learnt)
        if len(self._training) < self.recipe.batch:
            raise RunRefused(
                f"There are {len(self._training)} images to train on, fewer than the {self.recipe.batch} of one batch; "
                "make the batch smaller."
            )
        self.network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.normaliser.to(self.device)
        freeze(self.network, self.recipe)
        self._state = _State(
            network=self.network,
            averaged=copy.deepcopy(self.network).eval().requires_grad_(False),
            optimiser=torch.optim.SGD(
                [p for p in self.network.parameters() if p.requires_grad],
                lr=self.recipe.peak_lr,
                momentum=self.recipe.momentum,
                nesterov=self.recipe.nesterov,
                weight_decay=self.recipe.weight_decay,
            ),
        )

    @property
    def averaged(self) -> nn.Module:
        """The network with the averaged weights, in evaluation mode."""
        return self._state.averaged

    @property
    def watched(self) -> int:
        """How many images are set aside to watch the run."""
        return len(self._validation)

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs finished."""
        return tuple(self._state.epochs)

    def run(self) -> Iterator[TrainingProgress]:
        """Train until the recipe is done, from the last finished epoch on. To stop iterating is to stop.

        Raises:
            RunRefused: The loss is no longer a number, or the disk is full. The last finished epoch is kept.
        """
        kept = self.folder.load()
        if kept is not None:
            self._state.restore(kept)
        for number in range(len(self._state.epochs), self.recipe.epochs):
            yield from self._epoch(number)
            self.folder.save(self._state.kept())
            yield self._progress(number + 1.0, loss=self._state.epochs[-1].loss, pace=self._pace())

    def _epoch(self, number: int) -> Iterator[TrainingProgress]:
        began = reported = time.monotonic()
        generator = torch.Generator().manual_seed(_seed(self.recipe.seed, number))
        torch.manual_seed(_seed(self.recipe.seed, number))  # for networks that draw at random themselves
        batches = batch_rows(self._training.targets, self.recipe, generator)
        losses, hits, seen = 0.0, 0.0, 0
        for i, rows in enumerate(batches):
            done = (number + i / len(batches)) / self.recipe.epochs
            self._set_rate(done, number)
            attack = self.recipe.attack.scaled(grown(self.recipe.attack_warm_up, done=done))
            size = size_at(self.recipe.first_size, self.images.size, done=done)
            loss, hit = self._step(rows, attack, generator, size=size)
            decay = warmed_up(self.recipe.ema, steps=number * len(batches) + i)
            average(self._state.averaged, self.network, decay=decay)
            if not isfinite(loss):
                raise RunRefused(_not_a_number(number))
            losses, hits, seen = losses + loss * len(rows), hits + hit * len(rows), seen + len(rows)
            now = time.monotonic()
            if now - reported >= self.report_seconds:
                reported = now
                yield self._progress(number + (i + 1) / len(batches), loss=losses / seen, pace=seen / (now - began))
        clean, robust = self._validate()
        self._state.epochs.append(
            Epoch(number + 1, losses / seen, hits / seen, clean, robust, seconds=round(time.monotonic() - began, 1))
        )

    def _step(
        self, rows: torch.Tensor, attack: Attack, generator: torch.Generator, *, size: int
    ) -> tuple[float, float]:
        """Attack one batch, descend on its twin, and return the loss and which share of the twins is seen correctly.

        The images are shown at ``size`` px, with an attack of as much a pixel as at full size.
        """
        attack = attack.scaled(size / self.images.size)
        images = augmented(pixels_of(self._training, rows), self.recipe.augmentation, generator, size=size)
        images = images.to(self.device, memory_format=torch.channels_last)
        targets = torch.from_numpy(self._training.targets)[rows].to(self.device)
        # Running averages, as the finished guide will use, and none of them disturbed by the attack.
        self.network.eval()
        spared = int(self.recipe.unattacked * len(rows))
        twins = perturbed(self._forward, images[spared:], targets[spared:], attack=attack, generator=generator)
        images = torch.cat([images[:spared], twins]).contiguous(memory_format=torch.channels_last)
        train_mode(self.network)
        logits = self._forward(images)
        learnt = targets if self._learnt is None else self._learnt[rows].to(self.device)
        loss = F.cross_entropy(logits, learnt, label_smoothing=self.recipe.label_smoothing)
        self._state.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._state.optimiser.step()
        right = (logits.argmax(dim=1) == targets)[spared:]
        return float(loss.detach()), float(right.float().mean())

    def _forward(self, images: torch.Tensor, network: nn.Module | None = None) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bf16):
            logits: torch.Tensor = (network or self.network)(self.normaliser(images))
        return logits.float()

    def _set_rate(self, done: float, number: int) -> None:
        rate = self.recipe.peak_lr * rate_share(self.recipe.schedule, done=done, epoch=number)
        for group in self._state.optimiser.param_groups:
            group["lr"] = rate

    def _validate(self) -> tuple[float, float]:
        attack = validation_attack(self.recipe.attack)
        generator = torch.Generator().manual_seed(self.recipe.seed)
        clean = robust = 0
        for rows in torch.split(torch.arange(len(self._validation)), 125):
            images = pixels_of(self._validation, rows).to(self.device, memory_format=torch.channels_last)
            targets = torch.from_numpy(self._validation.targets)[rows].to(self.device)
            twins = perturbed(self._score, images, targets, attack=attack, generator=generator)
            with torch.no_grad():
                clean += int((self._score(images).argmax(dim=1) == targets).sum())
                robust += int((self._score(twins).argmax(dim=1) == targets).sum())
        return clean / len(self._validation), robust / len(self._validation)

    def _score(self, images: torch.Tensor) -> torch.Tensor:
        return self._forward(images, self._state.averaged)

    def _pace(self) -> float:
        return self._per_epoch() / max(self._state.epochs[-1].seconds, 1e-9)

    def _per_epoch(self) -> int:
        return min(len(self._training), self.recipe.images_per_epoch or len(self._training))

    def _progress(self, at: float, *, loss: float, pace: float) -> TrainingProgress:
        left = (self.recipe.epochs - at) * self._per_epoch() / pace
        return TrainingProgress(at / self.recipe.epochs, loss, pace, left, self.epochs)


def validation_attack(attack: Attack) -> Attack:
    """Return ``attack`` with at least four steps, of half a radius at least; none stays none."""
    if not attack.steps:
        return attack
    steps = max(attack.steps, _VALIDATION_STEPS)
    return replace(attack, steps=steps, step=max(attack.step * attack.steps / steps, attack.epsilon / 2))


def watched(count: int, wanted: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the positions of the images that watch a run, ``(N,)``: evenly spread, N at most a fifth of ``count``."""
    number = max(1, min(wanted, count // 5))
    return (np.arange(number, dtype=np.int64) * count) // number


def batch_rows(
    targets: np.ndarray[tuple[int, ...], np.dtype[np.int64]], recipe: Recipe, generator: torch.Generator
) -> list[torch.Tensor]:
    """Return the positions ``(recipe.batch,)`` of each batch of one epoch, whole batches only.

    ``targets`` ``(N,)`` are class indices. No image comes twice or, where the recipe says so, every class
    equally often.
    """
    if recipe.balanced:
        classes = torch.from_numpy(targets)
        shares = 1.0 / torch.bincount(classes).clamp_min(1).double()[classes]
        order = torch.multinomial(shares, len(targets), replacement=True, generator=generator)
    else:
        order = torch.randperm(len(targets), generator=generator)
    order = order[: recipe.images_per_epoch or None]
    whole = len(order) // recipe.batch * recipe.batch
    return list(torch.split(order[:whole], recipe.batch))


def pixels_of(images: LabelledImages, positions: torch.Tensor) -> torch.Tensor:
    """Return the images at ``positions`` as ``(N, 3, H, W)`` float32 in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(images.pixels[images.rows[positions.numpy()]]))
    return pixels.permute(0, 3, 1, 2).float() / 255


def rate_share(schedule: LearningRateSchedule, *, done: float, epoch: int) -> float:
    """Return the learning rate as a share of its peak, ``done`` of the run in [0, 1)."""
    if schedule is LearningRateSchedule.STEP:
        return float(0.1 ** (epoch // _STEP_EPOCHS))
    return max(done / _WARM_UP, 1e-3) if done < _WARM_UP else (1 - done) / (1 - _WARM_UP)


def size_at(first: int, full: int, *, done: float) -> int:
    """Return the size in pixels at which images are shown, ``done`` of the run in [0, 1).

    That is ``first``, then the multiple of 16 half-way to ``full``, then ``full``, each for a third of the run; without
    a first size, ``full`` throughout.
    """
    if not first:
        return full
    return (first, (first + full) // 32 * 16, full)[int(3 * done)]


def grown(warm_up: float, *, done: float) -> float:
    """Return how much of the attack's radius is used, in [0, 1], ``done`` of the run in [0, 1)."""
    return min(1.0, done / warm_up) if warm_up else 1.0


def freeze(network: nn.Module, recipe: Recipe) -> None:
    """Freeze what the recipe does not train: all but the last linear layer, or the first convolutions.

    Raises:
        RunRefused: The network has no such part.
    """
    network.requires_grad_(True)
    if recipe.trained is Trained.ALL:
        return
    if recipe.trained is Trained.LAST:
        linear = [m for m in network.modules() if isinstance(m, nn.Linear)]
        if not linear:
            raise RunRefused("The network has no linear layer at its end, so its last layer cannot be trained alone.")
        network.requires_grad_(False)
        linear[-1].requires_grad_(True)
        return
    convolutions = 0
    for module in network.modules():
        convolutions += isinstance(module, nn.Conv2d)
        if convolutions > recipe.frozen_convolutions:
            return
        if not any(module.children()):
            module.requires_grad_(False)
    wanted = recipe.frozen_convolutions
    raise RunRefused(f"The network has {convolutions} convolutions, so the first {wanted} cannot be frozen.")


def train_mode(network: nn.Module) -> None:
    """Switch to training mode, but leave the running averages of frozen normalisation layers alone."""
    network.train()
    for module in network.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(p.requires_grad for p in own):
            module.eval()


@torch.no_grad()
def average(averaged: nn.Module, network: nn.Module, *, decay: float) -> None:
    """Move every weight and running average of ``averaged`` towards ``network``: new = decay·old + (1 − decay)·now."""
    for old, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(now, 1 - decay)
        else:
            old.copy_(now)


def warmed_up(decay: float, *, steps: int) -> float:
    """Return the decay after ``steps`` steps: short at first, or a short run would end as its random beginning."""
    return min(decay, (1 + steps) / (10 + steps))


def advice(epochs: tuple[Epoch, ...], *, classes: int) -> tuple[str, ...]:
    """Return a sentence for each sign that the run goes wrong, none when there is no sign."""
    found = []
    if len(epochs) >= 3 and epochs[-1].loss > 0.99 * epochs[-3].loss and epochs[-1].attacked_accuracy < 1.5 / classes:
        found.append("The loss does not fall: try a learning rate ten times smaller, or larger if it was tiny.")
    if epochs:
        best = max(epochs, key=lambda e: e.robust_accuracy)
        last = epochs[-1]
        if last.robust_accuracy < best.robust_accuracy - 0.1 and last.clean_accuracy > best.clean_accuracy:
            found.append(
                "Accuracy under attack collapses while clean accuracy rises: the network has learnt to evade the "
                "attack; use more attack steps or a random start."
            )
        if last.attacked_accuracy > last.robust_accuracy + 0.25:
            found.append(
                "Training images are seen far better than those set aside: the network learns them by heart; train for "
                "fewer epochs, freeze layers or use more images."
            )
    return tuple(found)


def _seed(seed: int, epoch: int) -> int:
    return (seed * 1_000_003 + epoch) % 2**63


def _not_a_number(number: int) -> str:
    kept = f"epoch {number} is kept" if number else "nothing was kept"
    return (
        f"The loss is no longer a number in epoch {number + 1}, so the run stopped; {kept}. Start again in another "
        "folder with a learning rate three times smaller."
    )
