"""What the browser gets of maps that zoom and point together."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lwise_core._utils.arrays import Plane
from lwise_core.images.map_picture import HeatmapPicture, Scale
from pages.parts.ui import linked_maps

SIDE = 4
PLANES = arrays(np.float32, (SIDE, SIDE), elements=st.floats(-100, 100, width=32))


def sent_of(picture: HeatmapPicture) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linked_maps, "_LINKED_MAPS", lambda *, data, **_: sent.update(data))
        linked_maps.linked_maps({"original": picture}, key="k")
    (only,) = sent["maps"]
    return dict(only)


@given(PLANES)
def test_every_value_arrives_to_a_share_of_the_largest(values: Plane) -> None:
    numbers = sent_of(HeatmapPicture(values, alt="", scale=Scale.signed(1, unit="logit")))["numbers"]
    steps = np.frombuffer(base64.b64decode(numbers["steps"]), dtype="<i2").reshape(SIDE, SIDE)
    assert np.abs(steps * numbers["top"] / 32767 - values).max() <= numbers["top"] / 32767
    assert numbers["signed"]


def test_a_picture_has_neither_numbers_nor_a_scale() -> None:
    sent = sent_of(HeatmapPicture(np.zeros((SIDE, SIDE, 3), np.uint8), alt="A picture", caption="It"))
    assert (sent["numbers"], sent["bar"], sent["side"], sent["name"]) == (None, None, SIDE, "original")
    assert sent["picture"].startswith("data:image/png;base64,")
