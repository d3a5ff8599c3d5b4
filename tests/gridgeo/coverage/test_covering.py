import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.coverage import street_coverage
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.routes import patrol_routes, patrolled_streets
from tracks import START, positions, really_walked, track_along


@pytest.fixture(scope="module")
def walk(plan, round_walk) -> pd.DataFrame:
    """One noisy round."""
    return track_along(round_walk, plan.jurisdiction.crs, seed=5, gaps=0)


def share(frame: gpd.GeoDataFrame, covered: np.ndarray) -> float:
    length = frame["length_m"].to_numpy(dtype=float)
    return float((covered * length).sum() / length.sum())


def test_a_round_is_told_street_by_street(plan, walk, round_walk):
    done = street_coverage(plan, walk)
    done.check()
    truth = really_walked(done.streets, [round_walk])
    assert np.abs(done.streets["covered"].to_numpy() - truth).sum() < 0.8
    passed = done.streets["passes"] > 0
    assert passed.tolist() == (truth == 1).tolist()
    assert set(done.streets.loc[passed, "last_pass"].str[:10]) == {"2026-11-25"}
    assert done.streets.loc[~passed, ["last_pass", "gap_days"]].isna().all().all()
    assert done.walked.geometry.length.sum() == pytest.approx(1000, abs=80)
    assert done.figures()["km"] == pytest.approx(1.0, abs=0.08)


@pytest.fixture(scope="module")
def patrolled_monaco(monaco):
    """The sample town in a grid for each of its areas, and a patrol over every street."""
    plan = Plan(
        monaco,
        pd.Series(monaco.units["area"].to_numpy(), index=monaco.units["unit"]),
        Rules(k=monaco.units["area"].nunique()),
    )
    return plan, patrol_routes(plan, shift_min=240)


@pytest.mark.parametrize("seed", [1, 2])
def test_coverage_of_real_streets_is_within_two_points_of_the_truth(patrolled_monaco, seed):
    # Ten metres of noise in all: 7 m on each axis.
    plan, routes = patrolled_monaco
    chosen = routes.routes.geometry.iloc[np.random.default_rng(seed).permutation(len(routes.routes))[:6]]
    tracks = [
        track_along(line, plan.jurisdiction.crs, seed=100 * seed + number, officer=f"o{number}", noise_m=7.07, start=START + 86_400 * number)
        for number, line in enumerate(chosen)
    ]  # fmt: skip
    done = street_coverage(plan, pd.concat(tracks, ignore_index=True), patrols=routes)
    truth = share(done.streets, really_walked(done.streets, chosen))
    assert 0.1 < truth < 0.9
    assert share(done.streets, done.streets["covered"].to_numpy()) == pytest.approx(truth, abs=0.02)


def test_weeks_are_those_of_the_local_clock(plan, round_walk):
    sunday = pd.Timestamp("2026-11-29T22:00Z").timestamp()
    late = track_along(round_walk, plan.jurisdiction.crs, seed=2, gaps=0, start=sunday)
    assert set(street_coverage(plan, late).weeks["week"]) == {"2026-W48"}
    assert set(street_coverage(plan, late, zone="Asia/Shanghai").weeks["week"]) == {"2026-W49"}


def test_weeks_add_up_to_the_passes(plan, round_walk):
    walks = [
        track_along(round_walk, plan.jurisdiction.crs, seed=k, gaps=0, start=START + 7 * 86_400 * k) for k in range(3)
    ]
    done = street_coverage(plan, pd.concat(walks, ignore_index=True))
    assert done.weeks["passes"].sum() == done.streets["passes"].sum() == 30
    streets = done.weeks[done.weeks["highway"] == "residential"]
    assert streets["covered_m"].tolist() == pytest.approx([1000] * 3, abs=120)
    newest = done.streets["gap_days"].dropna()
    assert (newest < 0.02).all()


def test_gaps_are_counted_until_the_time_that_is_told(plan, walk):
    gap = street_coverage(plan, walk, until="2026-11-28 08:00").streets["gap_days"].dropna()
    assert gap.between(2.98, 3.0).all()


