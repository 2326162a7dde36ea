"""The program that decodes for another one: questions in, answers out, and no more memory than it may have."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from lwise_core.images.decode_worker import ANSWER, QUESTION, serve
from tests.support.images import encoded, scene

ROOT = Path(__file__).parents[2]


def question(data: bytes, *, name: str = "x.png") -> bytes:
    return QUESTION.pack(len(name.encode()), len(data)) + name.encode() + data


def test_questions_are_answered_in_their_order_until_one_is_cut_off() -> None:
    sink = io.BytesIO()
    serve(io.BytesIO(question(b"no picture") + question(encoded(scene(), "PNG")) + question(b"")[:5]), sink)
    sink.seek(0)
    (length,) = ANSWER.unpack(sink.read(ANSWER.size))
    assert "is not a picture" in json.loads(sink.read(length))["rejected"]
    (length,) = ANSWER.unpack(sink.read(ANSWER.size))
    facts = json.loads(sink.read(length))
    assert facts == {"name": "x.png", "shape": list(scene().shape), "notes": []}
    np.testing.assert_array_equal(np.frombuffer(sink.read(), np.uint8).reshape(facts["shape"]), scene())


def test_it_gets_no_more_memory_than_it_may_have() -> None:
    program = (
        "from lwise_core.images.decode_worker import limit_memory; limit_memory(2**30)\n"
        "try: bytearray(2**30)\n"
        "except MemoryError: print('refused')"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter on our own program
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "refused\n"
