"""What a guide sees of the pictures of a set, and why it sees nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path

import numpy as np
import pytest

from lwise_core.batch.named_files import files_in_zip
from lwise_core.data.archives import ZipSet, close_archives
from lwise_core.data.decoding import Batch, Decoded, Decoder, Unusable
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import FolderSet
from lwise_core.data.zip_members import MemberUnreadable
from lwise_core.images.codec import ImageRejected, Photograph, open_photograph
from lwise_core.images.geometry import Crop, see
from tests.support.picture_sets import dirmap_of, listed, zip_of
from tests.support.toys import toy_folder


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_archives()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys" / "train", per_class=3).parent


def seen_by_guide(pictures: PictureSet, entries: list[PictureEntry], *, size: int) -> tuple[Decoded | Unusable, ...]:
    return Decoder(pictures, size)(Batch(0, tuple(entries))).seen


def test_a_damaged_member_of_a_zip_is_one_sentence(tmp_path: Path, folder: Path) -> None:
    packed = zip_of(folder, tmp_path / "a.zip")
    data = bytearray(packed.read_bytes())
    data[data.index(b"IDAT") + 20] ^= 0xFF
    packed.write_bytes(data)
    first, *others = seen_by_guide(ZipSet(packed), listed(ZipSet(packed)), size=16)
    assert isinstance(first, Unusable)
    assert "cannot be read" in first.sentence
    assert all(isinstance(o, Decoded) for o in others)


def test_what_a_guide_sees_is_its_central_square(folder: Path) -> None:
    pictures = FolderSet(LocalStore(folder))
    entry = listed(pictures)[0]
    (seen,) = seen_by_guide(pictures, [entry], size=24)
    assert isinstance(seen, Decoded)
    data = (folder / entry.name).read_bytes()
    photograph = open_photograph(data, name="x")
    assert np.array_equal(seen.image, see(Crop.central(photograph).of(photograph.pixels), size=24))
    assert seen.sha256 == hashlib.sha256(data).hexdigest()


def test_a_picture_that_is_none_or_is_gone_is_one_sentence(folder: Path) -> None:
    pictures = DirmapSet(DirmapFile.at(dirmap_of(folder)))
    entries = listed(pictures)
    (folder / entries[0].name).unlink()
    (folder / entries[1].name).write_bytes(b"no picture")
    gone, damaged, *_ = seen_by_guide(pictures, entries, size=16)
    assert gone == Unusable(f"“{entries[0].name}” has no file.")
    assert isinstance(damaged, Unusable)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            PermissionError(13, "Permission denied", "/a/b.png"),
            "may not be read or written by you; check its permissions.",
        ),
        (OSError(40, "Too many levels of symbolic links", "/a/b.png"), "cannot be read or written: Too many levels"),
        (LZMAError("Corrupt input data"), "cannot be read: the archive is damaged there; download or make it again."),
        (zlib.error("Error -3 while decompressing data"), "cannot be read: the archive is damaged there"),
        (EOFError("Compressed file ended"), "cannot be read: the archive is damaged there"),
        (MemberUnreadable("The archive does not give it out."), "cannot be read: the archive does not give it out."),
    ],
)
def test_a_picture_that_the_system_or_an_archive_keeps_back_is_one_plain_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise error

    pictures = FolderSet(LocalStore(folder))
    entry = listed(pictures)[0]
    monkeypatch.setattr(LocalStore, "read", refuse)
    (unread,) = seen_by_guide(pictures, [entry], size=16)
    assert isinstance(unread, Unusable)
    assert unread.sentence.startswith(f"“{entry.name}” {sentence}")
    assert "Errno" not in unread.sentence


def test_processes_that_only_decode_do_without_pytorch() -> None:
    code = "import sys, lwise_core.data.decoding, lwise_core.data.picture_sets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_the_pictures_of_somebody_else_s_zip_are_opened_where_they_harm_nobody(tmp_path: Path, folder: Path) -> None:
    asked = []

    def apart(data: bytes, *, name: str) -> Photograph:
        asked.append(name)
        if name.endswith("0.png"):
            raise ImageRejected(f"“{name}” was not decoded within 30 s.")
        return open_photograph(data, name=name)

    data = zip_of(folder, tmp_path / "a.zip").read_bytes()
    pictures = files_in_zip(data, called="a.zip", open_file=apart).pictures
    entries = listed(pictures)
    seen = seen_by_guide(pictures, entries, size=16)
    assert asked == [entry.name for entry in entries]
    refused = [isinstance(one, Unusable) for one in seen]
    assert refused == [entry.name.endswith("0.png") for entry in entries]
    assert any(refused)
