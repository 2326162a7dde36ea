"""The opening pictures of a ranking: of more classes than there is room for, it is said how many they are of."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.batch.ranking import RankedPhotograph, Ranking
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.images.codec import encode_png

PIXELS = np.zeros((8, 8, 3), np.uint8)


def ranking_of(classes: int) -> Ranking:
    """Two plain photographs of each class, unlike each other."""
    names = [f"class {i:02}" for i in range(classes)]
    photographs = tuple(
        RankedPhotograph(
            name=f"{name}/{n}.png",
            sha256=f"{2 * i + n:064x}",
            class_name=name,
            guessed=False,
            logit=9.0 - n,
            probability=0.9,
            rank=1,
            choice=name,
            logits=np.where(np.arange(classes) == i, np.float32(9.0), np.float32(0.0)),
            square=PIXELS,
            thumbnail=encode_png(PIXELS),
            hashed=int("".join("01"[(2 * i + n) >> bit & 1] * 12 for bit in range(5)), 2),
        )
        for i, name in enumerate(names)
        for n in range(2)
    )
    return Ranking(len(photographs), FolderLabels(names), photographs)


def page() -> None:
    import streamlit as st

    from pages.parts.rank.first_sight import first_sight

    first_sight(st.session_state["ranking"])


@pytest.mark.parametrize(
    ("classes", "words"), [(6, []), (16, ["These are of 6 of the 16 classes; all of them follow below."])]
)
def test_it_is_said_how_many_of_the_classes_the_first_pictures_are_of(classes: int, words: list[str]) -> None:
    at = AppTest.from_function(page)
    at.session_state["ranking"] = ranking_of(classes)
    at.run()
    assert not at.exception
    assert [c.value for c in at.caption] == words
