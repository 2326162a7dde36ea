"""The zip of a course for other servers, served as plain files: consent, instructions, trials and proof in Chromium."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.courses.static_export import write_static_experiment
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.study_terms import StudyTerms
from tests.browser.test_accessibility import bring_axe, expect_clean
from tests.browser.test_runner import QUICK, answer, begin, files_of, go_on

LINK = "https://app.prolific.com/submissions/complete?cc=C1ABCD2E"
TERMS = StudyTerms("Study 12.\n\nI am <b>18</b> or older.", "Sit upright.\nLook.", "C1ABCD2E", LINK, target=2)

LEARNED, TRIALS = 6, 15
"""Of four classes: a picture each and two shapes with feedback; then a picture each, two shapes and three repeats."""

JATOS = """window.jatos = {
    onLoad: (call) => call(),
    submitResultData: async (rows) => { window.submitted = JSON.parse(rows); },
    startNextComponent: () => { document.title = "Next"; },
    endStudyAndRedirect: (link) => { document.title = link; },
};"""


def site_of(
    course: Course, folder: Path, *, terms: StudyTerms, language: str = "", group: Group = Group.CONTROL
) -> Path:
    """Unpack the zip of two learners of a group, with two blocks of the course."""
    schedule = course.design.schedule
    short = replace(schedule, blocks=(schedule.blocks[0], schedule.blocks[-1]))
    design = replace(course.design, schedule=short, slots=(group,), timing=QUICK, examples=1, terms=terms)
    shown = replace(course, manifest=replace(course.manifest, design=design))
    with (folder / "course.zip").open("wb") as stream:
        write_static_experiment(static_experiment_of(shown, learners=2, language=language), stream)
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def study(course: Course, tmp_path: Path) -> Iterator[str]:
    with files_of(site_of(course, tmp_path, terms=TERMS)) as url:
        yield url


def agree(page: Page) -> None:
    page.get_by_role("checkbox", name="I have read this").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.get_by_role("button", name="Begin with the first picture").click()


def answer_everything(page: Page) -> None:
    """Press the same key until the course is over, whatever is asked."""
    begin(page)
    for number in range(1, TRIALS + 1):
        if number == LEARNED + 1:
            begin(page, "Go on")
        answer(page, "1", of=f"{number} of {TRIALS}")
        if number <= LEARNED:
            go_on(page)


def test_nobody_begins_without_agreeing_to_what_the_author_wrote(page: Page, study: str) -> None:
    page.goto(f"{study}/?participant=1")
    expect(page.get_by_text("I am <b>18</b> or older.", exact=True)).to_be_visible()  # text as it stands
    expect(page.get_by_text("Sit upright.")).to_contain_text("Look.")
    expect(page.get_by_text("kept in this tab until they are handed over")).to_be_visible()
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Please tick that you take part")
    expect(page.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Begin", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="These are the kinds")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_read_and_given_fits_and_is_read_in_the_learners_language(
    page: Page, course: Course, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    with files_of(site_of(course, tmp_path, terms=TERMS, language="de")) as url:
        page.goto(f"{url}/?participant=1")
        expect(page.get_by_role("heading", name="Bevor Sie beginnen")).to_be_visible()
        expect(page.get_by_role("checkbox")).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        text = page.locator(".introduction").inner_text()
        for english in ("Your answers", "You may stop", "free will", "Pictures may"):
            assert english not in text


def test_whoever_is_done_gets_the_code_and_the_link_beside_their_answers(page: Page, study: str) -> None:
    page.goto(f"{study}/?participant=2&PROLIFIC_PID=5f3c0ffee0ddba115f3c0ffe")
    agree(page)
    answer_everything(page)
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    expect(page.get_by_text("C1ABCD2E", exact=True)).to_be_visible()
    link = page.get_by_role("link", name="Finish at app.prolific.com")
    expect(link).to_have_attribute("href", LINK)
    expect(page.get_by_text("Hand over your answers first")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"), newline="")))
    assert {r["query_string"] for r in rows} == {"?participant=2&PROLIFIC_PID=5f3c0ffee0ddba115f3c0ffe"}
    page.reload()  # whoever lost the page finds all of it again, and is asked nothing
    expect(page.get_by_text("C1ABCD2E", exact=True)).to_be_visible()


def test_files_have_a_sequence_for_each_of_the_target_and_no_more(page: Page, study: str) -> None:
    page.goto(f"{study}/?participant=3")
    expect(page.get_by_role("alert")).to_contain_text("no such participant")


def test_under_jatos_the_link_ends_the_study_once_the_answers_are_there(page: Page, study: str) -> None:
    page.add_init_script(JATOS)
    page.goto(f"{study}/?participant=1")
    agree(page)
    answer_everything(page)
    expect(page.get_by_text("Every answer was sent")).to_be_visible()
    expect(page.get_by_text("C1ABCD2E", exact=True)).to_be_visible()
    page.get_by_role("link", name="Finish at app.prolific.com").click()
    expect(page).to_have_title(LINK)
    assert len({row["participant"] for row in page.evaluate("window.submitted")}) == 1


def test_under_jatos_a_code_stays_until_it_was_copied(page: Page, course: Course, tmp_path: Path) -> None:
    page.add_init_script(JATOS)
    with files_of(site_of(course, tmp_path, terms=StudyTerms(completion_code="C2"))) as url:
        page.goto(f"{url}/?participant=1")
        page.get_by_role("button", name="Begin with the first picture").click()  # there is nothing to agree to
        answer_everything(page)
        expect(page.get_by_text("C2", exact=True)).to_be_visible()
        assert page.title() != "Next"
        page.get_by_role("button", name="Go on", exact=True).click()
        expect(page).to_have_title("Next")


def test_whoever_is_done_reads_what_was_done_and_sees_altered_pictures_beside_what_they_were(
    page: Page, course: Course, tmp_path: Path
) -> None:
    bring_axe(page)
    with files_of(site_of(course, tmp_path, terms=StudyTerms(), group=Group.L_WISE)) as url:
        page.goto(f"{url}/?participant=1")
        page.get_by_role("button", name="Begin with the first picture").click()
        answer_everything(page)
        told = page.locator(".debriefing")
        expect(told.get_by_role("heading", name="What this was about")).to_be_visible()
        expect(told.locator(".score")).to_have_text([re.compile("^Right while learning: . of 4$"), re.compile("of 4$")])
        expect(told).to_contain_text(
            "You were in the group “L-WISE”. Of the 8 pictures that count, 4 had been altered by the network."
        )
        expect(told.locator(".again")).to_have_count(4)
        for picture in told.locator("img").all():
            picture.scroll_into_view_if_needed()
            picture.evaluate("(image) => image.decode()")  # fails where it is not there
        expect_clean(page)  # at last at 390 px
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_under_jatos_what_was_done_stays_until_it_was_read(page: Page, course: Course, tmp_path: Path) -> None:
    page.add_init_script(JATOS)
    with files_of(site_of(course, tmp_path, terms=StudyTerms())) as url:
        page.goto(f"{url}/?participant=1")
        page.get_by_role("button", name="Begin with the first picture").click()
        answer_everything(page)
        expect(page.get_by_text("Every answer was sent")).to_be_visible()
        expect(page.get_by_text("All your pictures were natural.")).to_be_visible()
        assert page.title() != "Next"
        page.get_by_role("button", name="Go on", exact=True).click()
        expect(page).to_have_title("Next")
