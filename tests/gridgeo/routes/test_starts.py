import geopandas as gpd
import pytest
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads
from gridgeo.routes import patrolled_streets
from gridgeo.routes.starts import starts_of


def roads_of(plan: Plan) -> Roads:
    return Roads.of(plan.jurisdiction.road_nodes, plan.jurisdiction.road_edges)


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


def test_a_station_off_the_map_is_refused_with_its_distance(plan: Plan):
    stations = gpd.GeoDataFrame({"grid": ["02"]}, geometry=[shapely.Point(2.35, 48.85)], crs=4326)
    with pytest.raises(BadInput, match=r"the station of grid '02' lies [\d,.]+ km from every street"):
        starts_of(plan, roads_of(plan), patrolled_streets(plan), stations)


def test_a_station_of_no_grid_is_told_by_row(plan: Plan):
    stations = gpd.GeoDataFrame({"grid": ["01", "9"]}, geometry=[shapely.Point(7, 43)] * 2, crs=4326)
    with pytest.raises(BadInput, match="stations, row 2, column 'grid': '9' is no grid of the plan"):
        starts_of(plan, roads_of(plan), patrolled_streets(plan), stations)
