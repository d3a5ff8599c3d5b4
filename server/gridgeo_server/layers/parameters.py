"""Query parameters of `/ogc`, read as the standard wants them: what can't be read is a 400."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from starlette.datastructures import QueryParams

from gridgeo_server.errors import BadQuery
from gridgeo_server.layers.features import Box

LIMIT = 1_000
"""Features of one page where the request doesn't say."""
MOST = 10_000
"""Most features of one page; a larger `limit` is served as this (OGC API Features 1, requirement 21)."""
FARTHEST = 10_000_000
"""Largest `offset`."""
_KNOWN = ("bbox", "bbox-crs", "crs", "limit", "offset", "f", "datetime")


def box_of(query: QueryParams) -> Box | None:
    """`bbox`: four numbers, or six with heights, which are left aside."""
    text = query.get("bbox")
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadQuery(f"bbox={text}: give four numbers west,south,east,north", "bbox") from None
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadQuery(f"bbox={text}: give four numbers west,south,east,north", "bbox")
    west, south, east, north = numbers
    if south > north:
        raise BadQuery(f"bbox={text}: south {south:g} lies north of {north:g}", "bbox")
    if abs(west) > 180 or abs(east) > 180 or abs(south) > 90 or abs(north) > 90:
        raise BadQuery(f"bbox={text}: degrees lie within ±180 and ±90, longitude first", "bbox")
    return west, south, east, north


def page_of(query: QueryParams) -> tuple[int, int]:
    """`limit` and `offset`."""
    limit = min(MOST, _whole(query, "limit", LIMIT, least=1))
    return limit, _whole(query, "offset", 0, least=0, most=FARTHEST)


def wanted_of(query: QueryParams, fields: Sequence[str]) -> Mapping[str, str]:
    """Filters on properties: every parameter that is none of the standard's own must be a property."""
    wanted = {}
    for name, value in query.multi_items():
        if name in _KNOWN:
            continue
        if name not in fields:
            raise BadQuery(f"unknown parameter '{name}'; properties are {', '.join(fields)}", name)
        wanted[name] = value
    return wanted


def format_of(query: QueryParams, *known: str) -> str:
    """`f`, one of `known`, by default the first."""
    chosen = query.get("f", known[0])
    if chosen not in known:
        raise BadQuery(f"f={chosen}: this can be had as {', '.join(known)}", "f")
    return chosen


def _whole(query: QueryParams, name: str, default: int, *, least: int, most: int | None = None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) < least:
        raise BadQuery(f"{name}={text}: give a whole number of at least {least}", name)
    if most is not None and int(text) > most:
        raise BadQuery(f"{name}={text}: at most {most} is served", name)
    return int(text)
