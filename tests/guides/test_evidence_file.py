"""The file of evidence nulls: what is written is read, and what is damaged is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from lwise_core.guides import catalog, evidence_file
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.evidence_file import EVIDENCE_FILE, read_nulls, write_nulls
from lwise_core.guides.evidence_nulls import EvidenceNulls, GainLimit, thresholds_of
from tests.guides.test_evidence_nulls import pictures

SHA = "ab" * 32


def some_nulls(*, classes: int = 3, limit: GainLimit | None = None) -> EvidenceNulls:
    return EvidenceNulls(SHA, 64, *thresholds_of(*pictures(150, classes=classes)), "150 pictures", limit=limit)


def changed(**tensors: torch.Tensor) -> bytes:
    return safetensors.torch.save({**safetensors.torch.load(write_nulls(some_nulls())), **tensors})


@pytest.mark.parametrize("limit", [None, GainLimit(0.875, "119 pictures enhanced towards what they show")])
def test_what_is_written_is_read(limit: GainLimit | None) -> None:
    nulls = some_nulls(limit=limit)
    found = read_nulls(write_nulls(nulls), weights_sha256=SHA, classes=3)
    for name in ("places", "pictures", "counts"):
        assert np.array_equal(getattr(found, name), getattr(nulls, name))
    for name in ("weights_sha256", "input_size", "basis", "levels", "limit"):
        assert getattr(found, name) == getattr(nulls, name)


def test_the_file_of_a_thousand_classes_is_small() -> None:
    few = some_nulls()
    many = replace(
        few, places=few.places[:1].repeat(1000, 0), pictures=few.pictures[:1].repeat(1000, 0), counts=np.arange(1000)
    )
    assert len(write_nulls(many)) < 300_000


DAMAGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: write_nulls(some_nulls())[:200], "damaged or cut off"),
    "a pickle": (lambda: b"\x80\x02.", "damaged or cut off"),
    "no words": (lambda: changed(about=torch.zeros(4)), "does not say what it is"),
    "no JSON": (lambda: changed(about=torch.zeros(4, dtype=torch.uint8)), "damaged"),
    "levels that fall": (lambda: changed(levels=torch.tensor([0.5, 0.1]).double()), "do not rise"),
    "levels of one": (lambda: changed(levels=torch.tensor([0.5, 1.0]).double()), "do not rise"),
    "other classes": (lambda: changed(places=torch.zeros(2, 2, 23).half()), "not those of this network"),
    "float32": (lambda: changed(pictures=torch.zeros(3, 23)), "not those of this network"),
    "no number": (lambda: changed(pictures=torch.full((3, 23), torch.nan).half()), "do not fall"),
    "rising thresholds": (lambda: changed(pictures=torch.arange(69.0).reshape(3, 23).half()), "do not fall"),
    "negative counts": (lambda: changed(counts=torch.tensor([-1, 1, 1])), "how many pictures"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_refused_in_a_sentence(name: str) -> None:
    make, why = DAMAGE[name]
    with pytest.raises(CheckpointError, match=why):
        read_nulls(make(), weights_sha256=SHA, classes=3)


def test_a_file_of_other_weights_is_refused() -> None:
    with pytest.raises(CheckpointError, match="other weights"):
        read_nulls(write_nulls(some_nulls()), weights_sha256="cd" * 32, classes=3)


def test_a_file_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_file, "MAX_EVIDENCE_BYTES", 100)
    with pytest.raises(CheckpointError, match="larger than any"):
        read_nulls(write_nulls(some_nulls()), weights_sha256=SHA, classes=3)


def test_nulls_that_ship_are_small_enough_for_their_folder() -> None:
    files = list((Path(__file__).parents[2] / "assets" / "models").glob(f"*/{EVIDENCE_FILE}"))
    assert all(f.stat().st_size < 300_000 for f in files)


_WITH_NULLS = (
    *("animals16-64", "animals16-128", "animals16-128-b", "butterflies-128"),
    *("cifar10-32", "dermoscopy7-128", "phantom4-64"),
)


@pytest.mark.parametrize("name", _WITH_NULLS)
def test_guides_that_ship_with_nulls_know_enough_of_every_class_and_count_nothing_unproven(name: str) -> None:
    nulls = catalog.load(name).nulls
    assert nulls is not None
    assert nulls.limit is None  # the gain without evidence told nothing more than the logit: docs/results.md
    assert all(nulls.enough(target=target) for target in range(len(nulls.counts)))
