"""One picture inspected: the lights along its path, maps before and after, and what other guides say.

Everything is an iterator that yields what is known so far, so that a page can show it as it comes and stop it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import torch

from lwise_core._utils.class_names import has_class
from lwise_core.enhancement.path import EnhancementPath, steps_for
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import GREY, Attribution, AttributionMethod, attribute
from lwise_core.inspection.evidence import Evidence, gather, top_of
from lwise_core.inspection.evidence_ledger import EvidenceLedger, ledger_of
from lwise_core.inspection.hallucination import Judge, resized, transfer_of
from lwise_core.inspection.indicators import Risk
from lwise_core.inspection.perturbation import Perturbation
from lwise_core.inspection.sanity_checks import (
    REMOVALS,
    Faithfulness,
    Randomised,
    Removal,
    agreement,
    randomised,
    rank_correlation,
    survival,
)

_GATHERING = 0.8  # of the time that the lights take


@dataclass(frozen=True, eq=False)
class Findings:
    """The lights of one path as far as they are known: ``done`` in [0, 1], and ``risks`` from the original on.

    ``ledger`` says where the gain arose, None where the guide cannot tell.
    """

    path: EnhancementPath
    done: float
    evidence: Evidence | None = None
    risks: tuple[Risk, ...] = ()
    ledger: EvidenceLedger | None = None

    @property
    def complete(self) -> bool:
        """Whether the lights of every step are known."""
        return len(self.risks) == len(self.path.frames)

    def at(self, epsilon: float) -> Risk:
        """Return both lights of the result for ``epsilon``, or where the path ends before it.

        While some are not known yet, those of the nearest step before it.
        """
        return self.risks[min(steps_for(epsilon, step=self.path.step), len(self.risks) - 1)]


def examine(
    path: EnhancementPath, *, other: GuideModel | None = None, walker: Walker | None = None, stated: str | None = None
) -> Iterator[Findings]:
    """Yield the lights of a finished ``path``; ``other`` is a guide of its own that says whether the gain transfers.

    ``stated`` is what the picture is said to show, “something else” where that is none of the guide's classes: a change
    towards anything else is flagged. None where nobody said it.

    ``walker`` walks the paths that this one is compared with; None: the guide itself.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    evidence = None
    for gathered in gather(path, walker=walker):
        evidence = gathered.evidence
        yield Findings(path, _GATHERING * gathered.done)
    assert evidence is not None  # noqa: S101  the last thing gathered
    ledger = ledger_of(path)
    judge = Judge(path, evidence, transfer_of(path, other) if other is not None else None, ledger, stated)
    risks: tuple[Risk, ...] = ()
    for risk in judge.along():
        risks = (*risks, risk)
        yield Findings(path, _GATHERING + (1 - _GATHERING) * len(risks) / len(path.frames), evidence, risks, ledger)


def lights_at(path: EnhancementPath, *, step: int, stated: str | None = None) -> Risk:
    """Return both lights after ``step`` steps of ``path``, by what counts alone; the path may still be walked.

    They are those that :func:`examine_counted` finds there, from two pictures instead of all of them: the original and
    that iterate. ``stated`` is as there.

    Raises:
        IndexError: The path has not come so far.
    """
    leaps = max(step, 1)
    frames = (path.frames[0], path.frames[leaps]) if len(path.frames) > 1 else path.frames
    leap = replace(path, step=leaps * path.step, frames=frames)
    judge = Judge(leap, ledger=ledger_of(leap), stated=stated)
    return replace(judge.at(1 if step else 0), step=step)


def examine_counted(
    path: EnhancementPath, *, stated: str | None = None, closer: Perturbation | None = None
) -> Iterator[Findings]:
    """Yield the lights of a finished ``path`` from what counts alone, one step more each time.

    The further indicators of :func:`examine`, which are shown and not counted, are left out: they cost a walk of eight
    pictures. ``stated`` is as there; ``closer`` as :class:`~lwise_core.inspection.hallucination.Judge` has it.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    judge = Judge(path, ledger=ledger_of(path), stated=stated, closer=closer)
    yield Findings(path, 0.0, ledger=judge.ledger)
    risks: tuple[Risk, ...] = ()
    for risk in judge.along():
        risks = (*risks, risk)
        yield Findings(path, len(risks) / len(path.frames), None, risks, judge.ledger)


def paint_others(
    path: EnhancementPath,
    *,
    towards: Sequence[int],
    steps: int,
    stated: str | None = None,
    walker: Walker | None = None,
) -> Iterator[tuple[Judge, ...]]:
    """Walk from the same original towards each of the classes ``towards``; yield who judges each finished path so far.

    ``steps`` says how far: what lies beyond the ε that is looked at would be as much work again for each of its steps.
    The judges know what counts alone. ``stated`` is what the picture is said to show; None: nobody said, and it is held
    against what the guide takes the original for. ``walker`` walks; None: the guide itself. All walk together, in one
    batch: a value a step, and one for each class.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    shown, guessed = stated or path.first_choice(), stated is None
    judges: tuple[Judge, ...] = ()
    together = path
    for grown in (walker or Walker(path.guide)).walk_to(path.request.towards(towards), steps=steps):
        together = grown
        yield judges
    for other in together.one_by_one():
        judges = (*judges, Judge(other, ledger=ledger_of(other), stated=shown, guessed=guessed))
        yield judges


def perturbation_at(path: EnhancementPath, *, epsilon: float) -> Perturbation:
    """Return the change that the result for ``epsilon`` makes, as the guide sees it."""
    return Perturbation.of(path.at(epsilon).change)


