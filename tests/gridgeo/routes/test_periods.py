from collections import Counter
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import Draw, patrol_period, patrolled_streets, read_routes
from gridgeo_solvers.errors import Infeasible


@pytest.fixture
def quick(plan: Plan) -> dict:
    """Options of a small period: every third street quiet, the others normal."""
    third = patrolled_streets(plan)["street"].iloc[::3]
    table = pd.DataFrame({"street": third, "class": "quiet"})
    return {"shifts": 4, "times": {"normal": 2, "quiet": 1}, "by_highway": {}, "classes": table, "steps": 200}


def kinds_of(plan: Plan, quick: dict) -> dict[str, str]:
    """Class of every street by what stops call it."""
    quiet = set(quick["classes"]["street"])
    return {f"street {one}": "quiet" if one in quiet else "normal" for one in patrolled_streets(plan)["street"]}


def passes(routes) -> dict[str, list[int]]:
    """Shifts of every pass of what is served."""
    shift = routes.routes.set_index("route")["shift"]
    found: dict[str, list[int]] = {}
    for what, when in zip(routes.stops["what"], routes.stops["route"].map(shift), strict=True):
        found.setdefault(what, []).append(int(when))
    return {what: sorted(when) for what, when in found.items()}


def test_every_street_is_passed_as_often_as_its_class_asks(plan: Plan, quick):
    routes = patrol_period(plan, officers=2, **quick)
    routes.check()
    asked = {what: quick["times"][kind] for what, kind in kinds_of(plan, quick).items()}
    found = passes(routes)
    assert {what: len(when) for what, when in found.items()} == asked
    assert all(np.diff(when).tolist() == [2] for what, when in found.items() if asked[what] == 2)
    assert routes.meta["promised_gap"] == {"normal": 2, "quiet": 4}


def test_both_sides_of_wide_streets_are_passed_once_in_each_direction(plan: Plan, quick):
    kinds = patrolled_streets(plan)
    wide = kinds["highway"].iloc[-1]
    routes = patrol_period(plan, both_sides=[wide], **(quick | {"times": {"normal": 1, "quiet": 1}}))
    found = Counter(routes.stops["what"])
    for street, highway in zip(kinds["street"], kinds["highway"], strict=True):
        assert found[f"street {street}"] == (2 if highway == wide else 1)


def test_hot_spots_are_stayed_at_along_their_street_and_those_off_the_map_are_told(plan: Plan, quick):
    point = patrolled_streets(plan).geometry.iloc[0].interpolate(0.3, normalized=True)
    at = [point, shapely.Point(point.x + 90_000, point.y)]
    spots = gpd.GeoDataFrame(
        {"spot": ["bank", "far"], "minutes": [15.0, 10.0], "times": [3, 1]}, geometry=at, crs=plan.grids.crs
    )
    routes = patrol_period(plan, spots=spots, **quick)
    stay = routes.stops[routes.stops["what"] == "spot bank"]
    assert len(stay) == 3
    assert (stay["leave_min"] - stay["arrive_min"]).tolist() == pytest.approx([15.0] * 3)
    assert stay.geometry.distance(point).max() < 1e-6
    # 30 or 70 m of the street lie between its end and the spot, at 4.5 km/h or so.
    ends = np.minimum(abs(stay["travel_m"] % 100 - 30), abs(stay["travel_m"] % 100 - 70))
    assert ends.max() < 1e-6
    assert routes.unserved["what"].tolist() == ["spot far"]
    assert "off the map" in routes.unserved["reason"].iloc[0]


def test_streets_are_not_passed_in_shifts_that_are_closed_to_them(plan: Plan, quick):
    closed = {"quiet": [("21:00", "06:00")]}
    routes = patrol_period(plan, begins=["08:00", "20:00"], closed=closed, start=date(2026, 12, 1), **quick)
    when = routes.routes.groupby("shift")[["date", "shift_from"]].first()
    assert when.to_numpy().tolist() == [[f"2026-12-0{1 + s // 2}", ("08:00", "20:00")[s % 2]] for s in range(4)]
    hours = routes.stops.dropna(subset="gap_h")
    assert len(hours) == len(routes.stops) - routes.stops["what"].nunique()
    assert hours["gap_h"].between(24 - 4, 24 + 4).all()
    quiet = {what for what, kind in kinds_of(plan, quick).items() if kind == "quiet"}
    assert {shift for what, when in passes(routes).items() if what in quiet for shift in when} <= {1, 3}
    assert {shift for when in passes(routes).values() for shift in when} == {1, 2, 3, 4}


