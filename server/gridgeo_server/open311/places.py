"""From what a reporter writes as a place to a point."""

from __future__ import annotations

from gridgeo import crs
from gridgeo_server.cases.cells import metres_between
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town

NEAR_M = 150.0
"""Spots that an address leads to count as one place where none lies farther from the first, metres."""


def place_of(town: Town, address: str) -> tuple[float, float]:
    """Longitude and latitude of what `address` leads to, degrees.

    Raises
    ------
    BadRequest
        Nothing is called so, or it leads to several places; the message says why and names what is like it.
    """
    found = town.addresses.find(address)
    if not found.spots:
        names = Listed(tuple(dict.fromkeys(name for _, name in found.offered)), 5)
        if names.names:
            told = {"address": address[:80], "reason": found.reason, "names": names}
            raise BadRequest(say("open311.no_place_like", **told), "address_string")
        raise BadRequest(say("open311.no_place", address=address[:80], reason=found.reason), "address_string")
    first = found.spots[0]
    if any(metres_between(first.lon, first.lat, one.lon, one.lat) > NEAR_M for one in found.spots[1:]):
        raise BadRequest(say("open311.several_places", address=address[:80]), "address_string")
    middle = found.spots[len(found.spots) // 2]
    return middle.lon, middle.lat


def place_of_building(town: Town, building: str) -> tuple[float, float]:
    """Longitude and latitude of a point in the building called `building`, degrees.

    Raises
    ------
    BadRequest
        There is no such building.
    """
    table = town.jurisdiction.buildings
    rows = table[table["building"].astype(str) == building]
    if rows.empty:
        raise BadRequest(say("open311.no_address_id", given=building[:64]), "address_id")
    point = rows.geometry.iloc[0].representative_point()
    lon, lat = crs.transform(point.x, point.y, table.crs, crs.WGS84)
    return round(float(lon), 7), round(float(lat), 7)
