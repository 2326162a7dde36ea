"""The records' database: what it refuses is said without a password, writers take turns and readers do not wait."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import exc, func, select, text, update
from sqlalchemy.orm import Session

from lwise_core.teaching.records.database import (
    Database,
    FairLock,
    RecordsDamaged,
    RecordsRefused,
    RecordsUnavailable,
    _postgres,
    _understood,
)
from lwise_core.teaching.records.tables import AnswerRow, CourseRow
from tests.teaching.records.test_tables import course_row


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'records.db'}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(url=url_in(tmp_path))
    yield opened
    opened.close()


def courses(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CourseRow)) or 0


def test_what_brings_tables_up_to_date_may_rebuild_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To drop a table whose rows others refer to deletes theirs too, unless SQLite looks away."""
    seen = []

    def looked(config: Config, _: str) -> None:
        seen.append(config.attributes["connection"].scalar(text("PRAGMA foreign_keys")))

    monkeypatch.setattr(command, "upgrade", looked)
    Database.open(url=url_in(tmp_path)).close()
    assert seen == [0]


@pytest.mark.parametrize(
    "wrong", ["", "records.db", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://h/d"]
)
def test_another_kind_of_address_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(RecordsRefused, match=r"set LWISE_RECORDS to sqlite:///") as caught:
        Database.open(url=wrong)
    assert "secret" not in str(caught.value)


def test_a_damaged_file_and_an_impossible_place_are_said(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"years of work " * 100)
    with pytest.raises(RecordsDamaged, match=r"The file “thesis.docx”, .* is damaged, .* sqlite3 thesis.docx .recover"):
        Database.open(url=f"sqlite:///{tmp_path / 'thesis.docx'}")
    assert (tmp_path / "thesis.docx").read_bytes() == b"years of work " * 100
    with pytest.raises(RecordsUnavailable, match=r"“records.db” cannot be made in “.*thesis.docx”"):
        Database.open(url=f"sqlite:///{tmp_path / 'thesis.docx' / 'records.db'}")


def test_a_damaged_page_is_said_with_what_to_do(tmp_path: Path) -> None:
    Database.open(url=url_in(tmp_path)).close()
    file = tmp_path / "records.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)  # all but the page that says that it is SQLite's
    file.write_bytes(content)
    with pytest.raises(RecordsDamaged, match=r"“records.db”.* is damaged, and waiting does not help"):
        Database.open(url=url_in(tmp_path))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("postgresql://u:p@db.example/x", "require"),
        ("postgresql://u:p@db.example/x?sslmode=verify-full", None),
        ("postgresql://u:p@localhost/x", None),
        ("postgresql:///x", None),
    ],
)
def test_answers_do_not_cross_a_network_in_clear_text_unless_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, url: str, asked: str | None
) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    given = {}
    monkeypatch.setattr(
        "lwise_core.teaching.records.database.create_engine", lambda _, **settings: given.update(settings)
    )
    _postgres(_understood(url))
    assert given["connect_args"].get("sslmode") == asked


def test_an_error_of_the_database_does_not_repeat_what_people_wrote(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_twice() -> None:
        with database.writing() as session:
            session.add_all([course_row("Mary"), course_row("Mary")])

    with pytest.raises(exc.IntegrityError) as failed:
        store_twice()
    assert "Mary" not in str(failed.value)
    given = {}
    monkeypatch.setattr(
        "lwise_core.teaching.records.database.create_engine", lambda _, **settings: given.update(settings)
    )
    _postgres(_understood("postgresql:///x"))
    assert given["hide_parameters"]


def test_an_sqlite_file_outlives_power_cuts_and_readers_do_not_write(database: Database) -> None:
    with database.writing() as session:
        pragmas = {p: session.scalar(text(f"PRAGMA {p}")) for p in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with pytest.raises(RecordsUnavailable), database.reading() as session:
        session.execute(update(AnswerRow).values(choice="another"))


def test_readers_do_not_wait_for_a_writer_and_see_what_was_there_before(database: Database) -> None:
    with database.writing() as writer:
        writer.add(course_row("a"))
        writer.flush()
        with database.reading() as reader:
            assert courses(reader) == 0
    with database.reading() as reader:
        assert courses(reader) == 1


def test_what_raises_is_taken_back_and_gives_the_turn_on(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(course_row("a"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.writing() as session:
        assert courses(session) == 0


def test_a_mistake_in_the_code_is_not_taken_for_a_database_that_is_gone(database: Database) -> None:
    def twice() -> None:
        with database.writing() as session:
            session.add_all([course_row("a"), course_row("a")])

    with pytest.raises(exc.IntegrityError):
        twice()


def test_what_is_forgotten_leaves_the_log(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        session.add(course_row("somebody-17"))
    log = tmp_path / "records.db-wal"
    assert b"somebody-17" in log.read_bytes()
    database.forget()
    assert log.read_bytes() == b""


def test_tables_are_opened_again_as_they_were_left(tmp_path: Path) -> None:
    for already in range(3):
        opened = Database.open(url=url_in(tmp_path))
        with opened.writing() as session:
            assert courses(session) == already
            session.add(course_row(str(already)))
        opened.close()


def test_a_full_disk_is_told_from_one_that_is_gone(database: Database) -> None:
    def fill() -> None:
        with database.writing() as session:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.add_all(course_row(f"{i}" * 50_000) for i in range(9))

    with pytest.raises(RecordsUnavailable, match=r"disk .* is full; .* nothing is lost") as said:
        fill()
    assert isinstance(said.value.__cause__, exc.DBAPIError)
    assert isinstance(said.value.__cause__.orig, sqlite3.OperationalError)


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = FairLock(patience_s=60), list[int]()

    def take(i: int) -> None:
        with turns:
            order.append(i)

    threads = [threading.Thread(target=take, args=(i,)) for i in range(20)]
    with turns:
        for asked, thread in enumerate(threads, start=1):
            thread.start()
            while len(turns._waiting) < asked:
                os.sched_yield()
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_who_waits_in_vain_is_told_and_leaves_the_queue() -> None:
    turns = FairLock(patience_s=0.001)
    with turns:
        with ThreadPoolExecutor(1) as pool, pytest.raises(RecordsUnavailable):
            pool.submit(turns.__enter__).result()
        assert not turns._waiting
    with turns:
        pass