@dataclass(frozen=True, eq=False)
class MapPair:
    """One method's maps of the original and of the enhanced picture, and what they are worth.

    ``drift`` is the Spearman correlation of the two maps, None where one of them has no order. ``faithful`` and
    ``random_weights`` are about the map of the original. ``overlap`` is the share of the change, by its length over the
    channels, on the fifth of the pixels with that map's largest values, of either sign; None without a change or an
    order.
    """

    before: Attribution
    after: Attribution
    drift: float | None
    faithful: Faithfulness | None
    random_weights: Randomised
    overlap: float | None = None

    @property
    def method(self) -> AttributionMethod:
        """The method of both."""
        return self.before.method

    @property
    def difference(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """The later map less the earlier one, ``(H, W)``."""
        return self.after.values - self.before.values


STAGES = 4
"""Steps of work for each method: both maps, how the guide follows the first, and the map under new weights."""


@dataclass(frozen=True)
class Question:
    """Which maps are wanted: of which ``target`` class, and by which ``methods``; ``layer`` for Grad-CAM."""

    target: int
    methods: tuple[AttributionMethod, ...]
    layer: str | None = None


_CHECKS = 2 * (REMOVALS - 1) / 2  # forwards only


def gradients_for(method: AttributionMethod) -> float:
    """Return about how many gradients of one picture a method's pair of maps costs, its checks included.

    Integrated Gradients may take more steps than the fewest, where they are not complete.
    """
    return 3 * method.cost + _CHECKS


def seconds_a_gradient(guide: GuideModel) -> float:
    """Return how long one gradient of one picture takes now: what estimates are made of. Computes two."""
    image = torch.full((1, 3, guide.input_size, guide.input_size), GREY, device=guide.device, requires_grad=True)
    for _ in range(2):  # the first finds everything cold
        began = perf_counter()
        torch.autograd.grad(guide.logits(image)[:, 0].sum(), image)
    return perf_counter() - began


def map_pairs(
    guide: GuideModel, original: torch.Tensor, changed: torch.Tensor, question: Question
) -> Iterator[tuple[MapPair, ...]]:
    """Yield the maps of ``original`` and ``changed`` ``(3, H, W)`` so far: none, then :data:`STAGES` times a method.

    The last of a method's values holds its pair; before, there is only more done.

    Raises:
        Unavailable: A method does not exist on this guide.
        NonFinite: The guide returned NaN or infinity.
    """
    pairs: tuple[MapPair, ...] = ()
    yield pairs
    removal, forgetful = Removal(guide, original, question.target), randomised(guide)
    for method in question.methods:
        before = attribute(guide, original, target=question.target, method=method, layer=question.layer)
        yield pairs
        after = attribute(guide, changed, target=question.target, method=method, layer=question.layer)
        yield pairs
        faithful = removal.of(before.values)
        yield pairs
        drift = rank_correlation(before.values, after.values)
        overlap = _overlap(before, original, changed)
        pairs = (*pairs, MapPair(before, after, drift, faithful, survival(before, original, among=forgetful), overlap))
        yield pairs


def _overlap(before: Attribution, original: torch.Tensor, changed: torch.Tensor) -> float | None:
    """Return the share of the change on the top of a map of the original, None without a change or an order."""
    values = torch.from_numpy(before.values).abs()
    lengths = torch.linalg.vector_norm((changed - original).cpu(), dim=0)
    total = float(lengths.sum())
    return float(lengths[top_of(values)].sum()) / total if total and values.min() < values.max() else None


def maps_at(path: EnhancementPath, question: Question, *, epsilon: float) -> Iterator[tuple[MapPair, ...]]:
    """Yield the maps of the original and of the result for ``epsilon``, one method more each time."""
    yield from map_pairs(path.guide, path.frames[0].images[0], path.at(epsilon).images[0], question)


def agreement_of(pairs: Sequence[MapPair]) -> tuple[tuple[float | None, ...], ...]:
    """Return how alike the methods rank the original's pixels: Spearman's ρ of every two, None without an order."""
    return agreement([pair.before.values for pair in pairs])


@dataclass(frozen=True)
class Opinion:
    """What one guide says of the original and of the enhanced picture.

    First choices by its own names, with their probabilities; ``logits`` before and after for the class enhanced
    towards, None where it has no such class.
    """

    guide: str
    before: tuple[str, float]
    after: tuple[str, float]
    logits: tuple[float, float] | None


def opinion_of(guide: GuideModel, original: torch.Tensor, changed: torch.Tensor, *, class_name: str) -> Opinion:
    """Return what ``guide`` says of ``original`` and ``changed`` ``(3, H, W)``, resized to what it takes."""
    logits = [score(guide, image) for image in resized(torch.stack([original, changed]), size=guide.input_size)]
    before, after = (_first_choice(guide, one) for one in logits)
    known = class_name if has_class(guide.classes, class_name) else None
    pair = None if known is None else [float(one[guide.class_index(known)]) for one in logits]
    return Opinion(guide.name, before, after, None if pair is None else (pair[0], pair[1]))


def opinion_at(path: EnhancementPath, guide: GuideModel, *, epsilon: float, class_name: str) -> Opinion:
    """Return what ``guide`` says of the original and of the result for ``epsilon``."""
    return opinion_of(guide, path.frames[0].images[0], path.at(epsilon).images[0], class_name=class_name)


def _first_choice(guide: GuideModel, logits: torch.Tensor) -> tuple[str, float]:
    probability, index = logits.softmax(dim=0).max(dim=0)
    return guide.classes[int(index)], float(probability)
