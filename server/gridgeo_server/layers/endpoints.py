"""`/ogc`: OGC API Features, part 1 (core, GeoJSON), OGC 17-069r4."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.errors import NotFound
from gridgeo_server.layers.features import Collection
from gridgeo_server.layers.parameters import box_of, format_of, page_of, wanted_of
from gridgeo_server.state import StateOf
from gridgeo_server.store.instants import to_text
from gridgeo_server.town import ATTRIBUTION

router = APIRouter(prefix="/ogc", tags=["layers"])

CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOJSON = "application/geo+json"
OPENAPI_30 = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"


def link(href: str, rel: str, media: str, title: str) -> dict[str, str]:
    """A link by RFC 8288."""
    return {"href": href, "rel": rel, "type": media, "title": title}


def base_of(request: Request) -> str:
    """Address of `/ogc`, without a slash at the end."""
    return f"{str(request.base_url).rstrip('/')}/ogc"


@router.get("/")
def landing(request: Request, state: StateOf) -> dict[str, Any]:
    """What there is."""
    format_of(request.query_params, "json")
    base = base_of(request)
    return {
        "title": f"gridgeo: {state.town.jurisdiction.name}",
        "description": "Grids, streets, places, officers, routes and cases of one jurisdiction",
        "attribution": ATTRIBUTION,
        "links": [
            link(f"{base}/", "self", "application/json", "This page"),
            link(f"{base}/api", "service-desc", OPENAPI_30, "What can be asked, OpenAPI 3.0"),
            link(f"{base}/conformance", "conformance", "application/json", "Standards that are kept"),
            link(f"{base}/collections", "data", "application/json", "The collections"),
            link(
                f"{base}/tiles/WebMercatorQuad?f=tilejson",
                "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                "application/json",
                "Vector tiles",
            ),
        ],
    }


@router.get("/conformance")
def conformance(request: Request) -> dict[str, Any]:
    """Standards that are kept."""
    format_of(request.query_params, "json")
    return {"conformsTo": list(CONFORMS_TO)}


@router.get("/collections")
def collections(request: Request, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """The collections."""
    format_of(request.query_params, "json")
    base, shelf = base_of(request), state.shelf
    return {
        "links": [link(f"{base}/collections", "self", "application/json", "This page")],
        "collections": [
            _described(base, shelf.take(name, state, asking.looker), state.town.bounds) for name in shelf.names()
        ],
    }


@router.get("/collections/{collection}")
def one_collection(collection: str, request: Request, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """One collection."""
    format_of(request.query_params, "json")
    found = state.shelf.take(collection, state, asking.looker)
    return _described(base_of(request), found, state.town.bounds)


@router.get("/collections/{collection}/items", response_class=JSONResponse)
def items(collection: str, request: Request, state: StateOf, asking: AskingOf) -> JSONResponse:
    """Features of a collection: `bbox`, `limit`, `offset`, and any property as a filter."""
    query = request.query_params
    format_of(query, "json")
    found = state.shelf.take(collection, state, asking.looker)
    limit, offset = page_of(query)
    rows = found.find(box_of(query), wanted_of(query, found.fields))
    page = rows[offset : offset + limit]
    address = f"{base_of(request)}/collections/{collection}/items"
    links = [
        link(_with(address, query.multi_items()), "self", GEOJSON, "This page"),
        link(f"{base_of(request)}/collections/{collection}", "collection", "application/json", found.about.title),
    ]
    if offset + limit < len(rows):
        following = [pair for pair in query.multi_items() if pair[0] not in {"offset", "limit"}]
        following += [("limit", str(limit)), ("offset", str(offset + limit))]
        links.append(link(_with(address, following), "next", GEOJSON, "The next page"))
    body = {
        "type": "FeatureCollection",
        "timeStamp": to_text(state.clock()),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "features": [found.feature(row) for row in page],
        "links": links,
    }
    return JSONResponse(body, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"})


@router.get("/collections/{collection}/items/{item}", response_class=JSONResponse)
def one_item(collection: str, item: str, request: Request, state: StateOf, asking: AskingOf) -> JSONResponse:
    """One feature."""
    format_of(request.query_params, "json")
    found = state.shelf.take(collection, state, asking.looker)
    row = found.row_of(item)
    if row is None:
        raise NotFound(f"no feature '{item}' in the collection '{collection}'")
    parent = f"{base_of(request)}/collections/{collection}"
    links = [
        link(f"{parent}/items/{quote(item, safe='')}", "self", GEOJSON, "This feature"),
        link(parent, "collection", "application/json", found.about.title),
    ]
    return JSONResponse(
        {**found.feature(row), "links": links}, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"}
    )


def _described(base: str, collection: Collection, bounds: list[float]) -> dict[str, Any]:
    name, about = collection.name, collection.about
    address = f"{base}/collections/{name}"
    return {
        "id": name,
        "title": about.title,
        "description": about.description,
        "attribution": ATTRIBUTION,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [collection.bounds() or bounds], "crs": CRS84}},
        "crs": [CRS84],
        "links": [
            link(address, "self", "application/json", about.title),
            link(f"{address}/items", "items", GEOJSON, "Its features"),
        ],
    }


def _with(address: str, pairs: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(pairs)}" if pairs else address
