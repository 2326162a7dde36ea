"""What learners did, in SQLite or PostgreSQL: who sits which course, and every answer, stored once and never changed.

A learner is a code. No name, address or IP is kept, and :meth:`Records.delete_participant` takes away all of one. A
call that came back has been committed to the disk; one that raised :class:`RecordsUnavailable` may be repeated.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, ColumnExpressionArgument, Dialect, Select, delete, exc, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial, TrialKind
from lwise_core.teaching.records.database import VARIABLE, Database, RecordsError, RecordsRefused, RecordsUnavailable
from lwise_core.teaching.records.tables import AnswerRow, CourseRow, SittingRow, Table

__all__ = [
    "VARIABLE",
    "AnswerRefused",
    "CodeRefused",
    "CodeTaken",
    "KnownCourse",
    "Records",
    "RecordsError",
    "RecordsRefused",
    "RecordsUnavailable",
    "Response",
    "Sitting",
    "Stored",
    "TrialRecord",
    "UnknownCourse",
    "UnknownSitting",
    "address",
    "new_token",
]

_FILE = "records.db"
_CODE = re.compile(r"[\w.-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # PostgreSQL stores no zero, and neither stores half a character
_MOST_FRAMES = 2**31 - 1


class UnknownCourse(RecordsError):
    """A digest of no course that was added."""


class UnknownSitting(RecordsError):
    """A token or a participant code that belongs to no participant, or to a deleted one."""


class CodeTaken(RecordsError):
    """A participant code that is taken in this course."""


class CodeRefused(RecordsError):
    """What cannot be a participant code."""


class AnswerRefused(RecordsError):
    """An answer that belongs to another trial, or holds what is no measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCourse:
    """A course that records know: the SHA-256 of its manifest, its name, and when it was added (UTC)."""

    digest: str
    name: str
    enrolled: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One learner in one course.

    ``token`` lets its holder go on, so it is not in the ``repr`` that finds its way into logs. ``slot`` counts the
    learners of the course from 0, and ``condition`` is its place in the rotation of groups. ``yoked_to`` is the token
    of the learner whose sequence this one gets. Moments are UTC, None until then.
    """

    token: str = field(repr=False)
    course: str
    participant: str
    group: Group
    condition: int
    slot: int
    seed: int
    yoked_to: str | None = field(repr=False)
    enrolled_at: datetime
    consented_at: datetime | None
    started: datetime | None
    finished: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One trial, what the learner did in it, whether that was right, and when it was stored (UTC)."""

    trial: Trial
    answer: Answer
    correct: bool
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the records hold of a trial after storing; after a ``repeat`` that is what was stored first."""

    record: TrialRecord
    repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One row of an analysis: whose it is, and the record."""

    participant: str
    group: Group
    condition: int
    slot: int
    record: TrialRecord


def new_token() -> str:
    """Return 43 random characters (256 bits), too many to guess."""
    return secrets.token_urlsafe(32)


