"""Secrets of webhooks that another came in the place of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("former", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("webhooks", "former")
