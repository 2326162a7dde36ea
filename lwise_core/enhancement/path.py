"""One path, every ε: normalised gradient ascent on what the guide sees (L-WISE, section 1.2 of the method notes).

The official method takes gradient steps of length s inside an L2 ball and uses n = 2ε steps of 0.5. Its path is never
longer than ε, so the result for a small ε is a prefix of the path for a large one. The path is therefore walked once,
and every position of the slider reads its own prefix.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from lwise_core._utils.arrays import FloatImage
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.objectives import GroundTruthLogit, Objective
from lwise_core.guides.guide import EpsilonOutOfRange, GuideModel

_OFFICIAL = GroundTruthLogit()
_TINY = 1e-10  # the official guard against a zero gradient (robustness library, L2Step)


class NonFinite(LWiseError):
    """The guide returned NaN or infinity; nothing that follows from it would mean anything."""


@dataclass(frozen=True)
class Frame:
    """One iterate of the path for N images, with what the guide says about it.

    ``unclamped`` ``(N, 3, H, W)`` is the iterate before it is clamped to [0, 1]: what the off-grid rule projects.
    ``logits`` ``(N, C)`` and ``losses`` ``(N,)`` belong to the clamped iterate. All float32.
    """

    step: int
    unclamped: torch.Tensor
    logits: torch.Tensor
    losses: torch.Tensor

    @property
    def images(self) -> torch.Tensor:
        """The iterate itself, ``(N, 3, H, W)`` in [0, 1]."""
        return self.unclamped.clamp(0, 1)


@dataclass(frozen=True, eq=False)
class Change:
    """One image at the guide's size before and after: ``original`` and ``changed`` ``(3, H, W)`` in [0, 1]."""

    original: FloatImage
    changed: FloatImage

    @classmethod
    def of(cls, original: torch.Tensor, changed: torch.Tensor) -> Change:
        """Return the change from one tensor ``(3, H, W)`` to another, on any device."""
        return cls(original.cpu().numpy(), changed.cpu().numpy())

    @property
    def difference(self) -> FloatImage:
        """x′ − x, ``(3, H, W)``."""
        difference: FloatImage = self.changed - self.original
        return difference


@dataclass(frozen=True)
class Enhancement:
    """The result for one ε and N images: the best iterate up to ε, the original included.

    ``epsilon`` is the budget asked, ``spent`` ``(N,)`` the L2 norm really used (which may be less: curved path, box
    clamp, best iterate). ``originals`` and ``images`` ``(N, 3, H, W)`` in [0, 1], ``logits`` ``(N, C)``, ``losses``
    ``(N,)``.
    """

    epsilon: float
    originals: torch.Tensor
    images: torch.Tensor
    logits: torch.Tensor
    losses: torch.Tensor
    spent: torch.Tensor

    @property
    def change(self) -> Change:
        """The change of the first image."""
        return Change.of(self.originals[0], self.images[0])


@dataclass(frozen=True)
class PathRequest:
    """What a path is computed for: the N images, their classes, the objective, and where the images may change.

    ``within`` ``(N, 1, H, W)`` bool: the pixels that may; the others stay as they are, bit for bit. None means all.
    """

    images: torch.Tensor
    targets: torch.Tensor
    objective: Objective = _OFFICIAL
    within: torch.Tensor | None = None

    @classmethod
    def single(
        cls, image: torch.Tensor, *, target: int, objective: Objective, within: torch.Tensor | None = None
    ) -> PathRequest:
        """Return the request for one ``image`` ``(3, H, W)``, a class index, and pixels ``within`` ``(H, W)``."""
        return cls(image[None], torch.tensor([target]), objective, None if within is None else within[None, None])

    def towards(self, targets: Sequence[int]) -> PathRequest:
        """Return the request for the first image towards each of ``targets``, all in one batch."""
        count = len(targets)
        within = None if self.within is None else self.within[:1].expand(count, -1, -1, -1)
        images = self.images[:1].expand(count, -1, -1, -1)
        return replace(self, images=images, targets=torch.tensor(list(targets)), within=within)

    def only(self, image: int) -> PathRequest:
        """Return the request for one of the images alone."""
        one = slice(image, image + 1)
        within = None if self.within is None else self.within[one]
        return replace(self, images=self.images[one], targets=self.targets[one], within=within)


