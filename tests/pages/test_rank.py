"""The Rank page, run without a browser: many files in, thumbnails, and a lesson out."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.guides.catalog import GuideUnavailable
from lwise_core.images.codec import encode_png
from lwise_core.teaching.server import CourseLibrary
from pages.parts.rank.photograph_card import _whole
from pages.parts.rank.upload import Intake
from pages.parts.ui.plots import Plot
from tests.support.app_runs import settled

ROOT = Path(__file__).resolve().parents[2]

FIGURES = "Figures (PNG and SVG, zip)"
DOWNLOADS = ["Slide show (zip)", "Handout (PDF)", "Anki deck (apkg)", "Ranking (CSV)", "Session (JSON)", FIGURES]


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


def opened(link: Mapping[str, str | list[str]] | None = None) -> AppTest:
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    at.switch_page("rank.py")
    at.query_params.update(link or {})
    return settled(at.run())


def test_a_link_to_rank_names_the_guide_and_what_is_chosen_afterwards_stays() -> None:
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    at.switch_page("rank.py")
    at.query_params["guide"] = "phantom4-64"
    settled(at.run())
    choice = next(s for s in at.selectbox if s.label == "Guide model")
    assert choice.value == "phantom4-64"
    at = settled(choice.select("animals16-64").run())
    assert next(s for s in at.selectbox if s.label == "Guide model").value == "animals16-64"
    assert at.query_params["guide"] in (["animals16-64"], "animals16-64")


def test_a_link_to_a_guide_that_is_not_here_is_rank_with_its_own_first() -> None:
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    at.switch_page("rank.py")
    at.query_params["guide"] = "nobody's"
    settled(at.run())
    assert next(s for s in at.selectbox if s.label == "Guide model").value == "animals16-128"


def test_a_link_to_rank_narrows_the_photographs_down_again_and_says_so() -> None:
    link = {
        "rank-class": FAMILIES[0],
        "rank-first": "easiest",
        "rank-words": "mine/",
        "rank-percentiles": ["0", "60"],
    }
    at = press(taken(zipped(), guide="phantom4-64", link=link), "Rank 8 files")
    chosen = {name: at.session_state[name] for name in link}
    assert chosen == {**link, "rank-percentiles": (0, 60)}
    assert "Narrowed down above to 3 of 7 photographs." in said(at)


def test_a_link_to_a_class_that_is_not_here_shows_every_class() -> None:
    everything = press(taken(zipped(), guide="phantom4-64", link={"rank-class": "unicorn"}), "Rank 8 files")
    assert "Narrowed down" not in said(everything)


def walked(block: Any) -> Iterator[Any]:  # noqa: ANN401  a part of the page
    """Yield the elements of a part of the page in the order in which they stand there."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from walked(child)
        else:
            yield child


def said(at: AppTest) -> str:
    elements = [*at.title, *at.markdown, *at.caption, *at.info, *at.warning, *at.error, *at.header]
    return "\n".join(e.value for e in elements).replace("\\", "")


def press(at: AppTest, label: str) -> AppTest:
    (button,) = (b for b in at.button if b.label.replace("\\", "").replace("\u2060", "") == label)
    return settled(button.click().run())


def creature(family: int, seed: int) -> bytes:
    return encode_png(draw(Creature(family, 0.1, seed), size=64))


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for family in range(2):
            for i in range(3):
                archive.writestr(f"mine/{FAMILIES[family]}/{i}.png", creature(family, 10 * family + i))
        archive.writestr(f"mine/{FAMILIES[0]}/misfiled.png", creature(1, 99))
        archive.writestr(f"mine/{FAMILIES[0]}/broken.png", "no picture")
    return stream.getvalue()


@pytest.fixture
def ranked() -> AppTest:
    """The page after a zip of seven creatures, one of them misfiled, and a file that is no picture."""
    return press(taken(zipped(), guide="phantom4-64"), "Rank 8 files")


def test_a_newcomer_is_told_what_the_page_is_for() -> None:
    assert "Drop a folder" in said(opened())


