"""Who walks a path: the guide, or its fast twin where a check on this machine has shown that it finds the same path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from lwise_core.enhancement.fast_twin import TwinChecks, precision_of, trusted_twin
from lwise_core.enhancement.path import EnhancementPath, Frame, PathRequest, ascend, steps_for, walk
from lwise_core.guides.guide import GuideModel

_SCORED_AT_ONCE = 4


@dataclass(frozen=True, eq=False)
class Walker:
    """A guide, and its fast twin where that may be trusted; without one the guide walks itself, in fp32."""

    guide: GuideModel
    twin: GuideModel | None = None

    @classmethod
    def trusted(cls, guide: GuideModel) -> Walker:
        """Return ``guide`` with its fast twin, if a check of it on this machine has passed."""
        return cls(guide, trusted_twin(guide, TwinChecks.of_this_machine()))

    @property
    def precision(self) -> str:
        """The arithmetic that finds the iterates, such as “bfloat16”."""
        return precision_of(self._ascending)

    def ascend(self, request: PathRequest, *, step: float, steps: int) -> Iterator[Frame]:
        """Yield the iterates alone, with the logits of whoever walks; see :func:`lwise_core.enhancement.path.ascend`.

        Raises:
            NonFinite: The guide returned NaN or infinity.
        """
        return ascend(self._ascending, request, step=step, steps=steps)

    def walk(self, request: PathRequest) -> Iterator[EnhancementPath]:
        """Yield the path as it grows to the largest ε, one frame more each time.

        What a twin has walked is then scored by the guide, frame by frame. The original is scored by the guide at once,
        and so is every result that is read from the path meanwhile; the curve is provisional until the last path.

        Raises:
            NonFinite: The guide returned NaN or infinity.
        """
        if self.twin is None:
            return walk(self.guide, request)
        return self._walked(request, steps=self.guide.epsilon_scale.steps)

    def walk_to(self, request: PathRequest, *, steps: int) -> Iterator[EnhancementPath]:
        """Yield the same path as it grows, no further than ``steps`` steps.

        Raises:
            NonFinite: The guide returned NaN or infinity.
        """
        if self.twin is None:
            return islice(walk(self.guide, request), steps + 1)
        return self._walked(request, steps=steps)

    def to(self, request: PathRequest, *, epsilon: float) -> EnhancementPath:
        """Return the path just as far as ``epsilon`` needs, scored by the guide.

        Raises:
            EpsilonOutOfRange: ``epsilon`` is outside the guide's range.
            NonFinite: The guide returned NaN or infinity.
        """
        self.guide.epsilon_scale.check(epsilon)
        return self.reach(request, epsilon=epsilon)

    def reach(self, request: PathRequest, *, epsilon: float) -> EnhancementPath:
        """Return the same path also where the guide's range, within which changes can be judged, ends before.

        Raises:
            NonFinite: The guide returned NaN or infinity.
        """
        scale = self.guide.epsilon_scale
        steps = steps_for(epsilon, step=scale.step)
        if self.twin is None:
            frames = tuple(self.ascend(request, step=scale.step, steps=steps))
            return EnhancementPath(self.guide, request, scale.step, frames)
        *_, path = self._walked(request, steps=steps)
        return path

    def found(self, request: PathRequest, *, epsilon: float) -> EnhancementPath:
        """Return the path just as far as ``epsilon`` needs, of what a twin has walked no more than the original scored.

        The guide scores every result that is read from it, at once: where a few are read, that is less than all frames.

        Raises:
            EpsilonOutOfRange: ``epsilon`` is outside the guide's range.
            NonFinite: The guide returned NaN or infinity.
        """
        scale = self.guide.epsilon_scale
        scale.check(epsilon)
        frames = tuple(self.ascend(request, step=scale.step, steps=steps_for(epsilon, step=scale.step)))
        scored = None if self.twin is None else 0
        path = EnhancementPath(self.guide, request, scale.step, frames, scored=scored, precision=self.precision)
        return path.scored_on(count=1)

    @property
    def _ascending(self) -> GuideModel:
        return self.guide if self.twin is None else self.twin

    def _walked(self, request: PathRequest, *, steps: int) -> Iterator[EnhancementPath]:
        step = self.guide.epsilon_scale.step
        path = EnhancementPath(self.guide, request, step, frames=(), scored=0, precision=self.precision)
        for frame in self.ascend(request, step=step, steps=steps):
            path = replace(path, frames=(*path.frames, frame))
            yield path if path.scored else (path := path.scored_on(count=1))
        while path.provisional:
            path = path.scored_on(count=_SCORED_AT_ONCE)
            yield path
