"""What the original says for a class, and how the path towards it compares with paths that should differ or agree.

The figures that the semantic light of :mod:`lwise_core.inspection.hallucination` is made of, each along the whole
path of one picture. Everything is computed with the guide itself; nothing needs another model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lwise_core.enhancement.path import EnhancementPath, NonFinite, PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel

Curve = npt.NDArray[np.float64]
"""One value a step of the path, ``(steps + 1,)``; NaN where there is nothing to compare, as at step 0."""

TOP_SHARE = 0.2
"""The share of pixels with the most evidence that a perturbation is expected to lie on."""
MOST_OTHERS = 15
RIVALS = 4
SENSITIVITY_NOISE = 2 / 255
SHIFT = 1 / 16
"""Of the side: how far one of the copies is moved."""
_COPIES = 4
_SMOOTHING = 0.05
_BATCH = 16
_SEED = 0


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was found about one path.

    ``support`` ``(H, W)``: how strongly the class's logit depends on each pixel of the original, summing to 1.
    ``mass``: the share of the perturbation on the ``TOP_SHARE`` of pixels with the most support; ``mass_of_others``
    ``(K, steps + 1)`` the same share on the support of other classes, its null. ``specificity``: 1 less the mean cosine
    with the perturbations towards other classes, 0 when every class gets the same. ``stability``: the mean cosine of
    perturbations that were found from slightly different copies of the picture (noise of 2 grey levels, mirrored,
    moved), laid back upon each other; 1 when all agree.
    """

    support: npt.NDArray[np.float32]
    mass: Curve
    mass_of_others: Curve
    specificity: Curve
    stability: Curve


@dataclass(frozen=True)
class Gathering:
    """How far the work is, in [0, 1], and what was found, None until the end."""

    done: float
    evidence: Evidence | None = None


def gather(path: EnhancementPath, *, walker: Walker | None = None) -> Iterator[Gathering]:
    """Find the evidence about the ``path`` of one picture, a little at a time; stop iterating to cancel.

    ``walker`` walks the paths that this one is compared with; None: the guide itself.

    Costs a walk of eight pictures beside the path itself, and the gradients of ``MOST_OTHERS`` + 1 classes.

    Raises:
        ValueError: The path is of several pictures.
        NonFinite: The guide returned NaN or infinity.
    """
    if len(path.request.targets) != 1:
        raise ValueError("Evidence is gathered for one picture at a time.")
    others = _other_classes(path)
    classes = (int(path.request.targets[0]), *others)
    work = len(classes) + len(path.frames)
    done = 0
    supports: list[torch.Tensor] = []
    for support in _supports(path.guide, path.request.images[0], classes):
        supports.append(support)
        done += 1
        yield Gathering(done / work)
    changes = _changes(path)
    specificity, stability = [], []
    for to_rivals, to_copies in _similarities(path, others[:RIVALS], walker or Walker(path.guide)):
        specificity.append(1 - to_rivals)
        stability.append(to_copies)
        done += 1
        yield Gathering(done / work)
    masses = np.stack([_mass(changes, support) for support in supports])
    yield Gathering(
        1.0,
        Evidence(
            support=supports[0].numpy(),
            mass=masses[0],
            mass_of_others=masses[1:],
            specificity=np.array(specificity),
            stability=np.array(stability),
        ),
    )


def support_of(guide: GuideModel, image: torch.Tensor, *, target: int) -> torch.Tensor:
    """Return how strongly the logit of ``target`` depends on each pixel of ``image`` ``(3, H, W)``.

    The length of the gradient over the channels, averaged over noisy copies (SmoothGrad, Smilkov et al. 2017; noise of
    5% of the range, seeded); ``(H, W)`` float32 on the CPU, summing to 1. Even where the logit does not depend on the
    picture at all.
    """
    return next(_supports(guide, image, (target,)))


def _supports(guide: GuideModel, image: torch.Tensor, targets: Sequence[int]) -> Iterator[torch.Tensor]:
    """Yield the support of each of ``targets``; the noisy copies go forwards once for all of them."""
    generator = torch.Generator().manual_seed(_SEED)
    noise = torch.randn(_COPIES, *image.shape, generator=generator) * _SMOOTHING
    copies = (image + noise).clamp(0, 1).to(guide.device).requires_grad_(True)
    logits = guide.logits(copies).sum(dim=0)
    for target in targets:
        (gradient,) = torch.autograd.grad(logits[target], copies, retain_graph=target != targets[-1])
        yield _spread(gradient)


def _spread(gradient: torch.Tensor) -> torch.Tensor:
    """Return the mean length of ``gradient`` ``(N, 3, H, W)`` over the channels, summing to 1; even where all is 0."""
    support = torch.linalg.vector_norm(gradient, dim=1).mean(dim=0).cpu()
    if not bool(torch.isfinite(support).all()):
        raise NonFinite("The guide's gradient is not a number for this picture, so its evidence cannot be found.")
    total = support.sum()
    even = torch.full_like(support, 1 / support.numel())
    return support / total if total > 0 else even


def top_of(support: torch.Tensor, *, share: float = TOP_SHARE) -> torch.Tensor:
    """Return the ``share`` of pixels with the most of ``support`` ``(H, W)``, as a mask; one pixel at least."""
    count = max(1, round(share * support.numel()))
    mask = torch.zeros(support.numel(), dtype=torch.bool)
    mask[support.flatten().topk(count).indices] = True
    return mask.view_as(support)


