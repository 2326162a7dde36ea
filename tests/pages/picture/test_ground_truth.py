"""What a guide says of the original, as pages ask for it."""

from __future__ import annotations

import pytest
from skimage import data

from lwise_core.images.codec import encode_png, open_photograph
from pages.parts.picture.ground_truth import look_at
from pages.parts.session.case import Case
from tests.conftest import guide_of, tiny_network


def never() -> None:
    raise AssertionError("It would wait for the step that is being computed.")


def test_what_is_known_of_a_picture_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    guide = guide_of(tiny_network())
    photograph = open_photograph(encode_png(data.chelsea()[::4, ::4].copy()), name="cat.png")
    case = Case.new(photograph, guide=guide.name)
    first = look_at(case, guide)
    monkeypatch.setattr("pages.parts.picture.ground_truth.slot", never)
    again = look_at(case, guide)
    assert (again.top, again.novelty) == (first.top, first.novelty)
    assert again.original.logits.equal(first.original.logits)
