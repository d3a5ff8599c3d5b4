"""What may be done with officers: fixes come in, duty begins and ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases import store as case_store
from gridgeo_server.copies import replace
from gridgeo_server.errors import BadRequest, OffDuty, ServerError
from gridgeo_server.live.news import RespondersMoved
from gridgeo_server.responders import store
from gridgeo_server.responders.model import Responder, view
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond

TRACK_EVERY = timedelta(seconds=15)
"""Least time between two points of a track."""
TRACK_KEPT = timedelta(hours=24)
"""How long tracks are kept."""
AHEAD = timedelta(seconds=60)
"""How far a phone's clock may run ahead."""


@dataclass(frozen=True)
class Fix:
    """Where an officer was seen, degrees; `heading` is degrees from north."""

    responder: str
    lon: float
    lat: float
    at: datetime
    heading: float | None = None


Allow = Callable[[Responder], None]


def anybody(officer: Responder) -> None:
    """Let whoever asks tell where `officer` is."""


def move(transaction: Transaction, fixes: Iterable[Fix], now: datetime, allow: Allow = anybody) -> None:
    """Take in fixes and announce them together.

    A fix older than the last one known is kept in the track only; one that comes again changes nothing. `allow` raises for
    officers of whom whoever asks may tell nothing.

    Raises
    ------
    NotFound, OffDuty, BadRequest
        An officer doesn't exist or is off duty (tracks are kept on duty only), or a fix lies in the future.
    """
    for refused in move_some(transaction, fixes, now, allow).values():
        raise refused


def move_some(
    transaction: Transaction, fixes: Iterable[Fix], now: datetime, allow: Allow = anybody
) -> dict[int, ServerError]:
    """As `move`, but a fix that can't be taken keeps no other back: the answer is why, by its place among the fixes."""
    connection = transaction.connection
    load = case_store.open_by_responder(connection)
    moved: dict[str, Responder] = {}
    refused: dict[int, ServerError] = {}
    for place, fix in enumerate(fixes):
        try:
            officer = _seen(connection, fix, now, allow)
        except ServerError as error:
            refused[place] = error
        else:
            if officer is not None:
                moved[officer.responder] = officer
    # The oldest points are forgotten as new ones come, so that the table never outgrows a day.
    store.prune_tracks(connection, now, TRACK_KEPT)
    if moved:
        transaction.announce(RespondersMoved([view(one, load.get(name, 0)) for name, one in moved.items()]))
    return refused


def _seen(connection: sa.Connection, fix: Fix, now: datetime, allow: Allow) -> Responder | None:
    """The officer with this fix; None where a newer one is known."""
    officer = store.get(connection, fix.responder)
    allow(officer)
    if not officer.on_duty:
        raise OffDuty(f"{officer.name} is off duty; positions are kept on duty only")
    if fix.at > now + AHEAD:
        raise BadRequest("the fix lies in the future; send the time at which it was measured", "at")
    at = to_millisecond(fix.at)
    if at > now - TRACK_KEPT:
        store.add_track(connection, fix.responder, at, fix.lon, fix.lat, TRACK_EVERY)
    if officer.fix_at is not None and at < officer.fix_at:
        return None
    heading = None if fix.heading is None else fix.heading % 360
    officer = replace(officer, lon=fix.lon, lat=fix.lat, heading=heading, fix_at=at)
    store.put_place(connection, officer)
    return officer


def set_duty(transaction: Transaction, responder: str, on_duty: bool) -> Responder:
    """Begin or end an officer's duty; at its end the last fix is forgotten with it."""
    connection = transaction.connection
    officer = store.get(connection, responder)
    if officer.on_duty == on_duty:
        return officer
    officer = replace(officer, on_duty=on_duty, lon=None, lat=None, heading=None, fix_at=None)
    store.put(connection, officer)
    load = case_store.open_by_responder(connection).get(responder, 0)
    transaction.announce(RespondersMoved([view(officer, load)]))
    return officer


def views(connection: sa.Connection) -> list[dict[str, Any]]:
    """Every officer as JSON values."""
    load = case_store.open_by_responder(connection)
    return [view(officer, load.get(officer.responder, 0)) for officer in store.everybody(connection)]


def heading(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Degrees from north of the way from one lon, lat to another nearby.

    Examples
    --------
    >>> heading((7.0, 43.0), (7.0, 43.1)), heading((7.0, 0.0), (7.1, 0.0))
    (0.0, 90.0)
    """
    east = (end[0] - start[0]) * math.cos(math.radians(start[1]))
    return round(math.degrees(math.atan2(east, end[1] - start[1])) % 360, 1)
