"""`/api/v1/rosters/import` and `/api/v1/rosters/export`: roster files in, looked at first, and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.doors import Door
from gridgeo_server.idempotency import IdempotencyKey, Reply
from gridgeo_server.parameters import Accepts, FileName
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans.answers import do_once
from gridgeo_server.plans.requests import On
from gridgeo_server.plans.service import Deed, today
from gridgeo_server.rosters import files, places, service, store
from gridgeo_server.rosters.requests import RolesOf
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import language_of

router = APIRouter(prefix="/api/v1/rosters", tags=["rosters"], route_class=Door)

FileBytes = Annotated[
    bytes, Body(media_type="application/octet-stream", description="CSV (UTF-8, GBK), XLSX or GeoPackage.")
]
EXPORTED = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
}
"""End of a file's name → its media type."""


@router.post("/import/check")
def check(
    filename: FileName,
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOf,
    accept_language: Accepts = None,
    data: FileBytes = b"",
) -> dict[str, Any]:
    """Look at a roster file: what it would add and change, and the rows that can't be used; nothing is written."""
    bearer.check("rosters.edit")
    given = files.read(data, filename, roles)
    deed = Deed(state.clock(), state.zone, bearer)
    with state.store.reading() as connection:
        calendar = state.calendars.at(connection)
        found = files.sort(connection, calendar, state.town, given, deed, roles)
    return files.report(found, len(given.entries), files.token(data, found), language_of(accept_language))


@router.post("/import")
def import_file(
    filename: FileName,
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOf,
    checked: Annotated[str | None, Query(max_length=64, description="What the check answered as `checked`.")] = None,
    why: Annotated[str | None, Query(max_length=2_000)] = None,
    idempotency_key: IdempotencyKey = None,
    accept_language: Accepts = None,
    data: FileBytes = b"",
) -> Response:
    """Take in a roster file, all rows or none; with `checked`, only what was checked."""
    bearer.check("rosters.edit")
    given = files.read(data, filename, roles)
    deed = Deed(state.clock(), state.zone, bearer, why)
    # A city's file is sorted before the transaction, in which everybody else waits; again in it where something has changed.
    with state.store.reading() as connection:
        seen = _state(connection)
        ahead = files.sort(connection, state.calendars.at(connection), state.town, given, deed, roles)

    def work(transaction: Transaction) -> Reply:
        found = ahead
        if _state(transaction.connection) != seen:
            calendar = calendars.read(transaction.connection)
            found = files.sort(transaction.connection, calendar, state.town, given, deed, roles)
        files.check_token(checked, data, found)
        files.take_in(transaction, found, deed)
        told = files.report(found, len(given.entries), files.token(data, found), language_of(accept_language))
        return Reply.of(200, told)

    asked = {"import": checked, "rows": given.entries.astype(str).to_dict("records"), "why": why}
    return do_once(state, "POST /api/v1/rosters/import", idempotency_key, deed, asked, work).response()


def _state(connection: sa.Connection) -> tuple[object, ...]:
    """What names the state of roster and register together."""
    return store.newest(connection), calendars.state_of(connection)


@router.get("/export", response_class=Response)
def export(
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOf,
    on: On = None,
    f: Literal["csv", "xlsx", "gpkg"] = "csv",
    encoding: Annotated[Literal["utf-8", "utf-8-sig", "gb18030"], Query(description="Of a CSV.")] = "utf-8-sig",
) -> Response:
    """The roster as the file that `gridgeo report plan --roster` reads, of one day or of all days; the look is logged."""
    bearer.check("rosters.see")
    now = state.clock()
    with state.store.reading() as connection:
        terms = store.everything(connection, on)
        own = service.own_areas(state.town, bearer)
        if own is not None:
            grids = places.grids_on(connection, state.calendars.at(connection), today(now, state.zone))
            terms = [one for one in terms if one.grid in grids and grids[one.grid].area in own]
    data = files.written(terms, roles, f".{f}", encoding)
    asked = {"on": None if on is None else on.isoformat(), "f": f}
    state.store.write(lambda t: store.look(t.connection, bearer, "export", asked, len(terms), now))
    named = {"Content-Disposition": f'attachment; filename="roster.{f}"'}
    kind = EXPORTED[f".{f}"].replace("utf-8", "gb18030") if encoding == "gb18030" else EXPORTED[f".{f}"]
    return Response(data, media_type=kind, headers=named)
