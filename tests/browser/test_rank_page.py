"""The Rank page in a real browser: a folder is dropped, its strangers are mapped by hand, and all of it is ranked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.images.codec import encode_png
from tests.browser.acts import at_rest, choose, seen, until


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    """A folder with two folders of creatures: one called after its family as other systems spell it, one not."""
    top = tmp_path / "creatures"
    for family, folder in enumerate((FAMILIES[0].title().replace(" ", "_"), "mine")):
        (top / folder).mkdir(parents=True)
        for i in range(3):
            picture = encode_png(draw(Creature(family, 0.1, 10 * family + i), size=64))
            (top / folder / f"{i}.png").write_bytes(picture)
    return top


def lasso(page: Page, area: Locator) -> None:
    """Draw with the mouse around everything in ``area``."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    left, top, right, bottom = box["x"] + 1, box["y"] + 1, box["x"] + box["width"] - 1, box["y"] + box["height"] - 1
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom), (left, top + 1)):
        page.mouse.move(*corner, steps=5)
    page.mouse.up()


def test_a_dropped_folder_is_mapped_by_hand_and_ranked(page: Page, studio_url: str, dropped: Path) -> None:
    page.goto(f"{studio_url}/rank")
    expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
    choose(page, "Guide model", "phantom4-64")
    page.locator("input[type=file]").set_input_files(dropped)
    expect(seen(page, "Matched by their names")).to_contain_text(FAMILIES[0])
    waiting = page.get_by_role("button", name="Rank them")
    expect(waiting).to_be_disabled()
    at_rest(page)
    button, footer = waiting.bounding_box(), page.get_by_test_id("stBottomBlockContainer").bounding_box()
    assert button
    assert footer
    assert button["y"] + button["height"] <= footer["y"]  # in sight, whole, at 1440×900
    choose(page, "“mine”, 3 files", FAMILIES[1])
    page.get_by_role("button", name="Rank 6 files").click()
    expect(seen(page, "6 photographs of 2 classes")).to_be_visible()
    expect(seen(page, f"“mine” stands for {FAMILIES[1]}")).to_be_visible()
    page.get_by_text("Narrow them down").click()
    page.get_by_text("Map of these photographs").click()
    drawn_around = page.get_by_role("figure", name="Map of 6 photographs").locator(".nsewdrag")
    expect(drawn_around).to_be_visible()
    at_rest(page)
    lasso(page, drawn_around)
    expect(seen(page, "6 photographs marked on the map")).to_be_visible()
    expect(page.get_by_role("button", name="Show all again")).to_be_visible()


@pytest.mark.parametrize("count", [4, 50], ids=["as files", "packed"])
def test_a_dropped_folder_without_folders_is_ranked_by_the_list_in_it(
    page: Page, studio_url: str, tmp_path: Path, count: int
) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    for i in range(count):
        (folder / f"ISIC_{i:07d}.png").write_bytes(encode_png(draw(Creature(i % 2, 0.1, 7300 + i), size=32)))
    rows = [f"L{i},ISIC_{i:07d},{FAMILIES[i % 2]}\n" for i in range(count)]
    (folder / "metadata.csv").write_text("".join(["lesion_id,image_id,dx\n", *rows]))
    page.goto(f"{studio_url}/rank")
    choose(page, "Guide model", "phantom4-64")
    page.locator("input[type=file]").set_input_files(folder)
    expect(seen(page, f"“metadata.csv” says what {count} of {count} photographs show: 2 classes.")).to_be_visible()
    page.get_by_role("button", name=f"Rank {count} files").click()
    expect(seen(page, f"{count} photographs of 2 classes")).to_be_visible()


def test_a_large_folder_is_packed_in_the_browser_and_sent_in_one_file(
    page: Page, studio_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "creatures"
    for i in range(50):
        place = folder / FAMILIES[i % 2].replace(" ", "_")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i}.png").write_bytes(encode_png(draw(Creature(i % 2, 0.1, i), size=32)))
    (folder / "notes.txt").write_text("no photograph")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.goto(f"{studio_url}/rank")
    expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
    choose(page, "Guide model", "phantom4-64")
    expect(page.locator(".packing:not([data-waits])")).to_be_attached()
    page.locator("input[type=file]").set_input_files(folder)
    expect(page.get_by_text("1 file is no photograph and was left out.")).to_be_visible()
    expect(seen(page, "Matched by their names")).to_contain_text(FAMILIES[1])
    expect(page.get_by_text("creatures.zip")).to_be_visible()
    expect(page.get_by_role("button", name="Rank 50 files")).to_be_enabled()
    assert len(sent) == 1


