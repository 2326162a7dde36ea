"""A process that decodes pictures for another one, which can end it: nothing else stops a decoder.

Run as a program it reads questions from its standard input and writes answers to its standard output. A question is the
lengths of a name and of a file, and both; an answer is the length of a JSON object, that object, and the pixels. It is
given neither the surroundings of the server, among which passwords are, nor more memory than the largest picture takes.
"""

from __future__ import annotations

import json
import struct
import sys
from contextlib import suppress
from importlib import import_module
from typing import BinaryIO

from lwise_core.images.codec import ImageRejected, open_photograph

QUESTION = struct.Struct(">II")
ANSWER = struct.Struct(">I")

_MOST_MEMORY = 4 * 2**30  # bytes of addresses; decoding the largest picture in 16 bits takes a fifth of it


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer every question of ``source`` in ``sink``, until there is none any more."""
    while len(head := source.read(QUESTION.size)) == QUESTION.size:
        name, data = map(source.read, QUESTION.unpack(head))
        sink.writelines(_answer(name.decode(), data))
        sink.flush()


def _answer(name: str, data: bytes) -> tuple[bytes, bytes, bytes | memoryview]:
    try:
        photograph = open_photograph(data, name=name)
    except ImageRejected as error:
        return *_described({"rejected": str(error)}), b""
    facts: dict[str, object] = {"name": photograph.name, "shape": photograph.pixels.shape, "notes": photograph.notes}
    pixels = photograph.pixels if photograph.pixels.flags.c_contiguous else photograph.pixels.copy()
    return *_described(facts), pixels.data.cast("B")


def _described(facts: dict[str, object]) -> tuple[bytes, bytes]:
    text = json.dumps(facts).encode()
    return ANSWER.pack(len(text)), text


def limit_memory(at_most: int = _MOST_MEMORY) -> None:
    """Let this process have ``at_most`` so many bytes of addresses, where the system can limit them."""
    with suppress(ImportError, ValueError, OSError):
        resource = import_module("resource")  # not on every system
        resource.setrlimit(resource.RLIMIT_AS, (at_most, at_most))


if __name__ == "__main__":
    limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
