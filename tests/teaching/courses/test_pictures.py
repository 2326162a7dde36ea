"""What a course is made from is listed without being read, and read in the same order under the same names."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from lwise_core.batch.named_files import NamedFiles, files_in_zip
from lwise_core.data.phantom import FAMILIES
from lwise_core.data.picture_sets import picture_set
from lwise_core.teaching.courses.pictures import (
    TEST,
    TRAIN,
    FromData,
    FromPhantom,
    FromZip,
    LabelledFile,
    Pictures,
)
from tests.support.toys import TOY_CLASSES, toy_folder


def from_data(root: Path, **words: object) -> FromData:
    toy_folder(root / "set" / TRAIN, per_class=3)
    toy_folder(root / "set" / TEST, per_class=2, seed=1)
    return FromData(picture_set(str(root / "set")), (TRAIN, TEST), **words)  # type: ignore[arg-type]


def phantom() -> FromPhantom:
    return FromPhantom(per_class=3, per_class_in_tests=2, size=16)


def files_of(pictures: Pictures) -> list[LabelledFile]:
    return [f for f in pictures if isinstance(f, LabelledFile)]


@pytest.mark.parametrize("kind", ["data", "phantom"])
def test_what_is_listed_is_what_is_read(kind: str, tmp_path: Path) -> None:
    pictures: Pictures = from_data(tmp_path) if kind == "data" else phantom()
    listed, files = list(pictures.listed()), files_of(pictures)
    assert len(pictures) == len(listed) == len(files)
    assert sorted((c.name, c.class_name, c.split) for c in listed) == sorted(
        (f.name, f.class_name, f.split) for f in files
    )
    assert {c.difficulty for c in listed} == {0.0}
    assert files_of(pictures) == files  # they can be read more than once


def test_only_the_classes_that_were_named_count(tmp_path: Path) -> None:
    pictures = from_data(tmp_path, classes=frozenset(TOY_CLASSES[:2]))
    assert Counter(f.class_name for f in files_of(pictures)) == dict.fromkeys(TOY_CLASSES[:2], 5)
    assert len(pictures) == len(list(pictures.listed())) == 10


def test_only_the_parts_that_were_named_count(tmp_path: Path) -> None:
    whole = from_data(tmp_path)
    part = FromData(whole.pictures, (TEST,))
    assert {f.split for f in files_of(part)} == {TEST}
    assert len(part) == 2 * len(TOY_CLASSES)


def test_no_creature_is_learnt_from_and_tested_on() -> None:
    files = files_of(phantom())
    assert len({f.data for f in files}) == len(files)
    assert Counter((f.split, f.class_name) for f in files) == {
        (split, family): count for split, count in ((TRAIN, 3), (TEST, 2)) for family in FAMILIES
    }


def test_another_seed_gives_other_creatures() -> None:
    seeds = [FromPhantom(per_class=2, per_class_in_tests=2, seed=seed, size=16) for seed in range(2)]
    one, other = ({f.data for f in files_of(pictures)} for pictures in seeds)
    assert not one & other


@pytest.mark.parametrize("word", ["NA", "nan", "None", "unknown", "", "-", "#N/A"])
def test_an_origin_that_is_not_known_is_shared_by_nothing(tmp_path: Path, word: str) -> None:
    folder = toy_folder(tmp_path / "set", per_class=1)
    rows = [
        f"val,{name},{name}/000.png,{origin}"
        for name, origin in zip(TOY_CLASSES, ("lesion 1", word, word), strict=True)
    ]
    (folder / "d.csv").write_text("\n".join(("split,class,im_path,lesion_id", *rows)))
    found = files_of(FromData(picture_set(str(folder / "d.csv")), ("val",)))
    assert {f.class_name: f.origin for f in found} == dict(zip(TOY_CLASSES, ("lesion 1", "", ""), strict=True))


def test_what_is_passed_over_can_be_told_before_the_work(tmp_path: Path) -> None:
    pictures = from_data(tmp_path)
    (tmp_path / "set" / TRAIN / TOY_CLASSES[0] / "list.txt").write_text("x")
    assert len(pictures) == 15
    assert pictures.passed_over == (
        f"“{TOY_CLASSES[0]}/list.txt” was passed over: its ending says that it is no picture.",
    )


def test_a_class_is_chosen_in_either_form_of_unicode(tmp_path: Path) -> None:
    toy_folder(tmp_path / "set" / TRAIN, per_class=1)
    (tmp_path / "set" / TRAIN / TOY_CLASSES[0]).rename(tmp_path / "set" / TRAIN / "Ka\u0308fer")
    pictures = FromData(picture_set(str(tmp_path / "set")), (TRAIN,), frozenset({"K\u00e4fer"}))
    assert [f.class_name for f in files_of(pictures)] == ["K\u00e4fer"]


def zipped(**folders: int) -> NamedFiles:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for folder, count in folders.items():
            for i in range(count):
                archive.writestr(f"mine/{folder}/{i}.png", f"{folder} {i}")
    return files_in_zip(stream.getvalue(), called="mine.zip")


def test_of_a_zip_every_fifth_of_a_class_is_for_tests_and_other_folders_stay_out() -> None:
    files = zipped(cat=11, dog=10, owl=4)
    pictures = FromZip(files, "key", ("cat", "dog"))
    assert pictures.counts == {"cat": 11, "dog": 10, "owl": 4}
    assert Counter((f.class_name, f.split) for f in files_of(pictures)) == {
        ("cat", TRAIN): 9,
        ("cat", TEST): 2,
        ("dog", TRAIN): 8,
        ("dog", TEST): 2,
    }
    assert len(pictures) == 21
    listed = {(c.name, c.class_name, c.split) for c in pictures.listed()}
    assert listed == {(f.name, f.class_name, f.split) for f in files_of(pictures)}
    assert all(f.data.decode() == f"{f.class_name} {f.name[:-4].rpartition('/')[2]}" for f in files_of(pictures))


def test_the_same_zip_and_classes_are_the_same_course_in_every_process() -> None:
    """A course goes on in the folder of its pictures' words: they say which zip, and hold none of its bytes."""
    pictures = FromZip(zipped(cat=2), "key", ("cat",))
    assert repr(pictures) == "FromZip(key='key', classes=('cat',))"
