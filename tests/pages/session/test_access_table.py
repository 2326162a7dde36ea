"""Every cell of SECURITY.md's table of modes and rights, read from there and tried on the pages themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lwise_core.guides import catalog
from pages.parts.courses.pictures_fields import DATA
from pages.parts.session.access import ALLOW_PATHS, OPEN_PAGES, TEACHER
from pages.parts.session.terminal_link import TerminalKeys

ROOT = Path(__file__).parents[3]
WORD = "four words of a teacher"
ALONE: Mapping[str, object] = {
    "server.address": "localhost",
    "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
    "server.corsAllowedOrigins": [],
}
CLASS = ALONE | {"server.address": "192.0.2.7", "server.allowedHosts": ["localhost", "school.example"]}
PROXY = ALONE | {"server.corsAllowedOrigins": ["https://school.example"]}

MODES: Mapping[str, tuple[Mapping[str, object], frozenset[str]]] = {
    "alone on localhost": (ALONE, frozenset({"link"})),
    "shared workstation, another account": (ALONE, frozenset()),
    "the same with paths for everybody": (ALONE | {ALLOW_PATHS: "1"}, frozenset()),
    "a class on the network": (CLASS | {TEACHER: WORD}, frozenset()),
    "its teacher": (CLASS | {TEACHER: WORD}, frozenset({"link", "word"})),
    "open demonstration": (CLASS | {TEACHER: WORD, OPEN_PAGES: "1"}, frozenset()),
    "behind a proxy": (PROXY | {TEACHER: WORD}, frozenset({"link", "word"})),
}
"""Mode → what the server was started with, and with what somebody there may come: nothing else is tried."""

HELD_AT_ONCE = {"its teacher"}
"""Modes in which the row speaks of somebody who has what opens, so that “yes” is with it and not without."""

OPENING = {
    "by the link of the terminal": {"link"},
    "by the link": {"link"},
    "by the link or the word": {"link", "word"},
}
OPENING["by them"] = OPENING["by the link or the word"]
RIGHTS = ("learn", "pages", "teach", "paths", "downloads")


def rows() -> dict[str, list[str]]:
    """Return mode → its five cells, as SECURITY.md has them."""
    _, _, after = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("| mode | started with |")
    lines = after.splitlines()[2:]
    table = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {mode: rest for mode, _, *rest in cells}


def expected(mode: str, came_with: str) -> dict[str, bool]:
    """Return right → whether the table gives it to somebody who came with the link, the word or nothing."""
    found = {}
    for right, cell in zip(RIGHTS, rows()[mode], strict=True):
        assert cell in {"yes", "no", *OPENING}, cell
        opens = came_with in OPENING.get(cell, ())
        # Whoever opens the pages for whoever gives courses has opened the other pages too.
        opens |= right == "pages" and came_with != "" and mode not in HELD_AT_ONCE
        found[right] = cell == "yes" or opens
    return found


@pytest.fixture
def come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], AppTest]:
    """Start a server in a mode, and let somebody come to it with the link, the word or nothing."""
    keys = TerminalKeys()
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.session.access.terminal_keys", lambda: keys)

    def come(mode: str, came_with: str) -> AppTest:
        started, _ = MODES[mode]
        original = st.get_option
        monkeypatch.setattr(st, "get_option", lambda name: started[name] if name in started else original(name))
        for name in (ALLOW_PATHS, OPEN_PAGES, TEACHER):
            monkeypatch.delenv(name, raising=False)
            if name in started:
                monkeypatch.setenv(name, str(started[name]))
        given = keys.exchange(keys.link_key) if came_with == "link" else "made up"
        monkeypatch.setattr("pages.parts.session.access.browsers_key", lambda: given)
        at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
        if came_with == "word":
            goes_to(at, "results").text_input[0].set_value(WORD)
            next(b for b in at.button if b.label == "Open these pages").click().run()
        return at

    return come


def goes_to(at: AppTest, page: str) -> AppTest:
    at.switch_page(f"{page}.py").run()
    assert not at.exception, at.exception
    return at


def is_open(at: AppTest, page: str) -> bool:
    """Whether a page is drawn, and not the ways on that stand in its place."""
    return not any("On this server people sit courses" in str(m.value) for m in goes_to(at, page).markdown)


def offers_paths(at: AppTest) -> bool:
    """Whether any page asks for a path on the server: Models, Rank and the form of a course each have a way."""
    published = [f"published-{entry.name}" for entry in catalog.PUBLISHED]
    for key in published:
        at.session_state[key] = True
    ways = {
        "models": any("path on this machine" in t.label for t in goes_to(at, "models").text_input),
        "rank": any("on this server" in str(o) for g in goes_to(at, "rank").button_group for o in g.options),
    }
    if has_teachers_pages(at):
        ways["curriculum"] = any(DATA in r.options for r in goes_to(at, "curriculum").radio)
    assert len(set(ways.values())) == 1, ways
    return ways["models"]


def has_teachers_pages(at: AppTest) -> bool:
    """Whether answers are shown and courses made, which go together."""
    answers = any(s.label == "Answers of" for s in goes_to(at, "results").selectbox)
    making = any(b.label == "Make the course" for b in goes_to(at, "curriculum").button)
    assert answers == making
    return answers


def offers_downloads(at: AppTest) -> bool:
    for entry in catalog.PUBLISHED:
        at.session_state[f"published-{entry.name}"] = True
    at = goes_to(at, "models")
    asked = any(t.key == "hub-address" for t in at.text_input)
    assert asked == any(b.label == "Download" for b in at.button)
    return asked


def rights_of(at: AppTest) -> dict[str, bool]:
    """Return right → whether the pages give it."""
    pages = {is_open(at, page) for page in ("studio", "inspection", "rank", "models")}
    assert len(pages) == 1
    return {
        "learn": is_open(at, "learn"),
        "pages": pages.pop(),
        "teach": has_teachers_pages(at),
        "paths": offers_paths(at),
        "downloads": offers_downloads(at),
    }


CASES = [
    (mode, came_with)
    for mode, (_, ways) in MODES.items()
    for came_with in (*sorted(ways), *(() if mode in HELD_AT_ONCE else ("",)))
]


def test_the_table_has_these_modes() -> None:
    assert list(rows()) == list(MODES)


@pytest.mark.parametrize(("mode", "came_with"), CASES, ids=[f"{m}, {w or 'with nothing'}" for m, w in CASES])
def test_the_pages_give_what_the_table_says(come: Callable[[str, str], AppTest], mode: str, came_with: str) -> None:
    assert rights_of(come(mode, came_with)) == expected(mode, came_with)
