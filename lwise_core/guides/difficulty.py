"""How hard a picture is: the guide's ground-truth logit, and where it stands among held-out pictures of its class.

The lower the robust ground-truth logit, the more people err (L-WISE, section 2 of the method notes). A logit alone says
little, so it is put beside reference images that the guide was never trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lwise_core._utils.counting import counted
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY, Percentile


@dataclass(frozen=True)
class Difficulty:
    """What the guide says of one picture and its ground-truth class, ``class_name``. Printed, it is a sentence.

    ``logit`` is the raw ground-truth logit (no unit, higher is easier), ``log_probability`` its log-softmax (nats),
    ``rank`` 1 when the ground truth is the guide's first choice. ``percentile`` is None below 30 references, whose
    number is ``references``. ``calibrated`` says on whose pictures they were measured, where they are not the card's.
    ``novelty`` says whether the picture is unlike everything that the guide learnt, so that its difficulty may mean
    nothing.
    """

    logit: float
    log_probability: float
    rank: int
    references: int
    percentile: Percentile | None
    class_name: str
    calibrated: str = ""
    novelty: Novelty = NOT_JUDGED

    @property
    def probability(self) -> float:
        """Softmax probability of the ground truth, in [0, 1]."""
        return float(np.exp(self.log_probability))

    @property
    def seen(self) -> bool:
        """Whether the guide itself takes the picture for its ground-truth class."""
        return self.rank == 1

    def __str__(self) -> str:
        """Where the picture stands among the references of its class; before it, that it is flagged, where it is."""
        return self.novelty.around(standing(self, class_name=self.class_name))


def standing(difficulty: Difficulty, *, class_name: str) -> str:
    """Return the sentence that puts a difficulty beside its references, or says why there is none."""
    place = difficulty.percentile
    where = f", {difficulty.calibrated}" if difficulty.calibrated else ""
    if place is None:
        there = counted(difficulty.references, "reference") if difficulty.references else "no references"
        return (
            f"The guide has {there} of {class_name} (pictures that it had not learnt{where}); below "
            f"{ENOUGH_FOR_DIFFICULTY} there is no percentile."
        )
    return (
        f"Harder than {place.share:.0%} of the guide's {place.n} references of {class_name} "
        f"(95% interval {place.low:.0%} to {place.high:.0%}{where})."
    )


def beside_references(difficulty: Difficulty, *, class_name: str) -> str:
    """Return the sentence of :func:`standing`; empty where the picture is unlike all that it would be put beside."""
    return "" if difficulty.novelty.flagged else standing(difficulty, class_name=class_name)


def plainly(difficulty: Difficulty, *, class_name: str) -> str:
    """Return one plain sentence about what the difficulty means for people, or why nothing can be said of that."""
    return _unsayable(difficulty, class_name=class_name) or (
        f"Of pictures of the class {class_name}, expect this one to be {_how_hard(difficulty)} for people to recognise."
    )


def plainly_of_a_guess(difficulty: Difficulty, *, class_name: str) -> str:
    """Return the sentence of :func:`plainly` where only the guide named the class: it holds if its guess is right."""
    return _unsayable(difficulty, class_name=class_name) or (
        f"If this is of the class {class_name} (the guide's guess), expect it to be {_how_hard(difficulty)} for people "
        "to recognise."
    )


def _unsayable(difficulty: Difficulty, *, class_name: str) -> str:
    """Return why nothing can be said of how hard it is for people; empty where something can."""
    if difficulty.novelty.flagged:
        return "It is unlike what the guide learnt, so nothing can be said of how hard it is for people."
    if difficulty.percentile is None:
        return f"The guide has too few pictures of {class_name} to compare with, so how hard it is cannot be said."
    return ""


def _how_hard(difficulty: Difficulty) -> str:
    share = 0.0 if difficulty.percentile is None else difficulty.percentile.share
    return next(word for bound, word in _IN_WORDS if share >= bound)


_IN_WORDS = (
    (0.9, "among the hardest"),
    (0.65, "harder than most"),
    (0.35, "about as hard as others"),
    (0.1, "easier than most"),
    (0.0, "among the easiest"),
)


@dataclass(frozen=True)
class SaidOfClass:
    """What logits say of one class, the ``target``: its logit, its log-softmax (nats), its place among the classes."""

    target: int
    logit: float
    log_probability: float
    rank: int


def said_of_all(logits: torch.Tensor, *, targets: torch.Tensor) -> list[SaidOfClass]:
    """Return what ``logits`` ``(N, C)`` say of each picture's own class, ``targets`` ``(N,)``."""
    own = logits.gather(1, targets[:, None])
    log_probabilities = logits.log_softmax(dim=1).gather(1, targets[:, None])
    ranks = (logits > own).sum(dim=1) + 1
    columns = (targets, own.flatten(), log_probabilities.flatten(), ranks)
    return [SaidOfClass(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def difficulty_of(guide: GuideModel, logits: torch.Tensor, *, target: int, novelty: Novelty = NOT_JUDGED) -> Difficulty:
    """Return the difficulty of one picture from its ``logits`` ``(C,)`` and its ground-truth class ``target``.

    ``novelty`` is what :func:`~lwise_core.guides.looking.look` says of the same picture.
    """
    name, logit = guide.classes[target], float(logits[target])
    return Difficulty(
        logit=logit,
        log_probability=float(logits.log_softmax(dim=0)[target]),
        rank=int((logits > logits[target]).sum()) + 1,
        references=guide.references.count(name),
        percentile=guide.references.standing(logit, class_name=name),
        class_name=name,
        calibrated=guide.references.calibrated.get(name, ""),
        novelty=novelty,
    )


def score(guide: GuideModel, image: torch.Tensor) -> torch.Tensor:
    """Return the logits ``(C,)`` of one ``image`` ``(3, H, W)`` in [0, 1], without gradient, on the CPU."""
    with torch.no_grad():
        return guide.logits(image[None].to(guide.device))[0].cpu()


def top_classes(guide: GuideModel, logits: torch.Tensor, *, count: int) -> dict[str, float]:
    """Return the ``count`` most probable classes of ``logits`` ``(C,)``, name → probability in [0, 1], falling."""
    probabilities, order = logits.softmax(dim=0).topk(min(count, len(guide.classes)))
    return {guide.classes[i]: p for i, p in zip(order.tolist(), probabilities.tolist(), strict=True)}


def class_probability(guide: GuideModel, logits: torch.Tensor, name: str) -> float:
    """Return the softmax probability, in [0, 1], of the class called ``name`` for ``logits`` ``(C,)``.

    Raises:
        UnknownClass: The guide has no such class.
    """
    return float(logits.softmax(dim=0)[guide.class_index(name)])
