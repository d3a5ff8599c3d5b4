import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import patrolled_streets
from gridgeo.routes.roads import Roads, starts_of


def roads_of(plan: Plan) -> Roads:
    return Roads.of(plan.jurisdiction.road_nodes, plan.jurisdiction.road_edges, "foot")


def test_arcs_carry_the_line_of_their_direction(plan: Plan):
    roads = roads_of(plan)
    starts = np.array([line.coords[0] for line in roads.lines])
    ends = np.array([line.coords[-1] for line in roads.lines])
    assert starts == pytest.approx(np.column_stack([roads.x, roads.y])[roads.network.tail])
    assert ends == pytest.approx(np.column_stack([roads.x, roads.y])[roads.network.head])


def test_routes_begin_near_the_middle_of_their_grid_on_its_own_part(islanded: Plan):
    roads = roads_of(islanded)
    starts = starts_of(islanded, roads, patrolled_streets(islanded), None)
    assert set(starts) == {"01", "02", "03", "04"}
    for grid, shape in islanded.grids.set_index("grid").geometry.items():
        assert shape.representative_point().distance(roads.point(starts[str(grid)])) < 110
        assert roads.network.parts[starts[str(grid)]] == roads.network.parts[0]


def test_two_stations_of_one_grid_are_refused(plan: Plan):
    spots = [shapely.Point(7, 43)] * 2
    stations = gpd.GeoDataFrame({"grid": ["01", "01"]}, geometry=spots, crs=4326)
    with pytest.raises(BadInput, match="grid '01' has two"):
        starts_of(plan, roads_of(plan), patrolled_streets(plan), stations)


def test_a_path_without_arcs_is_a_line_of_no_length(plan: Plan):
    line = roads_of(plan).path(np.empty(0, dtype=np.int64), 3)
    assert line.length == 0
    assert not line.is_empty
