"""Torch unpacks what was checked: of a zip that two programs read differently, nothing else reaches it."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
import torch

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import read_weights
from lwise_core.guides.weight_archive import repacked
from tests.support.raw_zips import begins_beyond_every_file

_ENTRIES = struct.Struct("<4sQ2H2L4Q")  # the end record of a large zip
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_LOCAL, _CENTRAL = 30, 46  # bytes before a member's name


def saved(**weights: torch.Tensor) -> bytes:
    file = io.BytesIO()
    torch.save(weights, file)
    return file.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {m.filename: archive.read(m) for m in archive.infolist()}


def written(members: dict[str, bytes], *, at: int) -> tuple[bytes, bytes]:
    """Return a zip's members with their directory, as they stand at byte ``at``, and the large end record for them."""
    body, directory = b"", b""
    for name, content in members.items():
        check, size, title = zipfile.crc32(content), len(content), name.encode()  # type: ignore[attr-defined]
        offset = at + len(body)
        head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, check, size, size, len(title), 0)
        body += head + title + content
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, check, size, size, len(title), 0, 0, 0, 0, 0, offset
        )
        directory += title
    count, start = len(members), at + len(body)
    record = _ENTRIES.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start)
    return body + directory, record


def two_in_one(seen_by_torch: bytes, seen_by_python: bytes) -> bytes:
    """Return a zip whose locator leads torch to one directory while Python takes the one just before the locator."""
    first, record = written(members_of(seen_by_torch), at=0)
    second, last = written(members_of(seen_by_python), at=len(first) + len(record))
    locator = _LOCATOR.pack(b"PK\x06\x07", 0, len(first), 1)
    end = _END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return first + record + second + last + locator + end


def test_torch_gets_the_archive_that_was_checked() -> None:
    data = two_in_one(saved(w=torch.zeros(1000)), saved(w=torch.ones(4)))
    assert len(torch.load(io.BytesIO(data), weights_only=True)["w"]) == 1000  # the two do not see the same
    assert read_weights(data).state["w"].tolist() == [1.0] * 4


def test_an_archive_written_anew_holds_the_same() -> None:
    data = saved(a=torch.arange(5.0), b=torch.ones(2, 2))
    assert members_of(repacked(data)) == members_of(data)
    assert read_weights(data).state["a"].tolist() == [0, 1, 2, 3, 4]


def test_a_member_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(saved(w=torch.ones(2)))
    with zipfile.ZipFile(file, "a") as archive:
        name = next(n for n in archive.namelist() if n.endswith("data.pkl"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(name, b"x")
    with pytest.raises(CheckpointError, match="damaged"):
        repacked(file.getvalue())


def test_a_member_that_differs_from_its_checksum_is_refused() -> None:
    data = bytearray(saved(w=torch.arange(64.0)))
    place = bytes(data).index(torch.arange(64.0).numpy().tobytes())
    data[place + 9] ^= 1
    with pytest.raises(CheckpointError, match="damaged"):
        repacked(bytes(data))


def test_a_directory_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """19 MB of it, of 400,000 members, took 1.7 s of the processor and 125 MB; ten times as much may come."""

    def opened(*_: object) -> None:
        raise AssertionError("the directory was read")

    body, record = written({"a/data.pkl": b""}, at=0)
    larger = _ENTRIES.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 17 * 2**20, 0)
    locator = _LOCATOR.pack(b"PK\x06\x07", 0, len(body), 1)
    end = _END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    monkeypatch.setattr(zipfile, "ZipFile", opened)
    with pytest.raises(CheckpointError, match="damaged"):
        repacked(body + record + larger + locator + end)


def test_a_member_that_begins_beyond_every_file_is_damaged() -> None:
    with pytest.raises(CheckpointError, match="damaged or cut off"):
        read_weights(begins_beyond_every_file(repacked(saved(w=torch.ones(4)))))
