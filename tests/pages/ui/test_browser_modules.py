"""The modules of the browser's parts as this server gives them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lwise_core._utils.assets import asset
from pages.parts.ui import browser_modules
from pages.parts.ui.browser_modules import component, module_routes


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


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of what lies below the assets' folders of modules, of which the server that starts now knows."""
    copy = tmp_path / "assets"
    for folder in browser_modules._FOLDERS:
        shutil.copytree(asset(folder), copy / folder)
    monkeypatch.setattr(browser_modules, "asset", copy.joinpath)
    browser_modules._as_at_start.cache_clear()
    yield copy
    browser_modules._as_at_start.cache_clear()


def test_files_that_are_replaced_under_a_running_server_do_not_mix_with_those_that_it_began_with(
    assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, **parts: given.update(parts, name=name))
    browser = TestClient(Starlette(routes=module_routes()))
    script, markup = ((assets / "viewer" / name).read_bytes() for name in ("index.js", "viewer.html"))
    for name in ("index.js", "viewer.html", "viewer.css", "later.js"):
        (assets / "viewer" / name).write_text("another version")
    component("viewer", folder="viewer", html="viewer/viewer.html")
    assert given["html"].encode() == markup
    assert "another version" not in given["css"]
    assert browser.get("/assets/viewer/index.js").content == script
    assert browser.get("/assets/viewer/later.js").status_code == 404
