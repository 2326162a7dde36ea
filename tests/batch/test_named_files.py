"""Files that are ranked in memory, of zips and of sets."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from lwise_core.batch.named_files import NamedFile, NamedFiles, files_in_zip
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.images.codec import encode_png
from tests.support.images import scene
from tests.support.picture_sets import dirmap_of, zip_of
from tests.support.toys import archive_of, toy_folder

PNG = encode_png(scene())


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_a_zip_is_read_without_what_systems_put_into_it() -> None:
    data = zipped(
        {
            "b/2.png": b"2",
            "b/1.png": b"1",
            "__MACOSX/b/1.png": b"x",
            "b/.DS_Store": b"x",
            "b/Thumbs.db": b"x",
            "../up.png": b"3",
        }
    )
    files = files_in_zip(data, called="x.zip")
    assert [(f.name, f.folder, f.data) for f in files] == [("b/1.png", "b", b"1"), ("b/2.png", "b", b"2")]
    assert files.names == ("b/1.png", "b/2.png")


def test_a_zip_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.batch.named_files.LARGEST_ZIP", 1000)
    with pytest.raises(DatasetError, match="use a folder on the server"):
        files_in_zip(zipped({"a.png": b"0" * 2000}), called="x.zip")


def test_a_directory_of_too_many_members_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.batch.named_files.MOST_FILES", 2)
    data = zipped({f"folder{i}/": b"" for i in range(7)})
    monkeypatch.setattr("lwise_core.data.zip_directory.zipfile.ZipFile", lambda *_: pytest.fail("it was read"))
    with pytest.raises(DatasetError, match="more than 2 files"):
        files_in_zip(data, called="x.zip")


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"“x\.zip” is not a zip"):
        list(files_in_zip(b"no zip", called="x.zip"))


def test_a_damaged_member_is_refused_by_its_name() -> None:
    data = bytearray(zipped({"a.png": PNG, "b.png": b"whole"}))
    place = bytes(data).index(PNG)
    data[place + 100] ^= 0xFF
    damaged, whole = files_in_zip(bytes(data), called="x.zip")
    assert (damaged.name, damaged.data) == ("a.png", b"")
    assert "“a.png” cannot be read" in damaged.unusable
    assert whole == NamedFile("b.png", b"whole")


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_the_files_of_every_layout_lie_in_the_folder_of_their_class(tmp_path: Path, kind: str) -> None:
    folder = toy_folder(tmp_path / "toys" / "train", per_class=2).parent
    source = {
        "folder": lambda: folder,
        "csv": lambda: dirmap_of(folder),
        "zip": lambda: zip_of(folder, tmp_path / "toys.zip"),
        "tar": lambda: archive_of(folder / "train", tmp_path / "toys.tar.gz"),
        "glob": lambda: folder / "train" / "*" / "*.png",
    }[kind]()
    files = NamedFiles.of(picture_set(str(source)))
    assert [f.name for f in files] == list(files.names)
    found = {(f.parent.name, f.read_bytes()) for f in (folder / "train").rglob("*.png")}
    assert {(f.folder, f.data) for f in files} == found
    assert len(files.names) == 6


def test_a_class_of_a_dirmap_is_the_folder_of_its_picture(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1.png").write_bytes(PNG)
    (tmp_path / "d.csv").write_text("im_path,class\nscans/1.png,melanoma\nscans/1.png,\n")
    named, unnamed = NamedFiles.of(picture_set(str(tmp_path / "d.csv")))
    assert (named.name, named.folder) == ("melanoma/1.png", "melanoma")
    assert (unnamed.name, unnamed.folder) == ("1.png", "")


def test_splits_within_a_class_and_beside_one_are_no_classes_and_no_name_is_there_twice() -> None:
    names = ("cat/train/a.png", "cat/val/a.png", "dog/train/a.png")
    files = files_in_zip(zipped(dict.fromkeys(names, b"1")), called="x.zip")
    assert files.names == ("cat/train_a.png", "cat/val_a.png", "dog/train_a.png")
    assert [file.folder for file in files] == ["cat", "cat", "dog"]
