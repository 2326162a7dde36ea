"""The modules of the browser's parts are found where the app is served, also below a path of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import Gate
from tests.browser.conftest import _served

APPS = Path(__file__).parent / "apps"
APP = APPS / "cropper_app.py"


def test_a_module_is_found_below_a_base_path(page: Page, tmp_path: Path) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with _served(APP, tmp_path / "app.log", base="/lab/studio") as url:
        page.goto(f"{url}/")
        square = page.get_by_role("slider", name="Region that the guide sees")
        square.press("ArrowRight")
        expect(page.get_by_text("held 204 0 800")).to_be_visible()
    modules = [address for address in asked if "/assets/" in address]
    assert f"{url}/assets/cropper/index.js" in modules
    assert all(address.startswith(f"{url}/") for address in modules)


@pytest.mark.parametrize(
    ("app", "role", "name"),
    [
        ("region_app.py", "application", "Region that may change"),
        ("cropper_app.py", "slider", "Region that the guide sees"),
    ],
)
def test_nothing_can_be_pressed_before_its_script_is_there(
    page: Page, serve: Callable[[Path], str], app: str, role: str, name: str
) -> None:
    """Keys pressed before that would be lost."""
    module = Gate(page, "**/assets/*/index.js")
    page.goto(serve(APPS / app))
    expect(page.get_by_text("held").first).to_be_visible()
    part = page.locator(f"[role={role}][aria-label='{name}']")
    expect(part).to_be_attached()
    expect(part).to_be_hidden()
    module.open()
    expect(part).to_be_visible()


def test_what_puts_our_style_on_a_page_is_asked_for_before_streamlit_s_own_part_begins(
    page: Page, studio_url: str
) -> None:
    """Asked for when the page is drawn, it comes late from a busy server, and small print is too pale until then."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2].partition(".")[0]))
    page.goto(f"{studio_url}/rank")
    expect(page.get_by_role("heading", name="Rank").first).to_be_visible()
    assert asked.index("Html") < asked.index("index")
    assert asked.count("Html") == 1