def test_a_zip_is_ranked_and_what_is_odd_is_pointed_at(ranked: AppTest) -> None:
    assert "7 photographs of 2 classes" in said(ranked)
    assert f"Wrong label? the guide takes it for {FAMILIES[1]}" in said(ranked)
    assert "“broken.png”" in said(ranked)
    assert "1 file could not be ranked" in [e.label for e in ranked.expander]
    assert said(ranked).count("of 100 references") == 7


def test_photographs_come_before_files_and_figures_a_dozen_at_a_time() -> None:
    at = press(
        taken(in_folders(*["barred forktail"] * 9, *["spotted forktail"] * 9), guide="phantom4-64"), "Rank 18 files"
    )
    drawn = [element.type for element in walked(at.main)]
    assert drawn.index("image") < drawn.index("download_button")
    assert drawn.index("image") < drawn.index("plotly_chart")
    assert len([b for b in at.button if b.label == "Look closer"]) == 12
    assert "Photographs 1 to 12 of 18." in said(at)
    at = settled(next(n for n in at.number_input if n.label.startswith("Page")).set_value(2).run())
    assert len([b for b in at.button if b.label == "Look closer"]) == 6


def test_by_how_much_each_rank_wobbles_is_said_where_it_is_asked_for(ranked: AppTest) -> None:
    assert "Wobbles" not in said(ranked)
    at = settled(ranked.toggle(key="rank-wobbles").set_value(True).run())
    assert said(at).count("of the references; seen in") == 7
    (csv,) = (d for d in at.get("download_button") if d.proto.label == "Ranking (CSV)")
    assert csv is not None


def test_doubtful_ones_are_not_in_the_lesson_until_they_are_chosen(ranked: AppTest) -> None:
    assert "6 photographs chosen" in said(ranked)
    (unchosen,) = (c for c in ranked.checkbox if not c.value)
    at = unchosen.check().run()
    assert "7 photographs chosen" in said(at)
    at = at.checkbox[0].uncheck().run()
    assert "6 photographs chosen" in said(at)


def test_without_references_a_place_among_ten_is_said_with_their_number_and_among_fewer_not_at_all() -> None:
    files = in_folders(*["dermatofibroma"] * 10, *["vascular lesion"] * 9)
    at = press(taken(files, guide="dermoscopy7-128"), "Rank 19 files")
    places = [f"Harder than {i} of the 9 others of dermatofibroma here." for i in range(10)]
    assert all(place in said(at) for place in places)
    assert said(at).count("Harder than") == len(places)


def test_the_gallery_can_show_odd_ones_and_search(ranked: AppTest) -> None:
    ranked.get("button_group")[1].set_value("odd ones only")
    assert len(ranked.run().checkbox) == 1
    ranked.get("button_group")[1].set_value("all")
    assert len(searched(ranked, "misfiled").checkbox) == 1
    assert "None fits." in said(searched(ranked, "no such name"))


def test_doubted_labels_stand_together_before_all_photographs_until_they_are_settled(ranked: AppTest) -> None:
    assert "1 label may be wrong." in said(ranked)
    assert "1 with a label that may be wrong" in said(ranked)
    alone = press(ranked, "Show it below")
    assert len(alone.checkbox) == 1
    assert "Narrowed down above to 1 of 7 photographs." in said(alone)
    assert len(press(alone, "Show all photographs").checkbox) == 7
    settled_now = press(ranked, f"It is {FAMILIES[1]}")
    assert "label may be wrong" not in said(settled_now)


