"""Vector tiles under `/ogc`: OGC API Tiles, part 1 (OGC 20-057), and TileJSON 3.0 for map libraries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse, Response

from gridgeo_server.errors import BadQuery
from gridgeo_server.layers.endpoints import MVT, base_of, link
from gridgeo_server.layers.parameters import format_of
from gridgeo_server.layers.tiles import LEAST_ZOOM, MOST_ZOOM, Tiles, tile_bounds
from gridgeo_server.state import StateOf
from gridgeo_server.town import ATTRIBUTION

router = APIRouter(prefix="/ogc", tags=["tiles"])

MATRIX_SET = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CACHED = "public, max-age=60, must-revalidate"
_TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "Nothing lies there"},
    304: {"description": "Not changed"},
}


@router.get("/tiles")
def tilesets(request: Request) -> dict[str, Any]:
    """The tile sets of all layers together: one."""
    format_of(request.query_params, "json")
    address = f"{base_of(request)}/tiles/WebMercatorQuad"
    tileset = {
        "title": "All layers",
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": MATRIX_SET,
        "links": [link(address, "self", "application/json", "This tile set")],
    }
    return {"tilesets": [tileset]}


@router.get("/tiles/WebMercatorQuad")
def tileset(request: Request, state: StateOf) -> JSONResponse:
    """The tile set, as the standard's metadata or (`f=tilejson`) as TileJSON."""
    chosen = format_of(request.query_params, "json", "tilejson")
    tiles = state.tiles
    names = _chosen(tiles, request.query_params.get("collections"))
    template = f"{base_of(request)}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    if len(names) < len(tiles.names()):
        template += f"?collections={','.join(names)}"
    body = _tilejson(request, state, template, names) if chosen == "tilejson" else _metadata(request, template, names)
    return JSONResponse(body, headers={"Cache-Control": "no-cache"})


@router.get("/tiles/WebMercatorQuad/{z}/{y}/{x}", response_class=Response, responses=_TILE_ANSWERS)
def tile(
    z: int,
    y: int,
    x: int,
    request: Request,
    state: StateOf,
    collections: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A tile of all layers, or of those that `collections` names (row before column)."""
    format_of(request.query_params, "mvt")
    tiles = state.tiles
    return _answer(tiles, _chosen(tiles, collections), (z, x, y), if_none_match)


@router.get(
    "/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}", response_class=Response, responses=_TILE_ANSWERS
)
def tile_of_collection(
    collection: str,
    z: int,
    y: int,
    x: int,
    request: Request,
    state: StateOf,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A tile of one layer."""
    format_of(request.query_params, "mvt")
    tiles = state.tiles
    return _answer(tiles, (tiles.layer(collection).name,), (z, x, y), if_none_match)


def _answer(tiles: Tiles, names: tuple[str, ...], place: tuple[int, int, int], known: str | None) -> Response:
    tile_bounds(*place)
    made = tiles.tile(names, *place)
    if not made.content:
        return Response(status_code=204, headers={"Cache-Control": _CACHED})
    # A weak tag: the same tile may travel compressed or not.
    headers = {"ETag": f'W/"{made.etag}"', "Cache-Control": _CACHED, "Vary": "Accept-Encoding"}
    if known is not None and made.etag in known:
        return Response(status_code=304, headers=headers)
    return Response(made.content, media_type=MVT, headers=headers)


def _chosen(tiles: Tiles, collections: str | None) -> tuple[str, ...]:
    if collections is None:
        return tiles.names()
    asked = [name.strip() for name in collections.split(",")]
    unknown = [name for name in asked if name not in tiles.names()]
    if unknown:
        raise BadQuery(f"collections={collections}: no tile layer '{unknown[0]}'; there are {', '.join(tiles.names())}")
    return tuple(name for name in tiles.names() if name in asked)


def _tilejson(request: Request, state: StateOf, template: str, names: tuple[str, ...]) -> dict[str, Any]:
    west, south, east, north = state.town.bounds
    layers = [state.tiles.layer(name) for name in names]
    return {
        "tilejson": "3.0.0",
        "name": state.town.jurisdiction.name,
        "attribution": ATTRIBUTION,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": LEAST_ZOOM,
        "maxzoom": MOST_ZOOM,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, 14],
        "vector_layers": [{"id": layer.name, "fields": layer.fields} for layer in layers],
    }


def _metadata(request: Request, template: str, names: tuple[str, ...]) -> dict[str, Any]:
    address = f"{base_of(request)}/tiles/WebMercatorQuad"
    # The standard's own names of the variables stand in its template; a map library reads the TileJSON.
    item = template.replace("{z}", "{tileMatrix}").replace("{y}", "{tileRow}").replace("{x}", "{tileCol}")
    return {
        "title": "Vector tiles",
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": MATRIX_SET,
        "layers": [{"id": name, "dataType": "vector"} for name in names],
        "links": [
            link(address, "self", "application/json", "This tile set"),
            {**link(item, "item", MVT, "A tile"), "templated": True},
            link(f"{address}?f=tilejson", "alternate", "application/json", "The same as TileJSON"),
        ],
    }
