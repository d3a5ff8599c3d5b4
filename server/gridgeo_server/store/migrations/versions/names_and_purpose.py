"""Chinese names of the officers in a case; what the store is for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("owner_name_zh", sa.String()))
    op.add_column("cases", sa.Column("responder_name_zh", sa.String()))
    op.create_table(
        "about",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("about")
    op.drop_column("cases", "responder_name_zh")
    op.drop_column("cases", "owner_name_zh")
