"""The whole life of a case: clocks, levels, departments, duplicates."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    ("clock", sa.String(), "urgent_hours"),
    ("limit_amount", sa.Float(), None),
    ("soon_at", sa.String(24), None),
    ("escalate_at", sa.String(24), None),
    ("paused_at", sa.String(24), None),
    ("left_s", sa.Float(), None),
    ("department", sa.String(), None),
    ("territory", sa.String(), None),
    ("verified_at", sa.String(24), None),
    ("filed_at", sa.String(24), None),
    ("supervised_at", sa.String(24), None),
    ("level", sa.Integer(), "0"),
    ("reworks", sa.Integer(), "0"),
    ("reopened", sa.Integer(), "0"),
    ("self_handled", sa.Boolean(), sa.false()),
    ("before", sa.String(), None),
    ("main", sa.String(), None),
    ("cell", sa.BigInteger(), "0"),
)
INDEXES = {
    "cases_by_cell": ["cell", "category", "reported_at"],
    "cases_by_main": ["main"],
}

FILED = """UPDATE cases SET filed_at =
    (SELECT min(at) FROM events WHERE events."case" = cases."case" AND action = 'accept')"""
REWORKS = """UPDATE cases SET reworks =
    (SELECT count(*) FROM events WHERE events."case" = cases."case" AND action = 'rework')"""


def upgrade() -> None:
    op.add_column("events", sa.Column("rung", sa.Integer()))
    op.create_index(
        "events_rung_once", "events", ["case", "rung"], unique=True, sqlite_where=sa.text("rung IS NOT NULL")
    )
    for name, kind, default in COLUMNS:
        op.add_column("cases", sa.Column(name, kind, nullable=default is None, server_default=default))
    for name, columns in INDEXES.items():
        op.create_index(name, "cases", columns)
    running = sa.text("closed_at IS NULL AND handled_at IS NULL AND paused_at IS NULL")
    op.create_index("cases_by_escalation", "cases", ["escalate_at"], sqlite_where=running)
    _fill_in()


def downgrade() -> None:
    for name in ("cases_by_escalation", *INDEXES):
        op.drop_index(name, "cases")
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("cases", name)
    op.drop_index("events_rung_once", "events")
    op.drop_column("events", "rung")


def _fill_in() -> None:
    """What the events of older cases make of the new columns: plain time, filed with the acceptance."""
    from gridgeo_server.cases.cells import cell_of

    connection = op.get_bind()
    connection.execute(sa.text(FILED))
    connection.execute(sa.text(REWORKS))
    rows = connection.execute(sa.text("SELECT number, reported_at, limit_s, lon, lat FROM cases")).all()
    values = [
        {"number": number, "soon_at": _soon(reported_at, limit_s), "cell": cell_of(lon, lat)}
        for number, reported_at, limit_s, lon, lat in rows
    ]
    if values:
        connection.execute(sa.text("UPDATE cases SET soon_at = :soon_at, cell = :cell WHERE number = :number"), values)


def _soon(reported_at: str, limit_s: int) -> str:
    soon = datetime.fromisoformat(reported_at) + timedelta(seconds=0.8 * limit_s)
    return soon.isoformat(timespec="milliseconds").replace("+00:00", "Z")
