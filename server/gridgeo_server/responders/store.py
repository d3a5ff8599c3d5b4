"""Officers and their tracks in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gridgeo_server.errors import NotFound
from gridgeo_server.responders.model import Responder
from gridgeo_server.store import tables
from gridgeo_server.store.instants import Instant
from gridgeo_server.store.memo import memo_of
from gridgeo_server.store.prepared import Prepared

_COLUMNS = [tables.responders.c[field.name] for field in fields(Responder)]
_EVERYBODY = "every officer"
_OF_ONE = tables.responders.update().where(tables.responders.c.responder == sa.bindparam("of_responder"))
_PUT = Prepared(_OF_ONE, [field.name for field in fields(Responder) if field.name != "responder"])
_MOVE = Prepared(_OF_ONE, ["lon", "lat", "heading", "fix_at"])
_TRACK = tables.tracks
_LATEST = Prepared(
    sa.select(_TRACK.c.at).where(_TRACK.c.responder == sa.bindparam("responder")).order_by(_TRACK.c.at.desc()).limit(1)
)
_NEAR = Prepared(
    sa.select(_TRACK.c.at).where(
        _TRACK.c.responder == sa.bindparam("responder"),
        _TRACK.c.at > sa.bindparam("after"),
        _TRACK.c.at < sa.bindparam("before"),
    )
)
_LAST = "time of each officer's newest point of a track"
_PRUNED = "when the oldest points of tracks were forgotten"
_PRUNE_EVERY = timedelta(minutes=1)
_ADD = Prepared(_TRACK.insert(), ["responder", "at", "lon", "lat"])
_PRUNE = Prepared(_TRACK.delete().where(_TRACK.c.at < sa.bindparam("before")))
_HEARD = Prepared(
    sa.text(
        """INSERT INTO heard (responder, day, first_at, last_at)
        SELECT responder, substr(at, 1, 10), min(at), max(at) FROM tracks WHERE at < :before GROUP BY 1, 2
        ON CONFLICT (responder, day) DO UPDATE
        SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)"""
    ).bindparams(sa.bindparam("before", type_=Instant))
)


def everybody(connection: sa.Connection) -> list[Responder]:
    """All officers, by identifier."""
    return list(_by_name(connection).values())


def get(connection: sa.Connection, responder: str) -> Responder:
    """One officer, or `NotFound`."""
    memo = memo_of(connection)
    if memo is not None:
        known = _by_name(connection).get(responder)
    else:
        row = connection.execute(sa.select(*_COLUMNS).where(tables.responders.c.responder == responder)).one_or_none()
        known = None if row is None else _value(row)
    if known is None:
        raise NotFound(f"no officer '{responder}'")
    return known


def match_plan(connection: sa.Connection, officers: Iterable[Responder]) -> None:
    """Bring the officers into line with the plan's.

    Those the store doesn't know are added. Those it knows keep their duty and their last fix, and take the plan's
    grids and station. Those the plan no longer has keep their history, lose their grids and go off duty.
    """
    known = {one.responder: one for one in everybody(connection)}
    wanted = {one.responder: one for one in officers}
    rows = [{**asdict(one), **_lists(one)} for name, one in wanted.items() if name not in known]
    if rows:
        connection.execute(tables.responders.insert(), rows)
        (memo_of(connection) or {}).pop(_EVERYBODY, None)
    for name, old in known.items():
        new = wanted.get(name)
        if new is None:
            put(connection, replace(old, grids=(), on_duty=False, lon=None, lat=None, heading=None, fix_at=None))
        else:
            seen = replace(new, on_duty=old.on_duty, lon=old.lon, lat=old.lat, heading=old.heading, fix_at=old.fix_at)
            put(connection, seen)


def put(connection: sa.Connection, responder: Responder) -> None:
    """Bring the row of an officer up to date."""
    _PUT.run(connection, {**vars(responder), **_lists(responder), "of_responder": responder.responder})
    _remember(connection, responder)


def put_place(connection: sa.Connection, responder: Responder) -> None:
    """Bring the row of an officer up to date who moved and did nothing else."""
    _MOVE.run(connection, {**vars(responder), "of_responder": responder.responder})
    _remember(connection, responder)


def add_track(
    connection: sa.Connection, responder: str, at: datetime, lon: float, lat: float, apart: timedelta
) -> None:
    """Add a point to an officer's track, unless one lies within the time `apart` of it: so points may come late, or twice."""
    memo = memo_of(connection)
    last: dict[str, datetime | None] = {} if memo is None else memo.setdefault(_LAST, {})
    if responder not in last:
        found = _LATEST.rows(connection, {"responder": responder})
        last[responder] = found[0][0] if found else None
    newest = last[responder]
    if newest is not None and at < newest + apart:
        near = {"responder": responder, "after": at - apart, "before": at + apart}
        if at > newest - apart or _NEAR.run(connection, near).fetchone():
            return
    _ADD.run(connection, {"responder": responder, "at": at, "lon": lon, "lat": lat})
    last[responder] = at if newest is None else max(newest, at)


def prune_tracks(connection: sa.Connection, now: datetime, kept: timedelta) -> None:
    """Forget the points that are older than `kept`, but for when the device was heard that day; looked at once in a minute, however
    often it is asked for.
    """
    memo = memo_of(connection)
    looked: datetime | None = None if memo is None else memo.get(_PRUNED)
    if looked is not None and looked <= now < looked + _PRUNE_EVERY:
        return
    if memo is not None:
        memo[_PRUNED] = now
        memo.pop(_LAST, None)
    _HEARD.run(connection, {"before": now - kept})
    _PRUNE.run(connection, {"before": now - kept})


def last_heard(connection: sa.Connection, moment: datetime) -> dict[str, datetime]:
    """When each officer's device was heard last up to `moment`: by the track, and by the day where that is forgotten."""
    officer, days = tables.responders.c.responder, tables.heard
    # Looked up officer by officer: each is one step in an index, however much is kept.
    point = sa.select(sa.func.max(_TRACK.c.at)).where(_TRACK.c.responder == officer, _TRACK.c.at <= moment)
    day = sa.select(days.c.last_at).where(days.c.responder == officer, days.c.first_at <= moment)
    day = day.order_by(days.c.day.desc()).limit(1)
    rows = connection.execute(
        sa.select(officer, point.scalar_subquery().label("point"), day.scalar_subquery().label("day"))
    )
    told = {str(row.responder): [one for one in (row.point, row.day) if one is not None] for row in rows}
    return {name: min(max(found), moment) for name, found in told.items() if found}


def _remember(connection: sa.Connection, responder: Responder) -> None:
    known = (memo_of(connection) or {}).get(_EVERYBODY, {})
    if responder.responder in known:
        known[responder.responder] = responder


def _by_name(connection: sa.Connection) -> dict[str, Responder]:
    """All officers in their order; what a job that writes has read is remembered for the next."""
    memo = memo_of(connection)
    if memo is not None and _EVERYBODY in memo:
        found: dict[str, Responder] = memo[_EVERYBODY]
        return found
    query = sa.select(*_COLUMNS).order_by(tables.responders.c.responder)
    found = {one.responder: one for one in map(_value, connection.execute(query))}
    if memo is not None:
        memo[_EVERYBODY] = found
    return found


def _lists(responder: Responder) -> dict[str, list[str]]:
    """What the store keeps as lists."""
    return {"grids": list(responder.grids), "skills": list(responder.skills)}


def _value(row: sa.Row[Any]) -> Responder:
    values = dict(row._mapping)
    values["grids"], values["skills"] = tuple(values["grids"]), tuple(values["skills"])
    return Responder(**values)
