"""The modules of the browser's parts are found where the app is served, also below a path of its own."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import _served

APP = Path(__file__).parent / "apps" / "cropper_app.py"


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
