"""Dirmap CSVs: read as they are, written back with more columns, and nothing outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.data.dirmap import DirmapFile, Row
from lwise_core.data.errors import DatasetError

TEXT = 'split,class,im_path,note\ntrain,cat,cat/1.png,"a, b"\nval,dog,dog/2.png,\n'


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> DirmapFile:
    file = folder / "dirmap.csv"
    file.write_bytes(text.encode(encoding))
    return DirmapFile.at(file)


def test_rows_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    dirmap = written(tmp_path, TEXT, encoding="utf-8-sig")
    assert dirmap.columns == ("split", "class", "im_path", "note")
    assert list(dirmap.rows()) == [
        Row(0, ("train", "cat", "cat/1.png", "a, b")),
        Row(1, ("val", "dog", "dog/2.png", "")),
    ]


def test_columns_are_added_replaced_and_the_others_kept(tmp_path: Path) -> None:
    dirmap = written(tmp_path, TEXT)
    said = b"".join(dirmap.rewritten(("note", "difficulty"), lambda row: (f"n{row.number}", "0.5")))
    assert said.decode() == (
        "split,class,im_path,note,difficulty\ntrain,cat,cat/1.png,n0,0.5\nval,dog,dog/2.png,n1,0.5\n"
    )
    assert (tmp_path / "dirmap.csv").read_text() == TEXT


def test_rows_can_be_left_out(tmp_path: Path) -> None:
    dirmap = written(tmp_path, TEXT)
    said = b"".join(dirmap.rewritten(("x",), lambda row: None if row.number == 0 else ("1",)))
    assert said.decode().splitlines()[1:] == ["val,dog,dog/2.png,,1"]


@pytest.mark.parametrize("name", ["idaea4-dirmap.csv", "mhist-votes.csv"])
def test_a_shipped_dirmap_comes_back_byte_for_byte(shared_folder: Path, name: str) -> None:
    file = shared_folder / "data" / name
    dirmap = DirmapFile.at(file)
    place = dirmap.place("difficulty")
    same = b"".join(dirmap.rewritten(("difficulty",), lambda row: (row.values[place],)))
    assert same == file.read_bytes().replace(b"\r\n", b"\n")


@pytest.mark.parametrize("path", ["../x.png", "/etc/passwd", "a/../../x.png", "", ".", "..", "link/x.png", "a\0b.png"])
def test_no_row_leads_outside(tmp_path: Path, path: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link").symlink_to(tmp_path)
    dirmap = written(inner, "im_path\n")
    with pytest.raises(DatasetError, match="outside its own folder"):
        dirmap.path_of(Row(0, (path,)))


@pytest.mark.parametrize(("path", "plain"), [("a/b.png", "a/b.png"), ("./a/../b.png", "b.png"), ("a//b", "a/b")])
def test_detours_inside_are_straightened(tmp_path: Path, path: str, plain: str) -> None:
    assert written(tmp_path, "im_path\n").path_of(Row(0, (path,))) == plain


def test_an_absolute_path_inside_the_folder_is_one_from_there(tmp_path: Path) -> None:
    dirmap = written(tmp_path, "im_path\n")
    assert dirmap.path_of(Row(0, (str(tmp_path / "cat" / "a.png"),))) == "cat/a.png"


def test_rows_and_columns_that_a_spreadsheet_leaves_empty_do_not_count(tmp_path: Path) -> None:
    dirmap = written(tmp_path, "im_path,class,,\na.png,cat,,\n,,,\nb.png,dog,,\n")
    assert [(row.number, dirmap.path_of(row)) for row in dirmap.rows()] == [(0, "a.png"), (2, "b.png")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04" + bytes(30), "“dirmap.csv” is a workbook and no CSV; save its sheet as CSV in UTF-8"),
        (b"\xd0\xcf\x11\xe0" + bytes(30), "“dirmap.csv” is a workbook and no CSV"),
        (b"split,class\n", "no column “im_path”"),
        (b"", "no column “im_path”"),
        (b"im_path,a,a\n", "two columns “a”"),
        (b"a,im_path\nx\n", "Row 1 of “dirmap.csv” has 1 values for 2 columns"),
        (b"im_path\n\xff\xfe\n", "not a CSV file in UTF-8"),
        (b'im_path\n"x.png"y\n', "not a CSV file in UTF-8"),
    ],
)
def test_what_is_no_dirmap_is_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "dirmap.csv").write_bytes(data)
    with pytest.raises(DatasetError, match=sentence):
        list(DirmapFile.at(tmp_path / "dirmap.csv").rows())


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no column “species”; it has split, class, im_path, note"):
        written(tmp_path, TEXT).place("species")


@pytest.mark.parametrize(
    "data",
    [
        b"split;class;im_path;note\r\ntrain;cat;cat/1.png;0,5\r\n",
        b"split\tclass\tim_path\tnote\ntrain\tcat\tcat/1.png\t0,5\n",
        b'sep=;\r\nsplit;class;im_path;note\r\ntrain;cat;cat/1.png;"0,5"\r\n',
        'split\tclass\tim_path\tnote\r\ntrain\tcat\tcat/1.png\t"0,5"\r\n'.encode("utf-16"),
        'split,class,im_path,note\r\ntrain,cat,cat/1.png,"0,5"\r\n'.encode("utf-16-le"),
        b'\xef\xbb\xbfsplit, class, im_path,note\rtrain,cat,cat/1.png,"0,5"\r',
        b'split,class,im_path,note\ntrain,cat,cat/1.png,"0,5",,\n,,,,,\n , ,,\n',
        b'split,class,im_path,note\ntrain,cat,cat/1.png,"0,5"\nsplit,class,im_path,note\n',
        b"Split;CLASS;IM_PATH;note\r\ntrain;cat;cat/1.png;0,5\r\n",
        b'\xef\xbb\xbf# exported by LabelTool 2, 3 May\n#\nsplit,class,im_path,note\ntrain,cat,cat/1.png,"0,5"\n',
        'split,class,im_path,note\r\ntrain,cat,cat/1.png,"0,5"\r\n'.encode("utf-32"),
        b'Photographs of May,,,\r\n,,,\r\nsplit,class,im_path,note\r\ntrain,cat,cat/1.png,"0,5"\r\n',
        b"\xef\xbb\xbfPhotographs;;;\r\nsplit;class;im_path;note\r\ntrain;cat;cat/1.png;0,5\r\n",
        b'"# exported, with commas",,,\r\nsplit,class,im_path,note\r\ntrain,cat,cat/1.png,"0,5"\r\n',
        b'"split,class,im_path,note"\r\n"train,cat,cat/1.png,""0,5"""\r\n',
        b'split,class,im_path,note\r\n"train,cat,cat/1.png,""0,5"""\r\n',
        b'split, class, im_path, note\ntrain, cat, "cat/1.png", "0,5"\n',
        b'split,class,im_path,note\nim_path,note,class,split\ncat/1.png,"0,5",cat,train\n',
    ],
    ids=[
        *("semicolons", "tabs", "sep", "UTF-16", "UTF-16 without BOM", "spaces, BOM, CR", "empty cells"),
        *("two headings", "capitals", "comments", "UTF-32", "a title", "a title and semicolons", "a comment in cells"),
        *("a cell a line", "a cell a row", "spaces before quotes", "a heading in another order"),
    ],
)
def test_a_list_is_read_as_spreadsheets_save_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "dirmap.csv").write_bytes(data)
    dirmap = DirmapFile.at(tmp_path / "dirmap.csv")
    assert dirmap.columns == ("split", "class", "im_path", "note")
    assert [row.values for row in dirmap.rows()] == [("train", "cat", "cat/1.png", "0,5")]


