"""The addresses at which a running course asks for trials and pictures, and stores answers.

The token of a sitting, which nobody guesses, is all that opens it. It comes in the path and, when something is to be
stored, in a header too: no page of another site can send that header, so none can answer in somebody's place. The
runner says in Accept-Language which language its page is drawn in.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from hmac import compare_digest
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.session import OutOfTurn
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import SHAPES, CurriculumError, Trial
from lwise_core.teaching.design.trials import LEFT, RIGHT
from lwise_core.teaching.languages.catalogue import Catalogue, catalogue_for
from lwise_core.teaching.records.store import RecordsError, RecordsUnavailable
from lwise_core.teaching.records.values import UnknownSitting
from lwise_core.teaching.server import Coming, JudgedAnswer
from pages.parts.session.course_server import course_server

API = "/sittings"
"""Where app.py puts these addresses."""

LARGEST_ANSWER = 4096
"""Bytes; an answer takes about 200."""

_LOG = logging.getLogger("lwise_studio")
_ANSWERS = TypeAdapter(Answer)


async def coming(request: Request) -> Response:
    """Return the trials that come next in a sitting."""
    token = request.path_params["token"]
    words = _words(request)
    return await _answered(lambda: _batch(course_server().coming(token), token, words), words)


async def store(request: Request) -> Response:
    """Store an answer, and return whether it was right."""
    token, words = request.path_params["token"], _words(request)
    if not compare_digest(request.headers.get("X-Sitting", "").encode(), token.encode()):
        return _refusal(words.translate("This answer did not come from the page of its sitting."), status=403)
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_ANSWER:
                return _refusal(words.translate("This is too long to be an answer."), status=413)
    except ClientDisconnect:  # the page went in the middle of a sentence: it says it again when it is back
        return _refusal(words.translate("This answer did not arrive whole."), status=400)
    try:
        answer = _ANSWERS.validate_json(body)
    except ValidationError:
        return _refusal(
            words.translate("This is not an answer that can be read; reload the page to go on."), status=400
        )
    return await _answered(lambda: _taken(token, answer, words), words)


async def picture(request: Request) -> Response:
    """Return a picture of the course of a sitting."""
    token, digest = request.path_params["token"], request.path_params["digest"]

    def found() -> Response:
        here = course_server()
        course = here.library.course(here.records.sitting(token=token).course)
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        try:
            return Response(course.picture(digest), media_type="image/png", headers=headers)
        except CourseError as error:
            _LOG.warning("A learner waits for a picture. %s", error)
            raise

    return await _answered(found, _words(request))


def buttons(course: Course, participant: str, words: Catalogue) -> dict[str, str]:
    """Return the identity of each button → the name that a learner sees on it, who reads the language of ``words``.

    Identities are numbers: what a class is really called is nowhere in the learner's page.
    """
    labels = course.labels(participant, language=words.language.code)
    return {identity: labels[name] for identity, name in _identities(course).items()}


app = Router(
    [
        Route("/{token}/next", coming, methods=["GET"]),
        Route("/{token}/answers", store, methods=["POST"]),
        Route("/{token}/pictures/{digest}", picture, methods=["GET"]),
    ]
)


def _words(request: Request) -> Catalogue:
    return catalogue_for(request.headers.get("Accept-Language", ""))


async def _answered(work: Callable[[], Response | dict[str, Any]], words: Catalogue) -> Response:
    """Do what waits for the disk or the database in a thread of its own; say in one sentence what went wrong."""
    try:
        result = await run_in_threadpool(work)
    except RecordsUnavailable as error:
        return _refusal(words.translate_error(error), status=503)
    except UnknownSitting as error:
        return _refusal(words.translate_error(error), status=404)
    except OutOfTurn as error:
        return _refusal(words.translate_error(error), status=409)
    except (CourseError, CurriculumError, RecordsError) as error:
        return _refusal(words.translate_error(error), status=422)
    except Exception:  # noqa: BLE001 - whatever it is, the browser keeps the answer and sends it again
        number = secrets.token_hex(4)
        _LOG.exception("Error %s: a request of a sitting failed", number)
        said = words.translate(
            "Something went wrong that should not have (error {number}); nothing is lost.", number=number
        )
        return _refusal(said, status=500)
    if isinstance(result, Response):
        return result
    return JSONResponse(result, headers={"Cache-Control": "no-store"})


def _identities(course: Course) -> dict[str, str]:
    return {f"c{i}": name for i, name in enumerate(course.classes)}


def _taken(token: str, answer: Answer, words: Catalogue) -> dict[str, Any]:
    """Store an answer in which a button is called by its identity."""
    here = course_server()
    course = here.library.course(here.records.sitting(token=token).course)
    chosen = _identities(course).get(answer.choice, answer.choice)
    return _reply(course, here.take(token, replace(answer, choice=chosen)), words)


def _refusal(sentence: str, *, status: int) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers={"Cache-Control": "no-store"})


def _batch(coming: Coming, token: str, words: Catalogue) -> dict[str, Any]:
    """Return the trials as the runner takes them (assets/runner/types.js, Batch)."""
    first = coming.trials[0] if coming.trials else None
    return {
        "done": first is None,
        "number": coming.done,
        "total": coming.total,
        "block": first.block if first else "",
        "feedback": bool(first and first.feedback),
        "trials": [_trial(coming, t, token, words) for t in coming.trials],
    }


def _trial(coming: Coming, trial: Trial, token: str, words: Catalogue) -> dict[str, Any]:
    """Return a trial as the runner takes it: not what it shows, nor whether that was altered, before it is answered."""
    course = coming.course
    file = course.stimulus(trial)
    identity = {name: i for i, name in _identities(course).items()}
    return {
        "number": trial.number,
        "stimulus": f"shape:{trial.picture}" if file is None else _address(file, token),
        "relabelled": {identity[c]: shape for c, shape in zip(trial.relabelled, SHAPES, strict=False)},
    } | _pair(coming, trial, token, words)


def _pair(coming: Coming, trial: Trial, token: str, words: Catalogue) -> dict[str, Any]:
    """Return what a trial of two pictures says besides: both of them, and what is asked."""
    if trial.foil is None:
        return {}
    files, name = coming.course.sides(trial), _namer(coming.course, trial, coming.sitting.participant, words)
    left, right = (_address(files[side], token) if files else f"shape:{trial.meanings[side]}" for side in (LEFT, RIGHT))
    return {"stimulus": left, "second": right, "asked": "" if trial.spots else name(trial.answer)}


def _namer(course: Course, trial: Trial, participant: str, words: Catalogue) -> Callable[[str], str]:
    """Return what calls a meaning of an answer by its name: a class as the learner knows it, a shape as all do."""
    if trial.shows_shapes:
        return lambda shape: words.translate(shape.capitalize())  # “Circle” or “Triangle”, as the runner calls them
    return course.labels(participant, language=words.language.code).__getitem__


def _reply(course: Course, judged: JudgedAnswer, words: Catalogue) -> dict[str, Any]:
    """Return the reply to an answer; what was right only where the trial gives feedback."""
    trial, name = judged.trial, _namer(course, judged.trial, judged.sitting.participant, words)
    if not trial.feedback:
        return {"stored": True, "correct": None}
    said: dict[str, Any] = {"stored": True, "correct": judged.correct, "altered": trial.altered}
    said["right"] = name(trial.answer)
    if trial.foil is not None:
        names = {side: name(meaning) for side, meaning in trial.meanings.items()}
        said |= {"side": trial.side, "names": names}
    if (where := course.where(trial, judged.sitting.group)) is not None:
        said["where"] = {
            "original": _address(where.original, judged.sitting.token),
            "enhanced": _address(where.enhanced, judged.sitting.token),
            "rings": [asdict(ring) for ring in where.rings],
        }
    return said


def _address(file: Path, token: str) -> str:
    """Return where the page of a sitting finds a picture of its course."""
    return f"{API}/{token}/pictures/{file.stem}"
