"""Plans, their grids and their events in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.errors import Clash, NotFound
from gridgeo_server.plans.drawn import Drawn
from gridgeo_server.plans.model import PlanEvent, PlanRecord
from gridgeo_server.plans.packing import unpack_rows, unpack_units
from gridgeo_server.store import plan_tables as tables
from gridgeo_server.texts import say

_PLAN_COLUMNS = [tables.plans.c[field.name] for field in fields(PlanRecord)]
_EVENT_COLUMNS = [tables.plan_events.c[field.name] for field in fields(PlanEvent)]
GRID_COLUMNS = [column for column in tables.plan_grids.c if column.name != "shape"]
"""Everything that is told of a grid but its shape."""


def next_name(connection: sa.Connection, now: datetime) -> str:
    """Year and serial number in it: P-2026-001.

    Examples
    --------
    The first plan of 2026 is P-2026-001, the thousandth P-2026-1000.
    """
    year = f"P-{now:%Y}-"
    query = sa.select(sa.func.count()).where(tables.plans.c.plan.startswith(year, autoescape=True))
    return f"{year}{connection.execute(query).scalar_one() + 1:03d}"


def next_version(connection: sa.Connection, family: str) -> int:
    """One more than the versions of `family` so far."""
    query = sa.select(sa.func.max(tables.plans.c.version)).where(tables.plans.c.family == family)
    return int(connection.execute(query).scalar_one() or 0) + 1


def insert(connection: sa.Connection, record: PlanRecord, drawn: Drawn) -> None:
    """Add a plan with its assignment and its grids; it must be a draft."""
    lists = tables.unit_lists
    known = connection.execute(sa.select(lists.c.units_hash).where(lists.c.units_hash == record.units_hash))
    if known.one_or_none() is None:
        connection.execute(lists.insert().values(units_hash=record.units_hash, units=drawn.units))
    connection.execute(tables.plans.insert().values(**asdict(record)))
    _insert_content(connection, record.plan, drawn)


def replace_content(connection: sa.Connection, record: PlanRecord, drawn: Drawn) -> None:
    """Give a draft another assignment; `record` carries the new hashes and measures."""
    for table in (tables.plan_cells, tables.plan_grids, tables.plan_assignments):
        connection.execute(table.delete().where(table.c.plan == record.plan))
    _insert_content(connection, record.plan, drawn)
    update(connection, record)


def update(connection: sa.Connection, record: PlanRecord) -> None:
    """Bring the row of a draft or a plan under discussion up to date."""
    values = asdict(record)
    values.pop("plan")
    connection.execute(tables.plans.update().where(tables.plans.c.plan == record.plan).values(**values))


def move(connection: sa.Connection, plan: str, state: str, revision: int) -> None:
    """Bring a plan to another state and revision; nothing else of it is touched."""
    changed = tables.plans.update().where(tables.plans.c.plan == plan).values(state=state, revision=revision)
    connection.execute(changed)


def append(connection: sa.Connection, event: PlanEvent) -> PlanEvent:
    """Append `event`; the returned one carries its number."""
    values = asdict(event)
    values.pop("seq")
    values["data"] = dict(event.data)
    table = tables.plan_events
    seq = connection.execute(table.insert().values(**values).returning(table.c.seq)).scalar_one()
    return replace(event, seq=int(seq))


def get(connection: sa.Connection, plan: str) -> PlanRecord:
    """One plan, or `NotFound`."""
    row = connection.execute(sa.select(*_PLAN_COLUMNS).where(tables.plans.c.plan == plan)).one_or_none()
    if row is None:
        raise NotFound(say("plan.unknown", plan=plan))
    return PlanRecord(**row._mapping)


def events_of(connection: sa.Connection, plan: str) -> list[PlanEvent]:
    """Events of one plan, oldest first."""
    query = sa.select(*_EVENT_COLUMNS).where(tables.plan_events.c.plan == plan).order_by(tables.plan_events.c.seq)
    return [PlanEvent(**row._mapping) for row in connection.execute(query)]


def search(
    connection: sa.Connection,
    *,
    state: str | None = None,
    family: str | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> tuple[list[PlanRecord], int | None]:
    """Plans, newest first, and the number to give as `before` for the next page (None at the end)."""
    table = tables.plans
    query = sa.select(table.c.number, *_PLAN_COLUMNS).order_by(table.c.number.desc())
    if state is not None:
        query = query.where(table.c.state == state)
    if family is not None:
        query = query.where(table.c.family == family)
    if before is not None:
        query = query.where(table.c.number < before)
    if limit is not None:
        query = query.limit(limit + 1)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    more = limit is not None and len(rows) > limit
    rows = rows[:limit] if more else rows
    numbers = [row.pop("number") for row in rows]
    return [PlanRecord(**row) for row in rows], (numbers[-1] if more else None)


def assignment_of(connection: sa.Connection, plan: str) -> pd.Series:
    """Grid of each unit of a plan, indexed by unit."""
    query = (
        sa.select(tables.unit_lists.c.units, tables.plan_assignments.c.grids)
        .join(tables.plans, tables.plans.c.units_hash == tables.unit_lists.c.units_hash)
        .join(tables.plan_assignments, tables.plan_assignments.c.plan == tables.plans.c.plan)
        .where(tables.plans.c.plan == plan)
    )
    units, rows = connection.execute(query).one()
    names = np.array([row["grid"] for row in grids_of(connection, plan)], dtype=object)
    return pd.Series(names[unpack_rows(rows)], index=pd.Index(unpack_units(units), name="unit"), name="grid")


def grids_of(connection: sa.Connection, plan: str, *, shapes: bool = False) -> list[Mapping[str, Any]]:
    """Rows of a plan's grids in order; with `shapes` their packed shape too."""
    columns = [*GRID_COLUMNS, tables.plan_grids.c.shape] if shapes else GRID_COLUMNS
    query = sa.select(*columns).where(tables.plan_grids.c.plan == plan).order_by(tables.plan_grids.c.row)
    return [dict(row._mapping) for row in connection.execute(query)]


def identities_of(connection: sa.Connection, plan: str) -> pd.DataFrame:
    """`code`, `name` and `owner` of a plan's grids, indexed by grid."""
    table = pd.DataFrame([dict(row) for row in grids_of(connection, plan)])
    return table.set_index("grid")[["code", "name", "owner"]]


def load(connection: sa.Connection, jurisdiction: Jurisdiction, units_hash: str, record: PlanRecord) -> Plan:
    """The plan itself, on the jurisdiction as it stands.

    Raises
    ------
    Clash
        The plan was drawn on other units.
    """
    if record.units_hash != units_hash:
        raise Clash(say("plan.other_units", plan=record.plan, place=jurisdiction.name))
    rules = Rules.from_json(record.rules)
    assignment = assignment_of(connection, record.plan)
    figures = Figures(**record.figures)
    return Plan(jurisdiction, assignment, rules, figures, identities_of(connection, record.plan))


def _insert_content(connection: sa.Connection, plan: str, drawn: Drawn) -> None:
    connection.execute(tables.plan_assignments.insert().values(plan=plan, grids=drawn.rows))
    connection.execute(tables.plan_grids.insert(), [{"plan": plan, **row} for row in drawn.grids])
    cells = [{"plan": plan, "cell": cell, "row": row} for cell, row in drawn.cells]
    connection.execute(tables.plan_cells.insert(), cells)
