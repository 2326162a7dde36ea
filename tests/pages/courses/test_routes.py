"""What a running course asks for, over real HTTP, from a server that is killed in the middle."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.requests import Request
from starlette.types import Message
from urllib3.util import Retry

from lwise_core.teaching.courses.course import STIMULI, Course
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trial_sampling import SHAPES, TrialKind
from lwise_core.teaching.languages.catalogue import ENGLISH
from lwise_core.teaching.records.store import Records, address, new_token
from lwise_core.teaching.server import CourseLibrary, CourseServer, JudgedAnswer
from pages.parts.courses.routes import API, _reply, store

ROOT = Path(__file__).parents[3]


@dataclass
class Server:
    """A server of sittings at a fixed port, which can be killed and started again."""

    home: Path
    port: int
    http: requests.Session = field(default_factory=requests.Session)

    def start(self) -> None:
        environment = {"LWISE_HOME": str(self.home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": ""}
        command = [sys.executable, "-m", "tests.support.sitting_server", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - our own script

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, token: str, what: str) -> requests.Response:
        return self.http.get(f"http://localhost:{self.port}{API}/{token}/{what}", timeout=60)

    def coming(self, token: str) -> dict[str, Any]:
        reply = self.ask(token, "next")
        assert reply.ok, reply.text
        batch: dict[str, Any] = reply.json()
        return batch

    def answer(self, token: str, trial: dict[str, Any], *, choice: str = "c0") -> requests.Response:
        """Press a button, which says a shape where it was relabelled."""
        record = {
            "trial": trial["number"],
            "choice": trial["relabelled"].get(choice, choice),
            "reaction_ms": 812.5,
            "onset_ms": 100.5,
            "choices_ms": 100.5,
            "frames_asked": None,
            "frames_shown": None,
            "frames_dropped": 0,
            "left": False,
        }
        url = f"http://localhost:{self.port}{API}/{token}/answers"
        return self.http.post(url, json=record, headers={"X-Sitting": token}, timeout=60)


@pytest.fixture(scope="module")
def server(course: Course, pair_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(course.folder, home / "courses" / "phantom")
    shutil.copytree(pair_course.folder, home / "courses" / "pairs")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(home, port)
    retry = Retry(total=120, backoff_factor=0.5, backoff_max=1.0)  # while it starts
    server.http.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def classroom(server: Server) -> Iterator[CourseServer]:
    with Records.open(url=address(home=server.home)) as records:
        yield CourseServer(CourseLibrary(server.home / "courses"), records)


@pytest.fixture
def token(classroom: CourseServer, course: Course) -> str:
    return classroom.enrol(course, participant=new_token()).token


def test_a_course_is_sat_and_its_answers_are_stored(
    server: Server, classroom: CourseServer, course: Course, token: str
) -> None:
    seen = 0
    while not (batch := server.coming(token))["done"]:
        assert (batch["number"], batch["total"]) == (seen, total(course))
        for trial in batch["trials"]:
            assert set(trial) == {"number", "stimulus", "relabelled"}  # nothing of what is right or was altered
            reply = server.answer(token, trial)
            assert reply.ok, reply.text
            assert ("right" in reply.json()) is batch["feedback"]
            seen += 1
    records = classroom.records.answers(token=token)
    assert [r.trial for r in records] == list(course.trials(classroom.records.sitting(token=token).slot))
    assert all(r.correct == (r.trial.answer == r.answer.choice) for r in records)
    assert {r.answer.choice for r in records} == {course.classes[0], *SHAPES}
    assert classroom.records.sitting(token=token).finished


def test_the_page_never_knows_the_answer_beforehand(server: Server, course: Course, token: str) -> None:
    text = server.ask(token, "next").text
    for name in course.classes:
        assert name not in text
    assert ".png" not in text


def test_what_the_server_says_is_in_the_language_that_the_runner_asks_for(server: Server) -> None:
    url = f"http://localhost:{server.port}{API}/{new_token()}/next"
    asked = server.http.get(url, headers={"Accept-Language": "de"}, timeout=60)
    assert asked.json()["error"].startswith("Diesen Link hat niemand")


def test_feedback_names_the_class_as_the_learner_knows_it(
    server: Server, classroom: CourseServer, course: Course, token: str
) -> None:
    trial = next(t for t in server.coming(token)["trials"] if t["number"] == 0)
    right = server.answer(token, trial).json()["right"]
    stored = classroom.records.answers(token=token)[0].trial
    labels = course.labels(classroom.records.sitting(token=token).participant)
    assert right == (stored.answer.capitalize() if stored.kind is TrialKind.CALIBRATION else labels[stored.answer])


def test_of_two_pictures_the_page_knows_no_answer_and_is_told_which_one_it_was(
    server: Server, classroom: CourseServer, pair_course: Course
) -> None:
    token = classroom.enrol(pair_course, participant=new_token()).token
    labels = pair_course.labels(classroom.records.sitting(token=token).participant)
    while not (batch := server.coming(token))["done"]:
        for said in batch["trials"]:
            trial = pair_course.trials(0)[said["number"]]
            assert set(said) == {"number", "stimulus", "second", "asked", "relabelled"}
            reply = server.answer(token, said, choice="left").json()
            if not batch["feedback"]:
                assert reply == {"stored": True, "correct": None}
                assert said["asked"] == ("" if trial.spots else labels[trial.answer])
                continue
            assert reply["side"] == trial.side
            assert reply["correct"] == (trial.side == "left")
            assert reply["names"][reply["side"]] == reply["right"] == said["asked"]
    assert len(classroom.records.answers(token=token)) == total(pair_course)


def test_feedback_that_shows_where_gives_both_versions_of_the_picture(
    server: Server, classroom: CourseServer, course: Course, token: str
) -> None:
    sitting = classroom.records.sitting(token=token)
    trial = next(t for t in course.trials(1) if t.scored and t.feedback)
    assert "where" not in _reply(course, JudgedAnswer(sitting, trial, correct=True), ENGLISH)
    shown = JudgedAnswer(replace(sitting, group=Group.SHOWN_WHERE), trial, correct=True)
    where = _reply(course, shown, ENGLISH)["where"]
    for version, file in (("original", course.original(trial)), ("enhanced", course.stimulus(trial))):
        assert file
        reply = server.http.get(f"http://localhost:{server.port}{where[version]}", timeout=60)
        assert reply.content == file.read_bytes()


def test_pictures_are_served_to_who_sits_the_course_and_nothing_else_is(
    server: Server, course: Course, token: str
) -> None:
    stimulus = next(t["stimulus"] for t in server.coming(token)["trials"] if not t["stimulus"].startswith("shape"))
    reply = server.http.get(f"http://localhost:{server.port}{stimulus}", timeout=60)
    assert reply.content == (course.folder / STIMULI / f"{stimulus.rsplit('/', 1)[1]}.png").read_bytes()
    assert reply.headers["Content-Type"] == "image/png"
    for other in ("0" * 64, "..%2F..%2Fcourse.json", "course"):
        refused = server.ask(token, f"pictures/{other}")
        assert refused.status_code in (404, 422)
        assert not refused.content.startswith(b"\x89PNG")
    assert (
        server.http.get(f"http://localhost:{server.port}{stimulus}".replace(token, new_token()), timeout=60).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, "{}", 403),
        ({"X-Sitting": "somebody else"}, "{}", 403),
        (None, "{}", 400),
        (None, "no json", 400),
        (None, '{"trial": 0, "choice": "", "reaction_ms": NaN, "onset_ms": 1, "choices_ms": 1}', 422),
        (None, "x" * 5000, 413),
    ],
)
def test_what_is_not_an_answer_of_this_page_is_refused(
    server: Server, classroom: CourseServer, token: str, headers: dict[str, str] | None, body: str, status: int
) -> None:
    url = f"http://localhost:{server.port}{API}/{token}/answers"
    reply = server.http.post(url, data=body, headers={"X-Sitting": token} if headers is None else headers, timeout=60)
    assert reply.status_code == status
    assert reply.json()["error"].endswith(".")
    assert classroom.records.answers(token=token) == ()


def test_a_page_that_goes_while_it_sends_leaves_no_error_behind() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "headers": [(b"x-sitting", b"t")], "path_params": {"token": "t"}}
    running = store(Request(scope, gone))
    with pytest.raises(StopIteration) as ended:  # driven by hand: other tests of this process may hold a running loop
        running.send(None)
    assert ended.value.value.status_code == 400


def test_out_of_turn_is_a_conflict_and_a_repeat_is_answered_as_before(
    server: Server, classroom: CourseServer, token: str
) -> None:
    first = server.coming(token)["trials"][0]
    assert server.answer(token, first | {"number": first["number"] + 1}).status_code == 409
    once = server.answer(token, first).json()
    assert server.answer(token, first, choice="c1").json() == once
    assert len(classroom.records.answers(token=token)) == 1


def test_nobody_has_this_token(server: Server) -> None:
    assert server.ask(new_token(), "next").status_code == 404


def test_an_address_of_any_letters_is_no_error_of_the_server(server: Server) -> None:
    reply = server.http.post(f"http://localhost:{server.port}{API}/%C3%A9/answers", json={}, timeout=60)
    assert reply.status_code == 403


def sat_through_kills(server: Server, token: str, *, kills: int, seed: int) -> list[int]:
    """Sit the course while the server is killed at random moments; return the trials whose answers were confirmed."""
    lottery = random.Random(seed)  # noqa: S311 - moments that can be repeated
    confirmed: list[int] = []
    trials = server.coming(token)["total"]
    moments = sorted(lottery.sample(range(1, trials), kills))
    while not (batch := server.coming(token))["done"]:
        for trial in batch["trials"]:
            killed = bool(moments) and len(confirmed) >= moments[0]
            if killed:
                moments.pop(0)
                if lottery.random() < 0.5:  # the answer arrives, and its confirmation may not
                    server.answer(token, trial)
                server.kill()
                server.start()
            assert server.answer(token, trial).ok
            confirmed.append(trial["number"])
    return confirmed


def check_nothing_lost(classroom: CourseServer, course: Course, token: str, confirmed: list[int]) -> None:
    assert confirmed == list(range(total(course)))
    stored = [r.trial.number for r in classroom.records.answers(token=token)]
    assert stored == confirmed


def test_a_server_killed_three_times_loses_nothing_and_doubles_nothing(
    server: Server, classroom: CourseServer, course: Course, token: str
) -> None:
    check_nothing_lost(classroom, course, token, sat_through_kills(server, token, kills=3, seed=1))


@pytest.mark.prove
def test_a_server_killed_at_twenty_random_moments_loses_nothing_and_doubles_nothing(
    server: Server, classroom: CourseServer, course: Course, token: str
) -> None:
    check_nothing_lost(classroom, course, token, sat_through_kills(server, token, kills=20, seed=2))
