"""How far the making of a course is, in pictures and in work."""

from __future__ import annotations

from dataclasses import dataclass

from lwise_core.scheduler import Effort
from lwise_core.teaching.courses.course import Course

NO_EFFORT = Effort(0, 0)


@dataclass(frozen=True)
class CourseProgress:
    """How far a course is: ``done`` of ``total`` pictures, and the sentences about those that were left out.

    ``effort`` is what that has cost and will, in steps of paths: a picture that is shown enhanced costs many times one
    that is ranked only, and one that was made before costs nothing.
    """

    done: int
    total: int
    left_out: tuple[str, ...] = ()
    course: Course | None = None
    effort: Effort = NO_EFFORT


def effort_of(progress: CourseProgress) -> Effort:
    """Return what a course has cost and will, for whoever says how long it takes."""
    return progress.effort


class Tally:
    """Counts pictures as they are made, or left out with a sentence; ``effort`` is what all of them take."""

    def __init__(self, *, total: int, effort: int) -> None:
        self._total = total
        self._spent, self._left = 0, effort
        self._made = 0
        self._left_out: list[str] = []

    def made(self, *, effort: int, before: bool) -> None:
        """Count a picture of so much ``effort``, made now or ``before``."""
        self._made += 1
        self._spent += 0 if before else effort
        self._left = max(0, self._left - effort)

    def leave_out(self, sentence: str, *, effort: int) -> None:
        """Count a picture that is left out."""
        self._left_out.append(sentence)
        self._left = max(0, self._left - effort)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Why pictures are left out, in turn."""
        return tuple(self._left_out)

    def progress(self) -> CourseProgress:
        """Return how far it is."""
        done = self._made + len(self._left_out)
        return CourseProgress(done, self._total, self.left_out, effort=Effort(self._spent, self._left))

    def end(self, course: Course) -> CourseProgress:
        """Return that the ``course`` is there."""
        return CourseProgress(self._total, self._total, self.left_out, course, Effort(self._spent, 0))
