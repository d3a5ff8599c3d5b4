"""`/api/v1/positions`: many fixes in one request, of a gateway that gathers them or of an officer who was out of reach."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.cases.filters import in_utc
from gridgeo_server.doors import Door
from gridgeo_server.errors import faults_told, status_of, told
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.parameters import Accepts
from gridgeo_server.responders import service
from gridgeo_server.responders.endpoints import PositionBody
from gridgeo_server.responders.service import Fix
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1/positions", tags=["responders"], route_class=Door)


class OfficerBody(PositionBody):
    """A fix of an officer."""

    responder: str = Field(min_length=1, max_length=64)


class PositionsBody(BaseModel):
    """Fixes. Each is checked by itself, so that a bad one doesn't keep the others back."""

    model_config = ConfigDict(extra="forbid")
    positions: list[dict[str, Any]] = Field(min_length=1, max_length=500)


@router.post("", status_code=202)
async def positions(
    body: PositionsBody,
    state: StateOf,
    asking: AskingOf,
    idempotency_key: IdempotencyKey = None,
    accept_language: Accepts = None,
) -> Response:
    """Take in where officers are, up to 500 fixes in any order; the answer names those that were refused, and why.

    What is sent again changes nothing, and an older fix never takes the place of a newer one.
    """
    now, lang = state.clock(), language_of(accept_language)
    asking.bearer.check("positions.send", own=asking.looker.officer is not None)
    fixes: dict[int, Fix] = {}
    refused: dict[int, dict[str, Any]] = {}
    for place, given in enumerate(body.positions):
        try:
            one = OfficerBody.model_validate(given)
        except ValidationError as error:
            faults = faults_told(error.errors(include_url=False), lang)
            detail = say("fields.join").told(lang).join(say("field", **fault).told(lang) for fault in faults)
            refused[place] = _refused(place, 422, "bad-request", detail)
        else:
            fixes[place] = Fix(one.responder, one.lon, one.lat, in_utc(one.at) or now, one.heading)

    def work(transaction: Transaction) -> Reply:
        places = list(fixes)
        found = dict(refused)
        for row, error in service.move_some(
            transaction, fixes.values(), now, asking.allowing("positions.send")
        ).items():
            found[places[row]] = _refused(places[row], *status_of(error), told(error, lang))
        rows = [found[place] for place in sorted(found)]
        return Reply.of(202, {"accepted": len(body.positions) - len(rows), "refused": rows})

    asked, by = {"positions": body.positions}, asking.bearer.key
    wanted = once(idempotency_key, "POST /api/v1/positions", asked, now, work, by)
    return (await state.store.write_soon(wanted)).response()


def _refused(place: int, status: int, name: str, detail: str) -> dict[str, Any]:
    return {"position": place, "status": status, "type": f"urn:gridgeo:problem:{name}", "detail": detail}
