"""`/api/v1/cases/bulk`: many reports in one file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import JSONResponse, Response

from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.cases.bulk import file_reports
from gridgeo_server.cases.intake import Fault, Intake, read_csv, read_geojson
from gridgeo_server.cases.rows import CHARSETS, FIELDS
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest, problem
from gridgeo_server.media import charset_of
from gridgeo_server.parameters import Accepts
from gridgeo_server.state import StateOf
from gridgeo_server.texts import Listed, language_of, say

router = APIRouter(prefix="/api/v1/cases", tags=["cases"], route_class=Door)

READERS = {"text/csv": read_csv, "application/geo+json": read_geojson, "application/json": read_geojson}
"""Media type → what reads it."""
_BODY = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string", "description": f"A heading and rows of {', '.join(FIELDS)}."}},
        "application/geo+json": {"schema": {"type": "object", "description": "A FeatureCollection of points."}},
    },
}


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/bulk", status_code=201, openapi_extra={"requestBody": _BODY})
def bulk(
    state: StateOf,
    asking: AskingOf,
    data: Annotated[bytes, Depends(_body)],
    content_type: Annotated[str, Header(max_length=200)] = "",
    partial: Annotated[
        bool, Query(description="Take in what can be; else one fault keeps all from being taken.")
    ] = False,
    crs: Annotated[
        Literal["wgs84", "gcj02", "bd09"],
        Query(description="What the coordinates are in; GCJ-02 and BD-09 are converted."),
    ] = "wgs84",
    accept_language: Accepts = None,
) -> Response:
    """Report many cases from a CSV or GeoJSON file: all or none, or with `partial` as many as can be; faults by row and field. A row sent again by its `id` within a day is the same case."""
    asking.check("cases.bulk")
    lang = language_of(accept_language)
    reader = _reader(content_type)
    known = {one.category for one in state.desk.categories.all()}
    intake = reader(data, known, crs, state.town)
    filed, faults = file_reports(state.store, state.desk, intake, state.clock(), asking.actor, partial=partial)
    told = [_fault(one, lang) for one in faults]
    if not filed:
        shown = [{name: value for name, value in one.items() if value is not None} for one in told]
        return problem(
            422, "bad-request", say("title.bad-request"), say("bulk.none", faults=len(faults)), shown, lang=lang
        )
    return JSONResponse({"filed": [asdict(one) for one in filed], "faults": told}, 200 if faults else 201)


def _reader(content_type: str) -> Callable[..., Intake]:
    """What reads a file that is declared so.

    Raises
    ------
    BadRequest
        Nothing does: it is of another kind, or its charset isn't known.
    """
    kind, charset = content_type.partition(";")[0].strip().casefold(), charset_of(content_type)
    if kind not in READERS:
        raise BadRequest(say("bulk.media", known=", ".join(READERS)), "Content-Type")
    if READERS[kind] is not read_csv or charset is None:
        return READERS[kind]
    if charset not in CHARSETS:
        told = {"charset": charset[:40], "known": Listed(tuple(CHARSETS), len(CHARSETS))}
        raise BadRequest(say("bulk.charset", **told), "Content-Type")
    return functools.partial(read_csv, charset=charset)


def _fault(fault: Fault, lang: str) -> dict[str, Any]:
    return {"row": fault.row, "id": fault.id, "field": fault.field, "message": fault.reason.told(lang)}
