"""Why one class rather than another: the map for the one less the map for the other, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lwise_core._utils.arrays import FloatImage
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.attribution import AttributionMethod, attribute
from lwise_core.inspection.examine import Question


@dataclass(frozen=True, eq=False)
class Contrast:
    """What speaks for one class rather than another, by one method: ``(H, W)`` float32, before and after.

    Positive where a pixel speaks more for the first class. For methods that are linear in the logit (gradients,
    Integrated Gradients, occlusion) this is the map of the difference of both logits; for the two Grad-CAMs, which cut
    off what is negative, it is the difference of two maps.
    """

    method: AttributionMethod
    before: FloatImage
    after: FloatImage


def contrasts_at(
    path: EnhancementPath, question: Question, *, rival: int, epsilon: float
) -> Iterator[tuple[Contrast, ...]]:
    """Yield the contrasts of the original and of the result for ``epsilon``, one method more each time; none at first.

    ``question`` holds the class that is asked for, ``rival`` the one that it is held against. Four maps a method.

    Raises:
        Unavailable: A method does not exist on this guide.
        NonFinite: The guide returned NaN or infinity.
        ValueError: There is no class ``rival``.
    """
    images = path.frames[0].images[0], path.at(epsilon).images[0]
    found: tuple[Contrast, ...] = ()
    yield found
    for method in question.methods:
        maps = []
        for image in images:
            own, other = (
                attribute(path.guide, image, target=target, method=method, layer=question.layer).values
                for target in (question.target, rival)
            )
            maps.append(own - other)
        found = (*found, Contrast(method, *maps))
        yield found
