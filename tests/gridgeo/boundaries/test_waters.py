"""Water beyond the map's edge."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import gridgeo
from gridgeo.boundaries.waters import beyond_the_edge


@given(st.floats(0, 359), st.floats(0.1, 0.9))
def test_the_sea_goes_on_where_the_edge_cut_it_whatever_way_the_map_is_turned(angle, share):
    frame = shapely.affinity.rotate(shapely.box(0, 0, 100, 100), angle, origin=(0, 0))
    sea = shapely.affinity.rotate(shapely.box(100 * share, 0, 100, 100), angle, origin=(0, 0))
    more = beyond_the_edge(sea, frame, 50.0)
    width = 100 * (1 - share)
    assert more.area == pytest.approx(width * 100 + 50 * (100 + 2 * width) + 2 * 50 * 50, rel=0.05)
    assert shapely.difference(sea, more).area == pytest.approx(0, abs=5.0)  # a centimetre along the edge


def test_an_inlet_that_the_edge_cuts_ends_there():
    frame = shapely.box(0, 0, 100, 100)
    inlet = shapely.box(40, 0, 60, 50)
    assert beyond_the_edge(inlet, frame, 50.0).bounds == inlet.bounds


def test_the_sea_takes_no_land_of_the_sample():
    town = gridgeo.import_osm(gridgeo.sample_map())
    sea = town.water[town.water["kind"] == "sea"].union_all()
    assert shapely.intersection(sea, town.boundary.union_all()).area == pytest.approx(
        0, abs=1.0
    )  # a centimetre along the coast
    east = town.boundary.total_bounds[2]
    assert sea.bounds[2] > east + 4000
