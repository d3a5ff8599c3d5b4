"""Why a pair of numbers is no place, and what was probably meant: degrees exchanged, metres, nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gridgeo import crs
from gridgeo_server.texts import Text, say

if TYPE_CHECKING:
    from gridgeo_server.town import Town

_METRES = 1_000.0
"""Beyond it a coordinate is no slip of degrees."""
_AROUND = 0.5
"""A place so many degrees outside a town's bounds still counts to its surroundings."""
_WEB = "EPSG:3857"


def no_degrees(lon: float, lat: float, town: Town | None) -> tuple[str, Text] | None:
    """In which field a pair of numbers is out of range, and what it may be instead; None where both are degrees."""
    if abs(lon) <= 180 and abs(lat) <= 90:
        return None
    field, value, limit = ("lat", lat, 90) if abs(lon) <= 180 else ("lon", lon, 180)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return field, say("bulk.no_number", value=f"{value:g}")
    if abs(lon) > _METRES or abs(lat) > _METRES:
        system = None if town is None else _system(lon, lat, town)
        if system is None:
            return field, say("bulk.metres", value=f"{value:g}")
        return field, say("place.metres", system=system, value=f"{value:g}")
    if abs(lat) <= 180 and abs(lon) <= 90 and (town is None or near(lat, lon, town)):
        return field, say("bulk.swapped", value=f"{value:g}")
    return field, say("bulk.range", value=f"{value:g}", limit=limit)


def hint(fault: Mapping[str, Any], given: Any, town: Town) -> Text | None:
    """What a coordinate that pydantic refuses may be instead; `given` is the body or query it stands in."""
    if fault["type"] not in {"less_than_equal", "greater_than_equal"}:
        return None
    *above, name = _inside(fault["loc"])
    for part in above:
        try:
            given = given[part]
        except (KeyError, IndexError, TypeError):
            return None
    if name not in {"lon", "lat"} or not hasattr(given, "get"):
        return None
    try:
        found = no_degrees(float(given.get("lon")), float(given.get("lat")), town)
    except (TypeError, ValueError, OverflowError):
        return None
    return found[1] if found is not None and found[0] == name else None


def _inside(loc: Sequence[Any]) -> Sequence[Any]:
    return loc[1:] if len(loc) > 1 and loc[0] in {"body", "query"} else loc


def _system(lon: float, lat: float, town: Town) -> str | None:
    """The system in whose metres the numbers lie in the town, either way round."""
    own = town.plan.grids.crs
    for system, name in ((own, _called(own)), (_WEB, _WEB)):
        for x, y in ((lon, lat), (lat, lon)):
            try:
                east, north = crs.transform(x, y, system, crs.WGS84)
            except ValueError:
                continue
            if near(float(east), float(north), town):
                return name
    return None


def _called(system: Any) -> str:
    code = system.to_epsg()
    return str(system.name) if code is None else f"EPSG:{code}"


def near(lon: float, lat: float, town: Town) -> bool:
    """Whether a place, degrees, lies in a town or around it."""
    west, south, east, north = town.bounds
    return west - _AROUND <= lon <= east + _AROUND and south - _AROUND <= lat <= north + _AROUND
