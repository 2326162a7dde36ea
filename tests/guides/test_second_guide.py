"""A second opinion comes from a guide that is fit, knows the class and learnt for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.guides import catalog
from lwise_core.guides.class_groups import ClassGroups
from lwise_core.guides.grouped_guide import grouped
from lwise_core.guides.second_guide import independent_entry, second_guide


@pytest.fixture(autouse=True)
def only_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("guide", "name", "expected"),
    [
        ("animals16-128", "house cat", "animals16-128-b"),
        ("animals16-64", "House-Cat", "animals16-128"),
        ("animals16-128-b", "house cat", "animals16-128"),
        ("cifar10-32", "ship", None),  # two know ships, and both are unfit
        ("animals16-64", "nothing of the kind", None),
    ],
)
def test_the_choice(guide: str, name: str, expected: str | None) -> None:
    found = independent_entry(catalog.entries(), catalog.load(guide), class_name=name)
    assert (None if found is None else found.name) == expected


def test_a_guide_of_groups_does_not_ask_the_one_that_it_was_made_from() -> None:
    guide = catalog.load("animals16-64")
    groups = ClassGroups("mine", {"house cat": (guide.class_index("house cat"),), "dog": (guide.class_index("dog"),)})
    found = independent_entry(catalog.entries(), grouped(guide, groups), class_name="house cat")
    assert found is not None
    assert found.name == "animals16-128"


def test_the_guide_is_loaded() -> None:
    found = second_guide(catalog.load("animals16-64"), class_name="dog")
    assert found is not None
    assert found.name == "animals16-128"
    assert second_guide(catalog.load("cifar10-32"), class_name="ship") is None
