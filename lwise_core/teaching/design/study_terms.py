"""What the author of a course writes for those who take part: consent, instructions, and the proof that they are done.

All of it is text. Pages show it as it stands: nothing in it is read as Markdown or HTML, and the only address is one of
https whose host is shown. It is part of a course's manifest, and so of its digest: people agree to what is in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lwise_core._utils.errors import LWiseError

LONGEST_TEXT = 8000
"""Characters of a consent, and of instructions; a form of four pages has about as many."""

LONGEST_COMPLETION_CODE = 64
LONGEST_COMPLETION_LINK = 500
MOST_PEOPLE = 100_000

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What no text needs, line breaks and tabs apart; what turns the direction of reading could show another host."""

_NO_ADDRESS = re.compile(r"[^!-~]|[\\\"<>`{}|^]")
"""Blanks, and what only looks like a letter: a host of other letters is written in its ASCII form."""


class StudyTermsError(LWiseError, ValueError):
    """Words for participants that no course can have. The message is one sentence."""


@dataclass(frozen=True)
class StudyTerms:
    """What participants read and agree to, and what they are given at the end; empty where there is none.

    ``consent`` is agreed to, beside what the software itself says, before anybody begins; ``instructions`` are read
    before it. ``completion_code`` and ``completion_link`` stand on the last page: what a recruiting service, such as
    Prolific, asks for as the proof that somebody is done. With ``target``, nobody may begin any more once so many have
    finished or are at it; 0 is no end.

    Raises:
        StudyTermsError: Something is too long, holds control characters, the link is not one of https, or the target is
            no number of people.
    """

    consent: str = ""
    instructions: str = ""
    completion_code: str = ""
    completion_link: str = ""
    target: int = 0

    def __post_init__(self) -> None:
        _check_text("consent", self.consent, most=LONGEST_TEXT)
        _check_text("instructions", self.instructions, most=LONGEST_TEXT)
        _check_text("completion code", self.completion_code, most=LONGEST_COMPLETION_CODE)
        _check_text("completion link", self.completion_link, most=LONGEST_COMPLETION_LINK)
        if not 0 <= self.target <= MOST_PEOPLE:
            raise StudyTermsError(f"A course ends at 1 to {MOST_PEOPLE:,} people, or at no number (0).")
        if self.completion_link and not _host_of(self.completion_link):
            raise StudyTermsError(
                "The completion link is not an address that begins with https:// and names a host, without a name or "
                "password before it; copy it from the recruiting service."
            )

    @property
    def completion_host(self) -> str:
        """The host of the completion link, as people are shown it; empty without a link."""
        return _host_of(self.completion_link)

    def for_another_course(self) -> StudyTerms:
        """Return what holds for a later test or a practice, too: what was agreed to, not how this course ends."""
        return replace(self, instructions="", completion_code="", completion_link="", target=0)


def as_written(text: str) -> str:
    """Return a text that was typed or read from a file with one kind of line break and no blank ends."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines of every paragraph of a text; blank lines stand between paragraphs."""
    parts = re.split(r"\n\s*\n", text.strip())
    return tuple(tuple(line.strip() for line in part.splitlines() if line.strip()) for part in parts if part.strip())


def _check_text(what: str, text: str, *, most: int) -> None:
    if len(text) > most:
        raise StudyTermsError(f"The {what} has {len(text):,} characters and may have {most:,}; shorten it.")
    if _CONTROLS.search(text):
        raise StudyTermsError(f"The {what} holds control characters; paste it as plain text.")


def _host_of(link: str) -> str:
    """Return the host of an https address, empty where ``link`` is none that can be shown as what it is."""
    if _NO_ADDRESS.search(link):
        return ""
    try:
        parts = urlsplit(link)
        named = parts.scheme == "https" and "@" not in parts.netloc and parts.port in (None, *range(1, 65536))
    except ValueError:
        return ""
    return (parts.hostname or "") if named else ""
