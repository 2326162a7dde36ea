"""The Inspect page about a pair of one's own, with a guide that computes in milliseconds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from skimage import data
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import encode_png
from pages.parts.session.case import Desk, KeptDesk
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_hallucination import with_references
from tests.pages.inspect.test_page import case_of, said
from tests.support.app_runs import settled

ROOT = Path(__file__).resolve().parents[3]
CAT: Pixels = data.chelsea()[::2, ::2].copy()


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


def opened(*, on_the_desk: bool = False) -> AppTest:
    """Return the page about a pair, nothing uploaded."""
    guide = with_references(guide_of(tiny_network()))
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    at.session_state["session_guides"] = {guide.name: guide}
    at.session_state["guide_asked"] = guide.name
    if on_the_desk:
        at.session_state["desk"] = KeptDesk(Desk((case_of(guide),)))
    at = at.switch_page("inspection.py").run()
    return settled(next(b for b in at.button if b.label == "Inspect a pair of your own").click().run())


def uploaded(at: AppTest, which: str, pixels: Pixels, *, name: str) -> AppTest:
    at.file_uploader(key=f"pair-{which}").set_value((name, encode_png(np.ascontiguousarray(pixels)), "image/png"))
    return settled(at.run())


def a_set() -> bytes:
    """Return a zip of six pictures of two classes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(6):
            pixels = data.coffee()[40 * i : 40 * i + 32, 90:122]
            archive.writestr(f"{'ab'[i % 2]}/{i}.png", encode_png(np.ascontiguousarray(pixels)))
    return stream.getvalue()


def lighter(pixels: Pixels) -> Pixels:
    return (pixels * 0.9 + 25).astype(np.uint8)


def test_two_uploads_are_judged_like_our_own_changes() -> None:
    at = opened()
    assert "Both are aligned, or refused" in said(at)
    at = uploaded(at, "original", CAT, name="before.png")
    at = uploaded(at, "altered", lighter(CAT), name="after.png")
    assert "Say what the original shows, and the verdict follows." in said(at)
    stated = next(s for s in at.selectbox if s.label == "What does the original show?")
    at = settled(stated.set_value("b").run())
    text = said(at)
    assert "Can you trust this change?" in text
    assert "Was the evidence there?" in text
    assert "found on changes that this library made" in text
    assert "Altered by somebody else, as the guide sees it. Not for diagnosis." in text
    assert "AI-altered" not in text
    assert [d.proto.label for d in at.get("download_button")][:3] == [
        "Report (HTML)",
        "Every number (JSON)",
        "Every pixel (NPZ)",
    ]
    at.session_state["pair-tab"] = "Every number"
    assert "Prior support" in said(settled(at.run()))
    at.session_state["pair-tab"] = "Second opinion"
    at = settled(at.run())
    at.file_uploader(key="neighbours-zip-").set_value(("mine.zip", a_set(), "application/zip"))
    text = said(settled(at.run()))
    assert "Of the 5 real pictures nearest to the original" in text
    assert text.count(", cosine ") == 10


def test_the_photograph_on_the_desk_is_the_original_and_what_is_no_version_of_it_is_refused() -> None:
    at = opened(on_the_desk=True)
    assert "the original is “cat.png” from the desk" in said(at)
    at = uploaded(at, "altered", data.coffee()[:75, :113], name="coffee.png")
    assert "“coffee.png” does not look like a version of “cat.png”" in said(at)
    at = uploaded(at, "altered", lighter(data.chelsea()[::4, ::4]), name="lighter.png")
    assert "Can you trust this change?" in said(at)
    at = settled(next(b for b in at.button if b.label == "Back to the photograph").click().run())
    assert "Both are aligned" not in said(at)
