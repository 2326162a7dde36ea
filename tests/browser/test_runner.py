"""The trial runner in Chromium, against a real server over HTTP that can go away, and as a static export."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from lwise_core.images.codec import encode_png
from lwise_core.study.response_files import read_csv
from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.courses.picture_keys import PictureKey, ShownWhere
from lwise_core.teaching.courses.static_export import (
    CAUTION,
    Participant,
    StaticExperiment,
    write_static_experiment,
)
from lwise_core.teaching.design.timing import Timing
from lwise_core.teaching.design.trial_sampling import Foil, Trial, TrialKind
from lwise_core.teaching.languages.catalogue import catalogue_for
from lwise_core.teaching.languages.runner_words import runner_words
from tests.browser.acts import PICTURES_HAVE_COME, until

ASSETS = Path(__file__).parents[2] / "assets"
STRICT = "default-src 'self'; img-src 'self' data:"
CLASSES = [{"id": "cat", "label": "Kesta"}, {"id": "owl", "label": "Molvi"}]
QUICK = Timing(lockout_ms=0, feedback_correct_ms=0, feedback_wrong_ms=0, between_ms=0, choice_ms=3_600_000)
TOKEN = "token-1"  # noqa: S105 - no secret

_PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Runner</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/shared/base.css"><link rel="stylesheet" href="/runner/runner.css">
<script type="module" src="/start.js"></script><main></main></html>"""

_START = """import { ringOf } from "/runner/ring.js";
import { start } from "/runner/runner.js";
import { ServerBackend } from "/runner/server_backend.js";
window.ringOf = ringOf;
const config = await (await fetch("/config")).json();
start(document.querySelector("main"), config, new ServerBackend(config), () => { document.title = "Done"; });
"""


def picture(seed: int, *, side: int = 96) -> bytes:
    """Return a PNG of smooth noise."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return encode_png(np.ascontiguousarray(coarse.repeat(side // 6, axis=0).repeat(side // 6, axis=1)))


@dataclass(frozen=True)
class Shown:
    """One trial of the course that the server gives."""

    answer: str
    block: str = "train"
    feedback: bool = True
    altered: bool = False
    calibration: bool = False


@dataclass
class Course:
    """A course as the app's server would hold it, and the two routes to it; everything in memory."""

    shown: list[Shown]
    timing: Timing = QUICK
    settings: Mapping[str, Any] = field(default_factory=dict)
    adaptive: bool = False
    answers: list[dict[str, Any]] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    posts: int = 0
    lose_replies: int = 0
    refuse: str = ""

    def config(self) -> dict[str, Any]:
        """Return what Python gives to the runner."""
        base = {"classes": CLASSES, "layout": "ring", "timing": asdict(self.timing), "api": "/api", "token": TOKEN}
        return base | dict(self.settings)

    def batch(self) -> dict[str, Any]:
        """Return what comes next."""
        number, total = len(self.answers), len(self.shown)
        if number == total:
            return {"done": True, "number": number, "total": total}
        now = self.shown[number]
        rest = [i for i in range(number, total) if self.shown[i].block == now.block]
        trials = [self.trial(i) for i in (rest[:1] if self.adaptive else rest)]
        return {"done": False, "number": number, "total": total, "trials": trials} | {
            "block": now.block,
            "feedback": now.feedback,
        }

    def trial(self, number: int) -> dict[str, Any]:
        shown = self.shown[number]
        stimulus = f"shape:{shown.answer}" if shown.calibration else f"/stimuli/{number % 20}.png"
        relabelled = {"owl": "circle", "cat": "triangle"} if shown.calibration else {}
        return {"number": number, "stimulus": stimulus, "altered": shown.altered, "relabelled": relabelled}

    def take(self, record: dict[str, Any]) -> Response:
        """Store an answer once; one that is there already is a conflict."""
        self.posts += 1
        if self.refuse:
            return JSONResponse({"error": self.refuse}, status_code=422)
        if record["trial"] < len(self.answers):
            return JSONResponse({"error": "This trial is answered."}, status_code=409)
        assert record["trial"] == len(self.answers), "a trial was left out"
        self.answers.append(record)
        if self.lose_replies:
            self.lose_replies -= 1
            return Response(status_code=502)
        shown = self.shown[record["trial"]]
        names = {c["id"]: c["label"] for c in CLASSES} | {"circle": "Circle", "triangle": "Triangle"}
        correct = record["choice"] == shown.answer
        return JSONResponse(
            {"stored": True, "correct": correct, "right": names[shown.answer], "altered": shown.altered}
        )

    @property
    def choices(self) -> list[str]:
        return [a["choice"] for a in self.answers]

    def app(self) -> Starlette:
        """Return the routes, the page and its pictures."""

        async def asked(request: Request) -> Response:
            assert request.headers["x-sitting"] == TOKEN
            return JSONResponse(self.batch())

        async def answered(request: Request) -> Response:
            assert request.headers["x-sitting"] == TOKEN
            self.languages.add(request.headers["accept-language"])
            return self.take(await request.json())

        return Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(_PAGE, headers={"Content-Security-Policy": STRICT})),
                Route("/start.js", lambda _: Response(_START, media_type="text/javascript")),
                Mount("/runner", StaticFiles(directory=ASSETS / "runner")),
                Mount("/shared", StaticFiles(directory=ASSETS / "shared")),
                Route("/config", lambda _: JSONResponse(self.config())),
                Route("/stimuli/{seed:int}.png", lambda r: Response(picture(r.path_params["seed"]))),
                Route(f"/api/{TOKEN}/next", asked),
                Route(f"/api/{TOKEN}/answers", answered, methods=["POST"]),
            ]
        )


