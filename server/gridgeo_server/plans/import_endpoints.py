"""`/api/v1/plans/import`: look at a plan file, with everything that doesn't fit told; then make a draft of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest
from gridgeo_server.idempotency import IdempotencyKey
from gridgeo_server.parameters import Accepts, FileName
from gridgeo_server.plans import importing
from gridgeo_server.plans.answers import keep
from gridgeo_server.plans.drawn import draw
from gridgeo_server.plans.importing import Options
from gridgeo_server.plans.service import Deed
from gridgeo_server.state import StateOf
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1/plans/import", tags=["plans"], route_class=Door)

_KINDS = "CSV (UTF-8, GBK), XLSX, GeoJSON, GeoPackage, GeoParquet, FlatGeobuf, or a Shapefile in a ZIP."
FileBytes = Annotated[bytes, Body(media_type="application/octet-stream", description=_KINDS)]
_Column = Annotated[str | None, Query(min_length=1, max_length=200)]


def _options(
    unit_column: _Column = None,
    grid_column: _Column = None,
    layer: _Column = None,
    accept_suggestions: Annotated[bool, Query(description="Read ids as the known ones they are alike to.")] = False,
    ignore_unmatched: Annotated[bool, Query(description="Leave out what is of other places.")] = False,
    carry_over: Annotated[bool, Query(description="Match the units of an older plan by their ground.")] = False,
) -> Options:
    return Options(unit_column, grid_column, layer, accept_suggestions, ignore_unmatched, carry_over)


OptionsOf = Annotated[Options, Depends(_options)]


@router.post("/check")
def check(
    filename: FileName,
    options: OptionsOf,
    state: StateOf,
    bearer: BearerOf,
    accept_language: Accepts = None,
    data: FileBytes = b"",
) -> dict[str, Any]:
    """Look at a plan file and tell what doesn't fit, row by row; nothing is written."""
    bearer.check("plans.draft")
    looked = importing.look(state.town, data, filename, options)
    return importing.report(state.town, looked, language_of(accept_language))


@router.post("", status_code=201)
def import_file(
    filename: FileName,
    options: OptionsOf,
    state: StateOf,
    bearer: BearerOf,
    name: Annotated[str, Query(min_length=1, max_length=200)],
    checked: Annotated[str | None, Query(max_length=64, description="What the check answered as `checked`.")] = None,
    why: Annotated[str | None, Query(max_length=2_000)] = None,
    idempotency_key: IdempotencyKey = None,
    data: FileBytes = b"",
) -> Response:
    """Make a draft of a plan file in which nothing stands in the way; with `checked`, only of the very file that was checked."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    if not name.strip():
        raise BadRequest(say("plan.no_name"), "name")
    looked = importing.look(state.town, data, filename, options)
    drawn = draw(importing.confirmed(looked, checked))
    deed = Deed(state.clock(), state.zone, bearer, why)
    asked = {"name": name, "why": why, "import": looked.checked}
    told = {"from": "upload", "file": looked.file}
    return keep(state, drawn, name.strip(), deed, asked, idempotency_key, data=told)
