"""kill -9 of the server under an open page, in Chromium: the page says so, comes back and says what is gone."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, FilePayload, Page, expect, sync_playwright

from benchmarks.chaos.app_server import AppServer, app_server, wait_for
from benchmarks.chaos.outcome import Broken, Outcome, require, tried
from benchmarks.classroom_load import small_course
from lwise_core.data.phantom import draw, population
from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.course import MANIFEST, Course, read_course
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.records.store import Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer
from tests.browser.conftest import _FLAGS, _chromium

_PATIENCE_MS = 180_000
_COURSE_S = 900
_GONE = "L-WISE Studio does not answer"
_BACK = "Photographs and rankings of this page are gone"
_RANKED = 120
_CREATURES, _TEST_CREATURES = 12, 2  # of each family: as few as the shortest schedule takes


@dataclass(frozen=True)
class Visit:
    """A page in Chromium at a server that is killed."""

    server: AppServer
    page: Page
    lottery: random.Random

    def killed(self) -> None:
        """Kill the server at a random moment, see the page say so, start it again, see the page come back."""
        self.page.wait_for_timeout(self.lottery.uniform(0, 400))
        self.server.kill()
        self.page.get_by_text(_GONE).first.wait_for()
        self.server.start()
        expect(self.page.get_by_text(_GONE)).to_have_count(0)

    def killed_and_told(self) -> None:
        """Kill the server as above, and see the page say what is gone."""
        self.killed()
        self.page.get_by_text(_BACK).first.wait_for()


def ranking(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill the server while it ranks photographs."""
    pictures = [
        FilePayload(name=f"{i}.png", mimeType="image/png", buffer=encode_png(draw(creature, size=128)))
        for i, creature in enumerate(population(per_family=_RANKED // 4, seed=0))
    ]

    def work(visit: Visit) -> None:
        visit.page.goto(f"{visit.server.address}/rank")
        visit.page.get_by_text("Files or a zip").click()
        visit.page.get_by_label("Photographs, or zips").locator("input[type=file]").set_input_files(pictures)
        visit.page.get_by_role("button", name=f"Rank {_RANKED} files").click()
        visit.page.get_by_role("button", name="Stop").wait_for()

    def after(visit: Visit) -> None:
        visit.page.get_by_role("heading", name="Rank", level=1).wait_for()

    return _killed("the server is killed while it ranks", folder, times, lottery, work, after)


def inspecting(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill the server while it inspects a sample, which the address opens again."""

    def work(visit: Visit) -> None:
        visit.page.goto(f"{visit.server.address}/inspection?sample=cat&guide=animals16-128&step=10")
        visit.page.get_by_text("Photograph: ").first.wait_for()

    def after(visit: Visit) -> None:
        visit.page.get_by_role("heading", name="Inspect", level=1).wait_for()
        visit.page.get_by_text("Photograph: ").first.wait_for()

    return _killed("the server is killed while it inspects", folder, times, lottery, work, after)


def making_a_course(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill the server while it makes a course, and ask for the same course again."""
    courses = folder / "home" / "courses"

    def made() -> int:
        return sum(1 for _ in courses.glob("*/made/*.json"))

    def is_finished() -> bool:
        return any(courses.glob(f"*/{MANIFEST}"))

    def work(visit: Visit) -> None:
        if is_finished():  # begun from the start again, as often as it takes
            shutil.rmtree(courses)
        wanted = made() + visit.lottery.randint(1, 4)
        _ask_for_course(visit)
        wait_for(lambda: made() >= wanted or is_finished(), seconds=_COURSE_S, what="pictures of the course")

    def after(visit: Visit) -> None:
        visit.page.get_by_role("heading", name="Curriculum", level=1).wait_for()

    def last(visit: Visit) -> None:
        kept = {f: f.stat().st_mtime_ns for f in courses.glob("*/made/*.json")}
        _ask_for_course(visit)
        wait_for(is_finished, seconds=_COURSE_S, what="the course")
        require(all(f.stat().st_mtime_ns == t for f, t in kept.items()), "what had been made was made again")
        (course,) = courses.iterdir()
        read_course(course)
        left = [f.name for f in course.rglob(".*")]
        require(not left, f"half-written files are left: {left[:3]}")

    fault = "the server is killed while a page makes a course"
    return _killed(fault, folder, times, lottery, work, after, last)


def sitting(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill the server under a learner's page, which goes on with the same trial by itself."""
    course = small_course(folder / "home" / "courses" / "c")
    with Records.open(url=address(home=folder / "home")) as records:
        here = CourseServer(CourseLibrary(folder / "home" / "courses"), records)
        token = here.enrol(course, participant="chaos").token

        def work(visit: Visit) -> None:
            if "sitting=" not in visit.page.url:
                visit.page.goto(f"{visit.server.address}/learn?sitting={token}")
                visit.page.get_by_role("button", name="Start").click()
            _answer(visit.page, len(records.answers(token=token)) + 1)

        def after(visit: Visit) -> None:
            _go_on(visit.page, to="Picture ")
            before = len(records.answers(token=token))
            _answer(visit.page, before + 1)
            _check_sitting(records, course, token, least=before + 1)

        # Nothing of a learner's is gone, so their page has nothing to say about it.
        fault, held = (
            "the server is killed under a learner's page",
            "the page comes back and goes on; no answer is lost",
        )
        return _killed(fault, folder, times, lottery, work, after, back=Visit.killed, held=held)


def _check_sitting(records: Records, course: Course, token: str, *, least: int) -> None:
    numbers = [r.trial.number for r in records.answers(token=token)]
    require(numbers == list(range(len(numbers))), f"answers are missing or doubled: {numbers}")
    require(least <= len(numbers) <= total(course), "an answer was lost")


def _go_on(page: Page, *, to: str) -> None:
    """Press “Go on” where that stands in the way ``to`` a trial: after a break, and after the server came back."""
    begin = page.get_by_role("button", name="Go on")
    begin.or_(page.get_by_text(to)).first.wait_for()
    if begin.is_visible():
        begin.click()


def _answer(page: Page, number: int) -> None:
    _go_on(page, to=f"Picture {number} of")
    here, feedback = page.get_by_text(f"Picture {number} of"), page.get_by_text("Space bar, click or tap")
    here.wait_for()
    while here.is_visible() and feedback.is_hidden():  # keys do not count during the lockout; tests have no feedback
        page.keyboard.press("2")
        page.wait_for_timeout(50)
    if feedback.is_visible():
        page.keyboard.press("Space")


def _ask_for_course(visit: Visit) -> None:
    visit.page.goto(visit.server.link())
    visit.page.get_by_role("heading", level=1).first.wait_for()
    visit.page.goto(f"{visit.server.address}/curriculum")
    visit.page.get_by_text("Schedule", exact=True).first.wait_for(state="attached")
    for label, count in (("To learn from, each family", _CREATURES), ("For tests, each family", _TEST_CREATURES)):
        visit.page.get_by_label(label).fill(str(count))
        visit.page.get_by_label(label).press("Enter")
    visit.page.get_by_text("Study design: blocks", exact=True).first.click()
    visit.page.get_by_text("animals", exact=True).first.click()
    visit.page.get_by_text(f"{4 * (_CREATURES + _TEST_CREATURES)} pictures will be ranked").wait_for()
    visit.page.get_by_role("button", name="Make the course").click()


def _killed(
    fault: str,
    folder: Path,
    times: int,
    lottery: random.Random,
    work: Callable[[Visit], None],
    after: Callable[[Visit], None],
    last: Callable[[Visit], None] | None = None,
    *,
    back: Callable[[Visit], None] = Visit.killed_and_told,
    held: str = "the page says that nobody answers, comes back by itself, and says what is gone",
) -> Outcome:
    """Let a page ``work``, kill the server under it, look at it ``after``; what ends the test is done ``last``."""
    with _visit(folder / "home", lottery) as visit:

        def trial(i: int) -> None:
            with _broken_by_the_browser():
                work(visit)
                back(visit)
                after(visit)
                if last is not None and i == times - 1:
                    last(visit)

        return tried(fault, times, trial, held=held)


@contextmanager
def _broken_by_the_browser() -> Iterator[None]:
    """Let what Playwright waited for in vain count as broken."""
    try:
        yield
    except (Error, AssertionError) as error:
        raise Broken(str(error).splitlines()[0]) from error


@contextmanager
def _visit(home: Path, lottery: random.Random) -> Iterator[Visit]:
    with app_server(home) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(_PATIENCE_MS)
        yield Visit(server, context.new_page(), lottery)
        chromium.close()
