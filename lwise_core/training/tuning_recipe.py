"""The recipe for tuning a guide to a few hundred pictures on two cores, and how much work it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lwise_core._utils.precision import native_bf16
from lwise_core.guides.guide import REFERENCE_SIZE, Domain, best_device
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.evaluation import ATTACK_STEPS
from lwise_core.training.recipes import Augmentation, Recipe, step_for

LEAST_ATTACK_224 = 1.75
"""ε at 224 px with which guides of fine-grained and medical pictures are trained here at least; 1.0 at 128 px."""

EXPERIENCE = (
    "How many pictures your classes take, and how often the guide will be right, is not known beforehand. Of two "
    "guides that were tuned so, one named 97% of pictures of four butterflies that look alike (120 a class, which the "
    "guide that it began with had seen before), the other 73% of four diagnoses of skin (about 300 a class)."
)
"""What the product's own figures say of how many pictures it takes (docs/results.md)."""

_NAMED = 8  # classes: a card's sentences have a limit
_SMALL_BATCH_FROM = 160  # px: a batch is one turn of the slot that everybody shares
_LOOKS_A_WATCHED = 5  # four steps of the attack, and two looks without a gradient


@dataclass(frozen=True)
class TuningRecipe:
    """How a guide is tuned.

    Up to ``few`` pictures, ``folds`` guides judge, each of which leaves a part out, and the guide learns from all;
    of more, every ``held_out``-th is held out. ``attacked`` of the pictures that judge go through an attack of 20
    steps. ``any_way_up`` says that the pictures have no up.
    """

    epochs: int = 8
    batch: int = 16
    peak_lr: float = 0.02
    folds: int = 3
    few: int = 600
    held_out: int = 5
    attacked: int = 100
    watched: int = 20
    any_way_up: bool = False

    def recipe(self, *, size: int, domain: Domain) -> Recipe:
        """Return the recipe for pictures of ``size`` px: one attack step, of the size that decides whether it is fit.

        Every class is drawn equally often, and the attack grows over the first third of the run.
        """
        epsilon = round(max(domain.attack_224, LEAST_ATTACK_224) * size / REFERENCE_SIZE, 4)
        return Recipe(
            attack=Attack(Norm.L2, epsilon, steps=1, step=step_for(epsilon, 1)),
            epochs=self.epochs,
            batch=self.batch if size <= _SMALL_BATCH_FROM else self.batch // 2,
            peak_lr=self.peak_lr,
            balanced=True,
            augmentation=Augmentation.ANY_WAY_UP if self.any_way_up else Augmentation.PHOTOGRAPH,
            attack_warm_up=0.3,
            bf16=native_bf16(best_device()),
            validation=self.watched,
        )

    def in_folds(self, count: int) -> bool:
        """Return whether so many pictures are judged by folds."""
        return count <= self.few

    def to_watch(self, count: int) -> int:
        """Return how many of so many pictures only watch the training."""
        return max(1, min(self.watched, count // 5))

    def to_train(self, count: int) -> int:
        """Return how many passes training on ``count`` pictures takes.

        A pass is one picture forward and back, of which an attack's step takes one and a training step another.
        """
        watched = self.to_watch(count)
        return self.epochs * (2 * (count - watched) + _LOOKS_A_WATCHED * watched)

    def to_judge(self, count: int, *, attacked: int) -> int:
        """Return how many passes it takes to name ``count`` pictures, and ``attacked`` of them under attack."""
        return count + ATTACK_STEPS * min(attacked, count)

    def passes(self, count: int) -> int:
        """Return about how many passes it takes to tune on ``count`` pictures and to judge."""
        if not self.in_folds(count):
            judged = count // self.held_out
            return self.to_train(count - judged) + self.to_judge(judged, attacked=self.attacked)
        left_out = count // self.folds
        each = self.to_train(count - left_out) + self.to_judge(left_out, attacked=self.attacked // self.folds)
        return self.folds * each + self.to_train(count)

    def described(self, count: int) -> str:
        """Return the sentence that says how it will be judged."""
        if self.in_folds(count):
            return (
                f"{self.folds} guides are tuned besides, each without a part of the pictures, to judge by that part; "
                "the guide itself then learns from all of them."
            )
        return f"Every {self.held_out}th picture is held out to judge by, and the guide learns from the others."


def weights_on_disk(parameters: int, *, runs: int) -> int:
    """Return about how many bytes so many ``runs`` keep of a network: two sets of weights and the momentum.

    One more is written before the old one goes.
    """
    return 4 * 3 * parameters * (runs + 1)


def coverage(references: Mapping[str, int], *, enough: int) -> str:
    """Return the sentence about classes with fewer than ``enough`` references, empty where there is none."""
    few = {name: n for name, n in references.items() if n < enough}
    listed = ", ".join(f"{name} {n}" for name, n in list(few.items())[:_NAMED])
    more = f" and {len(few) - _NAMED:,} more classes" if len(few) > _NAMED else ""
    return f"Fewer than {enough} references, which a difficulty needs, have: {listed}{more}." if few else ""
