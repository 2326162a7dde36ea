"""What is said of published weights is whole, and nothing in it is ambiguous."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core._utils.class_names import canonical
from lwise_core.guides.guide import Domain
from lwise_core.guides.published_weights import PUBLISHED, Published


@pytest.mark.parametrize("published", PUBLISHED, ids=[p.name for p in PUBLISHED])
def test_what_is_published_is_described_in_full(published: Published) -> None:
    assert published.address.startswith("https://")
    assert all((published.title, published.licence, published.source, published.remark))
    assert published.domain is not Domain.UNKNOWN
    assert published.training_epsilon > 0
    assert published.input_size == 224
    assert Path(published.file).name == published.file


@pytest.mark.parametrize("published", PUBLISHED, ids=[p.name for p in PUBLISHED])
def test_its_name_is_a_folder_s_and_its_classes_can_be_told_apart(published: Published) -> None:
    assert Path(published.name).name == published.name == published.name.casefold()
    assert " " not in published.name
    if published.classes is not None:
        assert len(published.classes) == len(set(map(canonical, published.classes))) > 1


def test_no_two_are_called_alike_or_lie_in_one_file() -> None:
    assert len({p.name for p in PUBLISHED}) == len({p.title for p in PUBLISHED}) == len(PUBLISHED)
    assert len({(p.address, p.file) for p in PUBLISHED}) == len(PUBLISHED)


def test_only_an_archive_is_shared() -> None:
    for published in PUBLISHED:
        sharing = [p for p in PUBLISHED if p.address == published.address]
        assert published.archive == (len(sharing) > 1) == published.address.endswith(".zip")


def test_pictures_of_patients_are_known_to_be_such() -> None:
    medical = {p.name for p in PUBLISHED if p.domain is Domain.MEDICAL}
    assert medical == {p.name for p in PUBLISHED if any(word in p.title for word in ("dermoscopy", "polyps"))}
