"""What the records know: no token finds its way into a log, and every refusal is one that pages know how to say."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.records import values
from lwise_core.teaching.records.database import RecordsError
from lwise_core.teaching.records.values import Sitting

HELD = "a-token-of-somebody"
PARTNERS = "a-token-of-the-partner"
SITTING = Sitting(
    token=HELD,
    course="0" * 64,
    participant="P1",
    group=Group.YOKED,
    condition=1,
    slot=8,
    seed=2**32 - 1,
    yoked_to=PARTNERS,
    enrolled_at=datetime(2026, 3, 1, tzinfo=UTC),
    consented_at=None,
    started=None,
    finished=None,
)


def test_neither_the_token_nor_the_partners_is_in_what_a_log_would_show() -> None:
    assert "P1" in f"{SITTING}"
    for shown in (repr(SITTING), str(SITTING), f"{[SITTING]}"):
        assert HELD not in shown
        assert PARTNERS not in shown


def test_one_except_catches_every_refusal() -> None:
    refusals = {
        name
        for name, found in inspect.getmembers(values, inspect.isclass)
        if found.__module__ == values.__name__ and issubclass(found, Exception)
    }
    assert refusals == {"UnknownCourse", "UnknownSitting", "CodeTaken", "CodeRefused", "AnswerRefused"}
    assert all(issubclass(getattr(values, name), RecordsError) for name in refusals)
