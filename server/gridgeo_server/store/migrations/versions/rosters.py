"""Officers' rosters: terms, what was done with them, and who looked at names and phones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_terms",
        sa.Column("term", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("from_date", sa.String(10)),
        sa.Column("to_date", sa.String(10)),
        sa.Column("revision", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("roster_terms_by_place", "roster_terms", ["grid", "role"])
    op.create_index("roster_terms_by_person", "roster_terms", ["person", "person_id"])
    op.create_table(
        "roster_events",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("term", sa.Integer(), sa.ForeignKey("roster_terms.term"), nullable=False),
        *_who_and_when(),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("why", sa.String()),
        sa.Column("data", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("roster_events_by_term", "roster_events", ["term", "seq"])
    op.create_table(
        "roster_looks",
        sa.Column("look", sa.Integer(), primary_key=True, autoincrement=True),
        *_who_and_when(),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    for table in ("roster_events", "roster_looks"):
        for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted")):
            _refuse(f"{table}_are_never_{done}", f"{verb} ON {table}", f"{table} are appended, never {done}")
    _refuse("roster_terms_are_never_deleted", "DELETE ON roster_terms", "a term ends, it is never deleted")


def downgrade() -> None:
    for table in ("roster_looks", "roster_events", "roster_terms"):
        op.drop_table(table)


def _who_and_when() -> list[sa.Column[str]]:
    names = ("actor", "actor_name", "actor_role")
    return [sa.Column("at", sa.String(24), nullable=False), *(sa.Column(n, sa.String(), nullable=False) for n in names)]


def _refuse(name: str, event: str, words: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{words}'); END")
