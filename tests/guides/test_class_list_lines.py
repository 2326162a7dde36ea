"""Class names in lines keep what belongs to them, and lose what stands around all of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.guides.class_list_lines import names_in_lines, printed
from lwise_core.guides.class_lists import ClassListError, classes_from_text

WORDS = st.text(st.characters(categories=["L"], exclude_characters="n"), min_size=1).map(lambda word: f"a {word}")


@settings(max_examples=20)
@given(st.lists(WORDS, min_size=2, max_size=5, unique=True), st.sampled_from(["{}: {}", "{}\t{}", "({}) {}"]))
def test_numbers_in_front_come_off_where_all_have_one(names: list[str], form: str) -> None:
    lines = [form.format(number, name) for number, name in enumerate(names)]
    assert names_in_lines(lines) == names
    assert names_in_lines([*lines, "x"]) == [*lines, "x"]


@pytest.mark.parametrize(
    "lines",
    [
        ["3 spined stickleback", "9 spined stickleback"],
        ["0 tench", "goldfish"],
        ["1", "2"],
        ["class 0", "class 1"],
        ["grade 1", "grade 2", "normal 3"],
        ["n01440764", "n01443537"],
        ["n01440764 tench", "goldfish"],
    ],
)
def test_numbers_that_belong_to_the_names_stay(lines: list[str]) -> None:
    assert classes_from_text("\n".join(lines).encode()) == tuple(lines)


def test_synonyms_stay_where_the_first_does_not_tell_classes_apart() -> None:
    lines = ["n02012849 crane", "n03126707 crane, machine", "n01440764 tench, Tinca tinca"]
    assert names_in_lines(lines) == ["crane", "crane, machine", "tench"]


@settings(max_examples=20)
@given(st.lists(WORDS, min_size=2, max_size=5, unique=True))
def test_what_python_prints_is_read_again(names: list[str]) -> None:
    assert printed(str(names)) == names
    assert printed(str(dict(enumerate(names)))) == names
    assert printed(str({name: number for number, name in enumerate(names)})) == names


@pytest.mark.parametrize("text", ["['a', 'b' 'c']", "{'a': 'b'}", "{0: 'a', 2: 'b'}", "['a'", "{a}"])
def test_what_is_no_list_or_dictionary_holds_no_names(text: str) -> None:
    assert printed(text) is None


def test_commas_and_apostrophes_in_quotes_belong_to_the_names() -> None:
    assert printed("""["cat's eye", 'melanoma, invasive', "c"]""") == ["cat's eye", "melanoma, invasive", "c"]
    assert printed("""{0: "cat's eye", 1: 'melanoma, invasive'}""") == ["cat's eye", "melanoma, invasive"]


@pytest.mark.parametrize("text", ['[e,""]', "['a', '']", '{0: "a", 1: ""}'])
def test_a_name_of_nothing_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ClassListError, match="must hold 1 to 200"):
        classes_from_text(text.encode())