class Served:
    """A course over HTTP on one port, which can be stopped and started again."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=self._port, log_level="error", ws="none", lifespan="off"
        )
        started = threading.Event()
        self._server = _Signalling(config, started)
        socket = config.bind_socket()
        self._port = socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [socket]})
        self._thread.start()
        assert started.wait(30)

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()


class _Signalling(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._signal = started

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self._signal.set()


@contextmanager
def serving(course: Course) -> Iterator[Served]:
    """Serve a course for as long as the block runs."""
    served = Served(course.app())
    try:
        yield served
    finally:
        served.stop()


@pytest.fixture
def serve_course() -> Iterator[Callable[[Course], Served]]:
    running: list[Served] = []

    def start(course: Course) -> Served:
        running.append(Served(course.app()))
        return running[-1]

    yield start
    for served in running:
        served.stop()


def runner_of(page: Page) -> Locator:
    return page.locator(".runner")


def expect_phase(page: Page, phase: str) -> None:
    expect(runner_of(page)).to_have_attribute("data-phase", phase)


def begin(page: Page, name: str = "Start") -> None:
    """Press the button of a rest, which is there once the pictures are."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled()
    button.press("Enter")


def go_on(page: Page) -> None:
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.keyboard.press("Space")


def answer(page: Page, key: str, *, of: str) -> None:
    """Answer the picture ``of`` so many by keyboard."""
    expect(page.get_by_text(f"Picture {of}", exact=True)).to_be_visible()
    expect_phase(page, "choices")
    page.keyboard.press(key)


# A screen of exactly 60 frames a second, whatever the machine does; with every picture it skips as many frames as the
# test has said beforehand (`skips`), and it counts the frames in which a picture was to be seen briefly.
STEADY_SCREEN = """
    const interval = 1000 / 60;
    let now = 0;
    let left = 0;
    let was = false;
    window.skips = [];
    window.seen = 0;
    performance.now = () => now;
    const frame = window.requestAnimationFrame.bind(window);
    let waiting = [];
    const tick = () => {
        const stimulus = document.querySelector(".runner")?.dataset.phase === "stimulus";
        if (stimulus && !was) left = window.skips.shift() ?? 0;
        was = stimulus;
        let by = 1;
        if (stimulus && left > 0) { by += 1; left -= 1; }
        if (stimulus) window.seen += by;
        now += by * interval;
        const due = waiting;
        waiting = [];
        for (const call of due) call(now);
        frame(tick);
    };
    frame(tick);
    window.requestAnimationFrame = (call) => waiting.push(call);
"""


