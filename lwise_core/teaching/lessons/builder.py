"""From chosen photographs to the slides of a lesson: easy before hard, strongly enhanced before natural."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lwise_core._utils.levels import level_of
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, PathRequest, steps_for
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from lwise_core.teaching.courses.evidence_marks import rings_on
from lwise_core.teaching.design.schedules import MOTHS, Block
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.lessons.slideshow import Slide

_BLOCKS = tuple(b for b in MOTHS.blocks if b.feedback)
_ENHANCED = len(MOTHS.curriculum)
_LEVELS = (Message("very easy"), Message("easy"), Message("middling"), Message("hard"), Message("very hard"))


def in_order(chosen: Sequence[RankedPhotograph]) -> tuple[tuple[RankedPhotograph, Block], ...]:
    """Return the photographs from easy to hard, each with its block of the paper's training schedule.

    Each class is ranked by itself, since classes differ in their logits, and spread over the blocks; within a block the
    classes take turns.
    """
    placed = []
    for name in sorted({p.class_name for p in chosen}):
        ranked = sorted((p for p in chosen if p.class_name == name), key=lambda p: (-p.logit, p.name))
        placed += [(_block(i, len(ranked)), i / len(ranked), name, p) for i, p in enumerate(ranked)]
    placed.sort(key=lambda x: x[:3])
    return tuple((photograph, _BLOCKS[block]) for block, _, _, photograph in placed)


def _block(place: int, count: int) -> int:
    """Return the block of a photograph, the ``place``-th of the ``count`` of its class, from the easiest on.

    As in the paper a quarter is shown as it is, to the nearest number; the others are spread evenly over the blocks of
    enhanced ones, from the strongest on.
    """
    natural = (count + 2) // 4
    enhanced = count - natural
    if place < enhanced:
        return place * _ENHANCED // enhanced
    return _ENHANCED + (place - enhanced) * (len(_BLOCKS) - _ENHANCED) // natural


def slides(chosen: Sequence[RankedPhotograph], walker: Walker) -> Iterator[Slide]:
    """Yield the slides in their order; stop iterating to cancel."""
    return (made for made in slides_step_by_step(chosen, walker) if made is not None)


def slides_step_by_step(chosen: Sequence[RankedPhotograph], walker: Walker) -> Iterator[Slide | None]:
    """Yield the slides in their order, and None after every step on the way to one: each takes about as long.

    So nobody else who computes waits for a whole slide, and the time that is left follows from the steps so far.
    """
    for photograph, block in in_order(chosen):
        path = None
        epsilon = _epsilon(walker.guide, block)
        if epsilon:
            for grown in _paths(photograph, walker, epsilon=epsilon):
                path = grown
                yield None
        slide = _slide(photograph, walker.guide, path, epsilon=epsilon)
        yield replace(slide, difficulty_sentence=_how_hard(photograph, chosen))


def _how_hard(photograph: RankedPhotograph, chosen: Sequence[RankedPhotograph]) -> Message:
    """Return in words for pupils how hard a photograph is among those of its class in the lesson, or why none says.

    What is unlike all that the guide learnt has no difficulty that means anything, and a guessed class has none of its
    own: such photographs get no level, and no other one is compared with them.
    """
    if photograph.novelty.flagged:
        return Message("Difficulty: not judged, since the picture is unlike what the network learnt.")
    if photograph.guessed:
        return Message("Difficulty: not judged, since its class is only what the network guessed.")
    own = [p.logit for p in chosen if p.class_name == photograph.class_name and not (p.novelty.flagged or p.guessed)]
    if len(own) < len(_LEVELS):
        return Message("Difficulty: not judged, since there are too few pictures of its class here.")
    easier = sum(logit > photograph.logit for logit in own)
    level = level_of(easier / len(own))
    return Message("Difficulty: {level} ({number} of {all}).", level=_LEVELS[level - 1], number=level, all=len(_LEVELS))


def steps_of_slides(chosen: Sequence[RankedPhotograph], guide: GuideModel) -> int:
    """Return how many steps of paths all slides take together."""
    step = guide.epsilon_scale.step
    return sum(steps_for(_epsilon(guide, block), step=step) for _, block in in_order(chosen))


def _epsilon(guide: GuideModel, block: Block) -> float:
    scale = guide.epsilon_scale
    return min(scale.from_224(block.epsilon_224), scale.largest)


def _subject(photograph: RankedPhotograph) -> CroppedPhotograph:
    digest = hashlib.sha256(photograph.square.tobytes()).hexdigest()
    picture = Photograph(photograph.name, photograph.square, digest)
    return CroppedPhotograph(picture, Crop.central(picture))


def _paths(photograph: RankedPhotograph, walker: Walker, *, epsilon: float) -> Iterator[EnhancementPath]:
    """Yield the path of a photograph as it grows as far as ``epsilon`` needs, and is scored."""
    guide = walker.guide
    image = _subject(photograph).seen(size=guide.input_size)
    target = guide.class_index(photograph.class_name)
    request = PathRequest.single(image, target=target, objective=GroundTruthLogit())
    return walker.walk_to(request, steps=steps_for(epsilon, step=guide.epsilon_scale.step))


def _slide(photograph: RankedPhotograph, guide: GuideModel, path: EnhancementPath | None, *, epsilon: float) -> Slide:
    """Return the slide of a photograph, with what ``path`` has at ``epsilon``; without one, as it is."""
    subject = _subject(photograph)
    target = guide.class_index(photograph.class_name)
    enhanced = None
    if path is not None:
        rendering = render(guide, subject, path.at(epsilon), target=target, extent=Extent.PHOTOGRAPH)
        enhanced = rendering.pixels
    return Slide(
        class_name=photograph.class_name,
        natural=photograph.square,
        enhanced=enhanced,
        epsilon_224=guide.epsilon_scale.at_224(epsilon),
        towards=photograph.class_name if enhanced is not None else "",
        difficulty_sentence="",
        name=photograph.name.rsplit("/", 1)[-1],
        rings=() if path is None or photograph.guessed else rings_on(path),
    )
