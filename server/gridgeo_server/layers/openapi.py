"""`/ogc/api`: what `/ogc` answers, in OpenAPI 3.0, which OGC API Features 1.0 asks for.

The app describes itself in OpenAPI 3.1 (`/openapi.json`); this module tells the part under `/ogc` in the older words.
"""

from __future__ import annotations

import copy
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from gridgeo_server.layers.endpoints import OPENAPI_30
from gridgeo_server.layers.parameters import LIMIT, MOST, format_of

router = APIRouter(prefix="/ogc", tags=["layers"])


@router.get("/api", response_class=JSONResponse)
def api(request: Request) -> JSONResponse:
    """What can be asked of the map layers, OpenAPI 3.0."""
    format_of(request.query_params, "json")
    return JSONResponse(described(request.app.openapi()), media_type=OPENAPI_30)


def described(document: dict[str, Any]) -> dict[str, Any]:
    """The part of an OpenAPI 3.1 `document` that lies under `/ogc`, as OpenAPI 3.0."""
    paths = {path: older(item) for path, item in document["paths"].items() if path.startswith("/ogc")}
    paths["/ogc/collections/{collection}/items"]["get"].setdefault("parameters", []).extend(_items_parameters())
    schemas = older(document.get("components", {}).get("schemas", {}))
    named = _named_in(paths, schemas)
    components = {"schemas": {name: schema for name, schema in schemas.items() if name in named}}
    return {"openapi": "3.0.3", "info": older(document["info"]), "paths": paths, "components": components}


def _named_in(node: Any, schemas: dict[str, Any]) -> set[str]:
    """Names of the schemas that `node` refers to, and those that they refer to."""
    named: set[str] = set()
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in named:
                named.add(name)
                left.append(schemas[name])
        left += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return named


def older(node: Any) -> Any:
    """A part of an OpenAPI 3.1 document in the words of 3.0.

    Examples
    --------
    >>> older({"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Name"})
    {'title': 'Name', 'type': 'string', 'nullable': True}
    >>> older({"type": ["integer", "null"]})
    {'type': 'integer', 'nullable': True}
    """
    if isinstance(node, list):
        return [older(item) for item in node]
    if not isinstance(node, dict):
        return copy.deepcopy(node)
    found = {key: older(value) for key, value in node.items()}
    choices = found.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        kept = [choice for choice in choices if choice != {"type": "null"}]
        found.pop("anyOf")
        found |= kept[0] if len(kept) == 1 else {"anyOf": kept}
        found["nullable"] = True
    kinds = found.get("type")
    if isinstance(kinds, list) and len(kinds) == 2 and "null" in kinds:
        found |= {"type": next(one for one in kinds if one != "null"), "nullable": True}
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if isinstance(found.get("exclusiveMinimum"), int | float) and not isinstance(found["exclusiveMinimum"], bool):
        found["minimum"], found["exclusiveMinimum"] = found["exclusiveMinimum"], True
    return found


def _items_parameters() -> list[dict[str, Any]]:
    """Parameters that are read by hand, since the standard wants a 400 for what can't be read."""
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
    return [
        {"name": "bbox", "in": "query", "required": False, "style": "form", "explode": False, "schema": box},
        {"name": "limit", "in": "query", "required": False, "style": "form", "explode": False, "schema": whole},
        {"name": "offset", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0, "default": 0}},
    ]
