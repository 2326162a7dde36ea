"""The one compute slot of a process: many jobs, one at a time, one step each in turn.

The arithmetic of one step already uses every core, so two at once only slow each other down. Jobs are iterators: the
slot advances them one step a turn, round-robin over sessions, so a long job starves no other, and a cancelled one ends
at its next step. Only so many jobs take turns; the others wait in a bounded line and are told their place. Turns are
for sessions: where one has several, a job of another session takes the place of one of them.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from lwise_core._utils.errors import LWiseError

T = TypeVar("T")

_SMOOTHING = 0.05
"""What one step more counts for in a pace; the first twenty count alike, so that no slow one makes hours of minutes."""
_QUIET = 3.0
"""Seconds without a person's doing before what can wait is computed: pages score and draw beside the slot."""


_OWN_LINE = 8
"""How many jobs of one session may wait: a page asks for fewer."""


class QueueFull(LWiseError):
    """So many people, or so many jobs of one, are waiting that one more is refused. The message is one sentence."""


class JobStage(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self in (JobStage.FINISHED, JobStage.CANCELLED, JobStage.FAILED)


@dataclass(frozen=True)
class Outlook:
    """What a waiting person is told: ``done`` of ``total`` steps, the place in the line and the seconds left.

    ``place`` is 0 while the job takes turns, 1 for the first that waits. ``seconds`` is None until
    a step was timed, of the job's own once it takes turns.
    """

    done: int
    total: int
    place: int
    seconds: float | None


@dataclass(frozen=True)
class Effort:
    """What a job of unlike steps has worked so far, and what is left to work, in one unit of its own, at least 0."""

    spent: int
    left: int


class ScheduledJob(Generic[T]):
    """One iterator in the slot. Its last value is there as soon as it is computed; everything else is the slot's."""

    def __init__(
        self,
        steps: Iterator[T],
        *,
        session: str,
        total: int,
        alive: Callable[[], bool],
        effort: Callable[[T], Effort] | None = None,
    ) -> None:
        self.session = session
        self.total = total
        self.done = 0
        self.stage = JobStage.WAITING
        self.latest: T | None = None
        self.error: Exception | None = None
        self.seconds_a_step: float | None = None
        self._steps = steps
        self._alive = alive
        self._effort = effort
        self._spent = self._timings = 0
        self._pace: float | None = None
        self._changed = threading.Condition()

    def cancel(self) -> None:
        """End the job at its next step; what it has computed stays."""
        with self._changed:
            if not self.stage.over:
                self.stage = JobStage.CANCELLED
            self._changed.notify_all()

    def wait(self, *, seconds: float) -> bool:
        """Wait until the job is over, at most ``seconds``; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.stage.over, timeout=seconds)

    def wait_until(self, enough: Callable[[T], bool], *, seconds: float) -> bool:
        """Wait until the job is over or its last value is ``enough``, at most ``seconds``; return whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self.stage.over or self._is(enough), timeout=seconds)

    def _is(self, enough: Callable[[T], bool]) -> bool:
        return self.latest is not None and enough(self.latest)

    def leaves(self) -> bool:
        """Return whether the job gives up its place: it is over, or its session is gone. For the slot only."""
        if not self.stage.over and not self._alive():
            self.cancel()
        if self.stage.over:
            self._steps = iter(())  # what the iterator holds may be large
        return self.stage.over

    def advance(self) -> None:
        """Compute one step, unless the job was cancelled or its session is gone. For the slot only."""
        if self.leaves():
            return
        with self._changed:
            if self.stage is JobStage.WAITING:
                self.stage = JobStage.RUNNING
        try:
            value = next(self._steps)
        except StopIteration:
            self._end(JobStage.FINISHED)
        except Exception as error:  # noqa: BLE001 - whatever a job fails with is handed to the page that asked for it
            self.error = error
            self._end(JobStage.FAILED)
        else:
            with self._changed:
                self.latest, self.done = value, self.done + 1
                self._changed.notify_all()

    def timed(self, seconds: float) -> None:
        """Learn from the ``seconds`` of the last step how long those that are left take. For the slot only."""
        effort = self._effort(self.latest) if self._effort is not None and self.latest is not None else None
        if effort is None:
            self.seconds_a_step = _smoothed(self.seconds_a_step, seconds, steps=self.done)
            return
        worked, self._spent = effort.spent - self._spent, effort.spent
        if worked:  # a step that found its work done says nothing about those that will not
            self._timings += 1
            self._pace = _smoothed(self._pace, seconds / worked, steps=self._timings)
        if self._pace is not None:
            self.seconds_a_step = self._pace * effort.left / max(1, self.total - self.done)

    def _end(self, stage: JobStage) -> None:
        with self._changed:
            if not self.stage.over:
                self.stage = stage
            self._steps = iter(())
            self._changed.notify_all()


