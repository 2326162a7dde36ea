"""What else a person's pictures give a guide: made where they are enough, and said where they are not."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lwise_core._utils.run_folder import RunFolder
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import look
from lwise_core.guides.novelty import NoveltyState
from lwise_core.training.calibration_batches import KeptBatches
from lwise_core.training.calibration_extras import (
    MOST_FOR_EVIDENCE,
    MOST_FOR_LIMITS,
    MOST_FOR_UNLIKE,
    Extra,
    ExtraPictures,
    ability_of,
    looks_of,
    too_few_for,
)
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import finished, labelled_folder, pictures_in

GUIDE = guide_of(tiny_network())


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> ExtraPictures:
    return pictures_in(labelled_folder(tmp_path_factory.mktemp("pond") / "pond", {"a": 105, "b": 105}), GUIDE)


def test_enough_pictures_let_the_guide_tell_a_stranger(pictures: ExtraPictures, tmp_path: Path) -> None:
    made, told = finished(ability_of(Extra.UNLIKE, GUIDE, pictures, KeptBatches(RunFolder(tmp_path)), source="“pond”"))
    assert made.said == "Whether a picture is unlike what it learnt is judged by 105 of these pictures, held out."
    assert sum(count for count, _ in told) == looks_of(Extra.UNLIKE, 210)
    assert made.familiarity is not None
    assert made.familiarity.source == "every second of 210 pictures of “pond”"
    strange = torch.linspace(0, 1, 16).expand(1, 3, 16, 16).contiguous()
    (novelty,) = look(replace(GUIDE, familiarity=made.familiarity), strange).novelty
    assert (novelty.state, novelty.references) == (NoveltyState.FLAGGED, 105)


def test_what_was_stopped_goes_on_and_gives_the_same(pictures: ExtraPictures, tmp_path: Path) -> None:
    kept = KeptBatches(RunFolder(tmp_path))
    for extra in (Extra.EVIDENCE, Extra.UNLIKE):
        list(islice(ability_of(extra, GUIDE, pictures, kept, source="x"), 5))
        again, told = finished(ability_of(extra, GUIDE, pictures, kept, source="x"))
        assert [seconds for _, seconds in told[:5]] == [0.0] * 5
        (tmp_path / extra.name).mkdir()
        anew, _ = finished(
            ability_of(extra, GUIDE, pictures, KeptBatches(RunFolder(tmp_path / extra.name)), source="x")
        )
        if extra is Extra.UNLIKE:
            assert again.familiarity is not None
            assert anew.familiarity is not None
            assert again.familiarity.digest == anew.familiarity.digest
        else:
            assert again.nulls is not None
            assert anew.nulls is not None
            np.testing.assert_array_equal(again.nulls.places, anew.nulls.places)


def test_nulls_say_for_which_classes_they_suffice(pictures: ExtraPictures, tmp_path: Path) -> None:
    few = replace(pictures, places=pictures.places[:180], targets=pictures.targets[:180])  # 105 of a, 75 of b
    made, told = finished(ability_of(Extra.EVIDENCE, GUIDE, few, KeptBatches(RunFolder(tmp_path)), source="“pond”"))
    assert sum(count for count, _ in told) == looks_of(Extra.EVIDENCE, 180) == 180
    assert made.said == (
        "Local evidence is judged for 4 of 5 classes, by 180 pictures of “pond”; of pictures that show another class "
        "are missing: a 25."
    )
    assert made.nulls is not None
    assert [made.nulls.enough(target=i) for i in range(5)] == [False, True, True, True, True]


class _Flat(nn.Module):
    """A network without maps, whose logits are no mean over places."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(3 * 16 * 16, 5)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.last(images.flatten(1)) ** 2
        return logits


@pytest.mark.parametrize(
    ("extra", "said"), [(Extra.EVIDENCE, "are no mean over places"), (Extra.UNLIKE, "has no maps of the picture")]
)
def test_a_network_that_does_not_allow_it_is_said_to_be_one(
    pictures: ExtraPictures, tmp_path: Path, extra: Extra, said: str
) -> None:
    flat: GuideModel = guide_of(_Flat())
    made, told = finished(ability_of(extra, flat, pictures, KeptBatches(RunFolder(tmp_path)), source="x"))
    assert said in made.said
    assert (made.nulls, made.familiarity, told) == (None, None, [])


@given(targets=st.lists(st.integers(0, 2), min_size=1, max_size=250))
def test_how_many_are_missing_is_what_would_be_enough(targets: list[int]) -> None:
    said = too_few_for(Extra.UNLIKE, targets, classes=3)
    assert (said == "") == (len(targets) >= 200)
    assert not said or f" and {200 - len(targets)} " in said
    others = max(len(targets) - targets.count(c) for c in range(3))
    said = too_few_for(Extra.EVIDENCE, targets, classes=3)
    assert (said == "") == (others >= 100)
    assert not said or f" and {100 - others} " in said
    said = too_few_for(Extra.ARTEFACTS, targets, classes=3)
    assert (said == "") == (len(targets) >= 99)
    assert not said or f" and {119 - len(targets)} " in said


def test_of_many_pictures_some_are_taken_evenly(pictures: ExtraPictures) -> None:
    assert pictures.spread(210) is pictures
    few = pictures.spread(10)
    assert few.places.tolist() == list(range(0, 210, 21))
    assert few.targets.tolist() == [pictures.targets[place] for place in few.places]
    assert looks_of(Extra.EVIDENCE, 10**6) == MOST_FOR_EVIDENCE
    assert looks_of(Extra.UNLIKE, 10**6) == MOST_FOR_UNLIKE + 334 + 600
    assert looks_of(Extra.ARTEFACTS, 10**6) == MOST_FOR_LIMITS
    assert [looks_of(extra, 98) for extra in Extra] == [0, 0, 0]
    assert looks_of(Extra.ARTEFACTS, 119) == 119
