"""A pickle of a few bytes cannot ask for gigabytes or hours before torch's unpickler notices anything."""

from __future__ import annotations

import argparse
import io
import pickle
import zipfile
from contextlib import suppress

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import read_weights
from lwise_core.guides.pickle_steps import check_pickle


def saved(content: object, *, legacy: bool = False) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


def file_of(steps: bytes, *, legacy: bool) -> bytes:
    """Return a file of torch.save whose pickle takes these steps."""
    if legacy:
        start = saved({}, legacy=True)
        known = pickle.dumps({}, protocol=2)
        return start.replace(known, b"\x80\x02" + steps + b".", 1)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved({}))) as old, zipfile.ZipFile(file, "w") as new:
        for member in old.namelist():
            new.writestr(member, b"\x80\x02" + steps + b"." if member.endswith("data.pkl") else old.read(member))
    return file.getvalue()


def text(word: str) -> bytes:
    return pickle.BINUNICODE + len(word.encode()).to_bytes(4, "little") + word.encode()


DEEP = b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(26))
"""A tuple of two, each of which is one of two, and so on: 67 million in 130 bytes, whose hash takes seconds."""

BOMBS = {
    "a key whose hash never ends": b"}" + DEEP + b"K\x01s",
    "the same in a set": b"cbuiltins\nset\n]" + DEEP + b"a\x85R",
    "the same as a storage": DEEP + b"Q",
    "an array": b"c__builtin__\nbytearray\n" + b"J" + (10**6).to_bytes(4, "little") + b"\x85R",
    "a text that is doubled": b"c_codecs\nencode\nU\x01a" + text("hex_codec") + b"\x86R",
    "an encoding that takes hours": b"c_codecs\nencode\n" + text("é" * 50) + text("punycode") + b"\x86R",
    "numbers of one hash": b"}("
    + b"".join(b"\x8a\x0b" + (i * (2**61 - 1)).to_bytes(11, "little") + b"N" for i in range(1, 20_002))
    + b"u",
}


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("what", list(BOMBS))
def test_a_small_file_that_asks_for_much_is_refused_before_anything_is_built(
    what: str, legacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(*_: object, **__: object) -> None:
        raise AssertionError("torch was asked")

    monkeypatch.setattr(torch, "load", built)
    with pytest.raises(CheckpointError, match="asks for more memory or time than the weights"):
        read_weights(file_of(BOMBS[what], legacy=legacy))


@pytest.mark.parametrize("legacy", [False, True])
def test_what_training_loops_keep_is_accepted(legacy: bool) -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    optimiser = torch.optim.Adam(network.parameters(), betas=(0.9, 0.99))
    network(torch.zeros(2, 3, 8, 8)).sum().backward()
    optimiser.step()
    state = network.state_dict()
    content = {
        "model": state,
        "ema": state,  # the same again
        "optimizer": optimiser.state_dict(),
        "options": argparse.Namespace(lr=0.1, name="a run"),
        "note": b"bytes \xff",
        "seed": 2**40,
        "epoch": 3,
    }
    check_pickle(saved(content, legacy=legacy))
    assert read_weights(saved(content, legacy=legacy)).epoch == 3


@given(st.binary(max_size=200))
def test_any_steps_are_accepted_or_refused(steps: bytes) -> None:
    for legacy in (False, True):
        with suppress(CheckpointError):
            check_pickle(file_of(steps, legacy=legacy))
