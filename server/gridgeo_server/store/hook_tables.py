"""The tables of webhooks and photos. A migration makes them."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.store.instants import Instant
from gridgeo_server.store.tables import metadata

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("webhook", sa.String, primary_key=True),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("areas", sa.JSON, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("stopped_at", Instant),
    sa.Column("stopped_why", sa.String),
    sa.Column("removed_at", Instant),
    sa.Column("former", sa.JSON, nullable=False, server_default="[]"),
)
"""Where events of cases are sent to, signed with which secret; nothing in `events` or `areas` is everything. `former` are secrets
of before that still sign, each with its end."""

webhook_messages = sa.Table(
    "webhook_messages",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("message", sa.String, nullable=False, unique=True),
    sa.Column("webhook", sa.String, sa.ForeignKey("webhooks.webhook"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("case", sa.String, nullable=False),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("queued_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("tried_at", Instant),
    sa.Column("answer", sa.Integer),
    sa.Column("fault", sa.String),
    sa.Column("settled_at", Instant),
    sa.Index("webhook_messages_waiting", "webhook", "number", sqlite_where=sa.text("state = 'waiting'")),
    sa.Index("webhook_messages_by_state", "webhook", "state", "number"),
    sa.Index("webhook_messages_by_end", "settled_at", sqlite_where=sa.text("settled_at IS NOT NULL")),
    sqlite_autoincrement=True,
)
"""The outbox: what is to be sent, was sent, or was given up (`waiting`, `delivered`, `dead`)."""

photos = sa.Table(
    "photos",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("photo", sa.String, nullable=False, unique=True),
    sa.Column("case", sa.String, sa.ForeignKey("cases.case"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("format", sa.String, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("original", sa.String(64), nullable=False),
    sa.Column("copy", sa.String(64), nullable=False),
    sa.Index("photos_by_case", "case", "number"),
    sqlite_autoincrement=True,
)
"""Photos of cases; `original` and `copy` are the SHA-256 of files in the data folder, `width` and `height` those of the copy."""

photo_origins = sa.Table(
    "photo_origins",
    metadata,
    sa.Column("photo", sa.String, sa.ForeignKey("photos.photo"), primary_key=True),
    sa.Column("taken", sa.String),
    sa.Column("lon", sa.Float),
    sa.Column("lat", sa.Float),
)
"""Where and when a camera says that it took a photo, apart from the photo, since no page and no list shows it."""