def test_empty_cells_that_are_left_out_at_the_end_are_empty(tmp_path: Path) -> None:
    assert [r.values for r in written(tmp_path, "im_path,a,b\nx.png\n").rows()] == [("x.png", "", "")]


def test_a_heading_of_the_path_alone_is_no_title(tmp_path: Path) -> None:
    assert written(tmp_path, "im_path,,,\na.png,,,\n").columns == ("im_path", "", "", "")


def test_a_column_called_hash_and_files_called_so_are_no_comments(tmp_path: Path) -> None:
    dirmap = written(tmp_path, "#,im_path,class\n1,#1.png,cat\n")
    assert dirmap.columns == ("#", "im_path", "class")
    assert [dirmap.path_of(row) for row in dirmap.rows()] == ["#1.png"]


def test_case_counts_where_two_columns_are_alike(tmp_path: Path) -> None:
    assert written(tmp_path, "im_path,class,Class\n").columns == ("im_path", "class", "Class")
    with pytest.raises(DatasetError, match="two columns “class”"):
        _ = written(tmp_path, "im_path,CLASS,Class\n").columns


def test_a_column_that_a_person_names_may_be_in_other_case(tmp_path: Path) -> None:
    assert written(tmp_path, "im_path,Species\n").place("species") == 1
    with pytest.raises(DatasetError, match="no column “species”"):
        written(tmp_path, "im_path,Species,SPECIES\n").place("species")


