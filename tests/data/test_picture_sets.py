"""Sets of pictures: every kind lists and reads the same, and nothing leads outside."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.archives import TarSet, ZipSet, close_archives
from lwise_core.data.decoding import Batch, Decoded, Decoder, Unusable
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.entries import Labels, PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import DirmapSet, FolderSet, GlobSet, picture_set
from lwise_core.images.codec import open_photograph
from lwise_core.images.geometry import Crop, see
from tests.support.toys import add_member, archive_of, toy_folder, toy_picture


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_archives()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys" / "train", per_class=3).parent


def zip_of(root: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(root.rglob("*.png")):
            archive.write(file, file.relative_to(root).as_posix())
    return target


def dirmap_of(root: Path) -> Path:
    rows = [(f.parent.parent.name, f.parent.name, f.relative_to(root).as_posix()) for f in root.rglob("*.png")]
    file = root / "dirmap.csv"
    file.write_text("split,class,im_path\n" + "".join(",".join(r) + "\n" for r in sorted(rows)))
    return file


def listed(pictures: PictureSet) -> list[PictureEntry]:
    return [e for e in pictures.entries() if isinstance(e, PictureEntry)]


def passed_over(pictures: PictureSet) -> list[str]:
    return [e for e in pictures.entries() if isinstance(e, str)]


def seen_by_guide(pictures: PictureSet, entries: list[PictureEntry], *, size: int) -> tuple[Decoded | Unusable, ...]:
    return Decoder(pictures, size)(Batch(0, tuple(entries))).seen


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_every_kind_gives_the_same_pictures(folder: Path, tmp_path: Path, kind: str) -> None:
    source = {
        "folder": lambda: folder,
        "csv": lambda: dirmap_of(folder),
        "zip": lambda: zip_of(folder, tmp_path / "toys.zip"),
        "tar": lambda: archive_of(folder / "train", tmp_path / "toys.tar.gz"),
        "glob": lambda: folder / "**" / "*.png",
    }[kind]()
    pictures = picture_set(str(source))
    entries = listed(pictures)
    assert pictures.name == "toys"
    assert sorted(e.name for e in entries) == sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*.png"))
    for entry in reversed(entries):  # in any order, a compressed tar too
        assert entry.class_name == entry.name.split("/")[1]
        assert entry.split == ("" if kind == "glob" else "train")
        assert pictures.read(entry) == (folder / entry.name).read_bytes()


def test_a_folder_without_splits_and_what_it_passes_over(folder: Path) -> None:
    train = folder / "train"
    (train / ".hidden.png").write_bytes(b"")
    (train / "README").write_bytes(b"")
    deep = train / "top" / "a" / "b" / "c.png"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(b"")
    pictures = FolderSet(LocalStore(train))
    assert {e.split for e in listed(pictures)} == {""}
    assert [s.split("”")[0] for s in passed_over(pictures)] == ["“README", "“top/a/b/…"]


def test_where_the_guide_says_the_classes_any_layout_does(folder: Path) -> None:
    (folder / "loose.png").write_bytes(b"")
    entries = listed(FolderSet(LocalStore(folder), Labels.GUIDE))
    assert len(entries) == 10
    assert {e.class_name for e in entries} == {""}


def test_a_state_changes_when_the_picture_does(folder: Path) -> None:
    before = listed(FolderSet(LocalStore(folder)))
    (folder / before[0].name).write_bytes(b"other")
    after = listed(FolderSet(LocalStore(folder)))
    assert [a == b for a, b in zip(after, before, strict=True)] == [False, *[True] * 8]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up/x.png", "a/../../x.png", "c:/x.png", "a\\..\\x.png"])
def test_no_member_of_an_archive_leads_outside(tmp_path: Path, name: str) -> None:
    tar, packed = tmp_path / "a.tar", tmp_path / "a.zip"
    tarfile.open(tar, "w").close()
    add_member(tar, name, toy_picture("top", seed=0))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, toy_picture("top", seed=0))
    for pictures in (TarSet(tar), ZipSet(packed)):
        (sentence,) = pictures.entries()
        assert isinstance(sentence, str)
        assert "outside" in sentence


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        link = tarfile.TarInfo("cat/x.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        pipe = tarfile.TarInfo("cat/y.png")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    assert len(passed_over(TarSet(tar))) == 2
    assert listed(TarSet(tar)) == []


def test_an_archive_that_ends_too_early_is_refused(tmp_path: Path, folder: Path) -> None:
    whole = archive_of(folder / "train", tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match="read to its end"):
        listed(TarSet(tmp_path / "half.tar.gz"))
    (tmp_path / "half.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(DatasetError, match="zip"):
        listed(ZipSet(tmp_path / "half.zip"))


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
    ("words", "sentence"),
    [
        ({"source": "{tmp}/nowhere"}, "no folder, archive or CSV"),
        ({"source": "{tmp}/text"}, "no dirmap CSV, zip or tar"),
        ({"source": "{tmp}", "labels": Labels.COLUMN}, "Only a dirmap CSV has columns"),
        ({"source": "{tmp}", "column": "class"}, "Only a dirmap CSV has columns"),
        ({"source": "{tmp}/d.csv", "labels": Labels.FOLDER}, "in a column"),
    ],
)
def test_a_source_that_cannot_be_is_one_sentence(tmp_path: Path, words: dict[str, str], sentence: str) -> None:
    (tmp_path / "text").write_text("text")
    (tmp_path / "d.csv").write_text("im_path\n")
    source = words.pop("source").format(tmp=tmp_path)
    with pytest.raises(DatasetError, match=sentence):
        picture_set(source, **words)  # type: ignore[arg-type]


def test_a_csv_names_its_columns_and_a_glob_its_root(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("im_path,species\na.png,Cat\n")
    (entry,) = listed(picture_set(str(tmp_path / "d.csv"), column="species"))
    assert (entry.class_name, entry.row) == ("Cat", 0)
    (guess,) = listed(picture_set(str(tmp_path / "d.csv"), labels=Labels.GUIDE))
    assert guess.class_name == ""
    assert GlobSet(f"{tmp_path}/*/x?.png").place == tmp_path


def test_processes_that_only_decode_do_without_pytorch() -> None:
    code = "import sys, lwise_core.data.decoding, lwise_core.data.picture_sets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
