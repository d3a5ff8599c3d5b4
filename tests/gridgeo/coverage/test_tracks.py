import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gridgeo.coverage.times import zone_of
from gridgeo.coverage.tracks import prepared
from gridgeo.errors import BadInput, UnknownCRS
from tracks import START, track_along

UTC = zone_of("UTC")


@pytest.fixture
def track(plan, round_walk) -> pd.DataFrame:
    """A quiet walk without gaps, 180 positions."""
    return track_along(round_walk, plan.jurisdiction.crs, seed=1, noise_m=2, gaps=0, outliers=0)


def test_late_positions_are_sorted_by_time(plan, track):
    rows = np.arange(len(track))
    rows[[20, 21, 22, 60, 61]] = rows[[22, 20, 21, 61, 60]]
    ready = prepared(track.iloc[rows], plan.jurisdiction, None, UTC)
    assert len(ready.runs) == 1
    assert (np.diff(ready.runs[0].seconds) == 5).all()
    assert "times ran backwards; the positions were sorted" in ready.notes[0]


def test_a_clock_that_is_set_back_cuts_the_track(plan, track):
    clock = np.arange(len(track)) * 5.0 - np.where(np.arange(len(track)) >= 100, 430.0, 0.0)
    told = track.assign(time=pd.to_datetime(START + clock, unit="s", utc=True).astype(str))
    ready = prepared(told, plan.jurisdiction, None, UTC)
    assert [len(run.x) for run in ready.runs] == [100, len(track) - 100]
    assert "Zhou.gpx: the clock was set back by 7.1 min after position 100" in ready.notes[0]


def test_a_clock_that_is_set_forward_only_leaves_a_gap(plan, track):
    clock = np.arange(len(track)) * 5.0 + np.where(np.arange(len(track)) >= 100, 86_400.0, 0.0)
    ready = prepared(
        track.assign(time=pd.to_datetime(START + clock, unit="s", utc=True).astype(str)), plan.jurisdiction, None, UTC
    )
    assert len(ready.runs) == 1
    assert not ready.notes


def test_positions_of_one_time_count_once(plan, track):
    ready = prepared(pd.concat([track, track.iloc[[5]]]).sort_values("time"), plan.jurisdiction, None, UTC)
    assert ready.dropped["same_time"] == 1


def test_off_duty_positions_are_forgotten(plan, track):
    duty = pd.DataFrame({"officer": ["Zhou", "Li"], "from": ["2026-11-25 08:05"] * 2, "to": ["2026-11-25 08:10"] * 2})
    ready = prepared(track, plan.jurisdiction, duty, UTC)
    assert ready.dropped["off_duty"] == len(track) - 61
    assert ready.runs[0].seconds.min() == START + 300
    with pytest.raises(BadInput, match="within the duty of its officer"):
        prepared(track, plan.jurisdiction, duty.iloc[1:], UTC)


def test_a_track_in_another_town_is_refused_by_name(plan, track):
    away = pd.concat([track, track.assign(track="Li.gpx", lon=track["lon"] + 2)])
    with pytest.raises(BadInput, match=r"Li.gpx: lies 1\d\d.\d km from Lattice; give tracks of Lattice"):
        prepared(away, plan.jurisdiction, None, UTC)


def test_single_positions_off_the_map_are_left_out(plan, track):
    lon = track["lon"].to_numpy(copy=True)
    lon[7] += 1
    ready = prepared(track.assign(lon=lon), plan.jurisdiction, None, UTC)
    assert ready.dropped["off_the_map"] == 1
    assert len(ready.runs[0].x) == len(track) - 1


def test_a_frame_of_points_is_read_in_its_own_system(plan, track):
    points = gpd.GeoDataFrame(
        track[["officer", "time"]], geometry=gpd.points_from_xy(track["lon"], track["lat"]), crs=4326
    )
    one = prepared(track, plan.jurisdiction, None, UTC).runs[0]
    two = prepared(points.to_crs(32632), plan.jurisdiction, None, UTC).runs[0]
    assert np.allclose(one.x, two.x, atol=0.01)
    with pytest.raises(UnknownCRS, match="declare no coordinate"):
        prepared(points.set_crs(None, allow_override=True), plan.jurisdiction, None, UTC)


def test_any_index_gives_the_same_runs(plan, track):
    other = track.set_axis(track.index * 3 + 7, axis=0)
    assert np.array_equal(
        prepared(track, plan.jurisdiction, None, UTC).runs[0].x, prepared(other, plan.jurisdiction, None, UTC).runs[0].x
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="time"), "no column 'time'"),
        (lambda t: t.drop(columns="lat"), "no column 'lat'"),
        (lambda t: t.iloc[:0], "hold no position"),
        (lambda t: t.assign(lat=95.0), "row 1, column 'lat': '95.0'"),
        (lambda t: t.assign(officer=[None, *t["officer"][1:]]), "row 1, column 'officer': empty"),
    ],
)
def test_a_table_that_cant_be_used_is_named(plan, track, change, words):
    with pytest.raises(BadInput, match=words):
        prepared(change(track), plan.jurisdiction, None, UTC)


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        (pd.DataFrame({"officer": ["Zhou"]}), "no column from, to"),
        (pd.DataFrame({"officer": [], "from": [], "to": []}), "duty table is empty"),
        (pd.DataFrame({"officer": ["Zhou"], "from": ["2026-11-25 10:00"], "to": ["2026-11-25 09:00"]}), "row 1: 'to' isn't"),
        (pd.DataFrame({"officer": ["Zhou"], "from": ["soon"], "to": ["2026-11-25 09:00"]}), "duty, row 1, column 'from'"),
    ],
)  # fmt: skip
def test_a_duty_table_that_cant_be_used_is_named(plan, track, duty, words):
    with pytest.raises(BadInput, match=words):
        prepared(track, plan.jurisdiction, duty, UTC)
