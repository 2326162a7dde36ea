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
        (b"\n<!DOCTYPE html><html>\n<body>", "a web page"),
        (rb"{\rtf1\ansi cat\par dog}", "a text of a word processor"),
        (b"<ul><li>cat</li></ul>", "a part of a web page"),
        (b'<?xml version="1.0"?><c>cat</c>', "an XML file"),
        (b"\x93NUMPY\x01\x00", "an array of NumPy"),
        (b"\x80\x04\x95", "a pickle of Python"),
        (b"\x1f\x8b\x08", "packed with gzip"),
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