def ascend(guide: GuideModel, request: PathRequest, *, step: float, steps: int) -> Iterator[Frame]:
    """Yield the ``steps + 1`` iterates of the path, the original first; stop iterating to cancel.

    Every iterate costs one forward and, but for the last, one backward pass. No projection is needed on the way: after
    t steps of length ``step`` the iterate is at most t·``step`` from the original (lwise-method 1.2, prefix property).
    Each image's gradient is normalised on its own, so a batch gives what its images give one by one. Where the request
    restricts the change to some pixels, the gradient of the others is dropped before that: all of ε is spent inside.

    Raises:
        NonFinite: The guide returned NaN or infinity.
    """
    unclamped = request.images.to(guide.device)
    within = None if request.within is None else request.within.to(guide.device)
    targets = request.targets.to(guide.device)
    for t in range(steps + 1):
        current = unclamped.clamp(0, 1)
        if t == steps:
            with torch.no_grad():
                logits, losses = _score(guide, current, targets, request.objective)
            yield Frame(t, unclamped, logits, losses)
            return
        current.requires_grad_(True)
        logits, losses = _score(guide, current, targets, request.objective)
        (gradient,) = torch.autograd.grad(losses.sum(), current)
        yield Frame(t, unclamped, logits.detach(), losses.detach())
        if within is not None:
            gradient = gradient * within
        unclamped = current.detach() - step * _normalised(gradient)


def _score(
    guide: GuideModel, images: torch.Tensor, targets: torch.Tensor, objective: Objective
) -> tuple[torch.Tensor, torch.Tensor]:
    logits = guide.logits(images)
    losses = objective.losses(logits, targets)
    if not bool(torch.isfinite(logits).all()):
        raise NonFinite("The guide returned a value that is not a number for this picture, so nothing can be computed.")
    return logits, losses


def _normalised(gradient: torch.Tensor) -> torch.Tensor:
    norms = _norms(gradient)
    if not bool(torch.isfinite(norms).all()):
        raise NonFinite("The guide's gradient is not a number for this picture, so no path can be computed.")
    unit: torch.Tensor = gradient / (norms + _TINY)
    return unit


def _norms(images: torch.Tensor) -> torch.Tensor:
    """Return the L2 norm of each image of ``(N, 3, H, W)``, shaped ``(N, 1, 1, 1)``."""
    norms: torch.Tensor = torch.linalg.vector_norm(images, dim=(1, 2, 3), keepdim=True)
    return norms


def best_so_far(losses: torch.Tensor) -> torch.Tensor:
    """Return for ``losses`` ``(T, N)`` the index of the smallest up to each of the T rows, the first of equals.

    So only a strictly better iterate replaces an earlier one, as in the official implementation.
    """
    smallest = losses.cummin(dim=0).values
    improves = torch.zeros_like(losses, dtype=torch.bool)
    improves[1:] = losses[1:] < smallest[:-1]
    rows = torch.arange(len(losses), device=losses.device)[:, None]
    best: torch.Tensor = torch.where(improves, rows, 0).cummax(dim=0).values
    return best


def project(unclamped: torch.Tensor, *, originals: torch.Tensor, epsilon: float) -> torch.Tensor:
    """Return ``unclamped`` ``(N, 3, H, W)`` pulled back into the L2 ball of ``epsilon``, then clamped to [0, 1].

    Points inside the ball stay where they are.
    """
    delta = unclamped - originals
    shares = (epsilon / _norms(delta).clamp_min(max(epsilon, _TINY))).clamp(max=1)
    return (originals + delta * shares).clamp(0, 1)


