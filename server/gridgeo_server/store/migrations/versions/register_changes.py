"""Starts that were withdrawn before they began, and owners and names of grids that changed without a new plan."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPENDED = ("plan_withdrawals", "grid_handovers")

ORDER = (
    ("draft", "proposed"),
    ("proposed", "consulted"),
    ("consulted", "approved"),
    ("approved", "in_force"),
    ("in_force", "retired"),
)

NOWHERE = (
    "NOT EXISTS (SELECT 1 FROM plan_periods WHERE plan_periods.plan = OLD.plan "
    "AND plan_periods.period NOT IN (SELECT period FROM plan_withdrawals))"
)
"""Every start of the plan was withdrawn."""


def upgrade() -> None:
    op.create_table(
        "plan_withdrawals",
        sa.Column("withdrawal", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("period", sa.Integer(), sa.ForeignKey("plan_periods.period"), nullable=False, unique=True),
        sa.Column("event", sa.Integer(), sa.ForeignKey("plan_events.seq"), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "grid_handovers",
        sa.Column("handover", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), nullable=False),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("from_date", sa.String(10), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("name", sa.String()),
        sa.Column("event", sa.Integer(), sa.ForeignKey("plan_events.seq"), nullable=False),
        sqlite_autoincrement=True,
    )
    for table in APPENDED:
        for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted")):
            words = f"{table} are appended, never {done}"
            _refuse(f"{table}_are_never_{done}", f"{verb} ON {table}", None, words)
    _order(f"OR (OLD.state = 'in_force' AND NEW.state = 'approved' AND {NOWHERE})")


def downgrade() -> None:
    _order("")
    for table in reversed(APPENDED):
        op.drop_table(table)


def _order(more: str) -> None:
    """Let states follow each other in order, and `more`."""
    steps = " OR ".join(f"(OLD.state = '{start}' AND NEW.state = '{end}')" for start, end in ORDER)
    begun = "(OLD.state = 'draft' AND NEW.state = 'in_force'"
    begun += " AND NOT EXISTS (SELECT 1 FROM plan_events WHERE plan_events.plan = OLD.plan))"
    op.execute("DROP TRIGGER plans_go_in_order")
    moved = f"OLD.state <> NEW.state AND NOT ({steps} OR {begun} {more})"
    _refuse("plans_go_in_order", "UPDATE OF state ON plans", moved, "a plan goes from state to state in order")


def _refuse(name: str, event: str, when: str | None, words: str) -> None:
    condition = "" if when is None else f" WHEN {when}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {event}{condition} BEGIN SELECT RAISE(ABORT, '{words}'); END")
