"""Where a job's batches are worked on: on this machine, or on a Ray cluster. Nothing here knows pictures.

Work has two stages. To prepare a batch (read, decode) needs processes, to make its result needs the guide, which is
loaded once a worker. Engines differ in where that happens and in which order results come, never in their bytes.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from lwise_core._utils.errors import LWiseError
from lwise_core.batch.preparing import Preparer, PreparerLost

Given = TypeVar("Given")
Prepared = TypeVar("Prepared")
Made = TypeVar("Made")

LOST_AT_MOST = 3
"""So many times in a row a batch's process may die before the batch counts as what kills it."""

_AHEAD = 2  # batches a worker that are under way: one that is worked on, one that waits


class ExecutorLost(LWiseError):
    """No worker is left, or none can be had. The message is one sentence that says what is kept."""


@dataclass(frozen=True)
class Stages(Generic[Given, Prepared, Made]):
    """The two stages of a job; both go to other processes, so they are functions of modules or frozen dataclasses.

    ``prepare`` imports what it needs itself; ``load`` is called once a worker and returns what makes a result.
    """

    prepare: Callable[[Given], Prepared]
    load: Callable[[], Callable[[Prepared], Made]]


class Executor(Protocol):
    """What works on batches."""

    def run(self, stages: Stages[Given, Prepared, Made], given: Iterable[Given]) -> Iterator[Made]:
        """Yield the result of every batch, in any order; to stop iterating is to cancel.

        Raises:
            ExecutorLost: Workers die again and again, or none can be had.
        """


@dataclass(frozen=True)
class LocalExecutor:
    """This machine: ``workers`` processes prepare batches ahead while this one makes results, in order.

    With no workers everything happens in this process. A worker that dies is replaced and its batch prepared again.
    """

    workers: int = 1

    def run(self, stages: Stages[Given, Prepared, Made], given: Iterable[Given]) -> Iterator[Made]:
        make = stages.load()
        if self.workers < 1:
            yield from (make(stages.prepare(batch)) for batch in given)
            return
        pool = _Pool(stages.prepare, self.workers)
        try:
            for batch in given:
                pool.submit(batch)
                if len(pool) > self.workers * _AHEAD:
                    yield make(pool.next())
            while len(pool):
                yield make(pool.next())
        finally:
            pool.close()


