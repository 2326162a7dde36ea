"""The modules that are named to a browser with the page: all that the viewer imports, and with no other page."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from lwise_core._utils.assets import asset
from pages.parts.ui.browser_modules import module_routes
from pages.parts.ui.modules_ahead import ModulesAhead, modules_of


async def _page(_: Request) -> Response:
    return HTMLResponse("<p>a page</p>")


@pytest.fixture
def browser() -> TestClient:
    routes = [Route(path, _page) for path in ("/", "/inspection", "/learn", "/lab/")]
    return TestClient(Starlette(routes=[*module_routes(), *routes], middleware=[Middleware(ModulesAhead)]))


@pytest.mark.parametrize("path", ["/", "/inspection"])
def test_every_module_of_the_viewer_is_named_and_can_be_had(browser: TestClient, path: str) -> None:
    named = re.findall(r"<([^>]+)>; rel=modulepreload", browser.get(path).headers["Link"])
    assert named[0] == "/assets/viewer/index.js"
    assert {browser.get(one).status_code for one in named} == {200}


def test_pages_without_pictures_and_the_modules_themselves_name_none(browser: TestClient) -> None:
    assert "Link" not in browser.get("/learn").headers
    assert "Link" not in browser.get("/assets/viewer/index.js").headers


def test_nothing_that_a_named_module_imports_is_left_out() -> None:
    named = modules_of("viewer/index.js")
    assert len(set(named)) == len(named)
    assert set(named) == {f"viewer/{file.name}" for file in asset("viewer").iterdir() if file.name.endswith(".js")} | {
        f"shared/{name}.js" for name in ("camera", "component", "dom", "lens", "numbers", "pointer", "revisions")
    }
