"""The log says where an error came from, and nothing of what it was about."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from pages.parts.ui.log_traces import kind_and_place, log_no_messages_of_errors, trace_of

NAME = "Mary Smith, left eye.png"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a logger of some library's writes, in a process whose errors are logged without messages."""
    before = logging.getLogRecordFactory()
    log_no_messages_of_errors()
    yield io.StringIO()
    logging.setLogRecordFactory(before)


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
