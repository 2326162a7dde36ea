"""The tables of the records: courses, sittings, answers. Nothing here is a name, an address or an IP.

What is changed here needs a new revision in ``migrations/versions``; a test compares both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Double, ForeignKey, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """A moment with its zone: SQLite keeps none, so it is UTC on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Table(DeclarativeBase):
    """The base of all tables: every constraint has a name, so that a later revision can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CourseRow(Table):
    """One version of a course. ``enrolled`` is the first slot after all that were ever given: none is given twice."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    # Megabytes in a large course: read only when somebody asks for it.
    manifest: Mapped[str] = mapped_column(Text, deferred=True)
    enrolled: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(Utc)


class SittingRow(Table):
    """One learner in one course. ``yoked_to`` is unique: an adaptive learner has one yoked partner."""

    __tablename__ = "sittings"
    __table_args__ = (
        UniqueConstraint("course_id", "participant", name="uq_sittings_participant"),
        UniqueConstraint("course_id", "slot", name="uq_sittings_slot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    participant: Mapped[str] = mapped_column(String(64))
    group_name: Mapped[str] = mapped_column(Text)
    condition: Mapped[int]
    slot: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    yoked_to: Mapped[int | None] = mapped_column(ForeignKey("sittings.id", ondelete="SET NULL"), unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(Utc)
    consented_at: Mapped[datetime | None] = mapped_column(Utc)
    started: Mapped[datetime | None] = mapped_column(Utc)
    finished: Mapped[datetime | None] = mapped_column(Utc)


class AnswerRow(Table):
    """One answer beside the trial that it answers. The key is what makes storing it twice the same as once."""

    __tablename__ = "answers"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id", ondelete="CASCADE"), primary_key=True)
    trial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    picture: Mapped[str] = mapped_column(Text)
    class_name: Mapped[str] = mapped_column(Text)
    split: Mapped[str] = mapped_column(Text)
    towards: Mapped[str] = mapped_column(Text)
    epsilon_224: Mapped[float] = mapped_column(Double)
    difficulty: Mapped[float | None] = mapped_column(Double)
    feedback: Mapped[bool]
    relabelled: Mapped[list[str]] = mapped_column(JSON)
    # The second picture of a trial of two, as a whole: nobody asks for its parts here.
    foil: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    choice: Mapped[str] = mapped_column(Text)
    correct: Mapped[bool]
    reaction_ms: Mapped[float | None] = mapped_column(Double)
    onset_ms: Mapped[float] = mapped_column(Double)
    choices_ms: Mapped[float] = mapped_column(Double)
    frames_asked: Mapped[int | None]
    frames_shown: Mapped[int | None]
    frames_dropped: Mapped[int]
    left_page: Mapped[bool]
    sureness: Mapped[int | None]
    treatment: Mapped[str | None] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(Utc)