def test_a_label_is_changed_in_place_and_many_are_chosen_at_once(ranked: AppTest) -> None:
    at = press(ranked, f"It is {FAMILIES[1]}")
    assert f"As you say; filed as {FAMILIES[0]}." in said(at)
    assert "Wrong label?" not in said(at)
    at = press(at, "Choose none shown")
    assert "0 photographs chosen" in said(at)
    assert not any(box.value for box in at.checkbox)
    at = press(at.number_input(key="rank-hardest").set_value(1).run(), "Choose the 1 hardest of each class shown")
    assert "2 photographs chosen" in said(at)
    assert sum(bool(box.value) for box in at.checkbox) == 2
    assert "The lesson takes at least" in said(at)
    at = at.slider(key="rank-percentiles").set_value((50, 100)).run()
    assert len(at.checkbox) == 3  # the harder one of three, and two of four
    at = press(at, "Choose all shown")
    assert all(box.value for box in at.checkbox)


def test_labels_and_choices_of_another_day_come_back() -> None:
    hashes = [hashlib.sha256(creature(f, n)).hexdigest() for f, n in ((1, 99), (0, 0))]
    session = {
        "format": "L-WISE ranking session 1",
        "guide": "another",
        "weights_sha256": "0" * 64,
        "photographs": [
            {"name": "misfiled.png", "sha256": hashes[0], "chosen": True, "relabelled": FAMILIES[1]},
            {"name": "0.png", "sha256": hashes[1], "chosen": False},
            {"name": "gone.png", "sha256": "2" * 64, "chosen": True},
        ],
        "marked": [hashes[1], "2" * 64],
    }
    at = taken(zipped(), guide="phantom4-64")
    at.toggle(key="rank-resumes").set_value(True).run()
    at.file_uploader(key="rank-session").set_value(("s.json", b"no session", "application/json"))
    assert "The file is no session of this page" in said(at.run())
    at.file_uploader(key="rank-session").set_value(("s.json", json.dumps(session).encode(), "application/json"))
    assert "It knows 3 photographs, ranked by another." in said(at.run())
    at = press(at, "Rank 8 files")
    assert f"As you say; filed as {FAMILIES[0]}." in said(at)
    assert "6 photographs chosen" in said(at)
    assert "1 photograph is missing here: “gone.png”" in said(at)
    at = settled(at.toggle(key="rank-map").set_value(True).run())
    assert "1 photograph marked on the map" in said(at)


def test_a_session_of_other_photographs_is_said_to_be_that() -> None:
    session = {
        "format": "L-WISE ranking session 1",
        "guide": "phantom4-64",
        "weights_sha256": "0" * 64,
        "photographs": [{"name": "gone.png", "sha256": "2" * 64, "chosen": True}],
    }
    at = taken(zipped(), guide="phantom4-64")
    at.toggle(key="rank-resumes").set_value(True).run()
    at.file_uploader(key="rank-session").set_value(("s.json", json.dumps(session).encode(), "application/json")).run()
    assert "of other photographs: none of its 1 photograph is here" in said(press(at, "Rank 8 files"))


def test_a_closer_look_is_at_the_photographs_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode_png(draw(Creature(0, 0.1, 0), size=400)[:, :300])
    sha256 = hashlib.sha256(data).hexdigest()
    square, logits = np.zeros((8, 8, 3), np.uint8), np.zeros(1, np.float32)
    ranked = RankedPhotograph("mine/a.png", sha256, "a", False, 0.0, 1.0, 1, "a", logits, square, b"", 0)
    for held, size in (([NamedFile("mine/a.png", data)], (300, 400)), ([], (8, 8))):
        files = Intake("key", ("mine/a.png",), lambda held=held: iter(held))
        monkeypatch.setattr("pages.parts.rank.photograph_card.photographs", lambda files=files: files)
        whole = _whole(ranked)
        assert (whole.width, whole.height, whole.sha256) == (*size, sha256)


def test_every_ending_of_a_picture_is_taken_in() -> None:
    at = opened()
    assert {".jfif", ".jpe", ".mpo", ".jpg", ".heic", ".dcm"} <= set(at.file_uploader[0].proto.type)


def beside_a_list(text: str) -> list[tuple[str, bytes, str]]:
    """Four creatures of two families in one folder, and a list."""
    pictures = [(f"mine/{i}.png", creature(i % 2, 7100 + i), "image/png") for i in range(4)]
    return [*pictures, ("mine/labels.csv", text.encode(), "text/csv")]


