"""Webhooks with their outbox, and photos of cases."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook", sa.String(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.String(24)),
        sa.Column("stopped_why", sa.String()),
        sa.Column("removed_at", sa.String(24)),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("message", sa.String(), nullable=False, unique=True),
        sa.Column("webhook", sa.String(), sa.ForeignKey("webhooks.webhook"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.String(24), nullable=False),
        sa.Column("next_at", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.String(24)),
        sa.Column("answer", sa.Integer()),
        sa.Column("fault", sa.String()),
        sa.Column("settled_at", sa.String(24)),
        sqlite_autoincrement=True,
    )
    waiting, settled = sa.text("state = 'waiting'"), sa.text("settled_at IS NOT NULL")
    op.create_index("webhook_messages_waiting", "webhook_messages", ["webhook", "number"], sqlite_where=waiting)
    op.create_index("webhook_messages_by_state", "webhook_messages", ["webhook", "state", "number"])
    op.create_index("webhook_messages_by_end", "webhook_messages", ["settled_at"], sqlite_where=settled)
    op.create_table(
        "photos",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("photo", sa.String(), nullable=False, unique=True),
        sa.Column("case", sa.String(), sa.ForeignKey("cases.case"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("original", sa.String(64), nullable=False),
        sa.Column("copy", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("photos_by_case", "photos", ["case", "number"])
    op.create_table(
        "photo_origins",
        sa.Column("photo", sa.String(), sa.ForeignKey("photos.photo"), primary_key=True),
        sa.Column("taken", sa.String()),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
    )
    op.create_table(
        "photo_looks",
        sa.Column("look", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("photo", sa.String(), sa.ForeignKey("photos.photo"), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted")):
        op.execute(
            f"CREATE TRIGGER photo_looks_are_never_{done} BEFORE {verb} ON photo_looks "
            f"BEGIN SELECT RAISE(ABORT, 'photo_looks are appended, never {done}'); END"
        )


def downgrade() -> None:
    for table in ("photo_looks", "photo_origins", "photos", "webhook_messages", "webhooks"):
        op.drop_table(table)