def test_drawn_shifts_keep_the_promise_and_the_shift(plan: Plan, quick, tmp_path):
    options = quick | {"draw": Draw(longer=0.2, periods=3, slot_min=10), "most_gap": {"normal": 3, "quiet": 7}}
    routes = patrol_period(plan, seed=5, **options)
    promise = routes.meta["promised_gap"]
    assert promise["normal"] <= 3
    assert promise["quiet"] <= 7
    for when in passes(routes).values():
        assert max(np.diff([*when, when[0] + 12])) <= (3 if len(when) == 6 else 7)
    assert routes.meta["extra_mean"] <= 0.2
    walked = routes.routes["length_m"].sum() / 3
    assert routes.meta["extra_m"] == pytest.approx(walked - routes.meta["best_m"], abs=1)
    assert 0 < routes.meta["best_m"] < 1.2 * walked
    # Shifts begin a day apart: the hours between passes stay within what is promised.
    assert routes.meta["promised_gap_h"]["normal"] == promise["normal"] * 24 + 4
    assert routes.meta["walked_gap_h"]["normal"] <= routes.meta["promised_gap_h"]["normal"]
    assert 0 < routes.meta["bits_share"] < 1
    late = routes.stops.groupby("route")["leave_min"].max()
    assert (late <= 240 + 1e-9).all()
    routes.to_file(tmp_path / "drawn.gpkg")
    assert read_routes(tmp_path / "drawn.gpkg").routes["shift"].max() == 12


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"officers": 0}, "officers is 0; give at least 1"),
        ({"shifts": 0}, "shifts is 0; give at least 1"),
        ({"shift_min": -1}, "shift_min is -1"),
        ({"times": {"normal": 9, "quiet": 1}}, "'normal' is to be passed 9 times in 4 shifts; give 1 to 4"),
        ({"times": {"normal": 2, "quiet": 1, "odd": 1}}, "no street is of class 'odd'"),
        ({"times": {"quiet": 1}, "by_highway": {}}, "class 'normal', which has no number of passes"),
        ({"begins": ["20:00", "08:00"]}, "give times of day in their order"),
        ({"both_sides": ["canal"]}, "no street of OpenStreetMap class 'canal'"),
        ({"most_gap": {"normal": 1}}, "2 passes in 4 shifts leave one of 2 at the least: allow 2"),
        ({"most_gap": {"none": 1}}, "class 'none', which is none"),
        ({"closed": {"normal": [("07:00", "23:00")]}}, "closed times leave 0 of 4 shifts"),
        ({"spots": pd.DataFrame({"spot": ["a"], "minutes": [0], "lon": [0], "lat": [0]})}, "row 1 .*must be above 0"),
        ({"spots": pd.DataFrame({"spot": ["a"], "minutes": [9], "times": [5]})}, "whole number from 1 to 4"),
        ({"spots": pd.DataFrame({"spot": ["a"]})}, "need columns spot and minutes"),
    ],
)
def test_nonsense_is_refused_by_name_before_anything_is_solved(plan: Plan, quick, options, words):
    with pytest.raises(BadInput, match=words):
        patrol_period(plan, **(quick | options))


@pytest.mark.parametrize(("options", "words"), [({"longer": -0.1}, "-10% longer"), ({"periods": 0}, "periods is 0")])
def test_a_draw_that_makes_no_sense_is_refused(options, words):
    with pytest.raises(BadInput, match=words):
        Draw(**options)


def test_too_little_time_is_told_with_grid_and_minutes(plan: Plan, quick):
    longest = patrol_period(plan, **quick).routes["minutes"].max()
    with pytest.raises(Infeasible, match=r"grid .*: the passes asked for need routes of \d+ min with 1 officer"):
        patrol_period(plan, shift_min=0.6 * longest, **quick)
