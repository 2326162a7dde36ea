"""What was painted in the browser: it stays for the session, and anything that does not fit the picture is nothing."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.picture import region_painter
from pages.parts.picture.region_painter import Mask

SIDE = 5
PIECES = np.zeros((SIDE, SIDE), dtype=np.uint16)


class Browser:
    """What is sent to the browser, and what it says back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        monkeypatch.setattr(region_painter, "_REGION_PAINTER", self._take)
        monkeypatch.setattr(region_painter, "told_by", lambda *_: self.told)

    def _take(self, *, data: dict[str, Any], on_mask_change: Any, **_: object) -> None:  # noqa: ANN401
        self.sent, self.hear = data, on_mask_change

    def paints(self, bits: bytes, *, revision: int = 1) -> None:
        self.told = {"mask": base64.b64encode(bits).decode(), "revision": revision}
        self.hear()


def draw() -> Mask:
    return region_painter.region_painter(np.zeros((3, SIDE, SIDE), dtype=np.uint8), pieces=PIECES, key="k")


@given(bits=st.lists(st.booleans(), min_size=SIDE**2, max_size=SIDE**2))
def test_what_is_painted_comes_back_and_is_sent_again(bits: list[bool]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("streamlit.session_state", {})
        browser, mask = Browser(patched), np.array(bits).reshape(SIDE, SIDE)
        assert not draw().any()
        browser.paints(np.packbits(mask).tobytes(), revision=7)
        assert np.array_equal(draw(), mask)
        assert base64.b64decode(browser.sent["mask"]) == np.packbits(mask).tobytes()
        assert browser.sent["revision"] == 7


def test_bits_of_another_picture_are_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.session_state", {})
    browser = Browser(monkeypatch)
    draw()
    browser.paints(b"\xff" * 99)
    assert not draw().any()
