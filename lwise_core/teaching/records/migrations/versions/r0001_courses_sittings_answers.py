"""Courses, sittings and answers."""

import sqlalchemy as sa
from alembic import op

from lwise_core.teaching.records.tables import Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("enrolled", sa.Integer, nullable=False),
        sa.Column("added_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
        sa.UniqueConstraint("digest", name="uq_courses_digest"),
    )
    op.create_table(
        "sittings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("course_id", sa.Integer, nullable=False),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column("group_name", sa.Text, nullable=False),
        sa.Column("condition", sa.Integer, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("yoked_to", sa.Integer),
        sa.Column("enrolled_at", Utc, nullable=False),
        sa.Column("consented_at", Utc),
        sa.Column("started", Utc),
        sa.Column("finished", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_sittings"),
        sa.UniqueConstraint("token", name="uq_sittings_token"),
        sa.UniqueConstraint("course_id", "participant", name="uq_sittings_participant"),
        sa.UniqueConstraint("course_id", "slot", name="uq_sittings_slot"),
        sa.UniqueConstraint("yoked_to", name="uq_sittings_yoked_to"),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_sittings_course_id"),
        sa.ForeignKeyConstraint(["yoked_to"], ["sittings.id"], name="fk_sittings_yoked_to", ondelete="SET NULL"),
    )
    op.create_table(
        "answers",
        sa.Column("sitting_id", sa.Integer, nullable=False),
        sa.Column("trial", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("block", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("picture", sa.Text, nullable=False),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("split", sa.Text, nullable=False),
        sa.Column("towards", sa.Text, nullable=False),
        sa.Column("epsilon_224", sa.Double, nullable=False),
        sa.Column("difficulty", sa.Double),
        sa.Column("feedback", sa.Boolean, nullable=False),
        sa.Column("relabelled", sa.JSON, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("reaction_ms", sa.Double),
        sa.Column("onset_ms", sa.Double, nullable=False),
        sa.Column("choices_ms", sa.Double, nullable=False),
        sa.Column("frames_asked", sa.Integer),
        sa.Column("frames_shown", sa.Integer),
        sa.Column("frames_dropped", sa.Integer, nullable=False),
        sa.Column("left_page", sa.Boolean, nullable=False),
        sa.Column("stored_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("sitting_id", "trial", name="pk_answers"),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name="fk_answers_sitting_id", ondelete="CASCADE"),
    )
