"""The second picture of a trial of two, and how sure the learner was."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; answers from before have neither."""
    op.add_column("answers", sa.Column("foil", sa.JSON))
    op.add_column("answers", sa.Column("sureness", sa.Integer))