def test_a_whole_course_by_keyboard(page: Page, serve_course: Callable[[Course], Served]) -> None:
    course = Course(
        [
            Shown("cat", altered=True),
            Shown("owl"),
            Shown("circle", calibration=True),
            Shown("cat", block="test", feedback=False),
            Shown("owl", block="test", feedback=False),
        ]
    )
    page.goto(serve_course(course).url)
    expect(page.get_by_text("Next: with feedback")).to_be_visible()
    expect(page.get_by_text("0 of 5 done")).to_be_visible()
    begin(page)
    answer(page, "f", of="1 of 5")
    expect(page.locator(".verdict")).to_contain_text("Right")
    expect(page.locator(".right")).to_have_text("Kesta")
    expect(page.get_by_text("This picture was altered.", exact=True)).to_be_visible()
    go_on(page)
    answer(page, "F", of="2 of 5")
    expect(page.locator(".verdict")).to_contain_text("Wrong")
    expect(page.locator(".right")).to_have_text("Molvi")
    expect(page.get_by_text("This picture was altered.", exact=True)).to_be_hidden()
    go_on(page)
    expect_phase(page, "choices")
    expect(page.get_by_role("button", name="J Circle")).to_be_visible()
    answer(page, "j", of="3 of 5")
    expect(page.locator(".right")).to_have_text("Circle")
    go_on(page)
    expect(page.get_by_text("Next: without feedback")).to_be_visible()
    expect(page.get_by_text("3 of 5 done")).to_be_visible()
    begin(page, "Go on")
    answer(page, "f", of="4 of 5")
    answer(page, "f", of="5 of 5")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    expect(page).to_have_title("Done")
    assert course.choices == ["cat", "cat", "circle", "cat", "cat"]
    assert course.posts == len(course.answers)
    for record in course.answers:
        assert record["reaction_ms"] > 0
        assert record["choices_ms"] == record["onset_ms"] > 0  # they come together
        assert record["frames_asked"] is None
        assert record["left"] is False


