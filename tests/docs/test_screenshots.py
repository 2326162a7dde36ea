"""README and documentation begin with pictures of the pages: those that one command makes, whole and small."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.screenshots import FINER, HEIGHT, PAGES, SCREENSHOTS, WIDTH
from lwise_core.images.codec import open_photograph

ROOT = Path(__file__).resolve().parents[2]


def test_the_command_s_pictures_are_those_that_are_there() -> None:
    assert {file.name for file in SCREENSHOTS.iterdir()} == {f"{name}.webp" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_a_whole_screen_and_small(name: str) -> None:
    file = SCREENSHOTS / f"{name}.webp"
    assert file.stat().st_size < 400_000
    picture = open_photograph(file.read_bytes(), name=file.name)
    assert (picture.width, picture.height) == (WIDTH * FINER, HEIGHT * FINER)


@pytest.mark.parametrize(("page", "folder"), [("README.md", "docs/screenshots"), ("docs/index.md", "screenshots")])
def test_the_first_thing_after_the_title_is_the_start_page_and_all_pictures_are_shown(page: str, folder: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    title, first, *_ = [line for line in text.splitlines() if line]
    assert title.startswith("# ")
    assert first.startswith("![")
    assert first.endswith(f"({folder}/start.webp)")
    assert all(f"({folder}/{name}.webp)" in text for name in PAGES)
