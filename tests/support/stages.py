"""Stages of a job that are quick. Other processes import this file, so it imports nothing that takes time."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def doubled(number: int) -> int:
    return 2 * number


@dataclass(frozen=True)
class FatalOnce:
    """Prepares a number; the first process that meets ``fatal`` dies of it, every process if ``always``."""

    folder: Path
    fatal: int
    always: bool = False

    def __call__(self, number: int) -> int:
        tombstone = self.folder / "tombstone"
        if number == self.fatal and (self.always or not tombstone.exists()):
            tombstone.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number


@dataclass(frozen=True)
class Counting:
    """Loads what makes a result, and writes down which process loaded it."""

    folder: Path

    def __call__(self) -> Callable[[int], int]:
        with (self.folder / "loaded").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return lambda number: number + 1

    def loaded(self) -> list[int]:
        return [int(line) for line in (self.folder / "loaded").read_text().split()]


def chatty(number: int) -> int:
    print("a library prints", number)  # noqa: T201 - which is no answer
    return 2 * number


def refusing(number: int) -> int:
    if number == 3:
        raise ValueError(f"{number} is refused")
    return number


class Unsendable(Exception):
    """An error whose class cannot be made again from its words, as some libraries have them."""

    def __init__(self, *, number: int) -> None:
        super().__init__(f"number {number}")

    @staticmethod
    def raised(number: int) -> int:
        raise Unsendable(number=number)
