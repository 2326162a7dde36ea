"""Tables of the records in memory, for tests that need no file and no server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from lwise_core.teaching.records.tables import Table


@pytest.fixture
def session() -> Iterator[Session]:
    engine: Engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    Table.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()