def handed_over(files: list[tuple[str, bytes, str]], *, guide: str) -> AppTest:
    """The page after several files, before anything is ranked."""
    at = opened()
    at.selectbox[0].set_value(guide).run()
    at.get("button_group")[0].set_value("Files or a zip")
    at.run()
    at.file_uploader[0].set_value(files)
    return settled(at.run())


def test_a_list_beside_photographs_in_one_folder_says_what_they_show() -> None:
    rows = "".join(f"{i}.png,{FAMILIES[i % 2]}\n" for i in range(4))
    at = handed_over(beside_a_list(f"filename,label\n{rows}"), guide="phantom4-64")
    assert "“labels.csv” says what 4 of 4 photographs show: 2 classes." in said(at)
    assert "Rank 4 files" in [button.label for button in at.button]
    assert "mine" not in said(at)


def test_a_list_that_says_no_classes_is_said_not_to_count() -> None:
    at = handed_over(beside_a_list("filename,width\n0.png,128\n1.png,128\n"), guide="phantom4-64")
    assert "The folders say what the photographs show, and not “labels.csv”" in said(at)
    assert any("mine" in box.label for box in at.selectbox)


def test_a_zip_of_one_folder_with_its_list_needs_no_answer() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data, _ in beside_a_list("id,a,b\n0,1,0\n1,0,1\n2,1,0\n3,0,1\n"):
            archive.writestr(name, data.replace(b"id,a,b", f"image,{FAMILIES[0]},{FAMILIES[1]}".encode()))
    at = taken(stream.getvalue(), guide="phantom4-64")
    assert "“labels.csv” says what 4 of 4 photographs show: 2 classes." in said(at)
    assert not any("stand for" in box.label for box in at.selectbox)
    press(at, "Rank 4 files")


def taken(data: bytes, *, guide: str, link: Mapping[str, str | list[str]] | None = None) -> AppTest:
    """The page, opened by ``link``, after a zip, before anything is ranked."""
    at = opened(link)
    at.selectbox[0].set_value(guide).run()
    at.get("button_group")[0].set_value("Files or a zip")
    at.run()
    at.file_uploader[0].set_value(("mine.zip", data, "application/zip"))
    return settled(at.run())


