import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from gridgeo.errors import BadInput
from gridgeo.roads import Roads
from towns import CRS, EAST, NORTH, lattice_town

TOWN = lattice_town()


def minutes(forbidden: pd.DataFrame | None, mode: str = "foot") -> float:
    """Seconds from the middle of the street west of junction (1, 1) to the middle of the one north of it."""
    roads = Roads.of(TOWN.road_nodes, TOWN.road_edges, mode, forbidden=forbidden)
    spots = roads.snap(gpd.GeoSeries([Point(EAST + 50, NORTH + 200), Point(EAST + 100, NORTH + 250)], crs=CRS))
    return float(roads.times(spots, spots).iloc[0, 1])


def turn() -> pd.DataFrame:
    """The left turn between the two, by the layers' numbers."""
    at = TOWN.road_nodes.set_index("node").geometry
    via = int(at.distance(Point(EAST + 100, NORTH + 200)).idxmin())
    lines = TOWN.road_edges.set_index("street").geometry
    ends = [int(lines.distance(Point(EAST + x, NORTH + y)).idxmin()) for x, y in ((50, 200), (100, 250))]
    return pd.DataFrame({"from_street": [ends[0]], "via": [via], "to_street": [ends[1]]})


def test_a_forbidden_turn_makes_the_way_longer_and_only_in_its_direction():
    assert minutes(None) == pytest.approx(100 / 1.25)
    assert minutes(turn()) > 100 / 1.25
    other = turn().rename(columns={"from_street": "to_street", "to_street": "from_street"})
    assert minutes(other) == pytest.approx(100 / 1.25)


def test_turns_of_streets_that_the_profile_does_not_use_count_for_nothing():
    walled = turn().assign(from_street=99_999)
    assert minutes(walled) == pytest.approx(100 / 1.25)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (turn().drop(columns="via"), "no column 'via'"),
        (turn().assign(via=77_777), "row 0: '77777' is no node"),
        (turn().assign(via=TOWN.road_nodes["node"].iloc[-1]), "row 0: street '.*' doesn't touch node"),
    ],
)
def test_a_turn_that_is_none_is_refused_by_its_row(wrong, message):
    with pytest.raises(BadInput, match=message):
        minutes(wrong)
