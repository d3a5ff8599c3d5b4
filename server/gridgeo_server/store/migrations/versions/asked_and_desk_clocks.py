"""Who was asked and answered, the clocks of the desk, and what officers can do."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("asked_at", sa.String(24), None),
    ("acknowledged_at", sa.String(24), None),
    ("answer_at", sa.String(24), None),
    ("declined", sa.Integer(), "0"),
    ("timed_out", sa.Integer(), "0"),
    ("desk_clocks", sa.JSON(), "{}"),
    ("desk_due_at", sa.String(24), None),
)
INDEXES = {"cases_by_answer": "answer_at", "cases_by_desk_clock": "desk_due_at"}

ASKED = """UPDATE cases SET asked_at = (SELECT at FROM events
    WHERE events."case" = cases."case" AND action = 'dispatch' ORDER BY seq DESC LIMIT 1)
    WHERE responder IS NOT NULL"""
ACKNOWLEDGED = """UPDATE cases SET acknowledged_at = (SELECT at FROM events
    WHERE events."case" = cases."case" AND action = 'start' AND seq >
    (SELECT max(sent.seq) FROM events AS sent WHERE sent."case" = cases."case" AND sent.action = 'dispatch')
    ORDER BY seq LIMIT 1) WHERE responder IS NOT NULL"""


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        op.add_column("cases", sa.Column(name, kind, nullable=default is None, server_default=default))
    for name, column in INDEXES.items():
        op.create_index(name, "cases", [column], sqlite_where=sa.text(f"{column} IS NOT NULL"))
    op.add_column("responders", sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))
    op.execute(ASKED)
    op.execute(ACKNOWLEDGED)


def downgrade() -> None:
    op.drop_column("responders", "skills")
    for name in INDEXES:
        op.drop_index(name, "cases")
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("cases", name)
