"""A worker's results: one for each picture of a batch in its order, whatever cannot be used of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.batch.batch_records import Failed, PictureResult
from lwise_core.batch.tasks import NothingToWrite, ScoredBatch, Summary, Worker, logits_of
from lwise_core.data.decoding import Batch, Decoded, DecodedBatch, Unusable
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.path import NonFinite
from lwise_core.guides.guide import GuideModel
from tests.conftest import guide_of

FINE, UNUSABLE, NO_NUMBER = "fine", "unusable", "no number"
KINDS = st.lists(st.sampled_from([FINE, UNUSABLE, NO_NUMBER]), min_size=1, max_size=6)


class Colours(torch.nn.Module):
    """Three logits, the means of the channels; no number where the picture is white."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean(dim=(2, 3))
        return torch.where((means > 2).all(dim=1, keepdim=True), torch.nan, means)


def colours() -> GuideModel:
    return guide_of(Colours(), classes=3)


@dataclass(frozen=True)
class Repeating:
    """A task that keeps what is known of a picture already."""

    plan: ClassVar[Mapping[str, object]] = {}
    packages: ClassVar[tuple[str, ...]] = ()
    most_at_once: ClassVar[int] = 32
    varied: ClassVar[bool] = False
    form: ClassVar[Any] = None
    columns: ClassVar[Mapping[str, Any]] = {}
    folders: ClassVar[tuple[str, ...]] = ()

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[NothingToWrite[PictureResult]]:
        assert torch.equal(looked.logits, logits_of(guide, looked.images))
        assert len(looked.entries) == len(looked.images) == len(looked.told)
        return [NothingToWrite(told) for told in looked.told]

    def rows(self, _told: PictureResult) -> Iterator[Mapping[str, Any]]:
        yield {}

    def summary(self, _guide: GuideModel, _told: object) -> Summary:
        return Summary({})


def picture(place: int, kind: str) -> Decoded | Unusable:
    if kind == UNUSABLE:
        return Unusable(f"“{place}.png” cannot be read.")
    level = 1.0 if kind == NO_NUMBER else place / 10
    image = np.full((3, 16, 16), level, dtype=np.float32)
    if kind == FINE:
        image[place % 3] += 0.3
    return Decoded(image, f"hash of {place}")


def batch_of(kinds: Sequence[str]) -> DecodedBatch:
    entries = tuple(PictureEntry(f"{i}.png", "abc"[(i + 1) % 3], "", "") for i in range(len(kinds)))
    return DecodedBatch(Batch(7, entries), tuple(picture(i, kind) for i, kind in enumerate(kinds)))


def results_of(kinds: Sequence[str], *, guesses: bool = False) -> list[PictureResult | Failed]:
    made = Worker(colours, Repeating(), guesses, threads=1)()(batch_of(kinds))
    assert made.batch == batch_of(kinds).batch
    return [r if isinstance(r, Failed) else r.written(lambda *_: "") for r in made.results]


@settings(max_examples=30)
@given(kinds=KINDS)
def test_every_picture_has_a_result_in_its_place_or_a_sentence(kinds: list[str]) -> None:
    results = results_of(kinds)
    assert [r.place for r in results] == list(range(len(kinds)))
    for place, (kind, result) in enumerate(zip(kinds, results, strict=True)):
        assert isinstance(result, Failed) == (kind != FINE)
        if isinstance(result, Failed):
            assert f"“{place}.png”" in result.sentence
            assert ("not a number" in result.sentence) == (kind == NO_NUMBER)


@settings(max_examples=30)
@given(kinds=KINDS)
def test_a_picture_that_cannot_be_used_changes_nothing_for_the_others(kinds: list[str]) -> None:
    undisturbed = results_of([FINE] * len(kinds))
    for kind, result, alone in zip(kinds, results_of(kinds), undisturbed, strict=True):
        if kind == FINE:
            assert result == alone


def test_a_result_says_what_the_guide_says_of_the_class_that_was_stated() -> None:
    for place, result in enumerate(results_of([FINE] * 4)):
        assert isinstance(result, PictureResult)
        image = picture(place, FINE)
        assert isinstance(image, Decoded)
        logits = colours().logits(torch.from_numpy(image.image)[None])[0]
        assert result.target == (place + 1) % 3
        assert result.first_choice == place % 3
        assert result.logit == pytest.approx(float(logits[result.target]), abs=1e-6)
        assert result.log_probability == pytest.approx(float(logits.log_softmax(0)[result.target]), abs=1e-6)
        assert result.rank > 1
        assert result.source_sha256 == f"hash of {place}"


def test_where_the_guide_guesses_its_first_choice_is_the_class() -> None:
    for result in results_of([FINE] * 4, guesses=True):
        assert isinstance(result, PictureResult)
        assert (result.target, result.rank) == (result.first_choice, 1)


def test_a_worker_computes_with_as_many_threads_as_the_plan_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    Worker(colours, Repeating(), guesses=False, threads=3)()
    assert asked == [3]
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark


def test_logits_carry_no_gradient_and_none_is_no_number() -> None:
    images = torch.rand((2, 3, 16, 16), generator=torch.Generator().manual_seed(0), requires_grad=True)
    logits = logits_of(colours(), images)
    assert logits.shape == (2, 3)
    assert not logits.requires_grad
    with pytest.raises(NonFinite, match="not a number"):
        logits_of(colours(), torch.ones(1, 3, 16, 16))
