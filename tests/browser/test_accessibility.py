"""Every page by axe-core's rules for WCAG 2.0 to 2.2, A and AA: wide and light, narrow and dark."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lwise_core.guides.guide import GuideModel
from lwise_core.teaching.courses.course import Course as Made
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.lessons.slideshow import lesson_zip
from lwise_core.teaching.records.store import Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer
from tests.browser.acts import at_rest, seen, until
from tests.browser.conftest import ROOT, patient
from tests.browser.test_lesson import LESSON
from tests.browser.test_runner import QUICK, Course, Shown, expect_phase, serving
from tests.inspection.test_hallucination import with_references
from tests.inspection.test_report import report_on

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SMALLEST_LABEL = 12  # px
LOOKS = 6
FOUND = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    const said = ({ id, nodes }) => nodes.map(({ target, html }) => ({ id, at: target.flat().join(" "), html }));
    return violations.flatMap(said);
}"""
AT_REST = """() =>  // no colour is in the middle of a change, and nothing is greyed by a run that has not drawn it yet
    document.getAnimations().every((one) => one.playState !== "running") && !document.querySelector("[data-stale=true]")
"""
STYLED = (
    """() => getComputedStyle(document.querySelector("[data-testid=stMain]")).scrollPaddingBlockStart !== "auto" """
)
"""Streamlit puts our style on a page by a script of its own, which may be the last to come."""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on ``page``, Streamlit's own parts included, each with where it is."""
    found: list[dict[str, str]] = page.evaluate(FOUND, TAGS)
    return [f"{v['id']} at {v['at']}: {v['html'][:160]}" for v in found]


def bring_axe(page: Page) -> None:
    """Have axe-core on every page that ``page`` opens, and nothing move there."""
    if not AXE.exists():
        pytest.skip("axe-core is not there: “make lint” installs it into node_modules.")
    page.add_init_script(path=AXE)
    page.emulate_media(reduced_motion="reduce")


@pytest.fixture
def examined(page: Page) -> Page:
    bring_axe(page)
    return page


def violations_at_rest(page: Page) -> list[str]:
    """Return what axe-core finds whenever it looks: a run of the page that begins meanwhile greys it for a moment."""
    found: list[str] = []
    for _ in range(LOOKS):
        until(page, AT_REST)
        found = violations(page)
        if not found:
            break
    return found


def expect_clean(page: Page, *, dark: Locator | None = None) -> None:
    """Look for violations in light at 1440 px and in dark at 390 px, where ``dark`` has turned dark."""
    assert violations_at_rest(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    if dark is not None:
        expect(dark).to_have_css("background-color", "rgb(16, 22, 28)")
    assert violations_at_rest(page) == []


def expect_clean_page(page: Page, heading: str) -> None:
    """As above, of a page of the app, once ``heading`` is there and nothing is computed any more."""
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    at_rest(page)
    until(page, STYLED)
    expect_clean(page, dark=page.locator("[data-testid=stApp]"))


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("", "Guess first"),
        ("?sample=cat&guide=animals16-64", "Download, at ε"),
        ("inspection?sample=cat&guide=animals16-64", "Can you trust this change?"),
        ("rank", "Rank"),
        ("models", "Published by others"),
        ("learn", "Learn"),
    ],
)
def test_every_page_is_for_everybody(examined: Page, studio_url: str, address: str, heading: str) -> None:
    examined.goto(f"{studio_url}/{address}")
    expect_clean_page(examined, heading)


@pytest.fixture
def as_teacher(examined: Page, studio_url: str, server_logs: Path) -> Page:
    """A page of whoever opened the link that the server printed last."""
    links = re.findall(rf"{re.escape(studio_url)}/at-the-server\S+", (server_logs / "app.log").read_text())
    examined.goto(links[-1])
    return examined


@pytest.mark.parametrize("page_name", ["Curriculum", "Results"])
def test_the_teacher_s_pages_are_for_everybody(as_teacher: Page, studio_url: str, page_name: str) -> None:
    as_teacher.goto(f"{studio_url}/{page_name.lower()}")
    expect_clean_page(as_teacher, page_name)


