"""Headers of a tar that ask for more than a member can, or lead backwards."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwise_core.data.archives import TarSet, close_archives, is_tar
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.tar_headers import open_tar


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_archives()


def header(name: str, *, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def filled(content: bytes) -> bytes:
    return content + bytes(-len(content) % tarfile.BLOCKSIZE)


def saying(records: bytes, *, kind: bytes = tarfile.XHDTYPE) -> bytes:
    return header("said", size=len(records), kind=kind) + filled(records)


def record(word: str, value: str) -> bytes:
    said = f" {word}={value}\n".encode()
    length = len(said) + 1
    while length != len(said) + len(str(length)):
        length = len(said) + len(str(length))
    return str(length).encode() + said


def written(folder: Path, *parts: bytes) -> TarSet:
    file = folder / "a.tar"
    file.write_bytes(b"".join(parts) + bytes(2 * tarfile.BLOCKSIZE))
    return TarSet(file)


def with_holes() -> bytes:
    """Return a member of old GNU tar whose header says that a list of holes follows, and one that goes on."""
    block = bytearray(header("cat/b.png", size=0, kind=tarfile.GNUTYPE_SPARSE))
    block[482] = 1
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    follows = bytearray(tarfile.BLOCKSIZE)
    follows[504] = 1
    return bytes(block + follows * 3)


PICTURE = header("cat/a.png", size=600) + filled(b"x" * 600)

HOSTILE = {
    "a number that is none": saying(record("GNU.sparse.map", "1,z") + record("GNU.sparse.size", "5")),
    "a size that is none": saying(record("GNU.sparse.size", "abc") + record("GNU.sparse.map", "1")),
    "a length that is none": saying(b"9" * 5000 + b" a=b\n"),
    "a length of nothing": saying(b"0 a=b\n"),
    "records within one another": saying(b"2 " * 100 + b"=\n"),
    "a record that does not end": saying(b"99 path=x\n"),
    "a number without end": saying(record("comment", "9" * 101)),
    "another encoding that is none": saying(record("hdrcharset", "x").replace(b"x", b"\xff")),
    "one name after another": (header("n", size=4, kind=tarfile.GNUTYPE_LONGNAME) + filled(b"abc\0")) * 1000,
    "backwards": saying(record("size", "-1536")),
    "backwards, of its own": header("cat/b.png", size=-512),
    "holes without end": with_holes(),
    "said of all": saying(b"".join(record(f"w{i}", "x") for i in range(1001)), kind=tarfile.XGLTYPE),
}


@pytest.mark.parametrize("what", list(HOSTILE))
def test_what_no_program_writes_is_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    pictures = written(tmp_path, HOSTILE[what], PICTURE)
    assert not is_tar(pictures.file)
    pictures = written(tmp_path, PICTURE, HOSTILE[what], PICTURE)
    with pytest.raises(DatasetError, match="not an archive that can be read to its end"):
        list(pictures.entries())


def test_a_list_of_holes_is_not_read_and_its_file_is_passed_over(tmp_path: Path) -> None:
    """170 kB of a tar.gz, in which it has 40 MB, took 8.6 s of the processor and 150 MB."""
    holes = saying(record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0"))
    pictures = written(tmp_path, holes, header("cat/b.png", size=1024), b"9\n1\n" + bytes(1020), PICTURE)
    assert [e.name for e in pictures.entries() if isinstance(e, PictureEntry)] == ["cat/a.png"]
    with open_tar(pictures.file) as archive:
        assert [getattr(member, "sparse", None) for member in archive] == [[], None]


def test_what_a_header_says_is_read_as_it_always_was(tmp_path: Path) -> None:
    name = f"cat/{'ä' * 120}.png"
    said = saying(record("path", name) + record("mtime", "1700000000.123456789") + record("comment", "0" * 40))
    pictures = written(tmp_path, said, header("cat/short.png", size=600), filled(b"y" * 600), PICTURE)
    first, second = (e for e in pictures.entries() if isinstance(e, PictureEntry))
    assert (first.name, second.name) == (name, "cat/a.png")
    assert (pictures.read(first), pictures.read(second)) == (b"y" * 600, b"x" * 600)


def test_a_name_ends_where_it_ends_for_the_system(tmp_path: Path) -> None:
    """No file can have a name with a zero byte in it, under which a result would be written."""
    pictures = written(tmp_path, saying(record("path", "cat/b.png\0.txt")), PICTURE)
    assert [e.name for e in pictures.entries() if isinstance(e, PictureEntry)] == ["cat/b.png"]
