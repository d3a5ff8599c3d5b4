"""The tables of plans and of API keys. A migration makes them and the triggers that guard them."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.store.instants import Instant
from gridgeo_server.store.tables import metadata

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("area", sa.String),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("officer", sa.String),
)
"""Keys without their secrets: a salted hash is kept. A key may be revoked once and is never deleted."""

unit_lists = sa.Table(
    "unit_lists",
    metadata,
    sa.Column("units_hash", sa.String, primary_key=True),
    sa.Column("units", sa.LargeBinary, nullable=False),
)
"""The units that plans assign, in order, one row for each state of the jurisdiction; compressed text, a unit a line."""

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan", sa.String, nullable=False, unique=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("family", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("parent", sa.String),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("units_hash", sa.String, sa.ForeignKey("unit_lists.units_hash"), nullable=False),
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
    sa.Column("measures", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String),
    sa.Column("created_by_name", sa.String, nullable=False),
    sa.UniqueConstraint("family", "version", name="plans_by_version"),
    sa.Index("plans_by_state", "state"),
    sqlite_autoincrement=True,
)
"""Plans and where each stands; `revision` counts its events. From its approval on only state and revision change."""

plan_assignments = sa.Table(
    "plan_assignments",
    metadata,
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), primary_key=True),
    sa.Column("grids", sa.LargeBinary, nullable=False),
)
"""The row number in `plan_grids` of each unit's grid, in the order of the plan's `unit_lists`; compressed uint32."""

plan_grids = sa.Table(
    "plan_grids",
    metadata,
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("grid", sa.String, nullable=False),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("area_m2", sa.Float, nullable=False),
    sa.Column("difficulty", sa.Float, nullable=False),
    sa.Column("workload_min", sa.Float, nullable=False),
    sa.Column("colour", sa.Integer, nullable=False),
    sa.Column("label_lon", sa.Float, nullable=False),
    sa.Column("label_lat", sa.Float, nullable=False),
    sa.Column("shape", sa.LargeBinary, nullable=False),
    sa.Index("plan_grids_by_code", "code"),
)
"""Grids of each plan: identity, measures, and shape (compressed WKB, degrees) for questions years later."""

plan_cells = sa.Table(
    "plan_cells",
    metadata,
    sa.Column("cell", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
)
"""Where each grid of `plan_grids` lies, by the squares of `gridgeo_server.plans.cells`, to find it by a place."""

plan_events = sa.Table(
    "plan_events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("from_state", sa.String),
    sa.Column("to_state", sa.String, nullable=False),
    sa.Column("actor", sa.String),
    sa.Column("actor_name", sa.String, nullable=False),
    sa.Column("role", sa.String),
    sa.Column("why", sa.String),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index("plan_events_by_plan", "plan", "seq"),
    sqlite_autoincrement=True,
)
"""Who did what with which plan, when and why; appended only."""

plan_comments = sa.Table(
    "plan_comments",
    metadata,
    sa.Column("comment", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String),
    sa.Column("actor_name", sa.String, nullable=False),
    sa.Column("role", sa.String),
    sa.Column("grid", sa.String),
    sa.Column("unit", sa.String),
    sa.Column("answers", sa.Integer, sa.ForeignKey("plan_comments.comment")),
    sa.Column("resolved", sa.Boolean),
    sa.Column("text", sa.String, nullable=False),
    sa.Index("plan_comments_by_plan", "plan", "comment"),
    sqlite_autoincrement=True,
)
"""Comments and the answers to them; an answer may resolve or reopen what it answers. Appended only."""

plan_proposals = sa.Table(
    "plan_proposals",
    metadata,
    sa.Column("proposal", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), nullable=False),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String),
    sa.Column("actor_name", sa.String, nullable=False),
    sa.Column("role", sa.String),
    sa.Column("why", sa.String),
    sa.Column("units", sa.LargeBinary, nullable=False),
    sa.Index("plan_proposals_by_plan", "plan", "area", "proposal"),
    sqlite_autoincrement=True,
)
"""Parts that areas put forward, unit → grid as compressed JSON; the newest of an area counts. Appended only."""

plan_periods = sa.Table(
    "plan_periods",
    metadata,
    sa.Column("period", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan")),
    sa.Column("from_date", sa.String(10), nullable=False),
    sa.Column("event", sa.Integer, sa.ForeignKey("plan_events.seq"), nullable=False),
    sa.Index("plan_periods_by_area", "area", "from_date", "period"),
    sa.Index("plan_periods_by_plan", "plan", "area"),
    sqlite_autoincrement=True,
)
"""From which day on which plan is in force in which area (none, where `plan` is empty), until the next row of that area.

Appended only: a period ends because another begins."""

plan_withdrawals = sa.Table(
    "plan_withdrawals",
    metadata,
    sa.Column("withdrawal", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("period", sa.Integer, sa.ForeignKey("plan_periods.period"), nullable=False, unique=True),
    sa.Column("event", sa.Integer, sa.ForeignKey("plan_events.seq"), nullable=False),
    sqlite_autoincrement=True,
)
"""Rows of `plan_periods` that were withdrawn before their day, as if they had never been. Appended only."""

grid_handovers = sa.Table(
    "grid_handovers",
    metadata,
    sa.Column("handover", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan", sa.String, sa.ForeignKey("plans.plan"), nullable=False),
    sa.Column("grid", sa.String, nullable=False),
    sa.Column("from_date", sa.String(10), nullable=False),
    sa.Column("owner", sa.String),
    sa.Column("name", sa.String),
    sa.Column("event", sa.Integer, sa.ForeignKey("plan_events.seq"), nullable=False),
    sqlite_autoincrement=True,
)
"""From which day on a grid of a plan has another owner or name (what is empty stays as it was). Appended only."""
