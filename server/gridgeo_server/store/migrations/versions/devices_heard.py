"""From when to when each officer's device was heard on a day, once the track of the day is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("responder", sa.String(), sa.ForeignKey("responders.responder"), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("first_at", sa.String(24), nullable=False),
        sa.Column("last_at", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("responder", "day"),
    )


def downgrade() -> None:
    op.drop_table("heard")
