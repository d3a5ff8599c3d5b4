from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting import VisitPlan, plan_again, plan_visits, planning
from towns import CRS, EAST, NORTH
from visitings import START, month_faults


def test_a_month_passes_the_judge_and_the_contract_of_routes(made: VisitPlan):
    made.routes.check()
    assert month_faults(made) == []
    assert made.routes.unserved.empty


def test_every_due_visit_stands_in_the_plan_once_or_is_left_out(made: VisitPlan):
    due = int(made.field.due["count"].sum())
    stops = made.routes.stops.drop_duplicates(["what", "visit"])
    assert len(stops) + len(made.routes.unserved) == due
    weekly = stops[stops["what"] == "d00"]
    assert weekly["visit"].tolist() == [1, 2, 3, 4]
    assert pd.to_datetime(weekly["date"]).diff().dt.days.dropna().between(5, 9).all()


def test_doors_are_called_at_by_the_officer_they_know(made: VisitPlan):
    assert made.routes.meta["continuity"] >= 0.8


def test_lines_run_along_the_streets_and_are_as_long_as_they_say(made: VisitPlan, plan: Plan):
    streets = shapely.union_all(plan.jurisdiction.road_edges.geometry.to_numpy()).buffer(0.01)
    for row in made.routes.routes.itertuples():
        assert row.length_m == pytest.approx(row.geometry.length)
        assert streets.covers(row.geometry)
        assert row.geometry.coords[0] == row.geometry.coords[-1]


def test_minutes_of_a_round_are_travel_visits_waits_and_the_break(made: VisitPlan):
    crew = made.field.officers.set_index("officer")
    travel = made.booked.tours.set_index(["officer", "day"])["travel"]
    for row in made.routes.routes.itertuples():
        stops = made.routes.stops[made.routes.stops["route"] == row.route]
        key = crew.index.get_loc(row.officer), (pd.Timestamp(row.date).date() - START).days
        served = (stops["leave_min"] - stops["arrive_min"]).sum()
        rest = 0.0 if np.isnan(row.break_min) else crew.loc[row.officer, "break_min"]
        spent = travel[key] / 60 + served + rest
        # With a break that may not begin yet somebody waits for it.
        assert row.minutes >= spent - 1e-6
        assert rest or row.minutes == pytest.approx(spent)


def test_the_same_seed_gives_the_same_plan_alone_and_with_helpers(plan: Plan, visits: pd.DataFrame):
    alone = plan_visits(plan, visits, start=START, days=7, iterations=60, seed=3)
    with ThreadPoolExecutor(2) as executor:
        beside = plan_visits(plan, visits, start=START, days=7, iterations=60, seed=3, executor=executor)
    assert_geodataframe_equal(alone.routes.stops, beside.routes.stops)
    shuffled = plan_visits(
        plan, visits.set_index(np.arange(len(visits))[::-1] * 3), start=START, days=7, iterations=60, seed=3
    )
    assert_geodataframe_equal(alone.routes.stops, shuffled.routes.stops)


def test_few_groups_at_once_are_held_for_an_executor(monkeypatch):
    monkeypatch.setattr(planning, "WAITING", 3)
    monkeypatch.setattr(planning, "_solve", lambda problem, seed, iterations: seed)
    made: list[int] = []
    tasks = (made.append(number) or ("problem", number, None) for number in range(10))
    with ThreadPoolExecutor(2) as executor:
        for taken, answer in enumerate(planning._solved(tasks, executor)):
            assert answer == taken
            assert len(made) - taken <= 3
    assert len(made) == 10