def test_planned_is_what_the_patrols_serve(plan, walk):
    routes = patrol_routes(plan)
    done = street_coverage(plan, walk, patrols=routes, times=3)
    assert (done.streets["planned"] == 3).all()
    figures = done.figures()
    assert figures["planned_passes"] == 3 * len(done.streets)
    assert figures["done_of_planned"] == pytest.approx(10 / (3 * len(done.streets)))
    assert figures["streets_missed"] == len(done.streets) - 10


def test_patrols_of_another_plan_are_refused(plan, walk):
    routes = patrol_routes(plan)
    stops = routes.stops.assign(what="street 4711")
    with pytest.raises(BadInput, match="street 4711, which the plan doesn't have"):
        street_coverage(plan, walk, patrols=dataclasses.replace(routes, stops=stops))
    with pytest.raises(BadInput, match="serve no street"):
        street_coverage(plan, walk, patrols=dataclasses.replace(routes, stops=stops.assign(what="door 1")))


def test_a_visit_is_a_stay_and_adds_no_metres(plan, round_walk):
    crs = plan.jurisdiction.crs
    out = track_along(round_walk, crs, seed=3, gaps=0)
    half, rest = out.iloc[:90], out.iloc[90:]
    noise = np.random.default_rng(0).normal(0, 9e-5, (360, 2))
    inside = positions(
        "Zhou",
        START + 450 + 5.0 * np.arange(360),
        half["lon"].iloc[-1] + noise[:, 0],
        half["lat"].iloc[-1] + noise[:, 1],
    )
    later = (pd.to_datetime(rest["time"]) + pd.Timedelta(seconds=1800)).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    done = street_coverage(plan, pd.concat([half, inside, rest.assign(time=later)], ignore_index=True))
    assert done.figures()["visits"] == 1
    assert done.stays["minutes"].iloc[0] == pytest.approx(30, abs=2)
    assert done.figures()["km"] == pytest.approx(1.0, abs=0.08)


def test_stairs_count_as_visits_and_never_as_metres(plan, walk):
    edges = plan.jurisdiction.road_edges
    stairs = dataclasses.replace(
        plan, jurisdiction=dataclasses.replace(plan.jurisdiction, road_edges=edges.assign(highway="steps"))
    )
    done = street_coverage(stairs, walk)
    figures = done.figures()
    assert (figures["km"], figures["streets_km"], figures["covered_km"]) == (0.0, 0.0, 0.0)
    assert figures["visits"] == 10
    assert done.weeks["covered_m"].sum() == 0
    assert done.weeks["visits"].sum() == 10
    assert (done.passes["metres"] == 0).all()


def test_half_a_street_is_half_covered_and_passed(plan):
    town = plan.jurisdiction
    street = town.road_edges.iloc[0]
    half = shapely.LineString([street.geometry.interpolate(at, normalized=True) for at in (0.0, 0.6)])
    done = street_coverage(plan, track_along(half, town.crs, seed=1, noise_m=3, gaps=0, outliers=0), noise_m=3)
    mine = done.streets.set_index("street").loc[street["street"]]
    assert mine["covered"] == pytest.approx(0.6, abs=0.1)
    assert mine["passes"] == 1
    one = done.passes[done.passes["street"] == street["street"]].iloc[0]
    assert (one["from_share"], one["to_share"], one["way"]) == (0.0, pytest.approx(0.6, abs=0.1), "along")


def test_index_and_order_of_rows_change_nothing(plan, walk):
    one = street_coverage(plan, walk)
    two = street_coverage(plan, walk.sample(frac=1, random_state=1).set_axis(range(9, 9 + len(walk)), axis=0))
    pd.testing.assert_frame_equal(pd.DataFrame(one.streets), pd.DataFrame(two.streets))


def test_every_street_of_the_plan_stands_in_the_layer(plan, walk):
    streets = patrolled_streets(plan, skip=())
    done = street_coverage(plan, walk)
    assert done.streets["street"].tolist() == streets["street"].tolist()
    assert done.streets["grid"].tolist() == streets["grid"].tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "boat"}, "unknown mode 'boat'"),
        ({"times": 0}, "times is 0"),
        ({"noise_m": 0}, "noise_m is 0"),
        ({"until": "soon"}, "'soon' is no time"),
        ({"zone": "X"}, "time zone 'X' is unknown"),
    ],
)
def test_an_option_out_of_range_is_named(plan, walk, options, words):
    with pytest.raises(BadInput, match=words):
        street_coverage(plan, walk, **options)
