"""The first tables: events, cases, reporters, responders, tracks, replies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("actor", sa.String()),
        sa.Column("actor_name", sa.String()),
        sa.Column("note", sa.String()),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_case", "events", ["case", "seq"])
    op.create_table(
        "cases",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("case", sa.String(), nullable=False, unique=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("grid_name", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("owner_name", sa.String()),
        sa.Column("responder", sa.String()),
        sa.Column("responder_name", sa.String()),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("reported_at", sa.String(24), nullable=False),
        sa.Column("due_at", sa.String(24), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=False),
        sa.Column("handled_at", sa.String(24)),
        sa.Column("closed_at", sa.String(24)),
        sa.Column("eta_at", sa.String(24)),
        sa.Column("road_s", sa.Float()),
        sa.Column("road_m", sa.Float()),
        sa.Column("snapped_m", sa.Float(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("cases_by_stage", "cases", ["stage"])
    op.create_index("cases_by_report", "cases", ["reported_at"])
    op.create_table(
        "reporters",
        sa.Column("case", sa.String(), sa.ForeignKey("cases.case"), primary_key=True),
        sa.Column("reporter", sa.String(), nullable=False),
    )
    op.create_table(
        "responders",
        sa.Column("responder", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("grids", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("station_lon", sa.Float(), nullable=False),
        sa.Column("station_lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("heading", sa.Float()),
        sa.Column("fix_at", sa.String(24)),
        sa.Column("simulated", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("responder", sa.String(), sa.ForeignKey("responders.responder"), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("tracks_by_responder", "tracks", ["responder", "at"])
    op.create_index("tracks_by_time", "tracks", ["at"])
    op.create_table(
        "replies",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
    )
    op.execute(
        "CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are appended, never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are appended, never deleted'); END"
    )


def downgrade() -> None:
    for table in ("replies", "tracks", "responders", "reporters", "cases", "events"):
        op.drop_table(table)
