"""Comments on plans, and the parts that areas put forward: appended to the store, read back as JSON values."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo_server.errors import BadRequest, NotFound, OutOfOrder
from gridgeo_server.plans import model, store
from gridgeo_server.plans.merging import Part
from gridgeo_server.plans.packing import pack_part, unpack_part, unpack_units
from gridgeo_server.plans.service import Deed
from gridgeo_server.store import Transaction
from gridgeo_server.store import plan_tables as tables
from gridgeo_server.store.instants import to_millisecond, to_text
from gridgeo_server.texts import say


def comment(
    transaction: Transaction,
    plan: str,
    text: str,
    deed: Deed,
    *,
    grid: str | None = None,
    unit: str | None = None,
    answers: int | None = None,
    resolved: bool | None = None,
) -> dict[str, Any]:
    """Add a comment to a plan, a grid or a unit of it, or an answer to a comment; the thread it stands in is returned.

    Raises
    ------
    NotFound, BadRequest
        There is no such plan, grid, unit or comment; an answer is pinned by itself; only an answer resolves.
    """
    connection, table = transaction.connection, tables.plan_comments
    store.get(connection, plan)
    if answers is None:
        if resolved is not None:
            raise BadRequest(say("comment.only_answers"), "answers")
        _check_pin(connection, plan, grid, unit)
    elif grid is not None or unit is not None:
        raise BadRequest(say("comment.pinned"), "answers")
    else:
        first = sa.select(table.c.answers).where(table.c.plan == plan, table.c.comment == answers)
        row = connection.execute(first).one_or_none()
        if row is None:
            raise NotFound(say("comment.unknown", plan=plan, comment=answers))
        answers = answers if row.answers is None else int(row.answers)
    values = {
        "plan": plan,
        "at": to_millisecond(deed.now),
        **_actor(deed),
        "grid": grid,
        "unit": unit,
        "answers": answers,
        "resolved": resolved,
        "text": text,
    }
    number = connection.execute(table.insert().values(**values).returning(table.c.comment)).scalar_one()
    return next(one for one in comments_of(connection, plan) if one["comment"] == (answers or number))


def comments_of(connection: sa.Connection, plan: str) -> list[dict[str, Any]]:
    """The comments on a plan, oldest first, each with its answers and whether it is resolved."""
    table = tables.plan_comments
    threads: dict[int, dict[str, Any]] = {}
    for row in connection.execute(sa.select(table).where(table.c.plan == plan).order_by(table.c.comment)):
        said = {name: getattr(row, name) for name in ("comment", "actor", "actor_name", "role", "text")}
        said["at"] = to_text(row.at)
        if row.answers is None:
            threads[row.comment] = {**said, "grid": row.grid, "unit": row.unit, "resolved": False, "answers": []}
            continue
        thread = threads[row.answers]
        thread["answers"].append({**said, "resolved": row.resolved})
        thread["resolved"] = thread["resolved"] if row.resolved is None else row.resolved
    return list(threads.values())


def put_part(transaction: Transaction, plan: str, part: Part, deed: Deed) -> dict[str, Any]:
    """Keep the part that an area puts forward for a draft; it stands in for what the area put forward before.

    Raises
    ------
    NotFound, OutOfOrder
        There is no such plan, or it is no draft.
    """
    connection, table = transaction.connection, tables.plan_proposals
    record = store.get(connection, plan)
    if record.state != "draft":
        raise OutOfOrder(say("part.not_draft", plan=plan, state=model.state_name(record.state)))
    values = {
        "plan": plan,
        "area": part.area,
        "at": to_millisecond(deed.now),
        **_actor(deed),
        "why": deed.why,
        "units": pack_part(part.units),
    }
    number = connection.execute(table.insert().values(**values).returning(table.c.proposal)).scalar_one()
    return next(one for one, _ in parts_of(connection, plan) if one["proposal"] == number)


def parts_of(connection: sa.Connection, plan: str) -> list[tuple[dict[str, Any], Part]]:
    """The newest part of each area, by area: what is told of it, and itself."""
    table = tables.plan_proposals
    newest = sa.select(sa.func.max(table.c.proposal)).where(table.c.plan == plan).group_by(table.c.area)
    query = sa.select(table).where(table.c.proposal.in_(newest)).order_by(table.c.area)
    found = []
    for row in connection.execute(query):
        part = Part(row.area, unpack_part(row.units))
        told = {name: getattr(row, name) for name in ("proposal", "area", "actor", "actor_name", "role", "why")}
        told |= {"at": to_text(row.at), "units": len(part.units), "grids": sorted(set(part.units.values()))}
        found.append((told, part))
    return found


def _actor(deed: Deed) -> dict[str, Any]:
    bearer = deed.bearer
    key, role = (None, None) if bearer is None else (bearer.key, bearer.role)
    return {"actor": key, "actor_name": deed.name, "role": role}


def _check_pin(connection: sa.Connection, plan: str, grid: str | None, unit: str | None) -> None:
    if grid is not None and unit is not None:
        raise BadRequest(say("comment.one_pin"), "unit")
    if grid is not None and all(row["grid"] != grid for row in store.grids_of(connection, plan)):
        raise BadRequest(say("plan.no_grid", plan=plan, grid=grid), "grid")
    if unit is not None:
        lists, plans = tables.unit_lists, tables.plans
        query = sa.select(lists.c.units).join(plans, plans.c.units_hash == lists.c.units_hash)
        packed = connection.execute(query.where(plans.c.plan == plan)).scalar_one()
        if unit not in unpack_units(packed):
            raise BadRequest(say("plan.no_unit", plan=plan, unit=unit), "unit")
