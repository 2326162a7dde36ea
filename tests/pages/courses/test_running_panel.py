"""How far a running course is, which is drawn again by itself."""

from __future__ import annotations

import pytest

from pages.parts.courses import running_panel


class DrawnAnew(Exception):
    """The whole page is drawn, and asks who is there."""


def test_what_is_drawn_again_by_itself_ends_with_the_right_to_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn_anew() -> None:
        raise DrawnAnew

    def looked_up(*_: object) -> None:
        raise AssertionError("the records were read")

    monkeypatch.setattr(running_panel, "is_teacher", lambda: False)
    monkeypatch.setattr(running_panel.st, "rerun", drawn_anew)
    monkeypatch.setattr(running_panel, "course_library", looked_up)
    with pytest.raises(DrawnAnew):
        running_panel._running("a course")