def test_the_trials_of_a_course_are_for_everybody(as_teacher: Page, studio_url: str, home: Path, course: Made) -> None:
    if not (home / "courses" / "phantom").exists():
        shutil.copytree(course.folder, home / "courses" / "phantom")
    as_teacher.goto(f"{studio_url}/curriculum")
    as_teacher.get_by_text(course.design.name).first.click()
    expect(seen(as_teacher, "Trials of a learner in the group")).to_be_visible()
    expect(as_teacher.get_by_role("img").first).to_be_visible()
    expect_clean_page(as_teacher, "Curriculum")


@pytest.fixture
def lesson(tmp_path: Path) -> str:
    with zipfile.ZipFile(io.BytesIO(lesson_zip(LESSON))) as archive:
        archive.extractall(tmp_path)
    return (tmp_path / "index.html").as_uri()


@pytest.fixture
def report(tmp_path: Path, tiny_guide: GuideModel) -> str:
    file = tmp_path / "report.html"
    file.write_text(report_on(with_references(tiny_guide)).as_html())
    return file.as_uri()


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """A page for what is opened from the disk."""
    with patient(browser.new_context(viewport={"width": 1440, "height": 900})) as context:
        opened = context.new_page()
        bring_axe(opened)
        yield opened


def test_a_lesson_is_for_everybody_from_its_opening_to_an_answer(alone: Page, lesson: str) -> None:
    alone.goto(lesson)
    assert violations_at_rest(alone) == []
    alone.get_by_role("button", name="Start").press("Enter")
    alone.get_by_role("button", name="Next").press("Enter")
    expect(alone.locator("#picture-2 img.natural")).to_be_visible()
    alone.locator("summary").filter(visible=True).press("Enter")
    alone.get_by_role("button", name="Show enhanced").press("Enter")
    expect(alone.locator("#picture-2 img.enhanced")).to_be_visible()
    expect_clean(alone)


def test_a_report_with_all_that_it_can_hold_is_for_everybody(alone: Page, report: str) -> None:
    alone.goto(report)
    expect(alone.get_by_role("img").last).to_be_attached()
    expect_clean(alone)


@pytest.fixture
def trials() -> Iterator[str]:
    classes = [{"id": "cat", "label": "Species 1"}, *({"id": f"c{i}", "label": f"Species {i}"} for i in range(2, 17))]
    timing = replace(QUICK, feedback_wrong_ms=3_600_000)
    course = Course([Shown("cat")], timing=timing, settings={"layout": "ring", "classes": classes})
    with serving(course) as served:
        yield served.url


def test_a_trial_is_for_everybody_and_its_labels_can_be_read(examined: Page, trials: str) -> None:
    examined.goto(trials)
    examined.get_by_role("button", name="Start").click()
    expect_phase(examined, "choices")
    expect_clean(examined)
    sizes = examined.locator(".choice").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= SMALLEST_LABEL
    examined.locator(".choice").last.press("Enter")  # which is wrong
    expect_phase(examined, "feedback")
    for scheme in ("light", "dark"):
        examined.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations_at_rest(examined) == []


def test_a_sitting_of_two_pictures_is_for_everybody_to_its_end(
    examined: Page, studio_url: str, home: Path, unhurried_pairs: Made
) -> None:
    with Records.open(url=address(home=home)) as records:
        sitting = CourseServer(CourseLibrary(home / "courses"), records)
        token = sitting.enrol(unhurried_pairs, participant="axe").token
        examined.goto(f"{studio_url}/learn?sitting={token}")
        examined.get_by_role("button", name="Start").click()
        expect(examined.get_by_role("button", name="On the left")).to_be_enabled()
        expect_clean(examined)
        while trials := sitting.coming(token).trials:
            onset = 5000.0 * trials[0].number
            sitting.take(token, Answer(trials[0].number, trials[0].side, 900.0, onset, onset, sureness=3))
    examined.emulate_media(color_scheme="light", reduced_motion="reduce")
    examined.set_viewport_size({"width": 1440, "height": 900})
    examined.reload()
    expect(seen(examined, "Each original stands beside its two versions")).to_be_visible()
    expect_clean_page(examined, "Every picture again")
