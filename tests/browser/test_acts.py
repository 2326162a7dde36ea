"""What the browser tests wait for: also on a page whose policy evaluates no text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page

from tests.browser.acts import until

STRICT = """<meta http-equiv="Content-Security-Policy" content="default-src 'self'"><p>A strict page</p>"""


def test_what_comes_later_is_waited_for_on_a_strict_page(page: Page) -> None:
    page.set_content(STRICT)
    page.evaluate("() => { setTimeout(() => document.body.append('later'), 200); }")
    until(page, "(word) => document.body.textContent.includes(word)", "later")
    assert "later" in page.content()


def test_what_never_comes_is_said(page: Page) -> None:
    page.set_content(STRICT)
    with pytest.raises(Error, match="Not so within 100 ms"):
        until(page, "() => false", patience_ms=100)
