"""What a request can come to, told in the description: answers (`forms`) and refusals as they are sent, headers, and the forms of Open311.

FastAPI describes refusals as it would send them itself, which this server doesn't; a client made from the description alone has to
read those that come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

from gridgeo_server import forms
from gridgeo_server.layers.endpoints import GEOJSON, OPENAPI_30
from gridgeo_server.open311 import refusals
from gridgeo_server.open311.encoding import MEDIA
from gridgeo_server.rosters.file_endpoints import EXPORTED

_FAULT = {
    "type": "object",
    "title": "Fault",
    "required": ["message"],
    "properties": {
        "field": {"type": "string", "description": "Which value is wrong."},
        "message": {"type": "string", "description": "What is wrong with it, and the mend."},
        "row": {"type": "integer", "description": "In a file, its line or the number of its feature; 0 is the whole."},
        "id": {"type": "string", "description": "In a file, the id of its row."},
    },
}
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "description": "Why nothing was done, RFC 9457; `type` and `status` are the same in every language.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "What kind of problem it is: `urn:gridgeo:problem:NAME`."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What was wrong, where, and what to do next."},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        },
    },
    "Fault": _FAULT,
    "Open311Errors": {
        "type": "array",
        "title": "Open311Errors",
        "description": "Why nothing was done, as GeoReport v2 tells it.",
        "items": {
            "type": "object",
            "required": ["code", "description"],
            "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
        },
    },
}
_FASTAPIS = ("HTTPValidationError", "ValidationError")
"""Schemas of refusals that are never sent."""

_VERSION = {"ETag": "Its version, for `If-Match`."}
_PLACE = {"Location": "Where what was made is found."}
_HEADERS: dict[tuple[str, str], dict[str, str]] = {
    ("post", "/api/v1/cases"): {**_PLACE, **_VERSION},
    ("get", "/api/v1/cases/{case}"): _VERSION,
    ("post", "/api/v1/cases/{case}/actions"): _VERSION,
    ("post", "/api/v1/reports"): _PLACE,
    ("post", "/api/v1/cases/{case}/photos"): _PLACE,
    ("post", "/api/v1/webhooks"): _PLACE,
    ("post", "/api/v1/plans"): {**_PLACE, **_VERSION},
    ("get", "/api/v1/plans/{plan}"): _VERSION,
    ("patch", "/api/v1/plans/{plan}"): _VERSION,
    ("post", "/api/v1/plans/{plan}/transitions"): _VERSION,
    ("post", "/api/v1/rosters/terms"): {**_PLACE, **_VERSION},
    ("get", "/api/v1/rosters/terms/{term}"): _VERSION,
    ("patch", "/api/v1/rosters/terms/{term}"): _VERSION,
    ("post", "/api/v1/rosters/terms/{term}/end"): _VERSION,
}
"""Request → headers of its answer that a client goes by."""


_MEDIA: dict[tuple[str, str], tuple[str, ...]] = {
    ("get", "/api/v1/photos/{photo}"): ("image/jpeg",),
    ("get", "/api/v1/plans/{plan}/assignment"): ("application/json", "text/csv"),
    ("get", "/api/v1/plans/{plan}/compare/{other}"): ("application/json", GEOJSON),
    ("get", "/api/v1/plans/{plan}/grids"): (GEOJSON,),
    ("get", "/api/v1/rosters/export"): tuple(kind.partition(";")[0] for kind in EXPORTED.values()),
    ("get", "/metrics"): ("text/plain",),
    ("get", "/ogc/api"): (OPENAPI_30,),
    ("get", "/ogc/collections/{collection}/items"): (GEOJSON,),
    ("get", "/ogc/collections/{collection}/items/{item}"): (GEOJSON,),
}
"""Request → media types of its answer, where it isn't JSON alone."""


def install(app: FastAPI) -> None:
    """Let the description of `app` tell what its requests come to."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def told() -> dict[str, Any]:
        if app.openapi_schema is None:
            _tell(plain())
        return plain()

    app.openapi = told  # type: ignore[method-assign]


def _tell(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in _FASTAPIS:
        schemas.pop(name, None)
    schemas.update(_SCHEMAS | forms.SCHEMAS)
    for path, method, operation in _operations(document["paths"]):
        answers = operation["responses"]
        answers.pop("422", None)
        answers["4XX"] = _refused(path, "What is asked can't be done: the detail says why and what to do.")
        answers["5XX"] = _refused(path, "The server can't do it now; nothing was done, or its Idempotency-Key tells.")
        done = next(answer for status, answer in answers.items() if status[0] == "2")
        for name, about in _HEADERS.get((method, path), {}).items():
            done.setdefault("headers", {})[name] = {"description": about, "schema": {"type": "string"}}
        if (method, path) in forms.ANSWERS:
            done["content"] = {MEDIA["json"]: {"schema": forms.ANSWERS[method, path]}}
        if (method, path) in _MEDIA:
            described = done.get("content", {}).get(MEDIA["json"], {})
            done["content"] = {kind: described if kind == MEDIA["json"] else {} for kind in _MEDIA[method, path]}
        if refusals.is_ours(path):
            done["content"] = {MEDIA["json"]: {"schema": {}}, MEDIA["xml"]: {"schema": {"type": "string"}}}
    photo = document["paths"]["/api/v1/photos/{photo}"]["get"]["responses"]
    photo["304"] = {"description": "It is the one that `If-None-Match` names."}
    bulk = document["paths"]["/api/v1/cases/bulk"]["post"]["responses"]
    bulk["200"] = {
        **bulk["201"],
        "description": "With `partial`, some rows were filed, and `faults` tells of the others.",
    }


def _operations(paths: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in paths.items():
        for method, operation in item.items():
            yield path, method, operation


def _refused(path: str, about: str) -> dict[str, Any]:
    wait = {"description": "With 429 and 503, after how many seconds to ask again.", "schema": {"type": "integer"}}
    if refusals.is_ours(path):
        json = {"schema": {"$ref": "#/components/schemas/Open311Errors"}}
        content = {MEDIA["json"]: json, MEDIA["xml"]: {"schema": {"type": "string"}}}
    else:
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": about, "headers": {"Retry-After": wait}, "content": content}
