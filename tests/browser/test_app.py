"""The frame in a real browser: nothing leaves the machine, errors stay sentences, both colour schemes hold."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.acts import expect_to_fit
from tests.browser.conftest import patient

APPS = Path(__file__).parent / "apps"

_TRY_TO_LEAVE = """async () => {
    const refused = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
    const load = (tag) => new Promise((done) => {
        const element = document.createElement(tag);
        element.onerror = element.onload = done;
        element.src = "https://example.com/x";
        document.body.append(element);
    });
    await fetch("https://example.com/").catch(() => {});
    await load("img");
    await load("script");
    for (let i = 0; refused.length < 3 && i < 100; i++) await new Promise(requestAnimationFrame);  // it may come late
    return refused.sort();
}"""


def test_the_app_opens_and_says_what_it_is_not_for(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    expect(page.get_by_text("not for diagnosis").first).to_be_visible()
    expect(page).to_have_title("L-WISE Studio")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_answers_carry_the_headers_that_keep_the_browser_here(page: Page, studio_url: str) -> None:
    answer = page.goto(studio_url)
    assert answer
    headers = answer.all_headers()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def _status(url: str, path: str, **headers: str) -> tuple[int, str | None]:
    """Return the status of an answer and what it says about keeping it, asked for by a program with these headers."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.putrequest("GET", path, skip_host="host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Cache-Control")


def test_another_name_another_page_and_a_foreign_socket_are_refused(studio_url: str) -> None:
    assert _status(studio_url, "/")[0] == 200
    assert _status(studio_url, "/", host="evil.example")[0] == 403
    assert _status(studio_url, "/", origin="http://evil.example")[0] == 403
    socket = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    key = {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    path = "/_stcore/stream"
    assert _status(studio_url, path, origin="http://evil.example", **socket, **key)[0] == 403
    assert _status(studio_url, path, **socket, **key)[0] == 101


def test_what_is_of_a_person_s_own_is_kept_by_no_browser(studio_url: str) -> None:
    assert _status(studio_url, "/media/nothing.png")[1] == "no-store"
    assert _status(studio_url, "/_stcore/health")[1] == "no-store"


def test_the_browser_refuses_to_talk_to_anybody_else(browser: Browser, studio_url: str) -> None:
    with patient(browser.new_context()) as context:
        tab = context.new_page()
        tab.goto(studio_url)
        assert tab.evaluate(_TRY_TO_LEAVE) == ["connect-src", "img-src", "script-src-elem"]


@pytest.mark.parametrize("place", ["page", "fragment", "callback"])
def test_an_unexpected_error_is_one_sentence(page: Page, serve: Callable[[Path], str], place: str) -> None:
    page.goto(serve(APPS / "failing_app.py"))
    page.get_by_role("button", name=f"Break in {'the' if place == 'page' else 'a'} {place}").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("Something went wrong that should not have (error ")
    expect(page.get_by_text("private detail")).to_have_count(0)
    expect(page.get_by_text("RuntimeError")).to_have_count(0)


def test_stopping_a_page_is_no_error(page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(serve(APPS / "failing_app.py"))
    expect(page.get_by_text("The end of the page")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("The end of the page")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(16, 22, 28)")])
def test_the_page_follows_the_systems_colour_scheme(
    page: Page, studio_url: str, in_scheme: Callable[[str], None], scheme: str, background: str
) -> None:
    in_scheme(scheme)
    page.goto(studio_url)
    expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", background)


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(studio_url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect_to_fit(page, width=390)


def test_the_menu_of_a_narrow_screen_makes_way_for_the_page_that_is_chosen_in_it(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(studio_url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    menu = page.get_by_test_id("stSidebar")
    for chosen, title in (("Models", "Guide models"), ("Rank", "Rank")):
        page.get_by_test_id("stExpandSidebarButton").click()
        expect(menu).to_have_attribute("data-collapsed", "false")
        menu.get_by_role("link", name=chosen).click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(menu).to_have_attribute("data-collapsed", "true")