def steps_for(epsilon: float, *, step: float) -> int:
    """Return the number of steps that the official rule takes for ``epsilon``: max(1, round(ε/s)), and 0 for ε = 0.

    Raises:
        EpsilonOutOfRange: ``epsilon`` is negative or not a number.
    """
    if not epsilon >= 0:
        raise EpsilonOutOfRange(f"ε must be 0 or more, not {epsilon:g}.")
    return 0 if epsilon == 0 else max(1, round(epsilon / step))


@dataclass(frozen=True)
class EnhancementPath:
    """The frames of one walk, from which every ε up to the end is read.

    May hold fewer frames than planned when the walk was stopped; ``reach`` then says how far it goes. The first
    ``scored`` frames carry the guide's own logits; those after them come from its fast twin and are provisional. None
    means all. ``precision`` is the arithmetic that found the frames.
    """

    guide: GuideModel
    request: PathRequest
    step: float
    frames: tuple[Frame, ...]
    scored: int | None = None
    precision: str = "float32"

    @property
    def provisional(self) -> bool:
        """Whether some logits still come from the fast twin."""
        return self.scored is not None and self.scored < len(self.frames)

    @property
    def reach(self) -> float:
        """Largest ε that these frames serve."""
        return (len(self.frames) - 1) * self.step

    @property
    def size(self) -> int:
        """Bytes that the frames take: 12·H·W for each image and frame, 25 MB for 41 frames of 224 px."""
        return sum(frame.unclamped.nbytes for frame in self.frames)

    def at(self, epsilon: float) -> Enhancement:
        """Return the official result for ``epsilon``.

        On the grid of steps it is read from the frames; between grid points the last, unclamped iterate is projected
        onto the ball, clamped and scored again, and the best is chosen then.

        Raises:
            EpsilonOutOfRange: ``epsilon`` is negative or beyond the reach of this path.
        """
        last = steps_for(epsilon, step=self.step)
        if last >= len(self.frames):
            raise EpsilonOutOfRange(f"ε = {epsilon:g} is beyond {self.reach:g}, the reach of this path.")
        frames = self.frames[: last + 1]
        if last * self.step > epsilon * (1 + 1e-9):
            frames = (*frames[:-1], self._projected(frames[-1], epsilon))
        return self._best(epsilon, frames)

    def change(self, step: int) -> Change:
        """Return the change of the first image by the iterate after ``step`` steps, whether it is the best or not."""
        return Change.of(self.frames[0].images[0], self.frames[step].images[0])

    def one_by_one(self) -> Iterator[EnhancementPath]:
        """Yield the path of each image alone."""
        for i in range(len(self.request.targets)):
            one = slice(i, i + 1)
            frames = tuple(Frame(f.step, f.unclamped[one], f.logits[one], f.losses[one]) for f in self.frames)
            yield replace(self, request=self.request.only(i), frames=frames)

    def best_steps(self) -> tuple[int, ...]:
        """Return, for each position of the slider, the step of the iterate that the first image shows there."""
        losses = torch.stack([frame.losses[:1] for frame in self.frames])
        return tuple(best_so_far(losses)[:, 0].tolist())

    def curves(self, *, image: int = 0, rivals: int = 3) -> dict[str, list[float]]:
        """Return the logits of one image along the path, class name → one value a frame.

        Holds the target first, then its strongest ``rivals`` anywhere on the way, then every other class that is the
        guide's first choice somewhere.
        """
        logits = torch.stack([f.logits[image] for f in self.frames]).cpu()
        target = int(self.request.targets[image])
        strongest = [i for i in logits.amax(dim=0).argsort(descending=True).tolist() if i != target][:rivals]
        first_choices = sorted(set(logits.argmax(dim=1).tolist()))
        shown = dict.fromkeys([target, *strongest, *first_choices])
        return {self.guide.classes[i]: logits[:, i].tolist() for i in shown}

    def first_choice(self, *, image: int = 0) -> str:
        """Return the guide's first choice for the original."""
        return self.guide.classes[int(self.frames[0].logits[image].argmax())]

    def scored_on(self, *, count: int) -> EnhancementPath:
        """Return the path with its next ``count`` provisional frames scored by the guide itself."""
        first = len(self.frames) if self.scored is None else self.scored
        chosen = self.frames[first : first + count]
        if not chosen:
            return self
        targets = self.request.targets.to(self.guide.device).repeat(len(chosen))
        with torch.no_grad():
            logits, losses = _score(self.guide, torch.cat([f.images for f in chosen]), targets, self.request.objective)
        images = len(self.request.targets)
        scores = zip(torch.split(logits, images), torch.split(losses, images), strict=True)
        exact = tuple(Frame(f.step, f.unclamped, *score) for f, score in zip(chosen, scores, strict=True))
        frames = (*self.frames[:first], *exact, *self.frames[first + count :])
        return replace(self, frames=frames, scored=first + len(exact))

    def _projected(self, frame: Frame, epsilon: float) -> Frame:
        images = project(frame.unclamped, originals=self.frames[0].unclamped, epsilon=epsilon)
        return Frame(frame.step, images, *self._scores(images))

    def _best(self, epsilon: float, frames: tuple[Frame, ...]) -> Enhancement:
        losses = torch.stack([f.losses for f in frames])
        best = best_so_far(losses)[-1]
        rows = torch.arange(losses.shape[1], device=losses.device)
        images = torch.stack([frames[int(b)].unclamped[i] for i, b in enumerate(best)]).clamp(0, 1)
        originals = self.frames[0].images
        spent = _norms(images - originals).flatten()
        if self.scored is not None and int(best.max()) >= self.scored:  # the guide scores the frames in use at once
            logits, exact = self._scores(images)
            return Enhancement(epsilon, originals, images, logits, exact, spent)
        logits = torch.stack([f.logits for f in frames])[best, rows]
        return Enhancement(epsilon, originals, images, logits, losses[best, rows], spent)

    def _scores(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        targets = self.request.targets.to(self.guide.device)
        with torch.no_grad():
            return _score(self.guide, images, targets, self.request.objective)


@dataclass(frozen=True, eq=False)
class Original:
    """One ``image`` ``(3, H, W)`` in [0, 1] at the guide's size, and its ``logits`` ``(C,)``, on the CPU."""

    guide: GuideModel
    image: torch.Tensor
    logits: torch.Tensor

    def before_the_path(
        self, *, target: int, objective: Objective, within: torch.Tensor | None = None
    ) -> EnhancementPath:
        """Return the path before its first step: there is something to show before anything is computed."""
        request = PathRequest.single(self.image, target=target, objective=objective, within=within)
        losses = objective.losses(self.logits[None], request.targets)
        frame = Frame(0, request.images, self.logits[None], losses)
        return EnhancementPath(self.guide, request, self.guide.epsilon_scale.step, (frame,))


def walk(guide: GuideModel, request: PathRequest) -> Iterator[EnhancementPath]:
    """Yield the path as it grows, one frame more each time, up to the largest ε of the guide's scale."""
    scale = guide.epsilon_scale
    frames: tuple[Frame, ...] = ()
    for frame in ascend(guide, request, step=scale.step, steps=scale.steps):
        frames = (*frames, frame)
        yield EnhancementPath(guide, request, scale.step, frames)


def enhance(guide: GuideModel, request: PathRequest, *, epsilon: float) -> Enhancement:
    """Return the official result for one ε: max(1, round(ε/s)) steps, projected, clamped, best iterate.

    Raises:
        EpsilonOutOfRange: ``epsilon`` is outside the guide's range.
        NonFinite: The guide returned NaN or infinity.
    """
    scale = guide.epsilon_scale
    scale.check(epsilon)
    steps = steps_for(epsilon, step=scale.step)
    frames = tuple(ascend(guide, request, step=scale.step, steps=steps))
    return EnhancementPath(guide, request, scale.step, frames).at(epsilon)
