"""The database behind the records, SQLite or PostgreSQL: opened, brought up to date, and spoken for when it is gone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol, Self

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, exc, func, make_url, select
from sqlalchemy.orm import Session

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.languages.catalogue import Message

VARIABLE = "LWISE_RECORDS"
"""The environment variable that says where records are kept."""

_PATIENCE_S = 10
"""How long a call waits for a database that does not answer, and for its turn."""

_AGAIN_S = 0.02

_PRAGMAS = (
    "journal_mode = WAL",  # who reads does not wait for who writes
    "synchronous = FULL",  # NORMAL outlives a killed process but not a power cut; an answer that was confirmed must
    "secure_delete = ON",  # what a learner wants deleted is overwritten
)
_HERE = ("localhost", "127.0.0.1", "::1")

_NO_TRANSACTION = "lwise_no_transaction"
"""The execution option of what SQLite does outside of transactions only."""

_UPGRADES = 0x4C57495345
"""PostgreSQL's advisory lock of who brings the tables up to date: “LWISE”."""

_ONE_UPGRADE = threading.Lock()  # Alembic's context belongs to the whole process


class RecordsError(LWiseError):
    """Something about the records that a person must know. The message is one sentence."""


class RecordsUnavailable(RecordsError):
    """The database does not answer or cannot write. What was stored before is kept, and the call may be repeated."""


class RecordsDamaged(RecordsUnavailable):
    """The file of the records is damaged: to repeat the call does not help, and who runs the course must act."""


class RecordsRefused(RecordsError):
    """An address or a database that records cannot be kept in."""


_GONE = Message(
    "The records cannot be reached at the moment; wait a little and repeat what you did: what was stored is kept, and "
    "nothing is lost."
)
_FULL = Message(
    "The disk that holds the records is full; whoever runs this course makes room, then repeat what you did: what was "
    "stored is kept, and nothing is lost."
)
# It does not repeat the address, which may hold a password.
_ADDRESS = (
    f"The address of the records names neither an SQLite file nor a PostgreSQL database; set {VARIABLE} to "
    "sqlite:///path/to/records.db or postgresql://user:password@host/database, or leave it out."
)
_NEWER = (
    "A newer version of L-WISE Studio has written these records; start that version, or name other records: nothing "
    "was changed."
)


class FairLock:
    """A lock that goes to those who wait in the order in which they came."""

    def __init__(self, *, patience_s: float) -> None:
        self._patience_s = patience_s
        self._door = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._door:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self._patience_s):
            return
        with self._door:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise RecordsUnavailable(_GONE)
        # It came as patience ran out.

    def __exit__(self, *_: object) -> None:
        with self._door:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database with up-to-date tables; in PostgreSQL both engines are one, and no writer waits for another."""

    writer: Engine
    reader: Engine
    turns: FairLock | nullcontext[None]

    @classmethod
    def open(cls, *, url: str) -> Self:
        """Open a database and bring its tables up to date.

        Raises:
            RecordsRefused: It is of another kind, or newer than this software.
                RecordsDamaged: It is an SQLite file that cannot be read as one.
            RecordsUnavailable: It cannot be reached.
        """
        where = _understood(url)
        with _sentences(where):
            _upgrade(where)
        if where.get_backend_name() == "postgresql":
            engine = _postgres(where, pool_size=20)
            return cls(writer=engine, reader=engine, turns=nullcontext())
        # SQLite has one writer at a time, and its own waiting is a lottery in which some threads lose for seconds.
        writer = _sqlite(where, begin="BEGIN IMMEDIATE", pragmas=("foreign_keys = ON",))
        reader = _sqlite(where, begin="BEGIN", pragmas=("query_only = ON",))
        return cls(writer=writer, reader=reader, turns=FairLock(patience_s=_PATIENCE_S))

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Begin a transaction that writes; commit it, or after an error take it back.

        Raises:
            RecordsUnavailable: The database is gone or full.
        """
        with self.turns, _sentences(self.writer.url), Session(self.writer) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Begin a transaction that reads.

        Raises:
            RecordsUnavailable: The database is gone.
        """
        with _sentences(self.reader.url), Session(self.reader) as session, session.begin():
            yield session

    def forget(self) -> None:
        """Write SQLite's log into the file and empty it: what was deleted may still be in the log."""
        if self.writer.dialect.name != "sqlite":
            return
        # What a reader holds back is overwritten by a later checkpoint.
        with self.turns, _sentences(self.writer.url), self.writer.connect() as connection:
            connection.execution_options(**{_NO_TRANSACTION: True})
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _sentences(where: URL) -> Iterator[None]:
    """Turn what a database says when it is gone, full or damaged into a sentence for people."""
    try:
        yield
    except exc.TimeoutError as error:
        raise RecordsUnavailable(_GONE) from error
    except exc.DBAPIError as error:
        if not _out_of_reach(error):
            raise
        if _damaged(error.orig):
            raise RecordsDamaged(_damaged_words(Path(where.database or "").name)) from error
        raise RecordsUnavailable(_FULL if _full(error.orig) else _GONE) from error


