"""Sessions, keys of officers, roles in events, and one log of looks at personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("officer", sa.String()))
    op.execute(
        "CREATE TRIGGER api_keys_keep_their_officer BEFORE UPDATE OF officer ON api_keys "
        "BEGIN SELECT RAISE(ABORT, 'keys are revoked, never changed'); END"
    )
    op.add_column("events", sa.Column("actor_role", sa.String()))
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(), sa.ForeignKey("api_keys.key"), nullable=False),
        sa.Column("begun_at", sa.String(24), nullable=False),
        sa.Column("ends_at", sa.String(24), nullable=False),
    )
    op.create_index("sessions_by_end", "sessions", ["ends_at"])
    op.create_table(
        "looks",
        sa.Column("look", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("of", sa.String()),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("looks_by_thing", "looks", ["what", "of", "look"])
    op.execute(
        "INSERT INTO looks (at, actor, actor_name, actor_role, what, asked, shown) "
        "SELECT at, actor, actor_name, actor_role, what, asked, terms FROM roster_looks ORDER BY look"
    )
    op.execute(
        "INSERT INTO looks (at, actor, actor_name, actor_role, what, of, asked, shown) "
        "SELECT at, actor, actor_name, actor_role, 'photo origin', photo, '{}', 1 FROM photo_looks ORDER BY look"
    )
    op.drop_table("roster_looks")
    op.drop_table("photo_looks")
    for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted")):
        op.execute(
            f"CREATE TRIGGER looks_are_never_{done} BEFORE {verb} ON looks "
            f"BEGIN SELECT RAISE(ABORT, 'looks are appended, never {done}'); END"
        )
