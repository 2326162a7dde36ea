"""What came of one kind of fault: how often it was brought about, and what broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Broken(Exception):
    """Something did not hold. The message says what, in a sentence."""


@dataclass(frozen=True)
class Outcome:
    """A row of the document: ``fault`` was brought about ``times`` times; ``broken`` says what did not hold then."""

    fault: str
    times: int
    held: str
    broken: tuple[str, ...] = ()


def require(truth: bool, sentence: str) -> None:
    """Say that something broke unless ``truth``.

    Raises:
        Broken: It did.
    """
    if not truth:
        raise Broken(sentence)


def tried(fault: str, times: int, trial: Callable[[int], None], *, held: str) -> Outcome:
    """Try a fault ``times`` times; ``held`` says what was checked each time."""
    broken = []
    for i in range(times):
        try:
            trial(i)
        except Broken as error:
            broken.append(f"{i + 1}: {error}")
    return Outcome(fault, times, held, tuple(broken))
