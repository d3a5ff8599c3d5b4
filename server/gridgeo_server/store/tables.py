"""The tables of the store. Migrations make them; a test proves that both agree."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.store.instants import Instant

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("actor", sa.String),
    sa.Column("actor_name", sa.String),
    sa.Column("note", sa.String),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("rung", sa.Integer),
    sa.Column("actor_role", sa.String),
    sa.Index("events_by_case", "case", "seq"),
    sa.Index("events_rung_once", "case", "rung", unique=True, sqlite_where=sa.text("rung IS NOT NULL")),
    sqlite_autoincrement=True,
)
"""Every hand-over of every case, appended only: triggers refuse to change or delete a row."""

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.String, nullable=False, unique=True),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("description", sa.String, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("address", sa.String),
    sa.Column("grid", sa.String, nullable=False),
    sa.Column("grid_name", sa.String, nullable=False),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("owner", sa.String),
    sa.Column("owner_name", sa.String),
    sa.Column("responder", sa.String),
    sa.Column("responder_name", sa.String),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("reported_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("limit_s", sa.Integer, nullable=False),
    sa.Column("handled_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("eta_at", Instant),
    sa.Column("road_s", sa.Float),
    sa.Column("road_m", sa.Float),
    sa.Column("snapped_m", sa.Float, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("owner_name_zh", sa.String),
    sa.Column("responder_name_zh", sa.String),
    sa.Column("clock", sa.String, nullable=False, server_default="urgent_hours"),
    sa.Column("limit_amount", sa.Float),
    sa.Column("soon_at", Instant),
    sa.Column("escalate_at", Instant),
    sa.Column("paused_at", Instant),
    sa.Column("left_s", sa.Float),
    sa.Column("department", sa.String),
    sa.Column("territory", sa.String),
    sa.Column("verified_at", Instant),
    sa.Column("filed_at", Instant),
    sa.Column("supervised_at", Instant),
    sa.Column("level", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reworks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),
    sa.Column("self_handled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("before", sa.String),
    sa.Column("main", sa.String),
    sa.Column("cell", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("asked_at", Instant),
    sa.Column("acknowledged_at", Instant),
    sa.Column("answer_at", Instant),
    sa.Column("declined", sa.Integer, nullable=False, server_default="0"),
    sa.Column("timed_out", sa.Integer, nullable=False, server_default="0"),
    sa.Column("desk_clocks", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("desk_due_at", Instant),
    sa.Index("cases_by_stage", "stage"),
    sa.Index("cases_by_report", "reported_at"),
    sa.Index("cases_by_cell", "cell", "category", "reported_at"),
    sa.Index(
        "cases_by_escalation",
        "escalate_at",
        sqlite_where=sa.text("closed_at IS NULL AND handled_at IS NULL AND paused_at IS NULL"),
    ),
    sa.Index("cases_by_main", "main"),
    sa.Index("cases_by_answer", "answer_at", sqlite_where=sa.text("answer_at IS NOT NULL")),
    sa.Index("cases_by_desk_clock", "desk_due_at", sqlite_where=sa.text("desk_due_at IS NOT NULL")),
    sqlite_autoincrement=True,
)
"""The present state of each case, derived from `events`; `cases.rebuilding` makes it again."""

reporters = sa.Table(
    "reporters",
    metadata,
    sa.Column("case", sa.String, sa.ForeignKey("cases.case"), primary_key=True),
    sa.Column("reporter", sa.String, nullable=False),
)
"""Who reported, apart from the case, since no page and no list shows it."""

responders = sa.Table(
    "responders",
    metadata,
    sa.Column("responder", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("name_zh", sa.String, nullable=False),
    sa.Column("initials", sa.String, nullable=False),
    sa.Column("grids", sa.JSON, nullable=False),
    sa.Column("mode", sa.String, nullable=False),
    sa.Column("on_duty", sa.Boolean, nullable=False),
    sa.Column("station_lon", sa.Float, nullable=False),
    sa.Column("station_lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float),
    sa.Column("lat", sa.Float),
    sa.Column("heading", sa.Float),
    sa.Column("fix_at", Instant),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("skills", sa.JSON, nullable=False, server_default="[]"),
)
"""Officers, their grids, and the last place each was seen."""

tracks = sa.Table(
    "tracks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("responder", sa.String, sa.ForeignKey("responders.responder"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Index("tracks_by_responder", "responder", "at"),
    sa.Index("tracks_by_time", "at"),
    sqlite_autoincrement=True,
)
"""Where officers were while on duty, one point every few seconds; old points are pruned."""

heard = sa.Table(
    "heard",
    metadata,
    sa.Column("responder", sa.String, sa.ForeignKey("responders.responder"), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)
"""From when to when each officer's device was heard on a day (UTC): what is left of a track that was pruned, and no place."""

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("request", sa.String, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
"""The answer to each request that carried an Idempotency-Key; `request` is a hash of what was asked."""

about = sa.Table(
    "about",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)
"""What the store is for: ``purpose`` is ``demo`` in a store that the demonstration may begin anew."""
