"""What is named to a browser with a page: the style's bearer with each, the viewer's modules where it is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from lwise_core._utils.assets import asset
from pages.parts.ui.browser_modules import module_routes
from pages.parts.ui.modules_ahead import ModulesAhead, modules_of, style_bearers


async def _page(_: Request) -> Response:
    return HTMLResponse("<p>a page</p>")


@pytest.fixture
def browser() -> TestClient:
    routes = [Route(path, _page) for path in ("/", "/inspection", "/learn", "/lab/")]
    return TestClient(Starlette(routes=[*module_routes(), *routes], middleware=[Middleware(ModulesAhead)]))


@pytest.mark.parametrize("path", ["/", "/inspection"])
def test_every_module_of_the_viewer_is_named_and_can_be_had(browser: TestClient, path: str) -> None:
    all_named = re.findall(r"<([^>]+)>; rel=modulepreload", browser.get(path).headers["Link"])
    named = [one for one in all_named if one not in style_bearers()]
    assert named[0] == "/assets/viewer/index.js"
    assert {browser.get(one).status_code for one in named} == {200}


def test_streamlit_has_one_script_that_puts_our_style_on_a_page() -> None:
    bearer, *imported = ((Path(streamlit.__file__).parent / "static" / one).read_text() for one in style_bearers())
    assert "dangerouslySetInnerHTML" in bearer
    assert len(imported) == bearer.count("import")


def test_pages_without_pictures_name_what_their_style_needs_and_the_modules_themselves_name_none(
    browser: TestClient,
) -> None:
    assert browser.get("/learn").headers["Link"].count("modulepreload") == len(style_bearers())
    assert "Link" not in browser.get("/assets/viewer/index.js").headers


def test_nothing_that_a_named_module_imports_is_left_out() -> None:
    named = modules_of("viewer/index.js")
    assert len(set(named)) == len(named)
    assert set(named) == {f"viewer/{file.name}" for file in asset("viewer").iterdir() if file.name.endswith(".js")} | {
        f"shared/{name}.js" for name in ("camera", "component", "dom", "lens", "numbers", "pointer", "revisions")
    }
