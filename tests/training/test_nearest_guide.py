"""The guide to begin with: features that tell classes apart, then the domain, then the size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides import catalog
from lwise_core.guides.catalog import Catalog
from lwise_core.guides.guide import Domain
from lwise_core.training.nearest_guide import NearbyGuide, ranked_guides, search_guides, separation
from lwise_core.training.own_pictures import OwnPictures
from tests.guides.test_catalog import put_guide
from tests.support.tuning import toys_and_guide


def test_a_sample_is_decoded_once_and_every_usable_guide_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    toys = toys_and_guide(tmp_path)
    put_guide(tmp_path / "home" / "models", "huge", seed=1, input_size=176)
    unfit = {"clean_accuracy": {"value": 0.5, "interval_95": [0.4, 0.6]}}
    put_guide(tmp_path / "home" / "models", "unfit", seed=2, measured=unfit)
    entries = Catalog(tmp_path / "none", tmp_path / "home", published=()).entries()
    told = list(search_guides(toys, entries))
    assert [p.done for p in told] == list(range(27))
    assert {p.total for p in told} == {26}
    found = {g.name: g for g in told[-1].guides}
    assert found.keys() == {"pets", "huge"}
    assert found["huge"].separation is None
    assert found["pets"].separation is not None
    assert 0 <= found["pets"].separation <= 1
    assert "of 24 of your pictures rightly, where guessing would give 50%" in found["pets"].sentence()
    assert "too large to be tried" in found["huge"].sentence()
    sample = told[-1].sample
    assert sample is not None
    assert sample.at(16).shape == (24, 3, 16, 16)
    more = sample.repeated(30, size=16)
    assert (len(more), more.size) == (30, 16)
    assert more.targets[24:].tolist() == sample.targets[:6].tolist()
    assert catalog.home() == tmp_path / "home"


def test_a_class_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for i in range(3):
            (tmp_path / "set" / name / f"{i}.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="Hardly any picture of “a” can be read"):
        list(search_guides(OwnPictures.of(picture_set(str(tmp_path / "set"))), ()))


@given(seed=st.integers(0, 2**32 - 1), classes=st.integers(2, 5), each=st.integers(2, 6))
def test_classes_that_lie_apart_are_told_apart(seed: int, classes: int, each: int) -> None:
    random = np.random.default_rng(seed)
    targets = np.repeat(np.arange(classes), each)
    features = 100.0 * np.eye(classes)[targets] + random.normal(size=(len(targets), classes))
    assert separation(features, targets) == 1.0


def test_a_picture_does_not_count_in_its_own_mean() -> None:
    features = np.random.default_rng(0).normal(size=(400, 2000))  # every picture lies near a mean that holds it
    assert separation(features, np.repeat(np.arange(4), 100)) < 0.35


def test_the_domain_and_the_size_decide_between_guides_that_are_about_as_good() -> None:
    guides = [
        NearbyGuide("small", Domain.NATURAL, 64, 0.80, 96, 4),
        NearbyGuide("other", Domain.MEDICAL, 128, 0.79, 96, 4),
        NearbyGuide("large", Domain.NATURAL, 128, 0.74, 96, 4),
        NearbyGuide("bad", Domain.NATURAL, 128, 0.3, 96, 4),
        NearbyGuide("worse", Domain.UNKNOWN, 32, 0.6, 96, 4),
        NearbyGuide("untried", Domain.NATURAL, 224),
        NearbyGuide("best", Domain.UNKNOWN, 32, 0.81, 96, 4),
    ]
    ranked = [g.name for g in ranked_guides(guides, domain=Domain.NATURAL)]
    assert ranked == ["large", "small", "other", "best", "worse", "bad", "untried"]
    assert ranked_guides((), domain=Domain.NATURAL) == ()


def test_with_many_pictures_the_best_comes_first() -> None:
    guides = [
        NearbyGuide("best", Domain.UNKNOWN, 32, 0.81, 96_000, 4),
        NearbyGuide("large", Domain.NATURAL, 128, 0.74, 96_000, 4),
    ]
    assert [g.name for g in ranked_guides(guides, domain=Domain.NATURAL)] == ["best", "large"]
