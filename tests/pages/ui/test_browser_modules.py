"""The modules of the browser's parts as this server gives them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lwise_core._utils.assets import asset
from pages.parts.ui.browser_modules import module_routes


@pytest.fixture
def browser() -> TestClient:
    return TestClient(Starlette(routes=module_routes()))


@pytest.fixture
def below_a_path() -> Iterator[str]:
    st.config.set_option("server.baseUrlPath", "lab/studio/")
    yield "/lab/studio"
    st.config.set_option("server.baseUrlPath", "")


@pytest.mark.parametrize("path", ["cropper/index.js", "runner/index.js", "viewer/index.js", "shared/revisions.js"])
def test_a_module_is_a_script_that_is_asked_for_anew_and_sent_when_it_changed(browser: TestClient, path: str) -> None:
    answer = browser.get(f"/assets/{path}")
    assert answer.content == asset(path).read_bytes()
    assert answer.headers["content-type"].split(";")[0] in {"text/javascript", "application/javascript"}
    assert answer.headers["cache-control"] == "no-cache"
    again = browser.get(f"/assets/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["models/animals16-64/card.json", "style.css", "runner/../style.css", "runner/%2e%2e/style.css", "runner/"]
)
def test_nothing_else_is_served(browser: TestClient, path: str) -> None:
    assert browser.get(f"/assets/{path}").status_code == 404


def test_modules_lie_below_the_path_of_the_app(below_a_path: str) -> None:
    browser = TestClient(Starlette(routes=module_routes()))
    assert browser.get(f"{below_a_path}/assets/viewer/index.js").status_code == 200
    assert browser.get("/assets/viewer/index.js").status_code == 404
