"""What the log says of an error that nobody expected: its kind and the lines that led to it, not what it was about.

An error's message repeats what failed, such as the name of a photograph, which may be a patient's, or a learner's code;
people are asked to send the log to whoever looks after the program. Streamlit and Uvicorn log such errors themselves,
so every record of this process is made without the messages.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_AGAIN_AFTER_S = 3600.0
_MOST_TRACES = 1000  # that are remembered; then all are forgotten
_UNEXPECTED = "streamlit.error_util"  # the logger of what a page did not expect
_CONNECTIONS = "uvicorn.error"  # of what is no request: a line each


class OnceAnHour(logging.Filter):
    """Lets the same trace, or warning, through once an hour: whoever can provoke it must not fill the disk with it.

    That an error came again is one line, of :func:`~pages.parts.ui.notices.report`. ``now`` gives seconds that never go
    back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._written: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether ``record`` is written: it tells no trouble, or one that was not told within the hour."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None and record.levelno < logging.WARNING:
            return True
        trouble = record.getMessage() if error is None else trace_of(error)
        now = self._now()
        if trouble in self._written and now - self._written[trouble] < _AGAIN_AFTER_S:
            return False
        if len(self._written) >= _MOST_TRACES:
            self._written.clear()
        self._written[trouble] = now
        return True


def log_no_messages_of_errors() -> None:
    """Let every record of this process have traces of errors without their messages, and each once an hour."""
    for name in (_UNEXPECTED, _CONNECTIONS):
        logging.getLogger(name).addFilter(OnceAnHour())
    made = logging.getLogRecordFactory()

    def without_messages(*given: Any, **named: Any) -> logging.LogRecord:  # noqa: ANN401  the factory's own
        record = made(*given, **named)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.exc_text = trace_of(error)  # a formatter writes this where it is there
        return record

    logging.setLogRecordFactory(without_messages)


def trace_of(error: BaseException) -> str:
    """Return the lines that led to an error, and to those before it, with the kind of each and without its message."""
    found, seen = list[str](), set[int]()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        found.append("".join(traceback.format_tb(one.__traceback__)) + type(one).__qualname__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\nwhich led to:\n\n".join(reversed(found))


def kind_and_place(error: BaseException) -> str:
    """Return the kind of an error, and the file and line where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__qualname__
    return f"{kind} in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else kind
