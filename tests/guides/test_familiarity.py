"""Familiarity: a score of features, its p among held-out scores, and a file that only its own guide can use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.catalog import BUNDLED
from lwise_core.guides.familiarity import FAMILIARITY_FILE, Familiarity, FamiliarityError, read_familiarity
from lwise_core.guides.novelty import NoveltyState

OWN, OTHER = "0" * 64, "1" * 64
KNOWN = Familiarity(
    stages=("stem", "stages"),
    weights=np.array([1.0, -2.0], np.float32),
    bias=0.5,
    held_out=np.arange(200, dtype=np.float32),
    sha256=OWN,
    source="test in pets",
    against="things",
)


def features(*scores: float) -> torch.Tensor:
    """Return features that have these scores."""
    return torch.tensor([[score - 0.5, 0.0] for score in scores], dtype=torch.float32)


def test_the_score_is_the_weighted_sum() -> None:
    scores = KNOWN.scores(torch.tensor([[1.0, 1.0], [0.0, -2.0]]))
    np.testing.assert_allclose(scores, [-0.5, 4.5])


@given(st.integers(-5, 205))
def test_p_is_the_share_of_held_out_pictures_that_are_at_least_as_unlike(score: int) -> None:
    (found,) = KNOWN.novelty(features(float(score)))
    as_unlike = sum(other >= score for other in range(200))
    assert found.p == pytest.approx((1 + as_unlike) / 201)
    assert found.references == 200


@given(st.lists(st.floats(-50, 250, width=16), min_size=2, max_size=20))
def test_what_is_more_unlike_has_no_larger_p(scores: list[float]) -> None:
    found = KNOWN.novelty(features(*sorted(scores)))
    ps = [novelty.p for novelty in found if novelty.p is not None]
    assert ps == sorted(ps, reverse=True)
    assert len(ps) == len(scores)


def test_of_pictures_like_the_held_out_ones_a_twentieth_is_flagged() -> None:
    random = np.random.default_rng(0)
    known = replace(KNOWN, held_out=np.sort(random.normal(size=999)).astype(np.float32))
    found = known.novelty(features(*random.normal(size=2000).tolist()))
    assert np.mean([novelty.flagged for novelty in found]) == pytest.approx(0.05, abs=0.02)


def test_what_is_no_number_cannot_be_judged() -> None:
    found = KNOWN.novelty(features(float("nan"), 3.0))
    assert [novelty.state for novelty in found] == [NoveltyState.CANNOT_JUDGE, NoveltyState.NO_FLAG]


def test_the_features_of_another_network_are_refused() -> None:
    with pytest.raises(FamiliarityError, match="another network"):
        KNOWN.scores(torch.zeros((1, 3)))


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    assert KNOWN.write(tmp_path).name == FAMILIARITY_FILE
    found = read_familiarity(tmp_path, sha256=OWN)
    assert found is not None
    assert (found.stages, found.source, found.against) == (KNOWN.stages, KNOWN.source, KNOWN.against)
    assert found.digest == KNOWN.digest


def test_a_guide_without_the_file_has_none(tmp_path: Path) -> None:
    assert read_familiarity(tmp_path, sha256=OWN) is None


def test_what_was_made_for_other_weights_is_refused(tmp_path: Path) -> None:
    KNOWN.write(tmp_path)
    with pytest.raises(FamiliarityError, match="other weights"):
        read_familiarity(tmp_path, sha256=OTHER)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 100,
        safetensors.numpy.save({"weights": np.zeros(2, np.float32)}),
        safetensors.numpy.save(
            {"weights": np.array([np.nan]), "bias": np.zeros(1), "held_out": np.zeros(1)},
            {"stages": "[]", "sha256": OWN, "format": "1"},
        ),
        safetensors.numpy.save(
            {"weights": np.zeros((2, 2)), "bias": np.zeros(1), "held_out": np.zeros(1)},
            {"stages": "[]", "sha256": OWN, "format": "1"},
        ),
        safetensors.numpy.save(
            {"weights": np.zeros(2), "bias": np.zeros(0), "held_out": np.zeros(1)},
            {"stages": "7", "sha256": OWN, "format": "1"},
        ),
    ],
    ids=["empty", "noise", "incomplete", "no number", "a table", "no stages"],
)
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FAMILIARITY_FILE).write_bytes(data)
    with pytest.raises(FamiliarityError, match="is damaged; make it anew"):
        read_familiarity(tmp_path, sha256=OWN)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / FAMILIARITY_FILE).open("wb") as file:
        file.truncate(4_000_001)
    with pytest.raises(FamiliarityError, match="too large"):
        read_familiarity(tmp_path, sha256=OWN)


def test_the_digest_changes_with_all_that_decides() -> None:
    others = [
        replace(KNOWN, bias=0.6),
        replace(KNOWN, weights=KNOWN.weights * 2),
        replace(KNOWN, held_out=KNOWN.held_out + 1),
        replace(KNOWN, stages=("stem",)),
        replace(KNOWN, sha256=OTHER),
    ]
    assert len({known.digest for known in (KNOWN, *others)}) == 6


@pytest.mark.parametrize("file", sorted(BUNDLED.glob(f"*/{FAMILIARITY_FILE}")), ids=lambda file: file.parent.name)
def test_what_ships_names_its_pictures_without_the_folders_of_a_machine(file: Path) -> None:
    with safetensors.safe_open(file, "numpy") as opened:
        assert not [said for said in opened.metadata().values() if "/" in said]
