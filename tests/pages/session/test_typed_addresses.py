"""Addresses as people type them lead to the page that is meant; of another word the first page says that it is none."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from pages.parts.session.typed_addresses import WORDS, TypedAddresses, leads_to

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
HTML = {"Accept": "text/html,application/xhtml+xml"}
HERE = "http://localhost"


def browser() -> TestClient:
    there = Route("/{path:path}", lambda _: PlainTextResponse("there"))
    return TestClient(Starlette(routes=[there], middleware=[Middleware(TypedAddresses)]), base_url=HERE)


def landing(asked: str) -> str:
    """Return the address at which ``asked`` ends, below the server's."""
    answer = browser().get(asked, headers=HTML, follow_redirects=False)
    if answer.status_code == 200:
        return asked
    assert answer.status_code == 307
    return urljoin(f"{HERE}{asked}", answer.headers["location"]).removeprefix(HERE)


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ("/studio", "/"),
        ("/Studio?sample=cat&step=3", "/?sample=cat&step=3"),
        ("/Inspect", "/inspection"),
        ("/inspect/?sample=cat", "/inspection?sample=cat"),
        ("/INSPECTION", "/inspection"),
        ("/Rank", "/rank"),
        ("/guides", "/models"),
        ("/Curriculum/", "/curriculum"),
        ("/", "/"),
        ("/rank", "/rank"),
        ("/inspection?sample=cat", "/inspection?sample=cat"),
        ("/_stcore/health", "/_stcore/health"),
        ("/index.html", "/index.html"),
        ("/at-the-server?key=1", "/at-the-server?key=1"),
        ("/rank/_stcore/health", "/rank/_stcore/health"),
        ("//evil.example", "//evil.example"),
        ("/Rankk?a=1", "/?asked=Rankk&a=1"),
    ],
)
def test_an_address_leads_where_it_is_meant_to(asked: str, end: str) -> None:
    assert landing(asked) == end


@pytest.mark.parametrize("base", ["app", "deep/below"])
def test_below_an_address_of_the_app_it_stays_below_it(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = "pages.parts.session.typed_addresses.st.get_option"
    monkeypatch.setattr(options, {"server.baseUrlPath": base}.__getitem__)
    assert landing(f"/{base}/Inspect?x=1") == f"/{base}/inspection?x=1"
    assert landing(f"/{base}/studio/") == f"/{base}/"
    assert landing(f"/{base}/rank") == f"/{base}/rank"


def test_what_pages_fetch_by_themselves_is_let_through() -> None:
    assert browser().get("/Inspect", headers={"Accept": "application/json"}, follow_redirects=False).text == "there"
    assert browser().post("/Inspect", headers=HTML, follow_redirects=False).status_code == 405


@given(st.text(max_size=60))
def test_no_address_leads_to_another_server(word: str) -> None:
    place = leads_to(f"/{word}")
    assert place is None or place in WORDS.values() or place.startswith("?asked=")


def test_every_page_is_found_by_its_name_and_by_its_file() -> None:
    listed = re.findall(r'^    \((?:"(\w+)\.py"|LEARN), "(\w+)", "', MAIN.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == 7
    for name, title in listed:
        file = name or "learn"
        page = "" if file == "studio" else file
        assert WORDS[title.casefold()] == WORDS[file] == page
        assert leads_to(f"/{page}") is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [("Inspecion", "no page called “Inspecion”"), ("<b>", ""), ("[x](http://a.b)", ""), ("x" * 41, "")],
)
def test_the_first_page_says_what_is_not_there(asked: str, says: str) -> None:
    at = AppTest.from_file(str(MAIN), default_timeout=60)
    at.query_params["asked"] = asked
    at.run()
    assert not at.exception
    said = [info.value for info in at.info if "no page" in info.value]
    assert len(said) == bool(says)
    assert all(says in one for one in said)
