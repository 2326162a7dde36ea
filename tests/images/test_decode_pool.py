"""Decoding in processes of their own: the same photographs and sentences, and an end to whatever takes too long."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest

from lwise_core.images.codec import ImageRejected, open_photograph
from lwise_core.images.decode_pool import DecodePool, _Worker
from tests.support.images import one_of_each, scene

FILES = one_of_each()
HANGS = ("-c", "import sys; sys.stdin.buffer.read(20); sys.stdin.buffer.read()")
BREAKS = ("-c", "import sys; sys.stdin.buffer.read(20)")
LIES = (
    "-c",
    'import struct, sys; sys.stdin.buffer.read(8); text = b\'{"name": "a", "shape": [9999999, 9, 3], "notes": []}\'; '
    "sys.stdout.buffer.write(struct.pack('>I', len(text)) + text); sys.stdout.flush(); sys.stdin.buffer.read()",
)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(workers=1)
    yield pool
    pool.close()


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_comes_back_as_it_is_decoded_here(pool: DecodePool, kind: str) -> None:
    there, here = pool.open(FILES[kind], name="dir/a file.png"), open_photograph(FILES[kind], name="dir/a file.png")
    np.testing.assert_array_equal(there.pixels, here.pixels)
    assert (there.name, there.sha256, there.notes) == (here.name, here.sha256, here.notes)
    assert there.sha256 == hashlib.sha256(FILES[kind]).hexdigest()
    assert not there.pixels.flags.writeable


@pytest.mark.parametrize("data", [b"", b"no picture", FILES["png"][:100], b"\x89PNG" + bytes(40)])
def test_the_sentences_are_the_same(pool: DecodePool, data: bytes) -> None:
    with pytest.raises(ImageRejected) as here:
        open_photograph(data, name="x")
    with pytest.raises(ImageRejected) as there:
        pool.open(data, name="x")
    assert str(there.value) == str(here.value)
    assert pool.open(FILES["png"], name="x").width == scene().shape[1]  # the same process goes on


@pytest.mark.parametrize(("program", "seconds"), [(HANGS, 0.2), (BREAKS, 60.0), (LIES, 60.0)])
def test_what_hangs_breaks_or_lies_is_ended_and_said(program: tuple[str, ...], seconds: float) -> None:
    pool = DecodePool(workers=1, seconds=seconds, program=program)
    for _ in range(2):  # and the next one has a process of its own
        with pytest.raises(ImageRejected, match=r"“cat\.jpg” was not decoded within \d+ s, or broke the decoder"):
            pool.open(FILES["jpeg"], name="cat.jpg")
    assert not pool._idle


def test_one_process_is_kept_and_one_that_died_meanwhile_is_replaced(pool: DecodePool) -> None:
    pool.open(FILES["png"], name="x")
    (kept,) = pool._idle
    pool.open(FILES["png"], name="x")
    assert pool._idle == [kept]
    kept._process.kill()
    kept._process.wait()
    assert pool.open(FILES["png"], name="x").width == scene().shape[1]
    assert pool._idle != [kept]


def test_where_no_process_can_be_started_pictures_are_decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("lwise_core.images.decode_pool.subprocess.Popen", refuse)
    pool = DecodePool()
    pool.warm_up()
    assert pool.open(FILES["png"], name="x").width == scene().shape[1]


def test_the_process_hears_nothing_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_TEACHER", "a word of the teacher's")
    worker = _Worker(("-c", "import os, sys; sys.stdout.write('LWISE_TEACHER' in os.environ and 'y' or 'n')"))
    assert worker._process.stdout is not None
    assert worker._process.stdout.read() == b"n"
    worker.end()