def test_an_encoding_that_is_not_said_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not a CSV file in UTF-8; save it as that"):
        list(written(tmp_path, "class,im_path\nKäfer,x.png\n", encoding="cp1252").rows())


@pytest.mark.parametrize(
    "path",
    [
        "cat\\a.png",
        ".\\cat\\a.png",
        "C:\\Users\\me\\{here}\\cat\\a.png",
        "\\\\nas\\{here}\\cat\\a.png",
        "C:/Users/me/{here}/cat/a.png",
    ],
)
def test_a_path_of_windows_is_read_from_the_folder_on(tmp_path: Path, path: str) -> None:
    assert written(tmp_path, "im_path\n").path_of(Row(0, (path.format(here=tmp_path.name),))) == "cat/a.png"


@pytest.mark.parametrize(
    "address",
    [
        "file://{folder}/cat/a%20%C3%A9.png",
        "file://localhost{folder}/cat/a%20%C3%A9.png",
        "FILE:{folder}/cat/a%20%C3%A9.png",
        "file:cat/a%20%C3%A9.png",
        "file:///C:/Users/me/{here}/cat/a%20%C3%A9.png",
        "file://nas/{here}/cat/a%20%C3%A9.png",
        "file:///home/somebody/{here}/cat/a%20%C3%A9.png",
        "/home/somebody/{here}/cat/a é.png",
        "../{here}/cat/a é.png",
    ],
)
def test_addresses_and_places_from_before_the_folder_was_moved_are_read(tmp_path: Path, address: str) -> None:
    row = Row(0, (address.format(folder=tmp_path, here=tmp_path.name),))
    assert written(tmp_path, "im_path\n").path_of(row) == "cat/a é.png"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "file:../x.png", "file:///x/{here}/../../x.png", "file:%00"])
def test_no_address_leads_outside(tmp_path: Path, address: str) -> None:
    with pytest.raises(DatasetError, match="outside its own folder"):
        written(tmp_path, "im_path\n").path_of(Row(0, (address.format(here=tmp_path.name),)))


def test_a_backslash_in_a_files_name_stays(tmp_path: Path) -> None:
    (tmp_path / "a\\b.png").write_bytes(b"")
    assert written(tmp_path, "im_path\n").path_of(Row(0, ("a\\b.png",))) == "a\\b.png"


def test_a_place_on_another_computer_is_called_that(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="by its place on another computer"):
        written(tmp_path, "im_path\n").path_of(Row(0, ("C:\\Users\\me\\cat\\a.png",)))


def test_a_csv_without_paths_is_answered_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"it has image_id, dx\. Call the one with the pictures' paths “im_path”\."):
        list(written(tmp_path, "image_id,dx\nISIC_1,nv\n").rows())
