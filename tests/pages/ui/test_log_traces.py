"""The log says where an error came from, and nothing of what it was about."""

from __future__ import annotations

import io
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from starlette.types import Receive, Scope, Send
from streamlit import config, error_util
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from pages.parts.ui.log_traces import OnceAnHour, kind_and_place, log_no_messages_of_errors, trace_of

SETTINGS = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
NAME = "Mary Smith, left eye.png"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a logger of some library's writes, in a process whose errors are logged without messages.

    What this process logged in other tests is not remembered, nor how its servers are set to log.
    """
    before = logging.getLogRecordFactory()
    filtered = [logging.getLogger(name) for name in ("streamlit.error_util", "uvicorn.error")]
    had = [(list(one.filters), one.level, one.disabled) for one in filtered]
    for one in filtered:
        one.filters, one.disabled = [], False
        one.setLevel(logging.INFO)
    log_no_messages_of_errors()
    yield io.StringIO()
    logging.setLogRecordFactory(before)
    for one, (filters, level, disabled) in zip(filtered, had, strict=True):
        one.filters, one.disabled = filters, disabled
        one.setLevel(level)


def fail() -> None:
    try:
        raise FileNotFoundError(2, "No such file", NAME)
    except OSError as error:
        raise ValueError(f"“{NAME}” cannot be read") from error


def failed() -> ValueError:
    with pytest.raises(ValueError, match="cannot be read") as raised:
        fail()
    return raised.value


def test_whoever_logs_an_error_logs_its_lines_and_kinds_and_not_its_message(log: io.StringIO) -> None:
    logger = logging.Logger("a library's")
    logger.addHandler(logging.StreamHandler(log))
    try:
        fail()
    except ValueError:
        logger.exception("Uncaught")
    logger.error("Uncaught again", exc_info=failed())
    logger.warning("Nothing failed")
    said = log.getvalue()
    assert "Mary" not in said
    assert said.count("\nFileNotFoundError\n") == said.count("which led to:") == 2
    assert said.count("raise ValueError(") == 2  # the line, as it stands in the file
    assert said.endswith("Nothing failed\n")


def test_errors_that_led_to_each_other_in_a_circle_have_an_end() -> None:
    first, second = ValueError(NAME), KeyError(NAME)
    first.__context__, second.__context__ = second, first
    assert trace_of(first).split() == ["KeyError", "which", "led", "to:", "ValueError"]


def test_an_error_that_hides_what_came_before_it_stands_alone() -> None:
    error = failed()
    error.__cause__ = None
    error.__suppress_context__ = True
    assert "FileNotFoundError" not in trace_of(error)


def test_where_an_error_was_raised_is_said_in_a_few_words() -> None:
    line = fail.__code__.co_firstlineno + 4
    assert kind_and_place(failed()) == f"ValueError in test_log_traces.py, line {line}"
    assert kind_and_place(ValueError(NAME)) == "ValueError"


def test_what_a_page_did_not_expect_is_logged_without_its_message_and_once(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Streamlit would print it past every logger, with its message, where rich is installed, as it is with typer."""
    original, error = config.get_option, failed()
    settings = {"logger.enableRich": SETTINGS["logger"]["enableRich"]}
    monkeypatch.setattr(config, "get_option", lambda name: settings.get(name, original(name)))
    unexpected, handler = logging.getLogger("streamlit.error_util"), logging.StreamHandler(log)
    unexpected.addHandler(handler)
    try:
        for _ in range(3):
            error_util._log_uncaught_app_exception(error)
    finally:
        unexpected.removeHandler(handler)
    assert "Mary" not in log.getvalue() + "".join(capsys.readouterr())
    assert log.getvalue().count("Uncaught app execution") == 1


def test_the_same_trace_is_written_once_an_hour_and_another_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    once, error = OnceAnHour(lambda: now[0]), failed()

    def is_written(error: Exception | None, *, level: int = logging.INFO) -> bool:
        raised = None if error is None else (type(error), error, error.__traceback__)
        return once.filter(logging.LogRecord("x", level, "x", 1, "x", None, raised))

    assert [is_written(error), is_written(error)] == [True, False]
    assert is_written(ValueError())
    assert is_written(None) is is_written(None) is True
    assert [is_written(None, level=logging.WARNING) for _ in range(2)] == [True, False]
    now[0] = 3600.0
    assert [is_written(error), is_written(error)] == [True, False]
    monkeypatch.setattr("pages.parts.ui.log_traces._MOST_TRACES", 1)
    assert is_written(KeyError())  # and all others are forgotten
    assert is_written(error)


def test_what_is_no_request_is_said_once_however_often_it_comes(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("it was taken for a request")

    line = Mock()
    line.get_extra_info.return_value = None
    connections = logging.getLogger("uvicorn.error")
    monkeypatch.setattr(connections, "handlers", [logging.StreamHandler(log)])
    monkeypatch.setattr(connections, "propagate", False)
    settings = Config(app, log_config=None)
    for _ in range(5):
        protocol = H11Protocol(config=settings, server_state=ServerState(), app_state={}, _loop=Mock())
        protocol.connection_made(line)
        protocol.data_received(b"\0 nonsense\r\n\r\n")
    assert log.getvalue().splitlines() == ["Invalid HTTP request received."]
