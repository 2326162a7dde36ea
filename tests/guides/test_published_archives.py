"""Archives of published guides, from servers that are not trusted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lwise_core.guides.downloads import DownloadError
from lwise_core.guides.published_archives import check_archive, extract
from tests.support.raw_zips import begins_beyond_every_file

CONTENT = np.random.default_rng(0).bytes(5000)


def archive_of(path: Path, files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_only_wanted_files_leave_an_archive_and_only_to_where_they_belong(tmp_path: Path) -> None:
    files = {"../../evil.pt": b"one", "/etc/two.pt": b"two", "deep/Three.PT": b"three", "four.pt": b"four"}
    archive = archive_of(tmp_path / "all.zip", files)
    out = tmp_path / "out" / "here"
    wanted = {name: out / name for name in ("evil.pt", "two.pt", "three.pt", "five.pt")}
    assert extract(archive, wanted, limit=100) == ("five.pt",)
    assert {f.name: f.read_bytes() for f in out.iterdir()} == {
        "evil.pt": b"one",
        "two.pt": b"two",
        "three.pt": b"three",
    }
    assert {f for f in tmp_path.rglob("*") if f.is_file()} == {archive, *out.iterdir()}


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "bomb.zip", {"w.pt": bytes(50_000_000)})
    assert archive.stat().st_size < 100_000
    with pytest.raises(DownloadError, match="too large"):
        extract(archive, {"w.pt": tmp_path / "w.pt"}, limit=1_000_000)
    assert not (tmp_path / "w.pt").exists()


def test_an_archive_of_files_without_end_is_refused_before_its_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 MB of a directory, of 600,000 files, took 3.5 s of the processor and 266 MB; 4 GB may be fetched."""

    def opened(*_: object) -> None:
        raise AssertionError("the directory was read")

    archive = archive_of(tmp_path / "long.zip", {"w.pt": b"1"})
    data = bytearray(archive.read_bytes())
    data[-10:-6] = (2**20 + 1).to_bytes(4, "little")  # what the end says of the directory's size
    archive.write_bytes(data)
    monkeypatch.setattr(zipfile, "ZipFile", opened)
    with pytest.raises(DownloadError, match="more files than guides have"):
        check_archive(archive)
    with pytest.raises(DownloadError, match="more files than guides have"):
        extract(archive, {"w.pt": tmp_path / "w.pt"}, limit=1000)


def test_an_archive_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "liar.zip", {"w.pt": bytes(50_000)})
    size = (50_000).to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DownloadError, match="damaged"):
        extract(archive, {"w.pt": tmp_path / "w.pt"}, limit=1000)
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.parametrize("place", [0.02, 0.5, 0.98])
def test_a_damaged_archive_is_refused(tmp_path: Path, place: float) -> None:
    whole = archive_of(tmp_path / "a.zip", {"w.pt": CONTENT}, compression=zipfile.ZIP_STORED).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(place * len(whole))])
    with pytest.raises(DownloadError, match="damaged"):
        extract(cut, {"w.pt": tmp_path / "w.pt"}, limit=10_000)


def test_a_flipped_bit_and_a_name_twice_are_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "a.zip", {"w.pt": CONTENT}, compression=zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    data[2000] ^= 1
    archive.write_bytes(data)
    with pytest.raises(DownloadError, match="damaged"):
        extract(archive, {"w.pt": tmp_path / "w.pt"}, limit=10_000)
    twice = archive_of(tmp_path / "b.zip", {"a/w.pt": b"1", "b/w.pt": b"2"})
    with pytest.raises(DownloadError, match="twice"):
        extract(twice, {"w.pt": tmp_path / "w.pt"}, limit=10_000)


def test_a_member_that_begins_beyond_every_file_is_damaged(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "a.zip", {"w.pt": CONTENT})
    archive.write_bytes(begins_beyond_every_file(archive.read_bytes()))
    with pytest.raises(DownloadError, match="damaged"):
        extract(archive, {"w.pt": tmp_path / "w.pt"}, limit=10_000)
