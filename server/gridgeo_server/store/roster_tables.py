"""The tables of officers' rosters. A migration makes them and the triggers that guard them."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.store.instants import Instant
from gridgeo_server.store.tables import metadata

roster_terms = sa.Table(
    "roster_terms",
    metadata,
    sa.Column("term", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("grid", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("person_id", sa.String, nullable=False),
    sa.Column("phone", sa.String, nullable=False),
    sa.Column("from_date", sa.String(10)),
    sa.Column("to_date", sa.String(10)),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Index("roster_terms_by_place", "grid", "role"),
    sa.Index("roster_terms_by_person", "person", "person_id"),
    sqlite_autoincrement=True,
)
"""Who holds which role in which grid (its registered code) from the first day to the last; no day is no beginning or end.

A term is never deleted: it ends."""

roster_events = sa.Table(
    "roster_events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("term", sa.Integer, sa.ForeignKey("roster_terms.term"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("actor_name", sa.String, nullable=False),
    sa.Column("actor_role", sa.String, nullable=False),
    sa.Column("why", sa.String),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index("roster_events_by_term", "term", "seq"),
    sqlite_autoincrement=True,
)
"""Who entered, changed or ended which term, when and why, and what it said then; appended only."""