def _mass(changes: torch.Tensor, support: torch.Tensor) -> Curve:
    """Return the share of each change ``(T, 3, H, W)`` on the top of ``support``, by its length over the channels."""
    lengths = torch.linalg.vector_norm(changes, dim=1)
    totals = lengths.sum(dim=(1, 2))
    inside = (lengths * top_of(support)).sum(dim=(1, 2))
    share: Curve = torch.where(totals > 0, inside / totals, torch.nan).double().numpy()
    return share


def _changes(path: EnhancementPath) -> torch.Tensor:
    """Return the perturbation after every step, ``(T, 3, H, W)``."""
    original = path.frames[0].images[0]
    return torch.stack([frame.images[0] - original for frame in path.frames]).cpu()


def _other_classes(path: EnhancementPath) -> tuple[int, ...]:
    """Return at most ``MOST_OTHERS`` other classes, in an order drawn once for each class."""
    target = int(path.request.targets[0])
    others = [i for i in range(len(path.guide.classes)) if i != target]
    order = np.random.default_rng((_SEED, target)).permutation(len(others))
    return tuple(others[int(i)] for i in order[:MOST_OTHERS])


def _similarities(path: EnhancementPath, rivals: Sequence[int], walker: Walker) -> Iterator[tuple[float, float]]:
    """Yield, step by step, two mean cosines: of the perturbation with those towards ``rivals``, and among copies.

    The second is of all pairs of the perturbation and those of the picture's copies, laid back. The walks towards the
    rivals and from the copies are one walk, since a step of eight pictures is cheaper than two of four.
    """
    image = path.request.images
    copies = _Copies.of(image[0])
    count = len(rivals)
    starts = torch.cat([image.expand(count, -1, -1, -1), copies.images])
    targets = torch.cat([torch.tensor(rivals, dtype=torch.long), path.request.targets.expand(len(copies.images))])
    within = path.request.within
    if within is not None:
        within = torch.cat([within.expand(count, -1, -1, -1), copies.where(within)])
    request = PathRequest(starts, targets, path.request.objective, within)
    original = path.frames[0].images.cpu()
    walked = walker.ascend(request, step=path.step, steps=len(path.frames) - 1)
    for own, others in zip(path.frames, walked, strict=True):
        change, theirs = own.images.cpu() - original, others.images.cpu() - starts
        to_rivals = _mean_cosine(change.flatten(1), theirs[:count].flatten(1))
        laid = torch.cat([change, copies.laid_back(theirs[count:])])
        inside = laid[..., copies.margin : -copies.margin, copies.margin : -copies.margin].flatten(1)
        yield to_rivals, _mean_pairwise(inside)


@dataclass(frozen=True, eq=False)
class _Copies:
    """Four slightly different copies of a picture: two with noise, one mirrored, one moved by ``margin`` pixels."""

    images: torch.Tensor
    margin: int

    @classmethod
    def of(cls, image: torch.Tensor) -> _Copies:
        generator = torch.Generator().manual_seed(_SEED)
        noise = torch.randn(2, *image.shape, generator=generator) * SENSITIVITY_NOISE
        margin = max(1, round(SHIFT * image.shape[-1]))
        noisy = (image + noise).clamp(0, 1)
        return cls(torch.cat([noisy, image.flip(-1)[None], _moved(image[None], margin=margin)]), margin)

    def where(self, within: torch.Tensor) -> torch.Tensor:
        """Return pixels ``(1, 1, H, W)`` of the picture where they are in each copy, ``(4, 1, H, W)``."""
        moved = _moved(within.float(), margin=self.margin).bool()
        return torch.cat([within, within, within.flip(-1), moved])

    def laid_back(self, changes: torch.Tensor) -> torch.Tensor:
        """Return changes of the copies where they belong in the original; the moved one's last rows are not known."""
        back = changes[3].roll((-self.margin, -self.margin), dims=(-2, -1))
        return torch.stack([changes[0], changes[1], changes[2].flip(-1), back])


def _moved(images: torch.Tensor, *, margin: int) -> torch.Tensor:
    """Return ``images`` moved down and right by ``margin`` pixels, mirrored where they came from."""
    return torch.nn.functional.pad(images, (margin, 0, margin, 0), mode="reflect")[..., :-margin, :-margin]


def _mean_cosine(one: torch.Tensor, others: torch.Tensor) -> float:
    """Return the mean cosine of ``one`` ``(1, D)`` with ``others`` ``(K, D)``, NaN where a length is zero."""
    if not len(others) or not one.any() or not others.any(dim=1).all():
        return float("nan")
    return float(torch.nn.functional.cosine_similarity(one.double(), others.double()).mean())


def _mean_pairwise(rows: torch.Tensor) -> float:
    """Return the mean cosine of all pairs of ``rows`` ``(K, D)``, NaN where a length is zero."""
    if not rows.any(dim=1).all():
        return float("nan")
    units = torch.nn.functional.normalize(rows.double(), dim=1)
    cosines = units @ units.T
    k = len(rows)
    return float((cosines.sum() - cosines.diagonal().sum()) / (k * (k - 1)))
