"""Pictures decoded in processes of their own, each within a time that is then over: the process is ended.

For servers, where one file must not keep everybody waiting. A decoder in a thread cannot be stopped, and what Pillow's
decoders can be made to do with a small file is not known to end.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from lwise_core._utils.errors import LWiseError
from lwise_core.images.codec import MAX_PIXELS, ImageRejected, Photograph, open_photograph
from lwise_core.images.decode_worker import ANSWER, QUESTION
from lwise_core.images.file_checks import MAX_BYTES

SECONDS = 30.0
"""How long one picture may take; the largest take about 3 s on a slow machine."""

WORKERS = 2
"""Pictures that are decoded at once: the largest take half a gigabyte each meanwhile."""

_PROGRAM = ("-m", "lwise_core.images.decode_worker")
_ROOT = str(Path(__file__).parents[2])
_HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the surroundings, what a program needs to start
_LONGEST_ANSWER = 2**20
_PIPE = 2**20  # bytes; of the usual 64 kB a photograph would take hundreds of turns between two processes


class DecoderEnded(LWiseError):
    """The process ended before it had answered."""


class _Worker:
    """One process that decodes, one picture after the other."""

    def __init__(self, program: tuple[str, ...]) -> None:
        surroundings = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own program
            [sys.executable, *program],
            env=surroundings
            | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([_ROOT, *filter(None, sys.path)])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
        )

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def open(self, data: bytes, *, name: str, seconds: float) -> Photograph:
        """Return the photograph in ``data``, as :func:`open_photograph` does.

        Raises:
            ImageRejected: As there.
            DecoderEnded: The process has ended, by itself or after ``seconds``.
        """
        deadline = threading.Timer(seconds, self._process.kill)
        deadline.daemon = True
        deadline.start()
        try:
            return self._ask(data, name=name)
        except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
            raise DecoderEnded from error
        finally:
            deadline.cancel()

    def _ask(self, data: bytes, *, name: str) -> Photograph:
        said = name.encode(errors="replace")
        sink, source = cast("BinaryIO", self._process.stdin), cast("BufferedReader", self._process.stdout)
        for part in (QUESTION.pack(len(said), len(data)), said, data):
            sink.write(part)
        sink.flush()
        (length,) = ANSWER.unpack(_exactly(source, ANSWER.size))
        facts = json.loads(_exactly(source, min(length, _LONGEST_ANSWER)))
        if "rejected" in facts:
            raise ImageRejected(str(facts["rejected"]))
        height, width, channels = map(int, facts["shape"])
        if channels != 3 or not 0 < height * width < MAX_PIXELS:
            raise ValueError("These are no pixels of a photograph.")
        pixels = np.frombuffer(_exactly(source, 3 * height * width), np.uint8).reshape(height, width, 3)
        pixels.setflags(write=False)
        return Photograph(str(facts["name"]), pixels, hashlib.sha256(data).hexdigest(), tuple(map(str, facts["notes"])))

    def end(self) -> None:
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast("BinaryIO", pipe).close()


class DecodePool:
    """At most ``workers`` processes that decode, started when there is a picture and kept warm.

    Each picture may take ``seconds``. Where no process can be started, pictures are decoded here.
    """

    def __init__(
        self, *, workers: int = WORKERS, seconds: float = SECONDS, program: tuple[str, ...] = _PROGRAM
    ) -> None:
        self._seconds, self._program = seconds, program
        self._turns = threading.BoundedSemaphore(workers)
        self._idle: list[_Worker] = []

    def open(self, data: bytes, *, name: str) -> Photograph:
        """Return the photograph in ``data``, as :func:`open_photograph` does, or refuse it when its time is over.

        Raises:
            ImageRejected: As there, or it took too long, or its decoder broke down.
        """
        if not 0 < len(data) < MAX_BYTES:
            return open_photograph(data, name=name)  # refused without decoding
        with self._turns:
            try:
                worker = self._free_worker()
            except OSError:
                return open_photograph(data, name=name)
            return self._opened_by(worker, data, name=name)

    def _opened_by(self, worker: _Worker, data: bytes, *, name: str) -> Photograph:
        try:
            photograph = worker.open(data, name=name, seconds=self._seconds)
        except ImageRejected:
            self._idle.append(worker)
            raise
        except DecoderEnded as error:
            worker.end()
            raise ImageRejected(
                f"“{name}” was not decoded within {self._seconds:.0f} s, or broke the decoder, as no photograph does; "
                "open it in another program, save it as PNG or JPEG and choose that."
            ) from error
        except BaseException:  # a page that was left in the middle of an answer
            worker.end()
            raise
        self._idle.append(worker)
        return photograph

    def warm_up(self) -> None:
        """Start a process, so that the first picture does not wait for it."""
        with self._turns, suppress(OSError):
            self._idle.append(self._free_worker())

    def close(self) -> None:
        """End every process that is idle."""
        with suppress(IndexError):
            while True:
                self._idle.pop().end()

    def _free_worker(self) -> _Worker:
        with suppress(IndexError):
            while not (worker := self._idle.pop()).is_there:
                worker.end()
            return worker
        return _Worker(self._program)


def _exactly(source: BufferedReader, size: int) -> bytearray:
    """Return the next ``size`` bytes of ``source``."""
    found = bytearray(size)
    view = memoryview(found)
    while view:
        there = source.readinto(view)
        if not there:
            raise EOFError("The process ended.")
        view = view[there:]
    return found
