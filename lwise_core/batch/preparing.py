"""Processes that prepare batches: each is given one function, and runs it on whatever it is asked for.

They know nothing of the program that started them. Those of ``multiprocessing`` run the caller's main module once more,
which in a script without a guard is the job itself, and in the app's server a page.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, Generic, TypeVar, cast

from lwise_core._utils.errors import LWiseError

Given = TypeVar("Given")
Prepared = TypeVar("Prepared")

_ROOT = str(Path(__file__).parents[2])
_PIPE = 2**20  # bytes; of the usual 64 kB a batch would take hundreds of turns between two processes


class PreparerLost(LWiseError):
    """The process could not be started, or ended before it had answered."""


class Preparer(Generic[Given, Prepared]):
    """One process that runs ``prepare``, a function of a module or a frozen dataclass, on one batch after the other.

    Raises:
        PreparerLost: It could not be started.
    """

    def __init__(self, prepare: Callable[[Given], Prepared]) -> None:
        searched = os.pathsep.join([_ROOT, *filter(None, sys.path)])
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own program
                [sys.executable, "-m", __name__],
                env=os.environ | {"PYTHONPATH": searched},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pipesize=_PIPE,
            )
        except OSError as error:
            raise PreparerLost("No process can be started.") from error
        self._sink = cast("IO[bytes]", self._process.stdin)
        self._source = cast("IO[bytes]", self._process.stdout)
        with suppress(OSError):  # if it is dead already, the first question finds out
            _say(prepare, self._sink)

    def ask(self, given: Given) -> Prepared:
        """Return what ``prepare`` makes of ``given``, or raise what it raises.

        Raises:
            PreparerLost: The process has ended.
        """
        try:
            _say(given, self._sink)
            error, prepared = pickle.load(self._source)  # noqa: S301 - from our own process
        except (OSError, EOFError, pickle.UnpicklingError, ValueError) as lost:
            raise PreparerLost("The process ended before it had answered.") from lost
        if error is not None:
            raise cast("Exception", error)
        return cast("Prepared", prepared)

    def kill(self) -> None:
        """Let the process end now, whoever is waiting for its answer."""
        self._process.kill()

    def close(self) -> None:
        """End the process, which nobody asks any more, and free what it held."""
        self.kill()
        self._process.wait()
        for pipe in (self._sink, self._source):
            with suppress(OSError):
                pipe.close()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Read a function from ``source``, then batches, and write to ``sink`` what it makes of each, until there is none.

    The other end closes ``source`` when it ends, however it ends.
    """
    prepare = cast("Callable[[object], object]", pickle.load(source))  # noqa: S301 - from the process that started this one
    while True:
        try:
            given = pickle.load(source)  # noqa: S301 - as above
        except EOFError:
            return
        _say(_answer(prepare, given), sink)


def _answer(prepare: Callable[[object], object], given: object) -> tuple[Exception | None, object]:
    """Return what is raised, and what is made."""
    try:
        return None, prepare(given)
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is read
        error.add_note("".join(traceback.format_exception(error)))  # tracebacks stay here
        return _portable(error), None


def _portable(error: Exception) -> Exception:
    """Return ``error``, or where it can't be sent to another process, its name and words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made a moment ago
    except Exception:  # noqa: BLE001 - whatever its class does
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _say(value: object, sink: IO[bytes]) -> None:
    pickle.dump(value, sink, protocol=pickle.HIGHEST_PROTOCOL)
    sink.flush()


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends it
    answers: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    with suppress(BrokenPipeError), answers:
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