def address(*, home: Path) -> str:
    """Return the URL of the records: ``LWISE_RECORDS``, else an SQLite file in the folder ``home``."""
    chosen = os.environ.get(VARIABLE)
    return chosen or URL.create("sqlite", database=str(home / _FILE)).render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records in one database. Threads may share it; every method is one transaction.

    All methods raise :class:`RecordsUnavailable` when the database cannot be reached or written; afterwards they
    connect again by themselves.
    """

    _database: Database

    @classmethod
    def open(cls, *, url: str) -> Self:
        """Open the records and bring their tables up to date; an SQLite file is made where there is none.

        Args:
            url: ``sqlite:///path/to/records.db`` or ``postgresql://user:password@host/database``
                (:func:`address` knows which).

        Raises:
            RecordsRefused: It is another kind of database, or a newer version of this software has written it.
            RecordsUnavailable: It cannot be reached.
        """
        return cls(_database=Database.open(url=url))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_course(self, *, name: str, manifest: bytes) -> KnownCourse:
        """Make a course known, and return it. A course that is known stays as it was.

        Args:
            name: What people call it.
            manifest: Its manifest, UTF-8, to the byte: its SHA-256 is the course's digest.
        """
        digest = hashlib.sha256(manifest).hexdigest()
        row = {
            "digest": digest,
            "name": name,
            "manifest": manifest.decode(),
            "enrolled": 0,
            "added_at": _now(),
        }
        with self._database.writing() as session:
            _insert_unless_there(session, CourseRow, row, key=(CourseRow.digest,))
            return _known(_course(session, digest))

    def courses(self) -> tuple[KnownCourse, ...]:
        """Return the courses in the order in which they were added."""
        with self._database.reading() as session:
            return tuple(_known(c) for c in session.scalars(select(CourseRow).order_by(CourseRow.id)))

    def manifest(self, *, course: str) -> bytes:
        """Return the manifest of a course as it was added.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            return _course(session, course).manifest.encode()

    def enrol(
        self,
        *,
        course: str,
        participant: str,
        groups: Sequence[Group],
        seed_for: Callable[[int], int],
        token: str | None = None,
    ) -> Sitting:
        """Give a learner the next slot of a course, in strict rotation over its groups.

        Args:
            course: The course's digest.
            participant: The learner's code: letters, digits, dots, hyphens and underscores, no name and no address.
            groups: The course's groups in the order of the rotation; the same at every call.
            seed_for: The seed of the learner who comes as number ``slot``, counted from 0.
            token: The learner's, from :func:`new_token`; made here when None. Who gives one may repeat the call after
                a :class:`RecordsUnavailable` and gets the same sitting.

        Raises:
            UnknownCourse: No course has this digest.
            CodeRefused: The code is none.
            CodeTaken: This code is taken in this course.
        """
        if not _CODE.fullmatch(participant):
            raise CodeRefused(
                "A participant code has 1 to 64 letters, digits, dots, hyphens or underscores and is no name and no "
                "address; choose another code."
            )
        if token is not None and not _TOKEN.fullmatch(token):
            raise ValueError("a token comes from new_token()")
        if not groups:
            raise ValueError("a course has at least one group")
        mine = token or new_token()
        try:
            with self._database.writing() as session:
                slot = _next_slot(session, course)
                row = SittingRow(
                    token=mine,
                    course_id=_course(session, course).id,
                    participant=participant,
                    group_name=groups[slot % len(groups)].value,
                    condition=slot % len(groups),
                    slot=slot,
                    seed=seed_for(slot),
                    enrolled_at=_now(),
                )
                session.add(row)
                session.flush()
                return _sitting(session, SittingRow.token == mine)
        except exc.IntegrityError as error:
            # The slot went back with the transaction, so a code that is taken leaves no gap in the rotation.
            return self._enrolled_before(mine, course, participant, error)

    def _enrolled_before(self, token: str, course: str, participant: str, error: exc.IntegrityError) -> Sitting:
        try:
            sitting = self.sitting(token=token)
        except UnknownSitting:
            sitting = None
        if sitting is None or (sitting.course, sitting.participant) != (course, participant):
            raise CodeTaken(
                f"Somebody has the code “{participant}” in this course; choose another code, or go on with the link "
                "that you were given with it: what was stored is kept."
            ) from error
        return sitting

    def sitting(self, *, token: str) -> Sitting:
        """Return the sitting of who holds ``token``.

        Raises:
            UnknownSitting: No participant does.
        """
        with self._database.reading() as session:
            return _sitting(session, _holds(token))

    def sittings(self, *, course: str) -> tuple[Sitting, ...]:
        """Return the sittings of a course by slot.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            here = _course(session, course).id
            return tuple(_sittings(session, SittingRow.course_id == here))

    def consent(self, *, token: str) -> Sitting:
        """Record that the learner has consented, now; the first time counts.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        return self._marked(token, SittingRow.consented_at)

    def start(self, *, token: str) -> Sitting:
        """Record that the learner begins, now; the first time counts.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        return self._marked(token, SittingRow.started)

    def finish(self, *, token: str) -> Sitting:
        """Record that the learner is done, now; the first time counts.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        return self._marked(token, SittingRow.finished)

    def yoke(self, *, token: str, to: Group) -> Sitting:
        """Pair a learner with the first one of group ``to`` who is done and has no partner; a pair stays a pair.

        Returns:
            The learner's sitting; its ``yoked_to`` is None where no partner is free yet.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        partner = aliased(SittingRow)
        with self._database.writing() as session:
            own = _sitting(session, _holds(token))
            if own.yoked_to is not None:
                return own
            # Pairs of one course are made one after the other. (SQLite has one writer, and ignores FOR UPDATE.)
            here = session.scalars(select(CourseRow).where(CourseRow.digest == own.course).with_for_update()).one()
            free = session.scalars(
                select(SittingRow.id)
                .outerjoin(partner, partner.yoked_to == SittingRow.id)
                .where(
                    SittingRow.course_id == here.id,
                    SittingRow.group_name == to.value,
                    SittingRow.finished.is_not(None),
                    SittingRow.token != token,
                    partner.id.is_(None),
                )
                .order_by(SittingRow.slot)
                .limit(1)
            ).one_or_none()
            pair = update(SittingRow).where(SittingRow.token == token, SittingRow.yoked_to.is_(None))
            session.execute(pair.values(yoked_to=free))
            return _sitting(session, SittingRow.token == token)

    def answers(self, *, token: str) -> tuple[TrialRecord, ...]:
        """Return what a learner did so far, by trial.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        with self._database.reading() as session:
            sitting = _sitting_id(session, token)
            rows = select(AnswerRow).where(AnswerRow.sitting_id == sitting).order_by(AnswerRow.trial)
            return tuple(_record(a) for a in session.scalars(rows))

    def store(self, *, token: str, trial: Trial, answer: Answer, correct: bool) -> Stored:
        """Store what a learner did in a trial; what was stored for it before stays, whatever is given now.

        Raises:
            UnknownSitting: This token belongs to no participant.
            AnswerRefused: The answer is of another trial, or one of its numbers or its choice cannot be recorded.
        """
        _check(trial, answer)
        row = _columns(trial, answer) | {"correct": correct, "stored_at": _now()}
        try:
            with self._database.writing() as session:
                row["sitting_id"] = _sitting_id(session, token)
                new = _insert_unless_there(session, AnswerRow, row, key=(AnswerRow.sitting_id, AnswerRow.trial))
                kept = session.get_one(AnswerRow, (row["sitting_id"], trial.number))
                return Stored(record=_record(kept), repeat=not new)
        except exc.IntegrityError as error:  # deleted between the two statements
            raise UnknownSitting(_NOBODY) from error

    def delete_participant(self, *, course: str, participant: str) -> int:
        """Delete everything about one learner in one course, and return how many answers that were.

        In an SQLite file the bytes are overwritten. PostgreSQL does that when it vacuums; neither reaches backups.

        Raises:
            UnknownCourse: No course has this digest.
            UnknownSitting: No participant of it has this code.
        """
        with self._database.writing() as session:
            here = _course(session, course).id
            who = session.scalars(
                select(SittingRow.id).where(SittingRow.course_id == here, SittingRow.participant == participant)
            ).one_or_none()
            if who is None:
                raise UnknownSitting(
                    f"Nobody in this course has the code “{participant}”, so nothing was deleted; look at how it is "
                    "spelled."
                )
            gone = session.scalars(
                delete(AnswerRow).where(AnswerRow.sitting_id == who).returning(AnswerRow.trial)
            ).all()
            session.execute(delete(SittingRow).where(SittingRow.id == who))
        self._database.forget()
        return len(gone)

    def responses(self, *, course: str) -> Generator[Response, None, None]:
        """Yield every answer of a course by slot and trial, all as they were when the first was asked for.

        It reads on as it is asked; who leaves early closes it.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            rows: Select[SittingRow, AnswerRow] = (
                select(SittingRow, AnswerRow)
                .join(AnswerRow, AnswerRow.sitting_id == SittingRow.id)
                .where(SittingRow.course_id == _course(session, course).id)
                .order_by(SittingRow.slot, AnswerRow.trial)
                .execution_options(yield_per=1000)
            )
            with session.execute(rows) as found:
                for sitting, answer in found:
                    yield Response(
                        participant=sitting.participant,
                        group=Group(sitting.group_name),
                        condition=sitting.condition,
                        slot=sitting.slot,
                        record=_record(answer),
                    )

    def _marked(self, token: str, moment: InstrumentedAttribute[datetime | None]) -> Sitting:
        with self._database.writing() as session:
            session.execute(update(SittingRow).where(_holds(token), moment.is_(None)).values({moment: _now()}))
            return _sitting(session, _holds(token))


_NOBODY = "Nobody has this link, or its records were deleted; ask for a new one."


def _now() -> datetime:
    return datetime.now(UTC)


def _insert_unless_there(
    session: Session,
    table: type[Table],
    row: dict[str, Any],
    *,
    key: Sequence[InstrumentedAttribute[Any]],
) -> bool:
    """Insert a row unless its key is there, and return whether it was not."""
    insert = _inserts(session.get_bind().dialect)
    statement = insert(table).values(row).on_conflict_do_nothing(index_elements=key).returning(*key)
    return session.execute(statement).first() is not None


def _inserts(dialect: Dialect) -> Callable[[type[Table]], sqlite.Insert | postgresql.Insert]:
    return sqlite.insert if dialect.name == "sqlite" else postgresql.insert


def _next_slot(session: Session, course: str) -> int:
    """Return the next slot of a course. Others who enrol wait here until this transaction has ended."""
    counted = session.scalars(
        update(CourseRow)
        .where(CourseRow.digest == course)
        .values(enrolled=CourseRow.enrolled + 1)
        .returning(CourseRow.enrolled)
    ).one_or_none()
    if counted is None:
        raise UnknownCourse(_NO_COURSE)
    return counted - 1


_NO_COURSE = "The records know no such course; add it first."


def _course(session: Session, digest: str) -> CourseRow:
    row = session.scalars(select(CourseRow).where(CourseRow.digest == digest)).one_or_none()
    if row is None:
        raise UnknownCourse(_NO_COURSE)
    return row


def _known(row: CourseRow) -> KnownCourse:
    return KnownCourse(digest=row.digest, name=row.name, enrolled=row.enrolled, added_at=row.added_at)


def _holds(token: str) -> ColumnExpressionArgument[bool]:
    """Return the condition of holding ``token``, which comes from an address bar and may be anything."""
    if not _TOKEN.fullmatch(token):
        raise UnknownSitting(_NOBODY)
    return SittingRow.token == token


def _sitting_id(session: Session, token: str) -> int:
    found = session.scalars(select(SittingRow.id).where(_holds(token))).one_or_none()
    if found is None:
        raise UnknownSitting(_NOBODY)
    return found


def _sitting(session: Session, who: ColumnExpressionArgument[bool]) -> Sitting:
    found = next(_sittings(session, who), None)
    if found is None:
        raise UnknownSitting(_NOBODY)
    return found


def _sittings(session: Session, who: ColumnExpressionArgument[bool]) -> Iterator[Sitting]:
    partner = aliased(SittingRow)
    rows = (
        select(SittingRow, CourseRow.digest, partner.token)
        .join(CourseRow, CourseRow.id == SittingRow.course_id)
        .outerjoin(partner, partner.id == SittingRow.yoked_to)
        .where(who)
        .order_by(SittingRow.slot)
        .execution_options(populate_existing=True)
    )
    for row, digest, yoked_to in session.execute(rows):
        yield Sitting(
            token=row.token,
            course=digest,
            participant=row.participant,
            group=Group(row.group_name),
            condition=row.condition,
            slot=row.slot,
            seed=row.seed,
            yoked_to=yoked_to,
            enrolled_at=row.enrolled_at,
            consented_at=row.consented_at,
            started=row.started,
            finished=row.finished,
        )


def _check(trial: Trial, answer: Answer) -> None:
    """Refuse what one of the databases would change or reject: pages send answers, and pages may be anything."""
    numbers = (answer.onset_ms, answer.choices_ms, answer.reaction_ms, trial.difficulty)
    frames = (answer.frames_asked, answer.frames_shown, answer.frames_dropped)
    sound = (
        answer.trial == trial.number
        and all(n is None or math.isfinite(n) for n in numbers)
        and all(n is None or 0 <= n <= _MOST_FRAMES for n in frames)
        and not _NO_TEXT.search(answer.choice)
    )
    if not sound:
        raise AnswerRefused(
            "This answer does not belong to its trial, or holds what is no measurement; load the page again and answer "
            "once more: what was stored is kept."
        )


def _columns(trial: Trial, answer: Answer) -> dict[str, Any]:
    return {
        "trial": trial.number,
        "block": trial.block,
        "kind": trial.kind.value,
        "picture": trial.picture,
        "class_name": trial.answer,
        "split": trial.split,
        "towards": trial.towards,
        "epsilon_224": trial.epsilon_224,
        "difficulty": trial.difficulty,
        "feedback": trial.feedback,
        "relabelled": list(trial.relabelled),
        "choice": answer.choice,
        "reaction_ms": answer.reaction_ms,
        "onset_ms": answer.onset_ms,
        "choices_ms": answer.choices_ms,
        "frames_asked": answer.frames_asked,
        "frames_shown": answer.frames_shown,
        "frames_dropped": answer.frames_dropped,
        "left_page": answer.left,
    }


def _record(row: AnswerRow) -> TrialRecord:
    return TrialRecord(
        trial=Trial(
            number=row.trial,
            block=row.block,
            kind=TrialKind(row.kind),
            picture=row.picture,
            answer=row.class_name,
            split=row.split,
            feedback=row.feedback,
            epsilon_224=row.epsilon_224,
            towards=row.towards,
            difficulty=row.difficulty,
            relabelled=tuple(row.relabelled),
        ),
        answer=Answer(
            trial=row.trial,
            choice=row.choice,
            reaction_ms=row.reaction_ms,
            onset_ms=row.onset_ms,
            choices_ms=row.choices_ms,
            frames_asked=row.frames_asked,
            frames_shown=row.frames_shown,
            frames_dropped=row.frames_dropped,
            left=row.left_page,
        ),
        correct=row.correct,
        stored_at=row.stored_at,
    )