def test_officers_keep_to_their_grids_unless_borders_are_open(plan: Plan):
    crowd = pd.DataFrame({"door": [f"d{i}" for i in range(12)], "minutes": 60.0, "lon": 0.0, "lat": 0.0})
    xy = [(20 + 20 * i, 20) for i in range(12)]
    from gridgeo import crs

    crowd["lon"], crowd["lat"] = crs.transform(
        np.array([EAST + x for x, _ in xy]), np.array([NORTH + y for _, y in xy]), CRS, crs.WGS84
    )
    crew = pd.DataFrame({"officer": ["a", "b"], "grid": ["02", "03"]})
    kept = plan_visits(plan, crowd, crew, start=START, days=2, iterations=60)
    opened = plan_visits(plan, crowd, crew, start=START, days=2, iterations=60, borders="open")
    assert {*kept.routes.stops["officer"]} == {"a"}
    assert set(kept.routes.unserved["reason"]) == {"the officers' time goes to other visits"}
    assert {*opened.routes.stops["officer"]} == {"a", "b"}
    assert month_faults(kept) == month_faults(opened) == []


def test_places_off_the_map_are_listed_and_the_rest_is_planned(plan: Plan, visits: pd.DataFrame):
    table = visits.iloc[:6].drop(columns="building").assign(lon=7.42, lat=43.735)
    points = [shapely.Point(EAST + 150, NORTH + 110)] * 5 + [shapely.Point(EAST + 9000, NORTH)]
    import geopandas as gpd

    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points, crs=CRS)
    made = plan_visits(plan, frame.assign(persons=1, skills=None), start=START, days=7, iterations=20)
    assert made.routes.unserved["what"].unique().tolist() == ["d05"]
    assert made.routes.unserved["reason"].unique().tolist() == ["outside every grid"]
    assert len(made.routes.stops) >= 5


def test_what_cannot_be_done_is_told_with_the_rule_that_binds(plan: Plan, visits: pd.DataFrame):
    table = visits.iloc[[0, 1, 2, 3]].assign(
        persons=1, skills=None, every=["2 a week", "weekly", "once", "once"], weekdays=["Wed", "Sun", None, None]
    )
    table["skills"] = [None, None, "diver", None]
    table["from"], table["to"] = [None, None, None, "20:00"], [None, None, None, "21:00"]
    crew = pd.DataFrame({"officer": ["Zhou"]})
    made = plan_visits(plan, table, crew, start=START, days=14, iterations=40)
    rules = dict(zip(made.routes.unserved["what"], made.routes.unserved["rule"], strict=True))
    assert rules == {"d00": "spacing", "d01": "leave", "d02": "skill", "d03": "window"}
    assert any("20:00–21:00" in reason for reason in made.routes.unserved["reason"])
    assert any("diver" in reason for reason in made.routes.unserved["reason"])


def test_a_plan_read_back_from_its_file_is_the_plan(made: VisitPlan, plan: Plan, visits, officers, tmp_path):
    from gridgeo.routes import read_routes

    made.routes.to_file(tmp_path / "month.gpkg")
    again = plan_again(plan, visits, officers, read_routes(tmp_path / "month.gpkg"), start=START, days=28)
    assert month_faults(again) == []
    keys = ["officer", "day", "door", "number"]
    assert again.booked.stops[keys].equals(made.booked.stops[keys])
    assert np.allclose(again.booked.tours["travel"], made.booked.tours["travel"], atol=1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": 0}, "days is 0"),
        ({"days": 4000}, "plan a year at a time"),
        ({"each": 0}, "each is 0"),
        ({"borders": "shut"}, "borders is 'shut'"),
        ({"mode": "boat"}, "unknown mode 'boat'"),
        ({"shift_min": -1}, "shift_min is -1"),
        ({"within_m": 0}, "within_m is 0"),
        ({"iterations": 0}, "iterations is 0"),
    ],
)
def test_a_bad_option_is_named(plan: Plan, visits: pd.DataFrame, options, message):
    with pytest.raises(BadInput, match=message):
        plan_visits(plan, visits.iloc[:2], start=START, **{"days": 5} | options)


def test_an_unknown_preferred_officer_is_named(plan: Plan, visits: pd.DataFrame):
    with pytest.raises(BadInput, match=r"row 1 \(door 'd00'\), column 'officer': 'Nobody' is no officer"):
        plan_visits(plan, visits.iloc[:1].assign(officer="Nobody"), start=START, days=5)
