"""`/api/v1/responders`: who is on duty and where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.coordinates import Lat, Lon, refuse_missing, refuse_swapped
from gridgeo_server.days import MomentInZone
from gridgeo_server.doors import Door
from gridgeo_server.idempotency import Reply
from gridgeo_server.responders import service, store
from gridgeo_server.responders.model import view
from gridgeo_server.responders.service import Fix
from gridgeo_server.responders.shifts import as_on_shift
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction

router = APIRouter(prefix="/api/v1/responders", tags=["responders"], route_class=Door)


class PositionBody(BaseModel):
    """A fix."""

    model_config = ConfigDict(extra="forbid")
    lon: Lon
    lat: Lat
    heading: float | None = Field(
        default=None, strict=True, ge=0, le=360, allow_inf_nan=False, description="Degrees from north."
    )
    at: MomentInZone | None = Field(default=None, description="When it was measured; now where left out.")


class DutyBody(BaseModel):
    """Duty begins or ends."""

    model_config = ConfigDict(extra="forbid")
    on_duty: Annotated[bool, Field(strict=True)]


@router.get("")
def responders(state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """The officers whom the asker may see: all, those of an area, or oneself."""
    asking.bearer.check("responders.see", own=asking.looker.officer is not None)
    with state.store.reading() as connection:
        found = asking.looker.officers(service.views(connection))
    return {"responders": as_on_shift(state.desk.duty, found, state.clock())}


@router.post("/{responder}/positions", status_code=202)
async def position(responder: str, body: PositionBody, state: StateOf, asking: AskingOf) -> Response:
    """Take in where an officer is."""
    asking.bearer.check("positions.send", own=responder == asking.looker.officer)
    refuse_missing(body.lon, body.lat)
    refuse_swapped(body.lon, body.lat, state.town)
    now = state.clock()
    at = now if body.at is None else _in_utc(body.at)
    fix = Fix(responder, body.lon, body.lat, at, body.heading)

    def work(transaction: Transaction) -> None:
        service.move(transaction, [fix], now, asking.allowing("positions.send"))

    await state.store.write_soon(work)
    return Reply.of(202, {"responder": responder, "accepted": True}).response()


@router.patch("/{responder}")
def duty(responder: str, body: DutyBody, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """Begin or end an officer's duty; whoever comes on duty is sent to cases that wait."""
    now = state.clock()
    asking.bearer.check("duty.set", own=responder == asking.looker.officer)

    def work(transaction: Transaction) -> dict[str, Any]:
        asking.check_officer("duty.set", store.get(transaction.connection, responder))
        officer = service.set_duty(transaction, responder, body.on_duty)
        if body.on_duty:
            state.desk.sending.waiting(transaction, now, Actor())
        load = case_store.open_by_responder(transaction.connection)
        return as_on_shift(state.desk.duty, [view(officer, load.get(responder, 0))], now)[0]

    return state.store.write(work)


def _in_utc(moment: datetime) -> datetime:
    """In UTC; the ends of the calendar can't be moved between zones and are taken as they stand."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