def test_a_trial_in_german(page: Page, serve_course: Callable[[Course], Served]) -> None:
    words = {"messages": dict(runner_words(catalogue_for("de"))), "language": "de"}
    course = Course([Shown("circle", calibration=True)], settings={**words, "calibrate": True})
    page.goto(serve_course(course).url)
    expect(runner_of(page)).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", name="Bereit?")).to_be_visible()
    expect(page.get_by_text("Nicht zur Diagnose.")).to_be_visible()
    page.get_by_text("Größe einstellen").click()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "3,78 Pixel pro Millimeter")
    begin(page, "Los")
    expect(page.get_by_role("button", name="J Kreis")).to_be_visible()
    expect(page.get_by_text("Bild 1 von 1", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".verdict")).to_contain_text("Richtig")
    expect(page.get_by_role("button", name="Weiter")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Fertig")).to_be_visible()
    assert course.languages == {"de"}


def test_the_server_goes_and_comes_back_and_has_every_answer_once(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    course = Course([Shown("cat"), Shown("cat"), Shown("owl")])
    served = serve_course(course)
    page.goto(served.url)
    begin(page)
    answer(page, "f", of="1 of 3")
    go_on(page)
    served.stop()
    answer(page, "f", of="2 of 3")
    expect(page.get_by_role("alert")).to_have_text("No connection. Your answer is kept here and will be sent.")
    assert len(course.answers) == 1
    served.start()
    expect(page.locator(".right")).to_have_text("Kesta")
    expect(page.get_by_role("alert")).to_be_empty()
    go_on(page)
    course.lose_replies = 1  # it is stored, and nobody hears of it
    answer(page, "j", of="3 of 3")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert course.choices == ["cat", "cat", "owl"]
    assert page.evaluate("localStorage.length") == 0


def test_a_reload_goes_on_at_the_next_trial_and_sends_what_was_kept(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    course = Course([Shown("cat"), Shown("cat"), Shown("owl")])
    served = serve_course(course)
    page.goto(served.url)
    begin(page)
    answer(page, "f", of="1 of 3")
    go_on(page)
    expect_phase(page, "choices")
    page.reload()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    begin(page, "Go on")
    course.refuse = "The study is closed today; come back tomorrow."
    answer(page, "f", of="2 of 3")
    expect(page.get_by_role("alert")).to_contain_text("The study is closed today; come back tomorrow.")
    assert course.choices == ["cat"]
    course.refuse = ""
    page.reload()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    assert course.choices == ["cat", "cat"]
    begin(page, "Go on")
    answer(page, "j", of="3 of 3")
    go_on(page)
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert course.choices == ["cat", "cat", "owl"]


def test_what_the_server_refuses_is_said_and_tried_again(page: Page, serve_course: Callable[[Course], Served]) -> None:
    course = Course([Shown("cat")])
    page.goto(serve_course(course).url)
    begin(page)
    course.refuse = "The study is full."
    answer(page, "f", of="1 of 1")
    expect(page.get_by_role("alert")).to_contain_text("The study is full.")
    course.refuse = ""
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".right")).to_have_text("Kesta")
    assert course.choices == ["cat"]


def test_time_runs_out_and_counts_as_wrong(page: Page, serve_course: Callable[[Course], Served]) -> None:
    course = Course([Shown("cat")], timing=replace(QUICK, choice_ms=1))
    page.goto(serve_course(course).url)
    begin(page)
    expect(page.locator(".verdict")).to_contain_text("Too late")
    expect(page.locator(".right")).to_have_text("Kesta")
    assert course.choices == [""]
    assert course.answers[0]["reaction_ms"] is None


def test_answers_within_the_lockout_do_not_count(page: Page, serve_course: Callable[[Course], Served]) -> None:
    an_hour = 3_600_000
    course = Course([Shown("cat")], timing=replace(QUICK, lockout_ms=an_hour, choice_ms=3 * an_hour))
    page.goto(serve_course(course).url)
    begin(page)
    answer(page, "f", of="1 of 1")
    page.get_by_role("button", name="Molvi").click()
    page.evaluate("async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); }")
    expect_phase(page, "choices")
    assert course.posts == 0
    page.evaluate(
        """after => {
            const event = new KeyboardEvent("keydown", { key: "j" });
            Object.defineProperty(event, "timeStamp", { value: performance.now() + after });
            window.dispatchEvent(event);
        }""",
        an_hour,
    )
    expect_phase(page, "feedback")
    assert course.choices == ["owl"]
    assert course.answers[0]["reaction_ms"] >= an_hour


def test_adaptive_courses_are_asked_after_every_answer_and_rest_only_between_blocks(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    course = Course([Shown("cat", feedback=False)] * 3, adaptive=True)
    page.goto(serve_course(course).url)
    begin(page)
    for number in (1, 2, 3):
        answer(page, "f", of=f"{number} of 3")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert course.choices == ["cat"] * 3


def test_a_brief_picture_is_shown_for_exactly_as_many_frames_and_skipped_ones_are_counted(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    timing = replace(QUICK, stimulus_ms=50, blank_ms=100, choice_ms=3_600_000)
    course = Course([Shown("cat", feedback=False)] * 4, timing=timing)
    page.add_init_script(STEADY_SCREEN + "window.skips = [0, 0, 1, 0];")
    page.goto(serve_course(course).url)
    begin(page)
    for number in range(1, 5):
        answer(page, "f", of=f"{number} of 4")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert [a["frames_asked"] for a in course.answers] == [3] * 4
    assert [a["frames_shown"] for a in course.answers] == [3] * 4
    assert all(a["choices_ms"] - a["onset_ms"] == pytest.approx(150, abs=0.2) for a in course.answers)
    assert sum(a["frames_dropped"] for a in course.answers) == 1


def test_a_picture_that_stays_too_long_is_flagged(page: Page, serve_course: Callable[[Course], Served]) -> None:
    timing = replace(QUICK, stimulus_ms=17, choice_ms=3_600_000)
    course = Course([Shown("cat", feedback=False)] * 2, timing=timing)
    page.add_init_script(STEADY_SCREEN + "window.skips = [1];")
    page.goto(serve_course(course).url)
    begin(page)
    answer(page, "f", of="1 of 2")
    answer(page, "f", of="2 of 2")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert [(a["frames_asked"], a["frames_shown"], a["frames_dropped"]) for a in course.answers] == [
        (1, 2, 1),
        (1, 1, 0),
    ]
    assert page.evaluate("window.seen") == 3


def test_leaving_the_window_is_recorded_and_pauses_between_trials(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    course = Course([Shown("cat", feedback=False)] * 2)
    page.goto(serve_course(course).url)
    begin(page)
    expect_phase(page, "choices")
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    answer(page, "f", of="1 of 2")
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    page.evaluate("() => { delete document.hidden; }")
    begin(page, "Go on")
    answer(page, "f", of="2 of 2")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert [a["left"] for a in course.answers] == [True, False]


def test_the_size_that_a_card_gives_is_kept(page: Page, serve_course: Callable[[Course], Served]) -> None:
    course = Course([Shown("cat")], settings={"calibrate": True, "picture_mm": 40})
    page.goto(serve_course(course).url)
    page.get_by_text("Set their size").click()
    slider = page.get_by_role("slider", name="Size of the card")
    slider.fill("5")
    expect(slider).to_have_attribute("aria-valuetext", "5.00 pixels a millimetre")
    card = page.locator(".card").bounding_box()
    assert card
    assert (card["width"], card["height"]) == pytest.approx((5 * 85.6, 5 * 53.98), abs=0.1)
    page.reload()
    begin(page)
    expect_phase(page, "choices")
    shown = page.locator(".picture").bounding_box()
    assert shown
    assert shown["width"] == pytest.approx(5 * 40, abs=0.5)


def test_rings_of_every_size_keep_clear_of_the_picture_and_of_each_other(
    page: Page, serve_course: Callable[[Course], Served]
) -> None:
    page.goto(serve_course(Course([Shown("cat")])).url)
    expect_phase(page, "rest")
    for count in range(2, 17):
        for turn in range(count):
            ring = page.evaluate("([count, turn]) => window.ringOf(count, turn)", [count, turn])
            centres = np.array([(p["x"], p["y"]) for p in ring["places"]])
            radius, half = ring["button"] / 2, ring["picture"] / 2
            assert (centres - radius >= 0).all()
            assert (centres + radius <= 1).all()
            apart = np.linalg.norm(centres[:, None] - centres[None], axis=2) + 9 * np.eye(count)
            assert apart.min() >= ring["button"]
            beside = np.linalg.norm(np.maximum(np.abs(centres - 0.5) - half, 0), axis=1)
            assert (beside >= radius - 1e-9).all()
            assert ring["picture"] > 0.4


@pytest.mark.parametrize("layout", ["ring", "keys"])
def test_it_fits_a_phone_and_answers_a_finger(
    phone: Page, serve_course: Callable[[Course], Served], layout: str
) -> None:
    classes = [*CLASSES, *({"id": f"c{i}", "label": f"Species {i}"} for i in range(3, 17))]
    course = Course([Shown("owl")], settings={"layout": layout, "classes": classes})
    phone.goto(serve_course(course).url)
    phone.get_by_role("button", name="Start").tap()
    expect_phase(phone, "choices")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    buttons = phone.locator(".choice")
    expect(buttons).to_have_count(len(classes))
    for button in buttons.all():
        box = button.bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert button.evaluate("b => b.scrollWidth <= b.clientWidth + 1 && b.scrollHeight <= b.clientHeight + 1")
    phone.get_by_role("button", name="2 Molvi").tap()
    expect(phone.get_by_role("button", name="Go on")).to_be_visible()  # before, a tap would say nothing
    phone.locator(".stage").tap()
    expect(phone.get_by_role("heading", name="Finished")).to_be_visible()
    assert course.choices == ["owl"]


@pytest.mark.parametrize("kinds", [2, 4, 16])
def test_on_a_phone_held_upright_the_picture_is_as_wide_as_the_stage_and_no_answer_is_out_of_sight(
    phone: Page, serve_course: Callable[[Course], Served], kinds: int
) -> None:
    classes = [*CLASSES, *({"id": f"c{i}", "label": f"Red species {i}"} for i in range(3, kinds + 1))]
    course = Course([Shown("owl")], settings={"classes": classes})
    phone.goto(serve_course(course).url)
    phone.get_by_role("button", name="Start").tap()
    expect_phase(phone, "choices")
    shown = phone.locator(".picture").bounding_box()
    assert shown
    assert shown["width"] >= 260
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for button in phone.locator(".choice").all():
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box
        assert box["y"] >= shown["y"] + shown["height"] or box["y"] + box["height"] <= shown["y"]
    phone.set_viewport_size({"width": 844, "height": 390})  # turned: the ring again
    until(phone, "() => getComputedStyle(document.querySelector('.stage')).aspectRatio === '1 / 1'")
    for button in phone.locator(".choice").all():
        expect(button).to_be_in_viewport(ratio=1)


def test_letters_come_after_the_digits(page: Page, serve_course: Callable[[Course], Served]) -> None:
    classes = [*CLASSES, *({"id": f"c{i}", "label": f"Species {i}"} for i in range(3, 17))]
    course = Course([Shown("cat", feedback=False)] * 4, settings={"classes": classes, "rotate": True})
    page.goto(serve_course(course).url)
    begin(page)
    for number, key in enumerate("10qy", start=1):
        answer(page, key, of=f"{number} of 4")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    assert course.choices == ["cat", "c10", "c11", "c16"]


def test_it_runs_inside_streamlit_and_says_when_it_is_done(
    page: Page, serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("runner-app")
    (folder / "page.py").write_text(
        """
import streamlit as st
from lwise_core.teaching.design.timing import Timing
from pages.parts.courses.trial_runner import Choice, trial_runner
from tests.browser.test_runner import QUICK, TOKEN
done = trial_runner(
    choices=[Choice("cat", "Kesta"), Choice("owl", "Molvi")], timing=QUICK, api="/api", token=TOKEN, key="runner"
)
st.button("Draw the page anew")
st.text(f"done {done}")
"""
    )
    (folder / "course.py").write_text(
        """
from pathlib import Path
import streamlit as st
from starlette.middleware import Middleware
from app import SecurityHeaders
from pages.parts.ui.browser_modules import module_routes
from tests.browser.test_runner import Course, Shown
COURSE = Course([Shown("cat"), Shown("owl")])
routes = [route for route in COURSE.app().routes if route.path.startswith(("/api", "/stimuli"))] + module_routes()
app = st.App(Path(__file__).with_name("page.py"), routes=routes, middleware=[Middleware(SecurityHeaders)])
"""
    )
    page.goto(serve(folder / "course.py"))
    begin(page)
    answer(page, "f", of="1 of 2")
    go_on(page)
    expect(page.get_by_text("Picture 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Draw the page anew").click()
    answer(page, "j", of="2 of 2")  # the same course, at the same trial
    expect(page.get_by_text("done False")).to_be_visible()
    go_on(page)
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    expect(page.get_by_text("done True")).to_be_visible()
    page.get_by_role("button", name="Draw the page anew").click()
    expect(page.get_by_text("done True")).to_be_visible()


class _Files(http.server.SimpleHTTPRequestHandler):
    """Serves files as any server would, under a strict policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", STRICT)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def files_of(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Files, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def main_trial(number: int, name: str, *, block: str, feedback: bool, epsilon: float = 0.0) -> Trial:
    answer = name.partition("-")[0]
    return Trial(
        number=number,
        block=block,
        kind=TrialKind.MAIN,
        picture=name,
        answer=answer,
        split="train" if feedback else "val",
        feedback=feedback,
        epsilon_224=epsilon,
        towards=answer if epsilon else "",
        difficulty=0.5,
    )


@pytest.fixture
def static_site(tmp_path: Path) -> Iterator[str]:
    """An experiment of two participants, unpacked and served as files."""
    calibration = Trial(
        2, "train_1", TrialKind.CALIBRATION, "circle", "circle", "", feedback=True, relabelled=("owl", "cat")
    )
    trials = (
        main_trial(0, "cat-1", block="train_1", feedback=True, epsilon=4.0),
        main_trial(1, "owl-1", block="train_1", feedback=True),
        calibration,
        main_trial(3, "owl-2", block="test_1", feedback=False),
    )
    pictures = {PictureKey.of(t): picture(i) for i, t in enumerate(trials) if t.kind is TrialKind.MAIN}
    participants = (
        Participant("P-1", trials, {"cat": "Kesta", "owl": "Molvi"}, group="L-WISE", condition=1),
        Participant("=P-2", trials[::-1], {"cat": "Molvi", "owl": "Kesta"}),
    )
    with (tmp_path / "experiment.zip").open("wb") as stream:
        write_static_experiment(StaticExperiment("Owls & cats", participants, pictures, timing=QUICK), stream)
    with zipfile.ZipFile(tmp_path / "experiment.zip") as archive:
        archive.extractall(tmp_path / "site")
    with files_of(tmp_path / "site") as url:
        yield url


def test_a_static_experiment_runs_to_its_end_and_gives_the_official_columns(page: Page, static_site: str) -> None:
    page.goto(f"{static_site}/?participant=P-1&worker=7")
    expect(page.get_by_text(CAUTION)).to_be_visible()
    begin(page)
    answer(page, "f", of="1 of 4")
    expect(page.get_by_text("This picture was altered.", exact=True)).to_be_visible()
    go_on(page)
    answer(page, "f", of="2 of 4")
    expect(page.locator(".right")).to_have_text("Molvi")
    go_on(page)
    expect_phase(page, "choices")
    page.reload()  # the tab has the answers
    expect(page.get_by_text("2 of 4 done")).to_be_visible()
    begin(page, "Go on")
    answer(page, "j", of="3 of 4")
    expect(page.locator(".right")).to_have_text("Circle")
    go_on(page)
    begin(page, "Go on")
    answer(page, "j", of="4 of 4")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    expect(page.get_by_text(CAUTION)).to_be_visible()
    content = Path(download.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len(rows) == 4
    assert list(rows[0])[:15] == [
        *("participant", "obs", "block", "condition_idx", "trial_type", "class", "stimulus_name", "choice_name"),
        *("i_choice", "i_correct_choice", "perf", "reaction_time_msec", "rel_timestamp_response"),
        *("stimulus_image_url", "trial_number"),
    ]
    assert [r["perf"] for r in rows] == ["1", "0", "1", "1"]
    assert [r["i_choice"] for r in rows] == ["0", "0", "1", "1"]
    assert [r["trial_type"] for r in rows] == ["main", "main", "calibration", "main"]
    assert rows[0]["query_string"] == "?participant=P-1&worker=7"
    assert rows[0]["altered"] == "1"
    responses = read_csv(content)
    assert responses.participants == ("P-1",)
    assert responses.groups == ("L-WISE",)
    assert responses.trials["choice"].tolist() == ["cat", "cat", "circle", "owl"]
    assert responses.trials["epsilon_224"].tolist() == [4, 0, 0, 0]


def test_a_static_experiment_draws_a_participant_and_keeps_to_it(page: Page, static_site: str) -> None:
    page.add_init_script("Math.random = () => 0.99;")
    page.goto(static_site)
    expect(page.get_by_text("Next: without feedback")).to_be_visible()  # the second participant's
    page.add_init_script("Math.random = () => 0;")
    page.reload()
    expect(page.get_by_text("Next: without feedback")).to_be_visible()
    page.goto(f"{static_site}/?participant=1")
    expect(page.get_by_text("Next: with feedback")).to_be_visible()
    page.goto(f"{static_site}/?participant=nobody")
    expect(page.get_by_role("alert")).to_have_text(re.compile("no such participant"))
    expect(page.get_by_text(CAUTION)).to_be_visible()


def test_under_jatos_the_rows_are_submitted(page: Page, static_site: str) -> None:
    page.add_init_script(
        """window.jatos = {
            onLoad: (call) => call(),
            submitResultData: async (rows) => { window.submitted = JSON.parse(rows); },
            startNextComponent: () => { document.title = "Next"; },
        };"""
    )
    page.goto(f"{static_site}/?participant=2")
    begin(page)
    answer(page, "f", of="1 of 4")
    begin(page, "Go on")
    for number, key in ((2, "j"), (3, "f"), (4, "j")):
        answer(page, key, of=f"{number} of 4")
        go_on(page)
    expect(page).to_have_title("Next")
    submitted = page.evaluate("window.submitted")
    assert [row["participant"] for row in submitted] == ["=P-2"] * 4
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert "\r\n'=P-2," in Path(download.value.path()).read_bytes().decode()


def of_two(number: int, *, spots: bool = False, on_left: bool, feedback: bool = True) -> Trial:
    """Return a trial of two pictures: a cat beside an owl, or one cat enhanced wrongly beside the same one."""
    trial = main_trial(number, f"cat-{number}", block="train_1" if feedback else "test_1", feedback=feedback)
    if not spots:
        return replace(trial, foil=Foil(f"owl-{number}", "owl", on_left=on_left, likeness=1))
    foil = Foil(trial.picture, "cat", 4.0, "cat", likeness=1, on_left=on_left)
    return replace(trial, answer="owl", epsilon_224=4.0, towards="owl", foil=foil)


@pytest.fixture
def pairs_site(tmp_path: Path) -> Iterator[str]:
    shapes = Trial(
        2, "train_1", TrialKind.CALIBRATION, "circle", "circle", "", feedback=True, foil=Foil("triangle", "triangle")
    )
    trials = (
        of_two(0, on_left=False),
        of_two(1, on_left=True),
        shapes,
        of_two(3, spots=True, on_left=True, feedback=False),
    )
    keys = [key for t in trials for key in PictureKey.all_of(t)]
    pictures = {key: picture(i) for i, key in enumerate(keys)}
    people = (Participant("P-1", trials, {"cat": "Kesta", "owl": "Molvi"}),)
    examples = {"cat": (picture(90), picture(91), picture(92))}
    with (tmp_path / "pairs.zip").open("wb") as stream:
        write_static_experiment(
            StaticExperiment("Two", people, pictures, timing=QUICK, sureness=True, examples=examples), stream
        )
    with zipfile.ZipFile(tmp_path / "pairs.zip") as archive:
        archive.extractall(tmp_path / "site")
    with files_of(tmp_path / "site") as url:
        yield url


def sure(page: Page, key: str) -> None:
    expect(page.get_by_role("heading", name="How sure are you?")).to_be_visible()
    page.keyboard.press(key)


def test_two_pictures_are_answered_by_key_by_arrow_and_by_a_press_on_one(page: Page, pairs_site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(pairs_site)
    expect(page.get_by_role("heading", name="Kesta")).to_be_visible()
    until(page, PICTURES_HAVE_COME)
    tops = [box["y"] for one in page.get_by_alt_text("An example of Kesta").all() if (box := one.bounding_box())]
    assert len(tops) == 3
    assert len(set(tops)) == 1
    page.get_by_role("button", name="Begin with the first picture").click()
    expect(page.get_by_text("with the keys 1 and 2")).to_be_visible()
    begin(page)
    expect(page.get_by_text("Which one is Kesta?")).to_be_visible()
    expect_phase(page, "choices")
    left, right = page.locator(".side").all()
    beside = [side.bounding_box() for side in (left, right)]
    assert beside[0]
    assert beside[1]
    assert beside[0]["x"] + beside[0]["width"] <= beside[1]["x"]
    assert beside[0]["y"] == beside[1]["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer(page, "1", of="1 of 4")
    sure(page, "4")
    expect(page.locator(".verdict")).to_contain_text("Right")
    expect(page.get_by_text("Kesta is on the left.").first).to_be_visible()
    expect(page.locator(".name")).to_have_text(["Kesta", "Molvi"])
    go_on(page)
    expect_phase(page, "choices")
    left.click()
    sure(page, "2")
    expect(page.locator(".verdict")).to_contain_text("Wrong")
    expect(right).to_have_attribute("data-right", "")
    go_on(page)
    expect(page.get_by_text("Which one is Circle?")).to_be_visible()
    answer(page, "ArrowLeft", of="3 of 4")
    sure(page, "3")
    expect(page.locator(".verdict")).to_contain_text("Right")
    go_on(page)
    begin(page, "Go on")
    expect(page.get_by_text("Which one was enhanced towards what it does not show?")).to_be_visible()
    answer(page, "ArrowRight", of="4 of 4")
    page.get_by_role("button", name="1 I guessed").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    content = Path(download.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [r["choice"] for r in rows] == ["cat", "owl", "circle", "owl"]
    assert [r["i_choice"] for r in rows] == ["0", "0", "0", "1"]
    assert all(float(r["reaction_time_msec"]) > 0 for r in rows)
    trials = read_csv(content).trials
    assert trials["perf"].tolist() == [1, 0, 1, 1]
    assert trials["side"].tolist() == ["left", "right", "left", "right"]
    assert trials["sureness"].tolist() == [4, 2, 3, 1]
    assert trials["foil_class"].tolist() == ["owl", "owl", "triangle", "cat"]


@pytest.fixture
def where_site(tmp_path: Path) -> Iterator[str]:
    trial = main_trial(0, "cat-1", block="train_1", feedback=True)
    original, enhanced = PictureKey("cat-1"), PictureKey("cat-1", 8.0, "cat")
    where = {0: ShownWhere(original, enhanced, (EvidenceRing(0.25, 0.75, 0.1),))}
    person = Participant("P-1", (trial,), {"cat": "Kesta", "owl": "Molvi"}, where=where)
    pictures = {original: picture(0), enhanced: picture(1)}
    with (tmp_path / "where.zip").open("wb") as stream:
        write_static_experiment(StaticExperiment("Where", (person,), pictures, timing=QUICK), stream)
    with zipfile.ZipFile(tmp_path / "where.zip") as archive:
        archive.extractall(tmp_path / "site")
    with files_of(tmp_path / "site") as url:
        yield url


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_feedback_shows_where_and_flips_by_itself_only_where_motion_is_wanted(
    page: Page, where_site: str, motion: Literal["reduce", "no-preference"]
) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(where_site)
    begin(page)
    answer(page, "f", of="1 of 1")
    shown = page.locator(".where")
    expect(page.get_by_text("Rings: what speaks for it here.").first).to_be_visible()
    if motion == "no-preference":
        expect(shown).to_have_attribute("data-version", "enhanced")
        expect(shown).to_have_attribute("data-version", "original")
        page.get_by_role("button", name="The other version").click()
    else:
        expect(page.get_by_role("button", name="The other version")).to_be_visible()
        expect(shown).to_have_attribute("data-version", "original")
        page.get_by_role("button", name="The other version").click()
        expect(shown).to_have_attribute("data-version", "enhanced")
    expect_phase(page, "feedback")
    box, ring = page.locator(".picture").bounding_box(), page.locator(".rings .inner").bounding_box()
    assert box
    assert ring
    middle = (ring["x"] + ring["width"] / 2 - box["x"]) / box["width"]
    assert middle == pytest.approx(0.25, abs=0.01)
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
