"""Coordinates as the bodies of requests carry them, and those that are refused although they are degrees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gridgeo_server.errors import BadRequest
from gridgeo_server.places import near, no_degrees
from gridgeo_server.texts import say
from gridgeo_server.town import Town

Lon = Annotated[
    float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, description="Longitude, degrees, WGS 84.")
]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, description="Latitude, degrees, WGS 84.")]
"""Coordinates of a body: numbers, neither texts nor true and false."""


def refuse_missing(lon: float, lat: float, field: str = "lon") -> None:
    """Raise `BadRequest` for (0, 0), where no town lies: it is what a phone without a fix sends."""
    if lon == 0 == lat:
        raise BadRequest(say("bulk.zero"), field)


def refuse_no_degrees(lon: float, lat: float, town: Town, names: tuple[str, str] = ("lon", "lat")) -> None:
    """Raise `BadRequest` where two numbers are no degrees, or (0, 0); `names` are their fields."""
    refuse_missing(lon, lat, names[0])
    if (found := no_degrees(lon, lat, town)) is not None:
        raise BadRequest(found[1], names[0] if found[0] == "lon" else names[1])


def refuse_swapped(lon: float, lat: float, town: Town) -> None:
    """Raise `BadRequest` where a place lies far from `town`, but in it with its numbers exchanged."""
    if not near(lon, lat, town) and near(lat, lon, town):
        raise BadRequest(say("place.swapped"), "lon")
