from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.guides.guide import GuideModel, Provenance
from tests.conftest import guide_of, tiny_network


def said_of(guide: GuideModel) -> list[str]:
    def page(guide: object) -> None:  # its text runs alone, without imports
        from pages.parts.picture.cautions import cautions  # AppTest runs this text alone

        cautions(guide)

    at = AppTest.from_function(page, kwargs={"guide": guide}).run()
    assert not at.exception
    return [w.value.replace("\\", "") for w in at.warning]


@pytest.mark.parametrize(
    ("provenance", "words"),
    [
        (Provenance("0" * 64, training_epsilon=1.0), []),
        (Provenance("0" * 64, training_epsilon=None), ["Nothing is known"]),
        (Provenance("0" * 64, training_epsilon=0.0), ["trained without attacks"]),
        (Provenance("0" * 64, training_epsilon=1.0, caution="It reads the frame."), ["It reads the frame."]),
    ],
)
def test_what_must_be_said_of_a_guide_is_said(provenance: Provenance, words: list[str]) -> None:
    said = said_of(replace(guide_of(tiny_network()), provenance=provenance))
    assert len(said) == len(words)
    assert all(w in s for w, s in zip(words, said, strict=True))
