"""What a page says while its server does not answer: ours, in the place of Streamlit's own sentences."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts.ui.own_words import ADDRESS, LISTED, WORDS, OwnWords, script_with_words


def test_streamlits_script_is_served_with_our_sentences_and_nothing_else_changed() -> None:
    script = script_with_words()
    assert script is not None, "this release of Streamlit says something else"
    browser = TestClient(OwnWords(Starlette()))
    assert browser.get("/static/js/another.js").status_code == 404
    answer = browser.get(f"/static/js/{script.name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    changed = answer.text
    for theirs, ours in (*WORDS.items(), ADDRESS, LISTED):
        assert theirs not in changed
        changed = changed.replace(ours, theirs)
    assert changed == script.read_text(encoding="utf-8")


def test_streamlits_script_looks_for_its_server_where_ours_is_put() -> None:
    script = script_with_words()
    assert script is not None
    assert script.read_text(encoding="utf-8").count(ADDRESS[0]) == 1


def test_streamlits_script_lists_what_it_keeps_where_ours_is_put() -> None:
    script = script_with_words()
    assert script is not None
    assert script.read_text(encoding="utf-8").count(LISTED[0]) == 1


def test_our_sentences_cannot_end_the_text_that_they_stand_in() -> None:
    assert not any(mark in ours for ours in WORDS.values() for mark in "`$\\'\"\n")


def test_streamlits_page_asks_for_the_script_by_its_name_alone() -> None:
    script = script_with_words()
    assert script is not None
    page = (script.parents[2] / "index.html").read_text(encoding="utf-8")
    assert script.name in page
    assert "integrity=" not in page  # it would refuse another script
