"""Reports of a file become cases: all of them or none, or as many as can; each once, however often the file is sent."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from gridgeo.errors import GridgeoError, OutsideJurisdiction
from gridgeo.location import Outside
from gridgeo_server.cases.intake import Fault, Intake, Taken
from gridgeo_server.cases.service import Desk
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.errors import BadRequest, KeyReused, ServerError, StoreUnavailable
from gridgeo_server.idempotency import KEPT, Once, Reply, digest_of
from gridgeo_server.store import Store, Transaction, tables
from gridgeo_server.store.parts import part
from gridgeo_server.texts import Text, say

_TOGETHER = 64
"""Rows that are written together; others' writes come between."""
_REQUEST = "POST /api/v1/cases/bulk"


@dataclass(frozen=True)
class Filed:
    """A row that became a case, now or when it was sent before."""

    row: int
    id: str
    case: str
    grid: str
    replayed: bool


def file_reports(
    store: Store, desk: Desk, intake: Intake, now: datetime, actor: Actor | None = None, *, partial: bool
) -> tuple[list[Filed], list[Fault]]:
    """Make cases of the rows of `intake`, and tell what stands against the others.

    Without `partial` one fault is enough for nothing to be written. A row is known by its `id`: sent again within a day it is the
    same case; with another content it is refused. What fails on the way, a full disk or a stop, leaves the rows before it filed:
    sent again, the file is completed.
    """
    actor = actor or Actor()
    good, faults, areas = _on_the_ground(desk, intake)
    with store.reading() as connection:
        filed, fresh, reused = _sent_before(connection, good, now, actor)
    fresh, over = _reported_there(desk, fresh, areas, now)
    faults += reused + over
    if faults and not partial:
        return [], _in_order(faults)
    for at in range(0, len(fresh), _TOGETHER):
        done, refused = store.write(functools.partial(_write, desk, fresh[at : at + _TOGETHER], now, actor), adds=True)
        filed += done
        faults += refused
    return sorted(filed, key=lambda one: one.row), _in_order(faults)


def _on_the_ground(desk: Desk, intake: Intake) -> tuple[list[Taken], list[Fault], dict[str, str]]:
    """The rows whose places lie in a grid, all faults, and the area of each row by its id."""
    town = desk.town
    good, faults, areas = [], list(intake.faults), {}
    for one in intake.taken:
        try:
            found = town.locator.find(one.report.lon, one.report.lat)
        except OutsideJurisdiction as error:
            faults.append(Fault(one.row, "lon", say("bulk.refused", why=str(error)), one.id))
            continue
        if not isinstance(found, Outside):
            good.append(one)
            areas[one.id] = found.area
            continue
        near = found.nearest
        away = say("locate.outside", grid=town.grid_names[near.grid], metres=round(near.metres))
        faults.append(Fault(one.row, "lon", say("locate.swapped") if found.swapped else away, one.id))
    return good, faults, areas


def _sent_before(
    connection: sa.Connection, rows: Sequence[Taken], now: datetime, actor: Actor
) -> tuple[list[Filed], list[Taken], list[Fault]]:
    """The rows that are cases already, those that are new, and those whose id came before with another content."""
    table = tables.replies
    known = sa.select(table.c.key, table.c.request, table.c.body).where(
        table.c.key.in_([_key(row, actor) for row in rows]), table.c.at >= now - KEPT
    )
    replies = {one.key: one for one in connection.execute(known)}
    filed, fresh, faults = [], [], []
    for row in rows:
        reply = replies.get(_key(row, actor))
        if reply is None:
            fresh.append(row)
        elif reply.request == digest_of(_REQUEST, asdict(row.report)):
            filed.append(Filed(row.row, row.id, **json.loads(reply.body), replayed=True))
        else:
            faults.append(_reused(row))
    return filed, fresh, faults


def _reported_there(
    desk: Desk, rows: Sequence[Taken], areas: Mapping[str, str], now: datetime
) -> tuple[list[Taken], list[Fault]]:
    """The rows whose kinds may be reported where they lie and today, and what stands against the others."""
    day = desk.calendar.day_of(now)
    good, faults = [], []
    for one in rows:
        try:
            desk.categories.at(one.report.category, areas[one.id], day)
        except BadRequest as error:
            faults.append(Fault(one.row, error.field, say("bulk.refused", why=error.args[0]), one.id))
        else:
            good.append(one)
    return good, faults


def _write(
    desk: Desk, rows: Sequence[Taken], now: datetime, actor: Actor, transaction: Transaction
) -> tuple[list[Filed], list[Fault]]:
    filed, faults = [], []
    works = [_work(desk, row, now, actor) for row in rows]
    Once.ahead(transaction.connection, works)
    for row, work in zip(rows, works, strict=True):
        try:
            with part(transaction):
                filed.append(_filed(row, work, transaction))
        except KeyReused:
            faults.append(_reused(row))
        except StoreUnavailable:
            raise
        except (GridgeoError, ServerError) as error:
            why = error.args[0] if error.args and isinstance(error.args[0], Text) else str(error)
            faults.append(Fault(row.row, getattr(error, "field", None), say("bulk.refused", why=why), row.id))
    return filed, faults


def _work(desk: Desk, row: Taken, now: datetime, actor: Actor) -> Once:
    def work(transaction: Transaction) -> Reply:
        case = desk.report(transaction, row.report, now, actor)
        return Reply.of(201, {"case": case.case, "grid": case.grid})

    return Once(_key(row, actor), digest_of(_REQUEST, asdict(row.report)), now, work)


def _filed(row: Taken, work: Once, transaction: Transaction) -> Filed:
    made = False

    def noted(inner: Transaction) -> Reply:
        nonlocal made
        made = True
        return work.work(inner)

    reply = replace(work, work=noted)(transaction)
    return Filed(row.row, row.id, **reply.values, replayed=not made)


def _key(row: Taken, actor: Actor) -> str:
    """Where the answer to a row is kept, apart for each key; the key of a request holds no space, so that none is taken for it."""
    return f"bulk {actor.identifier} {row.id}" if actor.identifier else f"bulk {row.id}"


def _reused(row: Taken) -> Fault:
    return Fault(row.row, "id", say("bulk.reused", id=row.id), row.id)


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda one: one.row)
