from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import canonical
from lwise_core.guides.class_lists import (
    ClassListError,
    classes_from_text,
    default_classes,
    imagenet_classes,
    numbered_classes,
)


def test_imagenets_names_are_short_unique_and_in_order() -> None:
    names = imagenet_classes()
    assert len(names) == len({canonical(n) for n in names}) == 1000
    assert (names[0], names[281], names[999]) == ("tench", "tabby", "toilet tissue")
    assert (names[134], names[517], names[638], names[639]) == (
        "crane (bird)",
        "crane (machine)",
        "maillot",
        "tank suit",
    )
    assert not any("," in n for n in names)


def test_other_counts_are_numbered() -> None:
    assert numbered_classes(2) == ("class 0", "class 1")
    assert default_classes(3) == ("class 0", "class 1", "class 2")
    assert default_classes(1000) == imagenet_classes()


@pytest.mark.parametrize(
    "data",
    [
        b"cat\ndog",
        b"cat\r\ndog\r\n\r\n",
        "\ufeffcat\ndog\n".encode(),
        b"  cat \n\tdog\n",
        "cat\ndog\n".encode("utf-16"),
        "cat\ndog\n".encode("utf-16-le"),
        "cat\ndog\n".encode("utf-32"),
    ],
)
def test_one_name_a_line_however_the_file_was_saved(data: bytes) -> None:
    assert classes_from_text(data) == ("cat", "dog")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"cat\n\ndog", "Line 2"),
        (b"cat\nCAT", "twice"),
        (b"house cat\ndog\nhouse_cat", "“house cat” stands twice"),
        (b"cat\x00\ndog", "Line 1"),
        (b"\xff\xfecat", "UTF-8"),
        (b"PK\x03\x04" + bytes(30), "a workbook or another archive; save it as text"),
        (rb"{\rtf1\ansi cat\par dog}", "a text of a word processor"),
        ("猫\n犬".encode("shift-jis"), "save it as UTF-8"),
        ("Käfer\nHund".encode("cp1252"), "save it as UTF-8"),
        ("cat\nd\u202eog".encode(), "Line 2"),
        (b'{"0": "cat", "2": "dog"}', "another form"),
        (b"[1, 2]", "another form"),
        (b'{"a": {"b": "c"}}', "another form"),
        (b"x" * 300, "Line 1"),
        (b"x\n" * 2_000_000, "bytes"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(ClassListError, match=said) as refused:
        classes_from_text(data)
    assert "\n" not in str(refused.value)


names = (
    st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=30)
    .filter(
        lambda n: (
            n == n.strip() and n.isprintable() and len(n.splitlines()) == 1 and not n.startswith(("[", "{", '"', "'"))
        )
    )
    .filter(lambda n: not n.endswith(","))
)


@given(st.lists(names, min_size=2, max_size=20, unique_by=canonical))
def test_a_written_list_is_read_back(given_names: list[str]) -> None:
    assert classes_from_text("\n".join(given_names).encode()) == tuple(given_names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("basal\u00a0cell\nmelanoma", ("basal cell", "melanoma")),
        ("a\u3000b\nc", ("a b", "c")),
        ("می\u200cخواهم\n👩\u200d🔬", ("می\u200cخواهم", "👩\u200d🔬")),
        ("cat\u200d\n\u200cdog", ("cat", "dog")),
        ("c\u00adat\nd\u200bog", ("cat", "dog")),
    ],
)
def test_spaces_and_joiners_of_any_kind_are_read(text: str, expected: tuple[str, ...]) -> None:
    assert classes_from_text(text.encode()) == expected


LISTS = {
    "JSON": '["tench", "goldfish", "shark"]',
    "JSON by number": '{"0": "tench", "1": "goldfish", "2": "shark"}',
    "JSON as Keras has it": '{"0": ["n1", "tench"], "1": ["n2", "goldfish"], "2": ["n3", "shark"]}',
    "JSON as class_to_idx": '{"shark": 2, "tench": 0, "goldfish": 1}',
    "a colon": "0: tench\n1: goldfish\n2: shark\n",
    "from 1, with points": "1. tench\n2. goldfish\n3. shark",
    "in another order": "2 shark\n0 tench\n1 goldfish",
    "a table with its heading": "index,label\r\n0,tench\r\n1,goldfish\r\n2,shark\r\n",
    "a semicolon's table": "number;name\n0;tench\n1;goldfish\n2;shark",
    "a tab": "0\ttench\n1\tgoldfish\n2\tshark",
    "a list as Python prints it": "['tench', 'goldfish',\n \"shark\"]",
    "a dictionary in a line": "{0: 'tench', 1: 'goldfish', 2: 'shark'}",
    "one line": "tench, goldfish, shark",
    "YAML": "names:\n- tench\n- 'goldfish'\n- shark\n",
    "YAML by number": "names:\n  0: tench\n  1: goldfish\n  2: shark\n",
    "a configuration of Hugging Face": '{"id2label": {"0": "tench", "1": "goldfish", "2": "shark"}, "num_labels": 3}',
    "classes in an object": '{"classes": ["tench", "goldfish", "shark"], "date": "3 May"}',
    "categories of COCO": '{"categories": [{"id": 2, "name": "goldfish"}, {"id": 1, "name": "tench"}, '
    '{"id": 3, "name": "shark"}]}',
    "an object a line": '{"id": 0, "name": "tench"}\n{"id": 1, "name": "goldfish"}\n{"id": 2, "name": "shark"}\n',
    "numbers behind": "tench 0\ngoldfish 1\nshark 2",
    "a table with its numbers behind": "class,index\nshark,2\ntench,0\ngoldfish,1\n",
    "a table of three columns": "index,id,name\n0,n1,tench\n1,n2,goldfish\n2,n3,shark\n",
    "an equals sign": "0=tench\n1=goldfish\n2=shark",
    "brackets": "[0] tench\n[1] goldfish\n[2] shark",
    "arrows": "0 -> tench\n1 -> goldfish\n2 -> shark",
    "quotes": '"tench"\n"goldfish"\n"shark"',
    "quotes and commas": '"tench",\n"goldfish",\n"shark"',
    "commas at the ends": "tench,\ngoldfish,\nshark,",
    "a comment above": "# of 3 May\ntench\ngoldfish\nshark",
    "marks of direction": "\u202atench\u202c\n\u200egoldfish\nshark",
    "as Python prints it": "{0: 'tench',\n 1: 'goldfish',\n 2: \"shark\"}",
}


@pytest.mark.parametrize("form", list(LISTS))
def test_lists_are_read_as_others_write_them(form: str) -> None:
    assert classes_from_text(LISTS[form].encode()) == ("tench", "goldfish", "shark")


@pytest.mark.parametrize(
    "lines",
    [
        ["3 spined stickleback", "9 spined stickleback"],
        ["0 tench", "goldfish"],
        ["1", "2"],
        ["class 0", "class 1"],
        ["grade 1", "grade 2", "normal 3"],
    ],
)
def test_numbers_that_belong_to_the_names_stay(lines: list[str]) -> None:
    assert classes_from_text("\n".join(lines).encode()) == tuple(lines)