@dataclass(frozen=True)
class RayExecutor:
    """A Ray cluster: ``workers`` actors do both stages, each with a guide of its own; results come as they are ready.

    Ray starts a dead actor again and gives it its batches anew; a batch done twice is the same batch. Every worker
    reads the pictures by their path, so the cluster needs a folder that all its machines see. ``address`` is that of a
    running cluster, empty for one of its own on this machine, which ends with the job.
    """

    workers: int = 2
    address: str = ""
    gpus_each: float = 0.0

    def run(self, stages: Stages[Given, Prepared, Made], given: Iterable[Given]) -> Iterator[Made]:
        ray = _ray()
        begun_here = not ray.is_initialized()
        if begun_here:
            place = {"address": self.address} if self.address else {"num_cpus": max(self.workers, os.cpu_count() or 1)}
            self._begin(ray, place)
        try:
            yield from self._spread(ray, stages, given)
        finally:
            if begun_here:
                ray.shutdown()

    def _begin(self, ray: Any, place: dict[str, Any]) -> None:  # noqa: ANN401 - as below
        """Join a cluster, or begin one.

        Raises:
            ExecutorLost: There is none at the address, it lets nobody in, or it has another version of Ray or Python.
        """
        try:
            ray.init(**place, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            where = f"at “{self.address}”" if self.address else "on this machine"
            raise ExecutorLost(
                f"No Ray cluster can be had {where}; see that it runs, with the same versions of Ray and Python, that "
                "its port is open, and that RAY_AUTH_TOKEN is its token where it asks for one. Nothing was changed."
            ) from error

    def _spread(self, ray: Any, stages: Stages[Given, Prepared, Made], given: Iterable[Given]) -> Iterator[Made]:  # noqa: ANN401 - Ray is not there for the type checker
        kind = ray.remote(max_restarts=-1, max_task_retries=-1, num_cpus=1, num_gpus=self.gpus_each)(_Actor)
        actors = [kind.remote(stages) for _ in range(self.workers)]
        at_work: dict[Any, Any] = {}
        try:
            for batch in given:
                actor = min(actors, key=lambda a: sum(a is busy for busy in at_work.values()))
                at_work[actor.work.remote(batch)] = actor
                while len(at_work) >= self.workers * _AHEAD:
                    yield _first(ray, at_work)
            while at_work:
                yield _first(ray, at_work)
        finally:
            for actor in actors:
                ray.kill(actor)


def _first(ray: Any, at_work: dict[Any, Any]) -> Any:  # noqa: ANN401 - what it returns is what the stages make
    """Return the result that is ready first, and forget its batch."""
    (ready,), _ = ray.wait(list(at_work), num_returns=1)
    del at_work[ready]
    try:
        return ray.get(ready)
    except ray.exceptions.RayActorError as error:
        raise ExecutorLost(
            "No worker of the Ray cluster can be had for this job (does every machine have L-WISE Studio and the "
            "guide?); what was done is kept: repeat the command to go on."
        ) from error
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error  # as a worker of this machine raises it, without the worker's own lines


def _ray() -> Any:  # noqa: ANN401 - Ray is an extra that the type checker does not see
    try:
        return importlib.import_module("ray")
    except ModuleNotFoundError as error:
        raise ExecutorLost(
            "Ray is not installed: pip install -r requirements-ray.txt, or use --engine local."
        ) from error


class _Actor:
    """A worker of the cluster."""

    def __init__(self, stages: Stages[Any, Any, Any]) -> None:
        self._prepare = stages.prepare
        self._make = stages.load()

    def work(self, batch: Any) -> Any:  # noqa: ANN401 - as the stages say
        return self._make(self._prepare(batch))


class _Pool(Generic[Given, Prepared]):
    """Processes that prepare batches, first in, first out, and are replaced when they die."""

    def __init__(self, prepare: Callable[[Given], Prepared], workers: int) -> None:
        self._prepare = prepare
        self._turns = ThreadPoolExecutor(workers, thread_name_prefix="prepare")
        self._ahead: deque[Future[Prepared]] = deque()
        self._lock = threading.Lock()
        self._closed = False
        self._alive: set[Preparer[Given, Prepared]] = set()
        self._idle: list[Preparer[Given, Prepared]] = []

    def __len__(self) -> int:
        return len(self._ahead)

    def submit(self, batch: Given) -> None:
        """Let ``batch`` be prepared."""
        self._ahead.append(self._turns.submit(self._prepared, batch))

    def next(self) -> Prepared:
        """Return the first batch, prepared.

        Raises:
            ExecutorLost: Its process died again and again.
        """
        return self._ahead.popleft().result()

    def close(self) -> None:
        """Let nothing more be prepared and end the processes."""
        with self._lock:
            self._closed = True
            for preparer in self._alive:
                preparer.kill()
        self._turns.shutdown(cancel_futures=True)
        for preparer in self._alive:
            preparer.close()

    def _prepared(self, batch: Given) -> Prepared:
        """Return ``batch``, prepared; a process that dies of it is replaced."""
        for _ in range(LOST_AT_MOST):
            with suppress(PreparerLost):
                return self._asked(batch)
        raise ExecutorLost(
            f"The processes that decode pictures died {LOST_AT_MOST} times in a row, perhaps for want of memory; "
            "what was done is kept: repeat the command with fewer workers or smaller batches."
        )

    def _asked(self, batch: Given) -> Prepared:
        preparer = self._free()
        try:
            prepared = preparer.ask(batch)
        except PreparerLost:
            with self._lock:
                self._alive.discard(preparer)
            preparer.close()
            raise
        self._idle.append(preparer)
        return prepared

    def _free(self) -> Preparer[Given, Prepared]:
        """Return a process that nobody asks, or a new one: there are as many turns as processes."""
        with self._lock:
            if self._closed:
                raise PreparerLost("The job has ended.")
            if self._idle:
                return self._idle.pop()
            preparer = Preparer(self._prepare)
            self._alive.add(preparer)
            return preparer
