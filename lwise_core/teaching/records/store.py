"""What learners did, in SQLite or PostgreSQL: who sits which course, and every answer, stored once and never changed.

A learner is a code. No name, address or IP is kept, and :meth:`Records.delete_participant` takes away all of one. A
call that came back has been committed to the disk; one that raised :class:`RecordsUnavailable` may be repeated.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Select, delete, exc, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.records.conversions import check_answer, columns_of, course_of, record_of
from lwise_core.teaching.records.database import VARIABLE, Database, RecordsError, RecordsRefused, RecordsUnavailable
from lwise_core.teaching.records.queries import (
    NO_SITTING,
    TOKEN,
    course_row,
    holds,
    insert_unless_there,
    sitting_id,
    sitting_where,
    sittings_where,
)
from lwise_core.teaching.records.standing import CourseStanding, SittingProgress, sittings_progress, take_slot
from lwise_core.teaching.records.tables import AnswerRow, CourseRow, SittingRow
from lwise_core.teaching.records.values import (
    CodeRefused,
    CodeTaken,
    KnownCourse,
    Response,
    Sitting,
    Stored,
    TrialRecord,
    UnknownSitting,
)

__all__ = [
    "VARIABLE",
    "Records",
    "RecordsError",
    "RecordsRefused",
    "RecordsUnavailable",
    "address",
    "is_code",
    "new_token",
]

_FILE = "records.db"
_CODE = re.compile(r"[\w.-]{1,64}")


def new_token() -> str:
    """Return 43 random characters (256 bits), too many to guess."""
    return secrets.token_urlsafe(32)


def is_code(text: str) -> bool:
    """Return whether ``text`` can be a participant's code: letters, digits, dots, hyphens and underscores, up to 64."""
    return bool(_CODE.fullmatch(text))


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
            "added_at": now(),
        }
        with self._database.writing() as session:
            insert_unless_there(session, CourseRow, row, key=(CourseRow.digest,))
            return course_of(course_row(session, digest))

    def courses(self) -> tuple[KnownCourse, ...]:
        """Return the courses in the order in which they were added."""
        with self._database.reading() as session:
            return tuple(course_of(c) for c in session.scalars(select(CourseRow).order_by(CourseRow.id)))

    def manifest(self, *, course: str) -> bytes:
        """Return the manifest of a course as it was added.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            return course_row(session, course).manifest.encode()

    def enrol(
        self,
        *,
        course: str,
        participant: str,
        groups: Sequence[Group],
        seed_for: Callable[[int], int],
        token: str | None = None,
        admit: Callable[[CourseStanding], None] = lambda _: None,
    ) -> Sitting:
        """Give a learner a slot of a course: at the place in the rotation where fewest have finished or are at it.

        Args:
            course: The course's digest.
            participant: The learner's code: letters, digits, dots, hyphens and underscores, no name and no address.
            groups: The course's groups in the order of the rotation; the same at every call.
            seed_for: The seed of the learner who comes as number ``slot``, counted from 0.
            token: The learner's, from :func:`new_token`; made here when None. Who gives one may repeat the call after
                a :class:`RecordsUnavailable` and gets the same sitting.
            admit: Raises where nobody may begin any more, as the course stands while nobody else can begin.

        Raises:
            UnknownCourse: No course has this digest.
            CodeRefused: The code is none.
            CodeTaken: This code is taken in this course.
        """
        _check_code(participant)
        if token is not None and not TOKEN.fullmatch(token):
            raise ValueError("a token comes from new_token()")
        if not groups:
            raise ValueError("a course has at least one group")
        mine = token or new_token()
        try:
            with self._database.writing() as session:
                slot, standing = take_slot(session, course, places=len(groups), moment=now())
                admit(standing)
                row = SittingRow(
                    token=mine,
                    course_id=course_row(session, course).id,
                    participant=participant,
                    group_name=groups[slot % len(groups)].value,
                    condition=slot % len(groups),
                    slot=slot,
                    seed=seed_for(slot),
                    enrolled_at=now(),
                )
                session.add(row)
                session.flush()
                return sitting_where(session, SittingRow.token == mine)
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
                Message(
                    "Somebody has the code “{code}” in this course; choose another code, or go on with the link that "
                    "you were given with it: what was stored is kept.",
                    code=participant,
                )
            ) from error
        return sitting

    def sitting(self, *, token: str) -> Sitting:
        """Return the sitting of who holds ``token``.

        Raises:
            UnknownSitting: No participant does.
        """
        with self._database.reading() as session:
            return sitting_where(session, holds(token))

    def sittings(self, *, course: str) -> tuple[Sitting, ...]:
        """Return the sittings of a course by slot.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            here = course_row(session, course).id
            return tuple(sittings_where(session, SittingRow.course_id == here))

    def progress(self, *, course: str) -> tuple[SittingProgress, ...]:
        """Return how far every sitting of a course is, by slot, and nothing that says whose it is.

        Raises:
            UnknownCourse: No course has this digest.
        """
        with self._database.reading() as session:
            return sittings_progress(session, course_row(session, course).id)

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
            own = sitting_where(session, holds(token))
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
            return sitting_where(session, SittingRow.token == token)

    def answers(self, *, token: str) -> tuple[TrialRecord, ...]:
        """Return what a learner did so far, by trial.

        Raises:
            UnknownSitting: This token belongs to no participant.
        """
        with self._database.reading() as session:
            sitting = sitting_id(session, token)
            rows = select(AnswerRow).where(AnswerRow.sitting_id == sitting).order_by(AnswerRow.trial)
            return tuple(record_of(a) for a in session.scalars(rows))

    def store(self, *, token: str, trial: Trial, answer: Answer, correct: bool) -> Stored:
        """Store what a learner did in a trial; what was stored for it before stays, whatever is given now.

        Raises:
            UnknownSitting: This token belongs to no participant.
            AnswerRefused: The answer is of another trial, or one of its numbers or its choice cannot be recorded.
        """
        check_answer(trial, answer)
        row = columns_of(trial, answer) | {"correct": correct, "stored_at": now()}
        try:
            with self._database.writing() as session:
                row["sitting_id"] = sitting_id(session, token)
                new = insert_unless_there(session, AnswerRow, row, key=(AnswerRow.sitting_id, AnswerRow.trial))
                kept = session.get_one(AnswerRow, (row["sitting_id"], trial.number))
                return Stored(record=record_of(kept), repeat=not new)
        except exc.IntegrityError as error:  # deleted between the two statements
            raise UnknownSitting(NO_SITTING) from error

    def delete_participant(self, *, course: str, participant: str) -> int:
        """Delete everything about one learner in one course, and return how many answers that were.

        In an SQLite file the bytes are overwritten. PostgreSQL does that when it vacuums; neither reaches backups.

        Raises:
            UnknownCourse: No course has this digest.
            UnknownSitting: No participant of it has this code.
        """
        with self._database.writing() as session:
            here = course_row(session, course).id
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
                .where(SittingRow.course_id == course_row(session, course).id)
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
                        record=record_of(answer),
                    )

    def _marked(self, token: str, moment: InstrumentedAttribute[datetime | None]) -> Sitting:
        with self._database.writing() as session:
            session.execute(update(SittingRow).where(holds(token), moment.is_(None)).values({moment: now()}))
            return sitting_where(session, holds(token))


def now() -> datetime:
    return datetime.now(UTC)


def _check_code(participant: str) -> None:
    if not is_code(participant):
        raise CodeRefused(
            Message(
                "A participant code has 1 to 64 letters, digits, dots, hyphens or underscores and is no name and no "
                "address; choose another code."
            )
        )
