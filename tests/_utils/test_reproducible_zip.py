"""The same files give the same bytes, whenever and wherever the zip is written."""

from __future__ import annotations

import io
import time
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.reproducible_zip import add_file


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in files.items():
            add_file(archive, name, content)
    return stream.getvalue()


FILES = st.dictionaries(st.text("abcdef./", min_size=1).filter(lambda n: not n.endswith("/")), st.binary(max_size=99))


@given(files=FILES)
def test_what_was_put_in_comes_out(files: dict[str, bytes]) -> None:
    with ZipFile(io.BytesIO(zipped(files))) as archive:
        assert [archive.read(m) for m in archive.infolist()] == list(files.values())


def test_the_day_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.txt": b"a" * 500, "b.png": b"b" * 500}
    before = zipped(files)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert zipped(files) == before


def test_pictures_are_not_compressed_twice() -> None:
    with ZipFile(io.BytesIO(zipped({"a.txt": b"a" * 500, "b.png": b"b" * 500}))) as archive:
        assert [m.compress_type for m in archive.infolist()] == [ZIP_DEFLATED, ZIP_STORED]
        assert {m.date_time for m in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {m.external_attr >> 16 for m in archive.infolist()} == {0o644}
