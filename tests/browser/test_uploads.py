"""Files that are dropped in the instant in which a run of the page begins: none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from lwise_core.data.phantom import Creature, draw
from lwise_core.images.codec import encode_png

CREATURE = encode_png(draw(Creature(0, 0.1, 1), size=64))


@pytest.fixture
def late_url(serve: Callable[[Path], str]) -> str:
    """A server whose addresses for files leave only after the next run has begun."""
    return serve(Path(__file__).parent / "apps" / "held_addresses_app.py")


@pytest.mark.parametrize(
    ("path", "name", "data", "effect"),
    [
        ("", "creature.png", CREATURE, "The photograph"),
        ("rank", "creature.png", CREATURE, "Rank 1 file"),
        ("models", "notes.pt", b"no weights", "This is not a weight file"),
        ("results", "answers.csv", b"a,b\n1,2\n", "lacks the column"),
    ],
)
def test_a_file_survives_a_run_that_begins_before_its_address_has_left(
    page: Page, late_url: str, path: str, name: str, data: bytes, effect: str
) -> None:
    page.goto(f"{late_url}/{path}")
    if path == "rank":
        page.get_by_text("Files or a zip").click()
        expect(page.get_by_text("Photographs, or zips")).to_be_visible()
    uploader = page.locator("input[type=file]")
    expect(uploader).to_be_attached()
    with page.expect_request(lambda r: r.method == "PUT"):
        uploader.set_input_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=data))
        page.keyboard.press("r")  # Streamlit's own key to run the page anew
    expect(page.get_by_text(effect).first).to_be_visible()
