import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo import crs
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.plans.plan import Plan
from gridgeo.routes import check_doors

GOOD = {"door": ["a", "b"], "lon": ["7.41", "7.42"], "lat": [43.73, 43.74], "minutes": ["10", 15]}


def test_text_numbers_and_times_of_day_are_read(plan: Plan):
    table = pd.DataFrame(GOOD | {"from": ["08:30", None], "to": ["10:00", "45"], "name": ["Anna", None]})
    found = check_doors(table, plan, shift_from="08:00", shift_min=200)
    assert found["minutes"].tolist() == [10.0, 15.0]
    assert found["from_min"].tolist() == [30.0, 0.0]
    assert found["to_min"].tolist() == [120.0, 45.0]
    assert found["name"].tolist() == ["Anna", "b"]
    assert found.crs == plan.jurisdiction.crs
    assert crs.to_wgs84(found).geometry.x.tolist() == pytest.approx([7.41, 7.42])


def test_a_door_without_a_window_may_be_called_at_all_through_the_shift(plan: Plan):
    found = check_doors(pd.DataFrame(GOOD), plan, shift_min=90)
    assert found[["from_min", "to_min"]].to_numpy().tolist() == [[0.0, 90.0], [0.0, 90.0]]


def test_a_building_places_its_door_inside_it(plan: Plan):
    building = plan.jurisdiction.buildings.iloc[3]
    table = pd.DataFrame({"door": ["a"], "building": [building["building"]], "minutes": [5]})
    assert building.geometry.contains(check_doors(table, plan).geometry.iloc[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minutes": ["10", "ten"]}, r"row 2 \(door 'b'\), column 'minutes': 'ten' is no number"),
        ({"minutes": [10, -5]}, r"row 2 .* column 'minutes': '-5' isn't above 0"),
        ({"minutes": [10, None]}, r"row 2 .* column 'minutes': the cell is no number"),
        ({"door": ["a", "a"]}, r"row 2 \(door 'a'\), column 'door': 'a' stands twice"),
        ({"door": ["a", None]}, r"row 2 .* column 'door': the cell is empty"),
        ({"lat": [43.73, 143.0]}, r"column 'lat': '143.0' is no latitude"),
        ({"lon": [7.4, np.nan]}, r"column 'lon': the cell is no number"),
        ({"from": ["09:00", "25:99"]}, r"column 'from': '25:99' is neither a time of day"),
        ({"from": ["09:00", "10:00"], "to": ["08:00", "11:00"]}, r"row 1 .* column 'to': '08:00' lies before 'from'"),
        ({"grid": ["01", "77"]}, r"column 'grid': '77' is no grid of the plan"),
    ],
)
def test_a_bad_cell_is_named(plan: Plan, change, message):
    with pytest.raises(BadInput, match=message):
        check_doors(pd.DataFrame(GOOD | change), plan)


@pytest.mark.parametrize("column", ["door", "minutes"])
def test_a_missing_column_is_named(plan: Plan, column: str):
    with pytest.raises(BadInput, match=f"no column '{column}'"):
        check_doors(pd.DataFrame(GOOD).drop(columns=column), plan)


def test_doors_without_a_place_or_without_a_row_are_refused(plan: Plan):
    with pytest.raises(BadInput, match="say nowhere where they are"):
        check_doors(pd.DataFrame(GOOD)[["door", "minutes"]], plan)
    with pytest.raises(BadInput, match="list of doors is empty"):
        check_doors(pd.DataFrame(GOOD).iloc[:0], plan)


def test_an_unknown_building_and_a_missing_crs_are_refused(plan: Plan):
    table = pd.DataFrame({"door": ["a"], "building": ["nowhere"], "minutes": [5]})
    with pytest.raises(BadInput, match="'nowhere' is no building of Lattice"):
        check_doors(table, plan)
    bare = gpd.GeoDataFrame({"door": ["a"], "minutes": [5]}, geometry=[shapely.Point(0, 0)])
    with pytest.raises(UnknownCRS, match="set_crs"):
        check_doors(bare, plan)
