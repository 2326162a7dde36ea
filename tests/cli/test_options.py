"""What the shell's verbs share: budgets in one unit, squares inside their photographs, classes by the guide's names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.cli.options import (
    BudgetOptions,
    GuideChoice,
    Refused,
    class_called,
    listed_names,
    stated_and_target,
    stated_class,
    subjects_in,
)
from lwise_core.guides import catalog
from lwise_core.guides.class_groups import ClassGroupsError
from lwise_core.guides.guide import EpsilonOutOfRange
from lwise_core.images.geometry import Crop
from tests.conftest import guide_of, tiny_network
from tests.support.images import HEIGHT, WIDTH, encoded, scene

GUIDE = guide_of(tiny_network())  # five classes a–e, 16 px
LARGEST = GUIDE.epsilon_scale.largest


@given(share=st.floats(0, 1))
def test_a_budget_may_be_said_in_either_unit(share: float) -> None:
    epsilon = share * LARGEST
    assert BudgetOptions(eps=epsilon).of(GUIDE) == epsilon
    assert BudgetOptions(eps_224=GUIDE.epsilon_scale.at_224(epsilon)).of(GUIDE) == pytest.approx(epsilon)


@pytest.mark.parametrize(
    ("budget", "error", "sentence"),
    [
        (BudgetOptions(), Refused, "Say the budget"),
        (BudgetOptions(eps=1.0, eps_224=1.0), Refused, "Give the budget once"),
        (BudgetOptions(eps=LARGEST * 1.01), EpsilonOutOfRange, "outside"),
        (BudgetOptions(eps=-0.1), EpsilonOutOfRange, "outside"),
    ],
)
def test_a_budget_that_cannot_be_is_one_sentence(budget: BudgetOptions, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        budget.of(GUIDE)


def photo(folder: Path, name: str = "a.png") -> Path:
    (folder / name).write_bytes(encoded(scene(), "PNG"))
    return folder / name


def test_without_a_crop_the_central_square_is_looked_at(tmp_path: Path) -> None:
    ((name, subject),) = subjects_in([photo(tmp_path)], None)
    assert name == str(tmp_path / "a.png")
    assert subject.crop == Crop.central(subject.photograph)


@pytest.mark.parametrize(("crop", "square"), [("3,2,20", (3, 2, 20)), (" 0, 0 ,24", (0, 0, 24))])
def test_a_crop_is_taken_as_it_was_given(tmp_path: Path, crop: str, square: tuple[int, int, int]) -> None:
    ((_, subject),) = subjects_in([photo(tmp_path)], crop)
    left, top, side = square
    assert subject.crop == Crop(left=left, top=top, side=side)


@pytest.mark.parametrize(
    ("crop", "sentence"),
    [
        ("1,2", "LEFT,TOP,SIDE"),
        ("1,2,x", "LEFT,TOP,SIDE"),
        ("-1,2,3", "LEFT,TOP,SIDE"),
        (f"{WIDTH - 9},0,10", "does not lie inside"),
        (f"0,0,{HEIGHT + 1}", "does not lie inside"),
    ],
)
def test_a_crop_that_cannot_be_is_one_sentence(tmp_path: Path, crop: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        list(subjects_in([photo(tmp_path)], crop))


def test_every_file_that_can_be_read_comes_before_the_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    found = subjects_in([tmp_path / "bad.png", photo(tmp_path), tmp_path / "none.png"], None)
    assert next(found)[0] == str(tmp_path / "a.png")
    with pytest.raises(Refused, match="2 of 3 files could not be used; the others were"):
        next(found)
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["Error", "Error"]


def test_one_file_that_cannot_be_read_is_the_refusal_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="is not there"):
        list(subjects_in([tmp_path / "none.png"], None))
    assert capsys.readouterr().err == ""


def test_classes_are_called_as_the_guide_calls_them() -> None:
    assert class_called(GUIDE, " B") == "b"
    assert stated_class(GUIDE, "Something-else") == SOMETHING_ELSE
    with pytest.raises(Refused, match="no class “xyzzy”") as said:
        class_called(GUIDE, "xyzzy")
    assert "`models" not in str(said.value)  # the catalogue does not have this guide


def test_pictures_are_enhanced_towards_what_they_show_unless_it_is_said_otherwise() -> None:
    assert stated_and_target(GUIDE, class_name="A", towards=None) == ("a", "a")
    assert stated_and_target(GUIDE, class_name="a", towards="C") == ("a", "c")
    assert stated_and_target(GUIDE, class_name=SOMETHING_ELSE, towards="c") == (SOMETHING_ELSE, "c")
    with pytest.raises(Refused, match="--towards"):
        stated_and_target(GUIDE, class_name=SOMETHING_ELSE, towards=None)


def test_a_guide_is_chosen_with_groups_of_its_classes(tmp_path: Path) -> None:
    (first, second, *others) = catalog.load("phantom4-64").classes
    file = tmp_path / "mine.csv"
    file.write_text(f"class,group\n{first},left\n{second},left\n{others[0]},right\n", encoding="utf-8")
    guide = GuideChoice("phantom4-64", class_groups=str(file)).load()
    assert (guide.name, guide.classes) == ("phantom4-64 (mine)", ("left", "right"))
    with pytest.raises(ClassGroupsError, match="this guide has others"):
        GuideChoice("phantom4-64", class_groups="ImageNet Animals").load()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ["a", "b"]),
        (" a , b,", ["a", "b"]),
        ('"Käfer, groß", =1+1', ["Käfer, groß", "=1+1"]),
        ('"say ""cat"""', ['say "cat"']),
        ("", []),
    ],
)
def test_a_name_with_a_comma_stands_in_quotes(text: str, names: list[str]) -> None:
    assert listed_names(text) == names


def test_a_quote_that_is_not_closed_is_refused() -> None:
    with pytest.raises(Refused, match="with a comma in"):
        listed_names('a,"b')
