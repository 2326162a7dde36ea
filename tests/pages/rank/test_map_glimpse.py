"""What a click on a point of the map marks, and that nothing is marked when its component is gone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pages.parts.rank import map_glimpse


@pytest.mark.parametrize(
    ("state", "marked"),
    [
        ({"map-glimpse": {"chosen": {"hash": "ab", "click": 1}}}, [("weights", {"ab"})]),
        ({"map-glimpse": {"chosen": None}}, []),
        ({}, []),
    ],
)
def test_a_click_marks_its_photograph_alone(
    state: dict[str, object], marked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    monkeypatch.setattr("pages.parts.ui.component_state.st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(map_glimpse, "mark", lambda weights, hashes: found.append((weights, hashes)))
    map_glimpse._mark("weights")
    assert found == marked