def in_folders(*folders: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i, folder in enumerate(folders):
            archive.writestr(f"{folder}/{i}.png", creature(i % 4, i))
    return stream.getvalue()


def in_families(each: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(2 * each):
            archive.writestr(f"{FAMILIES[i % 2]}/{i}.png", creature(i % 2, i))
    return stream.getvalue()


def choice(at: AppTest, label: str) -> Any:  # noqa: ANN401  an element of the page
    return next(s for s in at.selectbox if s.label.replace("\\", "").startswith(label))


def offered(at: AppTest) -> list[str]:
    return [b.label.replace("\\", "") for b in at.button if b.label.startswith("Take")]


def test_folders_that_the_guide_does_not_know_are_said_with_who_knows_them() -> None:
    at = taken(zipped(), guide="animals16-64")
    assert f"animals16-64 has no class called “{FAMILIES[0]}”" in said(at)
    assert offered(at) == ["Take phantom4-64, which knows both folders"]
    assert "Or say by hand what each folder stands for" in [e.label for e in at.expander]
    some = taken(in_folders("Barred_Forktail", "holiday"), guide="animals16-64")
    assert "Where the guide only guesses, wrong labels cannot be found." in said(some)
    assert "Or say by hand what each folder stands for" not in [e.label for e in some.expander]


def test_a_folder_of_a_more_general_name_is_asked_about_and_no_guide_that_knows_nothing_is_proposed() -> None:
    at = taken(in_folders("cat", "dog"), guide="animals16-128")
    row = choice(at, "“cat”, 1 file")
    assert (row.placeholder, row.options[:2]) == ("Perhaps “house cat” or “big cat”? Choose.", ["house cat", "big cat"])
    assert offered(at) == ["Take cifar10-32, which knows both folders"]
    assert "cifar10-32-random" not in said(at)


def test_folders_are_matched_or_asked_for_and_nothing_is_chosen_silently() -> None:
    at = taken(in_folders("Barred_Forktail", "spotted forktails", "holiday"), guide="phantom4-64")
    assert "Matched by their names: “Barred_Forktail → barred forktail”" in said(at)
    rows = [choice(at, "“spotted forktails”, 1 file"), choice(at, "“holiday”, 1 file"), choice(at, "All folders")]
    assert [row.value for row in rows] == [None] * 3
    assert rows[0].placeholder == "Perhaps “spotted forktail”? Choose."
    assert rows[0].options[0] == "spotted forktail"
    assert [b.disabled for b in at.button if b.label == "Rank them"] == [True]


def test_the_class_that_a_folder_speaks_of_is_offered_first() -> None:
    at = taken(in_folders("Monarch Butterflies"), guide="butterflies-128")
    row = choice(at, "“Monarch Butterflies”, 1 file")
    assert (row.placeholder, row.options[0]) == ("Perhaps “monarch”? Choose.", "monarch")


def test_it_is_said_before_the_start_about_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.batch.ranking.seconds_a_photograph", lambda *_, **__: 15.0)
    assert "Ranking takes about 2 min, by the pace of the first photographs." in said(
        taken(zipped(), guide="phantom4-64")
    )


def test_what_was_decided_on_folders_is_what_is_ranked() -> None:
    at = taken(in_folders("Barred_Forktail", "spotted forktails", "holiday", "rest"), guide="phantom4-64")
    choice(at, "“spotted forktails”").select("spotted forktail").run()
    choice(at, "“holiday”").select("Leave out").run()
    assert "Undecided: “rest”." in said(at)
    assert "phantom4-64 has no class called “rest”." in said(at)  # and not the folders that were answered
    at = choice(at, "All folders").select("Let the guide guess each, marked as its guess").run()
    assert "has no class called" not in said(at)
    at = press(at, "Rank 3 files")
    assert "3 photographs of" in said(at)
    assert "“holiday” is left out; “spotted forktails” stands for spotted forktail" in said(at)
    assert "every other folder without a class of its name is guessed by the guide" in said(at)
    assert "Left out: 1 file." in said(at)
    assert said(at).count("(the guide's guess)") == 1


def test_a_single_folder_of_photographs_without_labels_may_be_guessed() -> None:
    at = taken(in_folders("holiday"), guide="phantom4-64")
    choice(at, "“holiday”").select("Let the guide guess each, marked as its guess").run()
    assert "(the guide's guess)" in said(press(at, "Rank 1 file"))


def test_another_page_and_back_keeps_the_guide_and_the_ranking(ranked: AppTest) -> None:
    ranked.switch_page("models.py").run()
    at = ranked.switch_page("rank.py").run()
    assert at.selectbox[0].value == "phantom4-64"
    assert "7 photographs of 2 classes" in said(at)


def guide(at: AppTest, name: str) -> AppTest:
    return settled(choice(at, "Guide model").set_value(name).run())


def test_a_title_of_any_length_lays_out_no_handout_of_a_thousand_pages(ranked: AppTest) -> None:
    """100,000 letters of one took 0.8 s, in which nobody else's picture is computed; a message may have 8 million."""
    at = ranked.text_input(key="lesson-title").set_value("a" * 100_000).run()
    assert at.session_state["lesson-title"] == "a" * 200


def test_another_guide_ranks_the_same_photographs_and_the_first_ones_ranking_and_lesson_come_back(
    ranked: AppTest,
) -> None:
    at = press(ranked.checkbox[0].uncheck().run(), "Make the lesson")
    at.text_input(key="lesson-title").set_value("Mine").run()
    at = press(at, "Make the lesson")
    ticks = {c.key: c.value for c in at.checkbox}
    at = guide(at, "animals16-64")
    assert "8 files at hand. Ranked by phantom4-64 too" in said(at)
    choice(at, "All folders").select("Let the guide guess each, marked as its guess").run()
    at = press(at, "Rank 8 files")
    assert "ranked by animals16-64" in said(at)
    assert ticks.keys().isdisjoint(c.key for c in at.checkbox)
    at = guide(at, "phantom4-64")
    assert "ranked by phantom4-64" in said(at)
    assert {c.key: c.value for c in at.checkbox} == ticks
    assert at.text_input(key="lesson-title").value == "Mine"
    assert [b.label for b in at.get("download_button")] == DOWNLOADS
    assert "ranked by animals16-64" in said(guide(at, "animals16-64"))


def test_a_choice_whose_run_was_interrupted_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> None:
        raise GuideUnavailable(name)

    at = opened()
    with monkeypatch.context() as patch:
        patch.setattr("pages.parts.picture.choices.load_guide", interrupted)
        choice(at, "Guide model").set_value("phantom4-64").run()
    assert choice(at.run(), "Guide model").value == "phantom4-64"


def test_no_more_than_two_rankings_are_kept_and_the_photographs_stay(ranked: AppTest) -> None:
    at = ranked
    for name in ("animals16-64", "cifar10-32"):
        at = guide(at, name)
        choice(at, "All folders").select("Let the guide guess each, marked as its guess").run()
        at = press(at, "Rank 8 files")
    at = guide(at, "phantom4-64")
    assert "8 files at hand. Ranked by animals16-64 and cifar10-32 too" in said(at)
    assert "7 photographs of 2 classes" in said(press(at, "Rank 8 files"))


def test_another_guide_while_one_ranks_loses_neither() -> None:
    at = taken(zipped(), guide="phantom4-64")
    next(b for b in at.button if b.label == "Rank 8 files").click().run()
    at = guide(at, "animals16-64")
    assert "8 files at hand" in said(at)
    choice(at, "All folders").select("Let the guide guess each, marked as its guess").run()
    next(b for b in at.button if b.label == "Rank 8 files").click().run()
    assert "ranked by phantom4-64" in said(guide(at, "phantom4-64"))
    assert "ranked by animals16-64" in said(guide(at, "animals16-64"))


def test_beginning_anew_forgets_the_photographs(ranked: AppTest) -> None:
    at = press(guide(ranked, "animals16-64"), "Start over")
    assert [u.label for u in at.file_uploader]
    assert "at hand" not in said(at)
    assert "at hand" not in said(guide(at, "phantom4-64"))


def test_what_was_said_of_folders_holds_for_another_guide_where_it_has_the_class() -> None:
    at = taken(in_folders("holiday", "rest"), guide="phantom4-64")
    choice(at, "“holiday”").select("barred forktail").run()
    choice(at, "“rest”").select("Leave out").run()
    at = press(at, "Rank 1 file")
    at = guide(at, "animals16-64")
    assert choice(at, "“holiday”").value is None
    assert str(choice(at, "“rest”").value.value) == "left out"


def searched(at: AppTest, words: str) -> AppTest:
    return next(t for t in at.text_input if t.label == "Name contains").set_value(words).run()


def test_a_lesson_is_made_of_the_chosen_ones(ranked: AppTest) -> None:
    at = press(ranked, "Make the lesson")
    assert [b.label for b in at.get("download_button")] == DOWNLOADS


def test_it_is_said_how_many_of_the_lesson_are_enhanced(ranked: AppTest) -> None:
    assert "The first 4 have an enhanced version beside the original" in said(ranked)
    assert "changed less and less, so that pupils learn to do without it; the hardest 2 stay without one" in said(
        ranked
    )
    for box in [c for c in ranked.checkbox if c.value][1:]:
        ranked.checkbox(key=box.key).uncheck().run()
    assert "1 photograph chosen" in said(ranked)
    assert "each photograph with an enhanced version beside it." in said(ranked)


def test_too_few_photographs_for_a_course_are_said(ranked: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Make a course for the Learn page of them" not in [b.label for b in ranked.button]
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    assert "A course needs two classes and 5 photographs of each" in said(ranked.run())
    assert "Make a course for the Learn page of them" not in [b.label for b in ranked.button]


def test_a_course_that_was_made_offers_its_page_and_the_learners_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    at = taken(in_families(5), guide="phantom4-64")
    at = press(at, "Rank 10 files")
    for box in at.checkbox:
        box.check()
    at = press(at.run(), "Make a course for the Learn page of them")
    at.context = {"url": "http://school.example:8501/rank"}
    at = settled(at.run())
    (course,) = CourseLibrary(tmp_path / "courses").courses().values()
    links = {link.proto.label: link.proto for link in at.get("page_link")}
    assert course.digest in links["Sit it on the Learn page"].query_string
    assert "Every trial of it, on the Curriculum page" in links
    assert [c.value for c in at.code] == [f"http://school.example:8501/learn?course={course.digest}"]


def uploaded(*files: tuple[str, bytes]) -> AppTest:
    at = opened()
    at.selectbox[0].set_value("phantom4-64").run()
    at.get("button_group")[0].set_value("Files or a zip")
    at.run()
    at.file_uploader[0].set_value([(name, data, "application/octet-stream") for name, data in files])
    return settled(at.run())


def test_a_zip_that_is_none_is_said_by_its_name() -> None:
    at = uploaded(("mine.zip", b"no zip"))
    assert "“mine.zip” is not a zip that can be read" in said(at)
    assert not [b for b in at.button if b.label.startswith("Rank")]


def test_zips_together_hold_no_more_than_one_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.rank.upload.MOST_FILES", 15)
    at = uploaded(("one.zip", zipped()), ("other.zip", zipped()))
    assert "more than 15 files together, which the page takes at once" in said(at)
    assert not any(b.label.startswith("Rank") for b in at.button)


def test_zips_beyond_what_the_page_takes_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.rank.upload.MOST_FILES", 15)
    monkeypatch.setattr("pages.parts.rank.upload._MOST_REFUSED", 2)
    at = uploaded(*((f"{i}.zip", zipped()) for i in range(2)), ("none.zip", b"no zip"))
    assert "more than 15 files together" in said(at)
    assert "none.zip" not in said(at)
    at = uploaded(*((f"{i}.zip", b"no zip") for i in range(3)))
    assert "2 of these zips cannot be read" in said(at)
    assert "“2.zip”" not in said(at)


def test_what_lies_beside_a_broken_zip_is_ranked() -> None:
    at = uploaded(("broken.zip", b"no zip"), ("good.zip", zipped()), ("mine.png", creature(0, 50)))
    assert "“broken.zip” is not a zip that can be read" in said(at)
    assert "“good.zip”" not in said(at)
    at = press(at, "Rank 9 files")
    assert "8 photographs of 2 classes" in said(at)


def test_what_a_system_puts_beside_photographs_is_not_counted() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("Thumbs.db", "mine\\.DS_Store", "__MACOSX/._a.png"):
            archive.writestr(name, "x")
    at = uploaded(("mine.png", creature(0, 50)), ("._mine.png", b"x"), ("mine.zip", stream.getvalue()))
    assert "1 file lies in no folder" in said(at)
    assert [b.label for b in at.button if b.label.startswith("Rank")] == ["Rank 1 file"]


def test_the_guide_that_knows_more_of_the_folders_is_offered_with_the_photographs_kept() -> None:
    at = taken(in_folders("monarch", "viceroy", "hand axe"), guide="phantom4-64")
    at = press(at, "Take mimics4-128, which knows 2 of the 3 folders")
    assert "mimics4-128 has no class called “hand axe”" in said(at)
    assert not offered(at)


def test_a_photograph_that_shows_none_of_the_classes_is_set_aside_and_taken_back(ranked: AppTest) -> None:
    at = settled(next(b for b in ranked.button if b.label == "Another label").click().run())
    row = next(s for s in at.selectbox if s.label.startswith("What "))
    assert row.options[0] == "None of these: set it aside"
    at = press(at, "Keep its label")
    assert not [s for s in at.selectbox if s.label.startswith("What ")]
    at = settled(next(b for b in at.button if b.label == "Another label").click().run())
    row = next(s for s in at.selectbox if s.label.startswith("What "))
    at = settled(row.select(SOMETHING_ELSE).run())
    assert "6 photographs of 2 classes" in said(at)
    assert [e.label for e in at.expander if "set aside" in e.label] == ["1 photograph set aside: none of these classes"]
    at = press(at, "Take it back")
    assert "7 photographs of 2 classes" in said(at)
    assert not [e for e in at.expander if "set aside" in e.label]


def test_the_gallery_shows_one_class_after_another(ranked: AppTest) -> None:
    assert [s.value for s in ranked.subheader] == sorted(FAMILIES[:2])


def test_the_studio_leads_back_to_the_same_ranking_and_picture(ranked: AppTest) -> None:
    assert "You looked closer" not in said(ranked)
    closer = next(b for b in ranked.button if b.label == "Look closer")
    name = closer.help
    closer.click().run().switch_page("studio.py")  # a page that sends elsewhere is not followed without a browser
    at = press(settled(ranked.run()), "Back to the ranking")
    at.switch_page("rank.py")
    at = settled(at.run())
    assert "ranked by phantom4-64" in said(at)
    captions = [c.value for c in at.caption]
    place = captions.index(":material/visibility: You looked closer at this one.")
    assert name.rsplit("/", 1)[-1] in captions[place - 1]


def test_what_is_drawn_around_on_the_map_is_shown_alone(ranked: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Plot] = []

    def draw_around_once(plot: Plot, *, key: str, on_select: Callable[[], None]) -> None:
        if not drawn:
            points = [{"customdata": data} for data in (*plot.figure.data[0].customdata[:2], ["f" * 64])]
            st.session_state[key] = SimpleNamespace(selection=SimpleNamespace(points=[*points, {}]))
            on_select()
        drawn.append(plot)

    monkeypatch.setattr("pages.parts.rank.map_panel.show_to_select", draw_around_once)
    at = settled(ranked.toggle(key="rank-map").set_value(True).run())
    assert "2 photographs marked on the map" in said(at)
    assert len(at.checkbox) == 2
    assert [len(trace.x) for trace in drawn[0].figure.data] == [4, 3]
    assert sum(not symbol.endswith("-open") for t in drawn[0].figure.data for symbol in t.marker.symbol) == 6
    at = press(press(at, "Choose none shown"), "Show all again")
    assert len(at.checkbox) == 7
    assert "4 photographs chosen" in said(at)
    assert "near on the map" in said(at)


def test_what_the_chosen_ones_cover_is_said_of_each_class(ranked: AppTest) -> None:
    assert f"{FAMILIES[0]}: 3 of 4 chosen; for" in said(ranked)
    assert f"{FAMILIES[1]}: 3 of 3 chosen; for 100% of its photographs a chosen one is about as hard." in said(ranked)
    assert "On the map: switch it on above." in said(ranked)


def test_the_map_is_a_figure_that_can_be_drawn_around(ranked: AppTest) -> None:
    at = settled(ranked.toggle(key="rank-map").set_value(True).run())
    chart = at.get("plotly_chart")[0].proto
    assert len(chart.selection_mode) == 3
    assert chart.alt.startswith("Map of 7 photographs of 2 classes")
    assert "near on the map" in said(at)  # what is chosen covers, on the map that was made in this very run


def test_who_may_not_make_a_course_reads_that_there_is_one(ranked: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def links(at: AppTest) -> list[str]:
        return [link.proto.label for link in at.get("page_link") if "course" in link.proto.label]

    monkeypatch.setattr("pages.parts.rank.lesson_panel.is_teacher", lambda: False)
    assert any("Curriculum says what opens it" in label for label in links(ranked.run()))
    monkeypatch.setattr("pages.parts.rank.lesson_panel.is_teacher", lambda: True)
    assert not links(ranked.run())
