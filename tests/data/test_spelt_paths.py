"""Paths that a list spells otherwise than the disk are found where only one file can be meant."""

from __future__ import annotations

from pathlib import Path

from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import picture_set
from lwise_core.data.spelt_paths import SpeltPaths
from tests.support.picture_sets import listed, passed_over


def test_the_form_of_unicode_case_and_spaces_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "Ka\u0308fer").mkdir()
    (tmp_path / "Ka\u0308fer" / "IMG 1.JPG").write_bytes(b"")
    find = SpeltPaths(LocalStore(tmp_path)).find
    assert find("K\u00e4fer/IMG 1.JPG") == find("k\u00e4fer/img 1.jpg ") == "Ka\u0308fer/IMG 1.JPG"
    assert find("K\u00e4fer/IMG 2.JPG") == "K\u00e4fer/IMG 2.JPG"


def test_nothing_is_taken_where_two_may_be_meant(tmp_path: Path) -> None:
    for name in ("a.png", "A.png"):
        (tmp_path / name).write_bytes(b"")
    assert SpeltPaths(LocalStore(tmp_path)).find("A.PNG") == "A.PNG"
    assert SpeltPaths(LocalStore(tmp_path)).find("A.png") == "A.png"


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(b"")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "A.png").symlink_to(tmp_path / "out.png")
    assert SpeltPaths(LocalStore(tmp_path / "in")).find("a.png") == "a.png"


def test_a_list_finds_files_of_a_mac_and_passes_over_what_names_no_picture(tmp_path: Path) -> None:
    (tmp_path / "Ka\u0308fer 1.png").write_bytes(b"x")
    (tmp_path / "d.csv").write_text("class,im_path\nK\u00e4fer,K\u00e4fer 1.png\nK\u00e4fer,\nK\u00e4fer,a/.DS_Store\n")
    pictures = picture_set(str(tmp_path / "d.csv"))
    assert [pictures.read(entry) for entry in listed(pictures)] == [b"x"]
    assert passed_over(pictures) == [
        "Row 2 of “d.csv” was passed over: it names no picture.",
        "“a/.DS_Store” was passed over: it is hidden, or a file of a system.",
    ]
