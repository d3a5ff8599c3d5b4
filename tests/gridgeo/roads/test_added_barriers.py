import geopandas as gpd
import pytest
from shapely import LineString, Point

from gridgeo.errors import BadInput
from gridgeo.roads.barriers import add_barriers


def test_a_line_that_a_planner_adds_closes_the_borders_it_runs_along(lattice):
    middle = float(lattice.units[lattice.units["area"] == "east"].total_bounds[0])
    wall = gpd.GeoDataFrame(geometry=[LineString([(middle, 4_842_990), (middle, 4_843_410)])], crs=lattice.crs).to_crs(
        4326
    )
    walled = add_barriers(lattice, wall)
    closed = walled.borders[~walled.borders["walkable"]]
    assert len(closed) == 4
    assert walled.units["part"].nunique() == 2
    assert lattice.units["part"].nunique() == 1


def test_a_line_that_closes_nothing_is_refused(lattice):
    far = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])], crs=lattice.crs)
    with pytest.raises(BadInput, match="no border"):
        add_barriers(lattice, far)
    with pytest.raises(BadInput, match="row 0: Point"):
        add_barriers(lattice, gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=lattice.crs))
