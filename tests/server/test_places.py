"""Why numbers are no place, and what they may be instead."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pytest

from gridgeo_server import coordinates, places
from gridgeo_server.errors import BadRequest


@dataclass
class _Plan:
    grids: gpd.GeoSeries = field(default_factory=lambda: gpd.GeoSeries(crs="EPSG:4549"))


@dataclass
class _Town:
    """What a place is judged by of a town in eastern China."""

    plan: _Plan = field(default_factory=_Plan)
    bounds: tuple[float, float, float, float] = (120.6, 31.2, 120.8, 31.4)


@pytest.mark.parametrize(
    ("lon", "lat", "fault"),
    [
        (120.7, 31.3, None),
        (-180.0, 90.0, None),
        (31.3, 120.7, ("lat", "bulk.swapped", {"value": "120.7"})),
        (39.9, 116.4, ("lat", "bulk.range", {"value": "116.4", "limit": 90})),
        (200.0, 31.3, ("lon", "bulk.range", {"value": "200", "limit": 180})),
        (561_000.0, 3_465_000.0, ("lon", "place.metres", {"system": "EPSG:4549", "value": "561000"})),
        (3_465_000.0, 561_000.0, ("lon", "place.metres", {"system": "EPSG:4549", "value": "3.465e+06"})),
        (13_436_262.0, 3_674_367.0, ("lon", "place.metres", {"system": "EPSG:3857", "value": "1.34363e+07"})),
        (1e308, 1e308, ("lon", "bulk.metres", {"value": "1e+308"})),
        (float("inf"), 0.0, ("lon", "bulk.no_number", {"value": "inf"})),
        (float("nan"), 0.0, ("lon", "bulk.no_number", {"value": "nan"})),
    ],
)
def test_numbers_are_told_as_what_they_may_be(lon, lat, fault):
    found = places.no_degrees(lon, lat, _Town())
    assert (None if found is None else (found[0], found[1].key, found[1].values)) == fault


def test_a_place_far_from_the_town_that_fits_it_exchanged_is_refused_and_any_other_is_not():
    with pytest.raises(BadRequest, match="swapped"):
        coordinates.refuse_swapped(50.1, 10.1, _Town(bounds=(10.0, 50.0, 10.2, 50.2)))
    coordinates.refuse_swapped(31.3, 30.7, _Town(bounds=(30.5, 31.0, 30.9, 31.5)))  # so near that both fit
    coordinates.refuse_swapped(120.7, 31.3, _Town())
    coordinates.refuse_swapped(7.4, 43.7, _Town())
