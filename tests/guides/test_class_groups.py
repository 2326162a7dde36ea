"""Groups of classes: the paper's own, and those of a CSV."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass
from lwise_core.guides.class_groups import ClassGroups, ClassGroupsError, imagenet_animals, read_class_groups
from lwise_core.guides.class_lists import imagenet_classes, imagenet_synsets

CLASSES = ("tabby cat", "siamese cat", "beagle", "teapot")


def groups(text: str, classes: tuple[str, ...] = CLASSES) -> ClassGroups:
    return read_class_groups(text.encode(), name="mine", classes=classes)


def test_the_paper_s_groups_have_the_classes_of_whole_ranges() -> None:
    found = imagenet_animals(imagenet_classes())
    assert list(found.members)[:4] == ["dog", "house cat", "frog", "turtle"]
    indices = [i for members in found.members.values() for i in members]
    assert (len(found.members), len(indices), len(set(indices))) == (16, 277, 277)
    names = imagenet_classes()
    assert {names[i] for i in found.members["house cat"]} == {
        "tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"
    }  # fmt: skip
    assert {"tench", "goldfish", "rock beauty", "lionfish", "puffer"} < {names[i] for i in found.members["fish"]}
    assert "barracouta" in {names[i] for i in found.members["fish"]}
    assert "eel" not in {names[i] for i in found.members["fish"]}
    assert [names[i] for i in found.members["antelope"]] == ["hartebeest", "impala", "gazelle"]
    assert len(found.members["dog"]) == 118  # not the two ends of its range


def test_the_paper_s_groups_need_imagenet_s_classes() -> None:
    with pytest.raises(ClassGroupsError, match="this guide has others; give a CSV"):
        imagenet_animals(CLASSES)
    with pytest.raises(ClassGroupsError, match="this guide has others"):
        imagenet_animals((*imagenet_classes()[1:], "tench"))


@pytest.mark.parametrize(
    "text",
    [
        "class,group\nTabby_cat,cat\nsiamese cat,cat\nbeagle,dog\n",
        "index,superclass\n1,cat\n0,CAT\n2,dog\n3,\n",
        "group,class,index,remark\ncat,tabby cat,0,x\ncat,siamese-cat,1,y\ndog,beagle,2,\n",
    ],
)
def test_classes_are_named_or_numbered_and_the_rest_is_dropped(text: str) -> None:
    found = groups(text)
    assert dict(found.members) == {"cat": (0, 1), "dog": (2,)}
    assert found.sha256 == groups("class,group\ntabby cat,cat\nsiamese cat,cat\nbeagle,dog\n").sha256
    assert found.sha256 != groups("class,group\ntabby cat,cat\nsiamese cat,dog\nbeagle,dog\n").sha256


def test_imagenet_s_classes_go_by_wordnet_ids_and_synonyms_too() -> None:
    classes = imagenet_classes()
    by_id = groups(f"wnid,group\n{imagenet_synsets()[0]},fish\nn02123045,cat\n", classes)
    by_synonym = groups('class,group\nTinca tinca,fish\n"tabby, tabby cat",cat\n', classes)
    assert dict(by_id.members) == dict(by_synonym.members) == {"fish": (0,), "cat": (281,)}
    with pytest.raises(UnknownClass):  # it is the bird and the machine
        groups("class,group\ncrane,bird\ntench,fish\n", classes)


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_every_class_is_in_the_group_that_its_row_says(said: list[int], shuffle: Callable[..., object]) -> None:
    rows = [f"{i},{'g' + str(g) if g else ''}" for i, g in enumerate(said)]
    shuffle.shuffle(rows)  # type: ignore[attr-defined]
    if len(set(said) - {0}) < 2:
        return
    found = groups("\n".join(["index,group", *rows]))
    assert {i: name for name, members in found.members.items() for i in members} == {
        i: f"g{g}" for i, g in enumerate(said) if g
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("class,kind\nbeagle,dog\n", "needs the column “group” and one of"),
        ("name of it,group\nbeagle,dog\n", "needs the column “group” and one of"),
        ("class,group\nbeagle,dog\nBeagle,cat\n", "The class “beagle” has two rows"),
        ("class,group\nbeagle,dog\n", "There are 1 groups"),
        ("class,index,group\nbeagle,3,dog\n", "“beagle” in the column “class” is the class “beagle”|“3” in the column"),
        ("wnid,group\nn01440764,fish\n", "WordNet ids stand for ImageNet's 1,000 classes"),
        ("class,group\nbeagle,\x07\n", "1 to 200 readable characters"),
        ("class,group\n", "has no rows"),
        ("class,group\nbeagle\n", "more or fewer cells"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ClassGroupsError, match=sentence):
        groups(text)


def test_groups_that_would_take_gigabytes_are_refused() -> None:
    """A guide of groups has a number for each group and class of the largest: of 10,000 classes that were 384 MB."""
    classes = tuple(f"class {i}" for i in range(5_000))

    def made(singles: int) -> ClassGroups:
        rows = (f"{i},{'all' if i >= singles else i}" for i in range(len(classes)))
        return groups("\n".join(["index,group", *rows]), classes)

    assert len(made(900).members) == 901
    with pytest.raises(ClassGroupsError, match="2,501 groups of up to 2,500 classes take too much room"):
        made(2_500)


@pytest.mark.parametrize("text", ["class,group\nbeegle,dog\n", "index,group\n4,dog\n", "index,group\n-1,dog\n"])
def test_a_class_that_the_guide_does_not_have_is_said(text: str) -> None:
    with pytest.raises(UnknownClass, match="has no class"):
        groups(text)


def test_what_is_no_csv_in_utf_8_is_refused() -> None:
    for content in (b"class,group\n\xff,dog\n", b'class,group\n"a,dog\n'):
        with pytest.raises(ClassGroupsError, match="not a CSV in UTF-8"):
            read_class_groups(content, name="mine", classes=CLASSES)
    with pytest.raises(ClassGroupsError, match="larger than 5 MB"):
        read_class_groups(b"x" * 5_000_001, name="mine", classes=CLASSES)
