"""A course, learners who sit it over HTTP as the page's script does, and what must be true of their answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import requests

from benchmarks.chaos.outcome import Broken, require
from benchmarks.classroom_load import small_course
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.records.store import Records, RecordsUnavailable, new_token
from lwise_core.teaching.server import CourseLibrary, CourseServer

_PATIENCE_S = 300
_AGAIN_S = 0.1
_THOUGHT_S = 0.02
_REACTION_MS = 500.0
_CONFLICT = 409
_SERVER_TROUBLE = 500


@dataclass
class Learner:
    """Sits a course at the server at ``address``; every request is repeated until somebody answers it.

    ``confirmed`` are the trials whose answers the server said that it has, ``told`` its sentences while it could not,
    ``waited`` the seconds from each answer to its feedback. Before an answer a learner ``thinks`` for so many seconds.
    """

    address: str
    token: str
    thinks: float = _THOUGHT_S
    waited: list[float] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    stopped: Event = field(default_factory=Event)

    def sit(self) -> None:
        """Answer trials until the course is over or the learner is stopped."""
        while not self.stopped.is_set() and not (batch := self._asked("GET", "next"))["done"]:
            for trial in batch["trials"]:
                if self.stopped.is_set():
                    return
                time.sleep(self.thinks)
                begun = time.monotonic()
                reply = self._asked("POST", "answers", answer_to(trial))
                if self.stopped.is_set() and "stored" not in reply:  # nobody has said that this one is kept
                    return
                self.waited.append(time.monotonic() - begun)
                self.confirmed.append(trial["number"])

    def _asked(self, method: str, what: str, answer: dict[str, Any] | None = None) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and not self.stopped.is_set():
            with suppress(requests.RequestException):
                reply = requests.request(
                    method,
                    f"{self.address}/sittings/{self.token}/{what}",
                    json=answer,
                    headers={"X-Sitting": self.token},
                    timeout=15,
                )
                if reply.ok or reply.status_code == _CONFLICT:
                    found: dict[str, Any] = reply.json()
                    return found
                if reply.status_code < _SERVER_TROUBLE:
                    raise Broken(f"the server refused with {reply.status_code}: {reply.text}")
                self.told.add(str(reply.json().get("error")) if "json" in reply.headers["content-type"] else reply.text)
            time.sleep(_AGAIN_S)
        if self.stopped.is_set():
            return {"done": True, "trials": []}
        raise Broken(f"nobody answered for {_PATIENCE_S} s")


def answer_to(trial: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that says which trial it belongs to, so that a doubled or changed one would be seen."""
    return {
        "trial": trial["number"],
        "choice": trial["relabelled"].get("c0", "c0"),
        "reaction_ms": _REACTION_MS + trial["number"],
        "onset_ms": 0.0,
        "choices_ms": 0.0,
    }


@dataclass
class Classroom:
    """The course, and one learner after the other who sits it at ``address`` in a thread, until it is left."""

    course: Course
    here: CourseServer
    address: str
    thinks: float = _THOUGHT_S
    learners: list[Learner] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def enrol(self) -> Learner:
        """Enrol one more learner, as soon as the records can be reached."""
        code = new_token()
        while True:
            with suppress(RecordsUnavailable):
                learner = Learner(
                    self.address, self.here.enrol(self.course, participant=code, token=code).token, self.thinks
                )
                self.learners.append(learner)
                return learner
            time.sleep(_AGAIN_S)

    def run(self) -> None:
        """Let learners sit until the classroom is left."""
        try:
            while not self.over.is_set():
                self.enrol().sit()
        except Broken as error:
            self.broken.append(str(error))

    @property
    def confirmed(self) -> int:
        """How many answers the server has confirmed."""
        return sum(len(learner.confirmed) for learner in self.learners)

    def check(self) -> None:
        """Look up every answer.

        Raises:
            Broken: One that was confirmed is not there, one is there twice or another than was given.
        """
        require(not self.broken, "; ".join(self.broken))
        for learner in list(self.learners):
            stored = self.here.records.answers(token=learner.token)
            numbers = [r.trial.number for r in stored]
            require(numbers == list(range(len(stored))), f"answers are missing or doubled: {numbers}")
            require(set(learner.confirmed) <= set(numbers), "a confirmed answer is not there")
            given = [r.answer.reaction_ms for r in stored]
            require(given == [_REACTION_MS + n for n in numbers], "an answer is another than was given")


@contextmanager
def classroom(
    address: str, folder: Path, records: str, *, learners: int = 1, thinks: float = _THOUGHT_S
) -> Iterator[Classroom]:
    """Let so many learners at once sit the course in ``folder`` at the server at ``address``; look up every answer."""
    course = small_course(folder)
    with Records.open(url=records) as opened:
        room = Classroom(course, CourseServer(CourseLibrary(folder.parent), opened), address, thinks)
        threads = [Thread(target=room.run, name="learners") for _ in range(learners)]
        for thread in threads:
            thread.start()
        try:
            yield room
        finally:
            room.over.set()
            for learner in list(room.learners):
                learner.stopped.set()
            for thread in threads:
                thread.join()
        room.check()