class _Task(Generic[T]):
    """A short task that is computed between two steps, and its answer for the thread that waits for it."""

    def __init__(self, compute: Callable[[], T]) -> None:
        self.answer: Future[T] = Future()
        self._compute = compute

    def run(self) -> None:
        try:
            self.answer.set_result(self._compute())
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it, whatever it is
            self.answer.set_exception(error)


class Scheduler:
    """Jobs that take turns, and the line of those that wait for a turn.

    Args:
        turns: How many jobs take turns at most.
        line: How many people may wait besides.
    """

    def __init__(self, *, turns: int = 8, line: int = 32) -> None:
        self._turns, self._line = turns, line
        self._active: deque[ScheduledJob[object]] = deque()
        self._waiting: deque[ScheduledJob[object]] = deque()
        self._idle: deque[ScheduledJob[object]] = deque()
        self._seconds_a_step: float | None = None
        self._steps_timed = 0
        self._work = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False
        self._touched = 0.0
        self._errands: deque[_Task[Any]] = deque()
        self._untidy = False

    def submit(
        self,
        steps: Iterator[T],
        *,
        session: str,
        total: int,
        alive: Callable[[], bool] = lambda: True,
        effort: Callable[[T], Effort] | None = None,
    ) -> ScheduledJob[T]:
        """Put ``steps``, about ``total`` of them, into the slot for ``session`` and return the job at once.

        ``alive`` is asked before every step; when it says no, the job gives up its place. ``effort`` says, after each
        step, how much work was spent and is left, where steps are so unlike that counting them tells no time.

        Raises:
            QueueFull: Too many are waiting.
        """
        job = ScheduledJob(steps, session=session, total=total, alive=alive, effort=effort)
        with self._work:
            self._clear()
            self._refuse_when_full(session)
            self._waiting.append(job)  # type: ignore[arg-type]
            self._wake()
        return job

    def _refuse_when_full(self, session: str) -> None:
        own = sum(job.session == session for job in self._waiting)
        if own >= _OWN_LINE:
            raise QueueFull(f"You have {own} computations waiting already. Please stop one, or wait until one is done.")
        people = {job.session for job in self._waiting}
        if not own and len(people) >= self._line:
            raise QueueFull(f"{len(people)} people are waiting already. Please try again in a few minutes.")

    def do(self, errand: Callable[[], T]) -> T:
        """Compute something short, such as one forward pass, between two steps of whatever is computed; return it.

        Paths, and what pages compute from them, happen in one thread. Two that compute at once fight for the cores,
        since each brings a team of its own that waits busily for the other's; and each would keep the memory that its
        networks work in.

        Raises:
            CancelledError: The slot was closed.
        """
        asked = _Task(errand)
        with self._work:
            if self._closed:
                raise CancelledError
            self._errands.append(asked)
            self._wake()
        return asked.answer.result()

    def touch(self) -> None:
        """Say that a person is at work: what can wait then waits a little longer."""
        self._touched = time.monotonic()

    def submit_idle(self, steps: Iterator[T], *, total: int) -> ScheduledJob[T]:
        """Put ``steps`` into the slot for the times when no job waits, and return the job at once."""
        job = ScheduledJob(steps, session="", total=total, alive=lambda: True)
        with self._work:
            self._idle.append(job)  # type: ignore[arg-type]
            self._wake()
        return job

    def _wake(self) -> None:
        self._admit()
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._run, name="compute-slot", daemon=True)
            self._worker.start()
            # A thread that is inside the arithmetic while the interpreter ends takes the process down with it.
            atexit.register(self.close)
        self._work.notify_all()

    def outlook(self, job: ScheduledJob[T]) -> Outlook:
        """Return what the person who waits for ``job`` is told."""
        with self._work:
            self._clear()
            waiting: list[ScheduledJob[Any]] = list(self._waiting)
            before = waiting[: waiting.index(job) + 1] if job in waiting else []
            place = len({other.session for other in before})  # people, not jobs
            # In its turns a job shares the slot with the others; before them it waits until one of them is finished.
            left = max(0, job.total - job.done)
            others = [j for j in self._active if j is not job]
            beside = [(j, min(left, j.total - j.done)) for j in others]
            ahead = [(j, j.total - j.done) for j in sorted(others, key=lambda j: j.total - j.done)[:place]]
            # Whose turns have begun is told the pace of its own steps, or nothing: others' are another kind of work.
            timed = place or job.seconds_a_step is not None or not left
            seconds = self._seconds_for([(job, left), *beside, *ahead]) if timed else None
        return Outlook(done=job.done, total=job.total, place=place, seconds=seconds)

    def close(self) -> None:
        """End after the step that is being computed; jobs that are not over stay as they are."""
        with self._work:
            self._closed = True
            while self._errands:
                self._errands.popleft().answer.cancel()
            self._work.notify_all()
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join()
        atexit.unregister(self.close)

    def _run(self) -> None:
        while True:
            with self._work:
                self._clear()
                self._admit()
                while not (self._errands or self._active or self._closed) and (rest := self._rest()) != 0:
                    self._work.wait(rest)
                    self._clear()
                    self._admit()
                if self._closed:
                    return
                next_one = self._errands.popleft() if self._errands else self._next()
            self._untidy = next_one is not None
            if next_one is None:
                give_back_memory()
            elif isinstance(next_one, _Task):
                next_one.run()
            else:
                began = time.monotonic()
                next_one.advance()
                self._timed(next_one, time.monotonic() - began)
            del next_one  # what is done, and the pictures in it, must not stay alive here while the slot is idle

    def _rest(self) -> float | None:
        """Return the seconds until what can wait has its turn, None when there is nothing of that kind."""
        return max(0.0, self._touched + _QUIET - time.monotonic()) if self._idle or self._untidy else None

    def _next(self) -> ScheduledJob[object] | None:
        """Return the next job and move its session to the end: sessions take turns, not jobs. None: time to tidy up."""
        if not self._active:
            return self._idle[0] if self._idle else None
        job = self._active[0]
        others = [j for j in self._active if j.session != job.session]
        own = [j for j in self._active if j.session == job.session]
        self._active = deque((*others, *own[1:], own[0]))
        return job

    def _admit(self) -> None:
        """Give turns to those who wait, the session with the fewest first, until there is no turn to give."""
        while self._waiting:
            turns = Counter(job.session for job in self._active)
            newcomer = min(self._waiting, key=lambda job: turns[job.session])  # the first of these in the line
            if len(self._active) >= self._turns and not self._make_room(turns, newcomer.session):
                return
            self._waiting.remove(newcomer)
            self._active.append(newcomer)

    def _make_room(self, turns: Counter[str], session: str) -> bool:
        """Send a job of the session with the most turns back to the line, if it keeps more than ``session`` gets."""
        greediest, most = turns.most_common(1)[0]
        if turns[session] + 1 >= most:
            return False
        last = next(job for job in reversed(self._active) if job.session == greediest)
        self._active.remove(last)
        self._waiting.appendleft(last)
        return True

    def _clear(self) -> None:
        self._active = deque(j for j in self._active if not (j.stage.over and j.leaves()))
        self._waiting = deque(j for j in self._waiting if not j.leaves())
        self._idle = deque(j for j in self._idle if not j.stage.over)

    def _timed(self, job: ScheduledJob[object], seconds: float) -> None:
        job.timed(seconds)
        self._steps_timed += 1
        self._seconds_a_step = _smoothed(self._seconds_a_step, seconds, steps=self._steps_timed)

    def _seconds_for(self, steps: Sequence[tuple[ScheduledJob[Any], int]]) -> float | None:
        """Return the seconds that so many steps of each job take by its own pace, else by everybody's."""
        paces = [(job.seconds_a_step or self._seconds_a_step, max(0, count)) for job, count in steps]
        if any(pace is None for pace, _ in paces):
            return None
        return sum(pace * count for pace, count in paces if pace is not None)


def _smoothed(before: float | None, seconds: float, *, steps: int) -> float:
    """Return the pace after the last of so many ``steps``, which took ``seconds``: their mean, then the late ones'."""
    return seconds if before is None else before + max(_SMOOTHING, 1 / max(1, steps)) * (seconds - before)


def give_back_memory() -> None:
    """Collect garbage, and return to the system what was freed but is kept by the C library.

    That is hundreds of MB after large networks. Only glibc keeps so much, and only there is something done about it.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
