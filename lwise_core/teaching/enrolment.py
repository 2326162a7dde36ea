"""Who may begin a course: everybody who reaches its page, or whoever has its key, and at most so many."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from hmac import compare_digest
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.atomic_files import write_whole
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.records.database import RecordsError

MOST_LEARNERS = 1000
"""How many may begin a course where nobody said another number."""

_FILE = "enrolment.json"
_LARGEST = 4096


class EnrolmentRefused(RecordsError):
    """Somebody may not begin a course. The message is one sentence."""


@dataclass(frozen=True)
class Enrolment:
    """Who may begin a course: whoever has ``key``, everybody where it is empty, ``most`` people in all."""

    key: str = ""
    most: int = MOST_LEARNERS

    def with_key(self) -> Enrolment:
        """Return the same with a key, a new one where there was none."""
        return replace(self, key=self.key or secrets.token_urlsafe(16))

    def check(self, *, key: str, enrolled: int) -> None:
        """Accept somebody who comes with ``key`` when ``enrolled`` people have begun.

        Raises:
            EnrolmentRefused: The key is another, or there is no place left.
        """
        if not compare_digest(key.encode(), self.key.encode()) and self.key:
            raise EnrolmentRefused(
                Message(
                    "This course opens with the link that whoever gives it hands out; open that link. Nothing was "
                    "begun."
                )
            )
        if enrolled >= self.most:
            raise EnrolmentRefused(
                Message(
                    "All {places} places of this course are taken; tell whoever gives it. Nothing was begun.",
                    places=self.most,
                )
            )


def check_target(target: int, *, counting: int) -> None:
    """Accept somebody where fewer than ``target`` people have finished or are at it; 0 is no target.

    Raises:
        EnrolmentRefused: There are as many already.
    """
    if target and counting >= target:
        raise EnrolmentRefused(
            Message(
                "This course has as many people as it needs, those included who are at it now; thank you for coming. "
                "Nothing was begun."
            )
        )


_STORED = TypeAdapter(Enrolment)


def enrolment_of(course: Path) -> Enrolment:
    """Return who may begin the course in this folder.

    Raises:
        EnrolmentRefused: What was written there cannot be read, so nobody may until it is set again.
    """
    file = course / _FILE
    if not file.is_file():
        return Enrolment()
    try:
        with file.open("rb") as stored:
            return _STORED.validate_json(stored.read(_LARGEST))
    except (OSError, ValidationError) as error:
        raise EnrolmentRefused(
            Message("Who may begin this course cannot be read; whoever gives it sets it again on the Curriculum page.")
        ) from error


def set_enrolment(course: Path, enrolment: Enrolment) -> None:
    """Write who may begin the course in this folder.

    Raises:
        FileError: It cannot be written.
    """
    write_whole(course / _FILE, _STORED.dump_json(enrolment))
