"""Limits of artefacts: exceeded as rarely as promised, found on a person's pictures, resumed after a stop."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.run_folder import RunFolder
from lwise_core.guides.guide import Domain
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.limit_fit import (
    ARTEFACT_KEYS,
    INDICATOR_SHARE,
    conformal_limit,
    limits_from,
    limits_of,
    worst_of,
)
from lwise_core.training.calibration_batches import KeptBatches
from lwise_core.training.calibration_extras import ENOUGH_FOR_LIMITS, Ability, ExtraPictures
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_evidence import path_of
from tests.support.calibrations import finished, labelled_folder, pictures_in

GUIDE = guide_of(tiny_network()).with_domain(Domain.MEDICAL)  # the slider of 16 steps


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> ExtraPictures:
    return pictures_in(labelled_folder(tmp_path_factory.mktemp("pond") / "pond", {"a": 60, "b": 59}), GUIDE)


@given(st.lists(st.floats(-10, 10), min_size=19, max_size=200))
def test_a_limit_is_exceeded_by_fewer_than_its_rate_allows(values: list[float]) -> None:
    limit = conformal_limit(values, rate=0.05)
    assert sum(v > limit for v in values) < 0.05 * (len(values) + 1)


def test_further_values_exceed_the_limit_at_most_as_often_as_promised() -> None:
    random = np.random.default_rng(0)
    alarms = [random.normal() > conformal_limit(random.normal(size=39).tolist(), rate=0.05) for _ in range(2000)]
    assert 0.03 < np.mean(alarms) < 0.065


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"18 values are too few for a rate of 5\.00%; it takes 19"):
        conformal_limit([1.0] * 18, rate=0.05)
    assert conformal_limit([1.0] * ENOUGH_FOR_LIMITS, rate=INDICATOR_SHARE) == 1
    with pytest.raises(ValueError, match="it takes 119"):
        conformal_limit([1.0] * (ENOUGH_FOR_LIMITS - 1), rate=INDICATOR_SHARE)


def test_the_worst_of_a_path_is_what_its_light_shows_at_some_step() -> None:
    path = path_of(GUIDE, target=1)
    judge, worst = Judge(path), worst_of(path)
    assert worst.keys() == set(ARTEFACT_KEYS)
    for key, value in worst.items():
        shown = [judge.values(step)[key] for step in range(1, len(path.frames)) if key in judge.values(step)]
        assert value == max(shown, default=-inf)


def test_all_indicators_together_flag_at_most_five_percent_of_further_pictures() -> None:
    random = np.random.default_rng(1)
    found = []
    for _ in range(200):
        rows = random.normal(size=(ENOUGH_FOR_LIMITS + 1, len(ARTEFACT_KEYS)))
        limits = limits_of([dict(zip(ARTEFACT_KEYS, row, strict=True)) for row in rows[1:].tolist()])
        found.append(any(value > limits[key] for key, value in zip(ARTEFACT_KEYS, rows[0], strict=True)))
    assert np.mean(found) < 0.09


def test_an_indicator_that_could_never_be_measured_has_no_limit() -> None:
    row = dict.fromkeys(ARTEFACT_KEYS, 0.5) | {"HS": -inf}
    assert limits_of([row] * ENOUGH_FOR_LIMITS).keys() == set(ARTEFACT_KEYS) - {"HS"}


@pytest.fixture(scope="module")
def whole(pictures: ExtraPictures, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ability, list[int], Path]:
    """Return what all pictures gave, how many each value said were done, and where the walks are kept."""
    folder = tmp_path_factory.mktemp("walks")
    made, told = finished(limits_from(GUIDE, pictures, KeptBatches(RunFolder(folder)), "“pond”"))
    return made, [count for count, _ in told], folder


def test_a_persons_pictures_give_limits_that_none_of_them_exceeds(
    whole: tuple[Ability, list[int], Path],
) -> None:
    made, told, folder = whole
    assert made.said == "The light about artefacts has limits of its own, from 119 of these pictures."
    assert sum(told) == 119
    assert len(told) == 119 * (GUIDE.epsilon_scale.steps + 2)  # others get their turn between the steps
    own = made.limits
    assert own is not None
    assert (own.weights_sha256, own.input_size, own.pictures) == (GUIDE.provenance.sha256, 16, 119)
    assert own.basis == "at most 5% false alarms of the light over the whole slider; 119 pictures of “pond”"
    worst = np.stack([np.load(file)["worst"][0] for file in folder.glob("walked-*.npz")])
    assert own.values == dict(zip(ARTEFACT_KEYS, worst.max(axis=0).tolist(), strict=True))


def test_what_was_stopped_goes_on_and_gives_the_same(
    whole: tuple[Ability, list[int], Path], pictures: ExtraPictures, tmp_path: Path
) -> None:
    made, _, folder = whole
    for file in sorted(folder.glob("walked-*.npz"))[5:]:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    again, told = finished(limits_from(GUIDE, pictures, KeptBatches(RunFolder(tmp_path)), "“pond”"))
    assert [count for count, _ in told].count(0) == 5 * (GUIDE.epsilon_scale.steps + 1)
    assert sum(seconds > 0 for _, seconds in told) == 5
    assert again.limits == made.limits


def test_too_few_pictures_are_said_to_be_too_few_and_none_is_enhanced(pictures: ExtraPictures, tmp_path: Path) -> None:
    few = replace(pictures, places=pictures.places[:110], targets=pictures.targets[:110])
    made, told = finished(limits_from(GUIDE, few, KeptBatches(RunFolder(tmp_path)), "x"))
    assert made.said.endswith("that takes 119 pictures, and 9 are missing.")
    assert (made.limits, told) == (None, [])


def test_a_guide_that_ships_keeps_the_limits_of_its_size(pictures: ExtraPictures, tmp_path: Path) -> None:
    provenance = replace(GUIDE.provenance, bundled=True)
    shipped = replace(GUIDE, input_size=32, provenance=provenance)
    made, told = finished(limits_from(shipped, pictures, KeptBatches(RunFolder(tmp_path)), "x"))
    assert made.said == "The guide came with limits of the light about artefacts, which stay."
    assert (made.limits, told) == (None, [])


def test_a_picture_that_gives_no_number_is_left_out(pictures: ExtraPictures, tmp_path: Path) -> None:
    class Lost(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images.mean(dim=(1, 2, 3))[:, None] * torch.full((5,), torch.nan)

    made, _ = finished(limits_from(guide_of(Lost()), pictures, KeptBatches(RunFolder(tmp_path)), "x"))
    assert made.limits is None
    assert made.said.endswith("that takes 119 pictures, and 119 are missing.")
