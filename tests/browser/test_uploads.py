"""Files that are dropped in the instant in which a run of the page begins: none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from lwise_core.data.phantom import Creature, draw
from lwise_core.guides.catalog import BUNDLED
from lwise_core.images.codec import encode_png
from tests.browser.acts import Gate, at_rest, choose, seen

CREATURE = encode_png(draw(Creature(0, 0.1, 1), size=64))


@pytest.fixture
def late_url(serve: Callable[[Path], str]) -> str:
    """A server on which a run begins while an address for a file waits to leave."""
    return serve(Path(__file__).parent / "apps" / "held_addresses_app.py")


@pytest.mark.parametrize(
    ("path", "uploader", "name", "data", "effect"),
    [
        ("", "Upload photographs", "creature.png", CREATURE, "The photograph"),
        ("rank", "Photographs, or zips", "creature.png", CREATURE, "Rank 1 file"),
        ("models", "Weight file", "notes.pt", b"no weights", "This is not a weight file"),
        ("results", "CSV or JSON, one row a trial", "answers.csv", b"a,b\n1,2\n", "lacks the column"),
    ],
)
def test_a_file_survives_a_run_that_begins_before_its_address_has_left(
    page: Page, late_url: str, path: str, uploader: str, name: str, data: bytes, effect: str
) -> None:
    page.goto(f"{late_url}/{path}")
    if path == "rank":
        page.get_by_text("Files or a zip").click()
        expect(seen(page, "Photographs, or zips")).to_be_visible()
    if path == "results":  # where a course was sat on this server, its answers are what is shown first
        choose(page, "Answers of", "A file of answers (the official CSV)")
    field = page.get_by_label(uploader).locator("input[type=file]")
    expect(field).to_be_attached()
    with page.expect_request(lambda r: r.method == "PUT"):
        field.set_input_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=data))
    expect(seen(page, effect)).to_be_visible()


class HeldUpload(Gate):
    """Keeps every file but the first on its way to the server until it is opened."""

    def __init__(self, page: Page) -> None:
        self._first = True
        super().__init__(page, "**/upload_file/**")

    def passes(self, request: Request) -> bool:
        if request.method != "PUT":
            return True
        first, self._first = self._first, False
        return first


def creature(number: int) -> FilePayload:
    picture = encode_png(draw(Creature(0, 0.1, number), size=64))
    return FilePayload(name=f"creature-{number}.png", mimeType="image/png", buffer=picture)


@pytest.mark.parametrize(("path", "taken"), [("", "The photograph"), ("inspection", "creature-1.png")])
def test_a_photograph_that_is_still_on_its_way_when_the_page_takes_another_is_taken_too(
    page: Page, studio_url: str, path: str, taken: str
) -> None:
    page.goto(f"{studio_url}/{path}")
    uploader = page.locator("input[type=file]")
    on_the_way = HeldUpload(page)
    with page.expect_response(lambda r: r.request.method == "PUT"):
        uploader.set_input_files([creature(1)])
    with page.expect_request(lambda r: r.method == "PUT"):
        uploader.set_input_files([creature(2)])
    expect(seen(page, taken)).to_be_visible()
    on_the_way.open()
    if path == "inspection":  # where the choice of a photograph is folded away, and again when another one comes
        other = page.get_by_text("Photograph: creature-2.png").first
        expect(other).to_be_visible()
        at_rest(page)
        other.click()
    expect(page.get_by_role("combobox", name="Photograph on the desk")).to_have_value("2. creature-2.png")


def test_a_weight_file_that_is_dropped_while_another_is_read_is_read_too(page: Page, studio_url: str) -> None:
    with page.expect_websocket() as opened:
        page.goto(f"{studio_url}/models")
    uploader = page.locator("input[type=file]").first
    on_the_way = HeldUpload(page)
    # An uploader of one file forgets the first: whether that was read by then is a matter of time, the second must be.
    with opened.value.expect_event("framesent", lambda payload: tells_of(payload, "first.safetensors")):
        uploader.set_input_files([weight_file("first")])
    with page.expect_request(lambda r: r.method == "PUT"):
        uploader.set_input_files([weight_file("second")])
    on_the_way.open()
    expect(seen(page, "What was read from second")).to_be_visible()


def tells_of(payload: bytes | str, name: str) -> bool:
    """Return whether a browser's message asks for a run of the page with the file ``name``."""
    if isinstance(payload, str):
        return False
    message = BackMsg.FromString(payload)
    states = message.rerun_script.widget_states.widgets if message.HasField("rerun_script") else ()
    return any(info.name == name for one in states for info in one.file_uploader_state_value.uploaded_file_info)


def weight_file(name: str) -> FilePayload:
    weights = (BUNDLED / "phantom4-64" / "model.safetensors").read_bytes()
    return FilePayload(name=f"{name}.safetensors", mimeType="application/octet-stream", buffer=weights)