def _out_of_reach(error: exc.DBAPIError) -> bool:
    # sqlite3 raises a plain DatabaseError for a damaged file.
    expected = isinstance(error, (exc.OperationalError, exc.InterfaceError)) or type(error) is exc.DatabaseError
    return expected or error.connection_invalidated


def _full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, psycopg.errors.DiskFull)


def _damaged_words(file: str) -> Message:
    return Message(
        "The file “{file}”, in which the records are kept, is damaged, and waiting does not help; whoever runs this "
        "course stops the server, copies the file, and puts back a backup or saves what can be read: "
        "sqlite3 {file} .recover | sqlite3 saved.db.",
        file=file,
    )


def _damaged(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _understood(url: str) -> URL:
    try:
        where = make_url(url)
    except exc.ArgumentError as error:
        raise RecordsRefused(_ADDRESS) from error
    if where.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return where.set(drivername="postgresql+psycopg")
    # A database in memory would end with its connection.
    if where.drivername in ("sqlite", "sqlite+pysqlite") and where.database not in (None, "", ":memory:"):
        return where
    raise RecordsRefused(_ADDRESS)


def _postgres(where: URL, **settings: Any) -> Engine:  # noqa: ANN401  create_engine's own
    patience: dict[str, int | str] = {
        "connect_timeout": _PATIENCE_S,
        # A server that vanished from the network is noticed, not waited for.
        "keepalives_idle": _PATIENCE_S,
        "tcp_user_timeout": 1000 * _PATIENCE_S,
    }
    if not _encryption_is_chosen(where):
        patience["sslmode"] = "require"  # psycopg's own choice falls back to clear text without a word
    return create_engine(where, connect_args=patience, pool_pre_ping=True, hide_parameters=True, **settings)


def _encryption_is_chosen(where: URL) -> bool:
    """Whether the address or the environment says how to encrypt, or nothing leaves the machine."""
    host = where.host or _HERE[0]
    return "sslmode" in where.query or "PGSSLMODE" in os.environ or host in _HERE or host.startswith("/")  # a socket


def _sqlite(where: URL, *, begin: str, pragmas: Sequence[str], **settings: Any) -> Engine:  # noqa: ANN401
    # Codes and answers of learners, which an error of the database would repeat, are hidden.
    engine = create_engine(where, connect_args={"timeout": _PATIENCE_S}, hide_parameters=True, **settings)

    @event.listens_for(engine, "connect")
    def prepare(connection: _SqliteConnection, _: object) -> None:
        connection.isolation_level = None  # transactions begin below: sqlite3 of itself begins none for a SELECT
        for pragma in (*_PRAGMAS, *pragmas):
            _set(connection, pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if not connection.get_execution_options().get(_NO_TRANSACTION):
            connection.exec_driver_sql(begin)

    return engine


def _set(connection: _SqliteConnection, pragma: str) -> None:
    """Set a pragma; while another process gives a new file its log, SQLite refuses at once instead of waiting."""
    patient_until = monotonic() + _PATIENCE_S
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > patient_until:
                raise
        sleep(_AGAIN_S)


class _SqliteConnection(Protocol):
    isolation_level: str | None

    def execute(self, sql: str, /) -> object: ...


def _upgrade(where: URL) -> None:
    """Bring the tables up to date, in one transaction and one process at a time."""
    if where.get_backend_name() == "postgresql":
        engine = _postgres(where, poolclass=NullPool)
    else:
        _make_file(where)
        # Without foreign keys: a revision that rebuilds a table drops the old one, which would take its children along.
        engine = _sqlite(where, begin="BEGIN IMMEDIATE", pragmas=(), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "lwise_core.teaching.records:migrations")
    config.set_main_option("path_separator", "os")
    try:
        with _ONE_UPGRADE, engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_UPGRADES)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsRefused(_NEWER) from error
    finally:
        engine.dispose()


def _make_file(where: URL) -> None:
    """Make the file where there is none, for its owner alone."""
    file = Path(where.database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    except OSError as error:
        raise RecordsUnavailable(
            f"The records’ file “{file.name}” cannot be made in “{file.parent}”; choose a folder that can be written: "
            "nothing was changed."
        ) from error
