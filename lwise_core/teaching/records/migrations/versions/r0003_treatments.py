"""What altered a picture where no guide did."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; answers from before have none."""
    op.add_column("answers", sa.Column("treatment", sa.Text))
