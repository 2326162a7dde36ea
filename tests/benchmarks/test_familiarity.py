"""The benchmark of familiarity: kinds that are left out are judged by fits that never saw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.familiarity import Collection, Material, area, brick_and_ground, left_out, retina, stained_tissue
from lwise_core.guides.familiarity import Familiarity
from lwise_core.training.familiarity_fit import reader_of
from tests.conftest import guide_of, tiny_network

READER = reader_of(guide_of(tiny_network()))


def collection(name: str, *, at: float, seed: int, kinds: str = "a") -> Collection:
    features = torch.randn((240, 88), generator=torch.Generator().manual_seed(seed))
    features[:, 0] += at
    return Collection(name, features, np.array([kinds[i % len(kinds)] for i in range(240)]))


MATERIAL = Material(
    reader=READER,
    like=(collection("pets", at=0, seed=0),),
    unlike=(collection("things", at=5, seed=1, kinds="abcd"),),
    made=(collection("textures", at=6, seed=2).features, collection("shuffled", at=6, seed=3).features),
    held_out=(collection("pets", at=0, seed=4),),
    unlike_tests=(collection("things", at=5, seed=5, kinds="abcd"),),
    judged=(collection("noise", at=6, seed=6),),
)


@given(st.lists(st.floats(-9, 9, width=16), min_size=1, max_size=20), st.floats(0.5, 9, width=16))
def test_the_area_is_one_where_all_are_larger_and_a_half_where_they_are_equal(scores: list[float], by: float) -> None:
    like = np.array(scores, np.float32)
    assert area(like, like) == pytest.approx(0.5)
    assert area(like, like.max() + np.full(3, by, np.float32)) == pytest.approx(1)


def test_each_kind_is_judged_by_a_fit_that_left_it_out() -> None:
    (judged,), asked = MATERIAL.unlike_tests, []

    def fitted(part: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Familiarity:
        asked.append(set(part.tolist()))
        return MATERIAL.fit(without=part)

    areas, flagged = left_out(fitted, judged, against=MATERIAL.held_out)
    assert sorted("".join(sorted("".join(part) for part in asked))) == list("abcd")
    assert len(asked) == 4
    assert areas[0] > 0.95
    assert flagged > 0.9


def test_kinds_are_left_out_of_what_is_fitted_to_and_of_nothing_else() -> None:
    things = MATERIAL.unlike[0]
    kept, gone = (things.of_kinds(np.array(["a", "b"]), inside=inside) for inside in (False, True))
    assert (set(kept.kinds), set(gone.kinds)) == ({"c", "d"}, {"a", "b"})
    assert len(kept.features) + len(gone.features) == 240
    all_gone = MATERIAL.fit(without=np.array(list("abcd")))
    assert all_gone.digest != MATERIAL.fit().digest


def test_the_table_has_a_row_for_each_collection_and_one_with_kinds_left_out() -> None:
    rows = list(MATERIAL.rows(MATERIAL.fit()))
    assert [row.split(" | ")[0] for row in rows] == [
        "| pets, held out",
        "| things",
        "| noise",
        "| things, its kinds left out of the fit",
        "| things, all of it left out of the fit",
    ]


def test_pictures_from_elsewhere_give_no_p_and_a_column_of_their_own() -> None:
    elsewhere = replace(MATERIAL, akin=(collection("pets abroad", at=1, seed=7),))
    assert elsewhere.fit().digest == MATERIAL.fit().digest
    more, fewer = list(elsewhere.rows(elsewhere.fit())), list(MATERIAL.rows(MATERIAL.fit()))
    assert more.pop(1).startswith("| pets abroad, from elsewhere | 240 | ")
    assert [row.count("|") - bare.count("|") for row, bare in zip(more, fewer, strict=True)] == [1] * 5


@pytest.mark.parametrize("made_of", [brick_and_ground, retina, stained_tissue])
def test_crops_of_photographs_are_pictures_in_range(made_of: Callable[..., torch.Tensor]) -> None:
    made = made_of(6, size=16)
    assert made.shape == (6, 3, 16, 16)
    assert 0 <= float(made.min()) < float(made.max()) <= 1
