"""The longest part of a schedule that so many pictures fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lwise_core.teaching.design.schedules import Group, Schedule
from lwise_core.teaching.design.trial_sampling import pictures_needed


def fitted(
    schedule: Schedule, fewest: Mapping[str, int], groups: Iterable[Group], *, as_published: bool
) -> Schedule | None:
    """Return ``schedule`` itself where it is filled, else the longest shorter one that is; None where none is.

    It has fewer pictures a class in every block, no more in training than the schedule has, and where that is not
    enough every second block of the curriculum, and one test: still from easy and enhanced to natural.

    Args:
        schedule: What is wanted. One that compares several budgets within a block is not shortened.
        fewest: How many pictures the smallest class has, by the name of the split.
        groups: Who is to be drawn for.
        as_published: As in :func:`~lwise_core.teaching.design.trial_sampling.pictures_needed`.
    """
    everybody = tuple(groups)

    def is_filled(one: Schedule) -> bool:
        needed = pictures_needed(one, everybody, as_published=as_published)
        return all(fewest.get(split, 0) >= count for split, count in needed.items())

    if is_filled(schedule):
        return schedule
    if any(b.mixed for b in schedule.blocks):
        return None
    return max(filter(is_filled, _shorter(schedule)), key=lambda s: s.scored(1), default=None)


def _shorter(schedule: Schedule) -> Iterator[Schedule]:
    """Yield every schedule that is shorter, those with all blocks first."""
    for blocks in (schedule, _fewer_blocks(schedule)):
        most = max((b.per_class for b in blocks.blocks if b.feedback), default=1)
        most_in_tests = max((b.per_class for b in blocks.tests), default=1)
        for per_class in range(most, 0, -1):
            for in_tests in range(most_in_tests, 0, -1):
                yield blocks.shortened(per_class=per_class, per_class_in_tests=in_tests)


def _fewer_blocks(schedule: Schedule) -> Schedule:
    """Return it with every second block of the curriculum, and one block of each kind after it."""
    after = {b.feedback: b for b in reversed(schedule.held_out)}
    blocks = (*schedule.curriculum[1::2], *(after[kind] for kind in (True, False) if kind in after))
    return replace(schedule, blocks=blocks or schedule.blocks)
