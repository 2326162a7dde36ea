"""Links from a choice of a guide to its card, and where they lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[3]


def links(at: AppTest) -> dict[str, tuple[str, str]]:
    """Return the page and the address's query of every link by its words."""
    protos = [element.proto for element in at.get("page_link")]
    return {p.label.replace("\\", ""): (p.page, p.query_string) for p in protos}


@pytest.mark.parametrize("page", ["studio.py", "inspection.py", "rank.py", "curriculum.py"])
def test_beside_every_choice_of_a_guide_there_is_a_link_to_its_card(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    at.switch_page(page).run()
    assert not at.exception, at.exception
    to_cards = [link for words, link in links(at).items() if words.startswith("Card of ") and "right " in words]
    name = next(s.value for s in at.selectbox if s.label.startswith("Guide model"))
    assert to_cards == [("models", f"guide={name}")]
