"""The tables of sessions and of who looked at what. A migration makes them and the triggers that guard them."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.store.instants import Instant
from gridgeo_server.store.tables import metadata

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("key", sa.String, sa.ForeignKey("api_keys.key"), nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Index("sessions_by_end", "ends_at"),
)
"""Sessions of browsers that are not over; `digest` is the SHA-256 of the cookie."""

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("look", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("actor_name", sa.String, nullable=False),
    sa.Column("actor_role", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("of", sa.String),
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("shown", sa.Integer, nullable=False),
    sa.Index("looks_by_thing", "what", "of", "look"),
    sqlite_autoincrement=True,
)
"""Who looked at personal data, when, `of` which case, photo or term, what was asked for, and how many people were shown; appended
only."""