def test_dropped_photographs_stay_whichever_guide_is_chosen(page: Page, studio_url: str, dropped: Path) -> None:
    page.goto(f"{studio_url}/rank")
    expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
    choose(page, "Guide model", "cifar10-32")
    page.locator("input[type=file]").set_input_files(dropped)
    expect(seen(page, "cifar10-32 has no class called")).to_be_visible()
    choose(page, "Guide model", "phantom4-64")
    expect(seen(page, "Matched by their names")).to_contain_text(FAMILIES[0])
    choose(page, "“mine”, 3 files", FAMILIES[1])
    page.get_by_role("button", name="Rank 6 files").click()
    expect(seen(page, "ranked by phantom4-64")).to_be_visible()
    page.get_by_text("In the lesson").first.click()
    expect(seen(page, "5 photographs chosen")).to_be_visible()
    choose(page, "Guide model", "animals16-64")
    expect(seen(page, "6 files at hand. Ranked by phantom4-64 too")).to_be_visible()
    choose(page, "Guide model", "phantom4-64")
    expect(seen(page, "5 photographs chosen")).to_be_visible()


def test_on_a_phone_in_the_dark_the_plot_is_whole_and_its_marks_are_as_clear_as_text(
    page: Page, studio_url: str, in_scheme: Callable[[str], None]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    in_scheme("dark")
    page.goto(f"{studio_url}/rank")
    expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
    choose(page, "Guide model", "phantom4-64")
    page.get_by_text("Artificial creatures").click()
    page.get_by_role("button", name="Rank 68 files").click()
    expect(page.get_by_role("img", name="Hardest of their class here").first).to_be_in_viewport(ratio=1)
    title = page.locator(".js-plotly-plot .xtitle")
    expect(title).to_be_visible()
    at_rest(page)
    until(page, "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')")
    title.scroll_into_view_if_needed()
    expect(title).to_be_in_viewport(ratio=1)
    text = page.get_by_role("heading", name="Rank", exact=True).evaluate("e => getComputedStyle(e).color")
    expect(page.locator(".js-plotly-plot .textpoint text").first).to_have_css("fill", text)
    expect(page.locator(".js-plotly-plot .modebar-container")).to_be_hidden()
    page.get_by_role("link", name="Make a lesson of them").click()
    expect(page.get_by_role("heading", name="A lesson of the chosen ones")).to_be_in_viewport()
    page.get_by_role("button", name="Look closer").nth(8).click()
    page.get_by_role("button", name="Back to the ranking").click()
    expect(page.get_by_text("You looked closer at this one.")).to_be_in_viewport()


def test_a_copied_link_narrows_the_same_photographs_down_again(page: Page, studio_url: str, dropped: Path) -> None:
    for folder in (FAMILIES[0], FAMILIES[1]):
        (dropped / ("mine" if folder == FAMILIES[1] else folder.title().replace(" ", "_"))).rename(dropped / folder)

    def rank(address: str) -> None:
        page.goto(address)
        expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
        page.locator("input[type=file]").set_input_files(dropped)
        page.get_by_role("button", name="Rank 6 files").click()
        expect(seen(page, "6 photographs of 2 classes")).to_be_visible()

    rank(f"{studio_url}/rank?guide=phantom4-64")
    page.get_by_text("Narrow them down").click()
    choose(page, "Class", FAMILIES[1])
    expect(seen(page, "Narrowed down above to 3 of 6 photographs.")).to_be_visible()
    page.get_by_text("easiest", exact=True).click()
    until(page, "() => location.search.includes('rank-class=') && location.search.includes('rank-first=easiest')")
    rank(page.url)
    expect(seen(page, "Narrowed down above to 3 of 6 photographs.")).to_be_visible()
    page.get_by_text("Narrow them down").click()
    expect(page.get_by_role("radio", name="easiest")).to_be_checked()


def test_a_point_of_the_map_shows_its_photograph_and_marks_it_when_it_is_clicked(
    page: Page, studio_url: str, dropped: Path
) -> None:
    page.goto(f"{studio_url}/rank?guide=phantom4-64")
    expect(page.get_by_role("heading", name="Rank", exact=True)).to_be_visible()
    page.locator("input[type=file]").set_input_files(dropped / "mine")
    choose(page, "“mine”, 3 files", FAMILIES[1])
    page.get_by_role("button", name="Rank 3 files").click()
    expect(seen(page, "3 photographs of 1 class")).to_be_visible()
    page.get_by_text("Narrow them down").click()
    page.get_by_text("Map of these photographs").click()
    plot = page.locator(".st-key-rank-map-chart")
    expect(plot.locator(".point")).to_have_count(3)
    at_rest(page)
    glimpse = page.locator(".st-key-map-glimpse img")
    expect(glimpse).to_be_attached()  # the script is there
    point = plot.locator(".point").first
    point.scroll_into_view_if_needed()
    at_rest(page)
    point.hover(force=True)  # Plotly lays what is drawn around over it
    expect(glimpse).to_be_visible()
    assert glimpse.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 64
    point.click(force=True)
    expect(seen(page, "1 photograph marked on the map")).to_be_visible()
    page.get_by_role("button", name="Show all again").click()
    expect(page.get_by_text("marked on the map")).to_have_count(0)
