"""API keys, plans with their grids, events, comments, proposals, and the register of what is in force."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPENDED = ("plan_events", "plan_comments", "plan_proposals", "plan_periods", "unit_lists")
"""Tables whose rows are never changed nor deleted."""

OF_A_PLAN = ("plan_assignments", "plan_grids", "plan_cells")
"""Tables whose rows change only while their plan is a draft."""

NEW_OF_DRAFT = "(SELECT state FROM plans WHERE plan = NEW.plan) <> 'draft'"
OLD_OF_DRAFT = "(SELECT state FROM plans WHERE plan = OLD.plan) <> 'draft'"

CONTENT = (
    "plan, name, family, version, parent, units_hash, content_hash, rules, figures, measures, "
    "created_at, created_by, created_by_name"
)
"""Columns of a plan that its approval fixes."""

ORDER = (
    ("draft", "proposed"),
    ("proposed", "consulted"),
    ("consulted", "approved"),
    ("approved", "in_force"),
    ("in_force", "retired"),
)


def upgrade() -> None:
    _tables()
    for table in APPENDED:
        for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted")):
            _refuse(f"{table}_are_never_{done}", f"{verb} ON {table}", None, f"{table} are appended, never {done}")
    for table in OF_A_PLAN:
        for verb, fixed in (("INSERT", NEW_OF_DRAFT), ("UPDATE", OLD_OF_DRAFT), ("DELETE", OLD_OF_DRAFT)):
            _refuse(f"{table}_are_fixed_{verb.lower()}", f"{verb} ON {table}", fixed, "only a draft can be changed")
    _refuse("plans_are_never_deleted", "DELETE ON plans", None, "plans are never deleted")
    fixed = "OLD.state IN ('approved', 'in_force', 'retired')"
    _refuse("plans_approved_are_fixed", f"UPDATE OF {CONTENT} ON plans", fixed, "an approved plan is never changed")
    steps = " OR ".join(f"(OLD.state = '{start}' AND NEW.state = '{end}')" for start, end in ORDER)
    # The plan that a store begins with was in force before: it has no event yet.
    begun = "(OLD.state = 'draft' AND NEW.state = 'in_force'"
    begun += " AND NOT EXISTS (SELECT 1 FROM plan_events WHERE plan_events.plan = OLD.plan))"
    moved = f"OLD.state <> NEW.state AND NOT ({steps} OR {begun})"
    _refuse("plans_go_in_order", "UPDATE OF state ON plans", moved, "a plan goes from state to state in order")
    _refuse("api_keys_are_never_deleted", "DELETE ON api_keys", None, "keys are revoked, never deleted")
    kept = "OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL"
    _refuse("api_keys_are_revoked_once", "UPDATE OF revoked_at ON api_keys", kept, "a key is revoked once")
    columns = "key, name, role, area, hash, created_at, expires_at"
    _refuse("api_keys_are_never_changed", f"UPDATE OF {columns} ON api_keys", None, "keys are revoked, never changed")


def _refuse(name: str, event: str, when: str | None, words: str) -> None:
    condition = "" if when is None else f" WHEN {when}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {event}{condition} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def _tables() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("area", sa.String()),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("expires_at", sa.String(24)),
        sa.Column("revoked_at", sa.String(24)),
    )
    op.create_table(
        "unit_lists",
        sa.Column("units_hash", sa.String(), primary_key=True),
        sa.Column("units", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "plans",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("units_hash", sa.String(), sa.ForeignKey("unit_lists.units_hash"), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("created_by", sa.String()),
        sa.Column("created_by_name", sa.String(), nullable=False),
        sa.UniqueConstraint("family", "version", name="plans_by_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("plans_by_state", "plans", ["state"])
    op.create_table(
        "plan_assignments",
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), primary_key=True),
        sa.Column("grids", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "plan_grids",
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("workload_min", sa.Float(), nullable=False),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("label_lon", sa.Float(), nullable=False),
        sa.Column("label_lat", sa.Float(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
    )
    op.create_index("plan_grids_by_code", "plan_grids", ["code"])
    op.create_table(
        "plan_cells",
        sa.Column("cell", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True),
    )
    op.create_table(
        "plan_events",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("from_state", sa.String()),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("role", sa.String()),
        sa.Column("why", sa.String()),
        sa.Column("data", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("plan_events_by_plan", "plan_events", ["plan", "seq"])
    op.create_table(
        "plan_comments",
        sa.Column("comment", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("role", sa.String()),
        sa.Column("grid", sa.String()),
        sa.Column("unit", sa.String()),
        sa.Column("answers", sa.Integer(), sa.ForeignKey("plan_comments.comment")),
        sa.Column("resolved", sa.Boolean()),
        sa.Column("text", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("plan_comments_by_plan", "plan_comments", ["plan", "comment"])
    op.create_table(
        "plan_proposals",
        sa.Column("proposal", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("role", sa.String()),
        sa.Column("why", sa.String()),
        sa.Column("units", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("plan_proposals_by_plan", "plan_proposals", ["plan", "area", "proposal"])
    op.create_table(
        "plan_periods",
        sa.Column("period", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), sa.ForeignKey("plans.plan")),
        sa.Column("from_date", sa.String(10), nullable=False),
        sa.Column("event", sa.Integer(), sa.ForeignKey("plan_events.seq"), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("plan_periods_by_area", "plan_periods", ["area", "from_date", "period"])
    op.create_index("plan_periods_by_plan", "plan_periods", ["plan", "area"])


def downgrade() -> None:
    for table in (
        "plan_periods",
        "plan_proposals",
        "plan_comments",
        "plan_events",
        "plan_cells",
        "plan_grids",
        "plan_assignments",
        "plans",
        "unit_lists",
        "api_keys",
    ):
        op.drop_table(table)
