"""The course server: its library of courses and its records, opened when first asked for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lwise_core.guides import catalog
from lwise_core.teaching.records.store import Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer


def course_library() -> CourseLibrary:
    """Return the courses of this server."""
    folder = catalog.home() / "courses"
    folder.mkdir(parents=True, exist_ok=True)
    return CourseLibrary(folder)


def course_server() -> CourseServer:
    """Return this server's classroom.

    Raises:
        RecordsError: The records cannot be opened.
    """
    return CourseServer(course_library(), _records(address(home=catalog.home())))


@lru_cache(maxsize=1)
def _records(url: str) -> Records:
    """Open the records once for all sessions; a failure is not remembered."""
    Path(catalog.home()).mkdir(parents=True, exist_ok=True)
    return Records.open(url=url)
