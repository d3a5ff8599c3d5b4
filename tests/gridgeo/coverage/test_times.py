import pandas as pd
import pytest

from gridgeo.coverage.times import local_times, read_times, written, zone_of
from gridgeo.errors import BadInput


def test_a_time_with_a_zone_is_that_time_and_one_without_is_local():
    times = pd.Series(["2026-11-24T01:30:00Z", "2026-11-24 09:30:00", "2026/11/24 09:30", "2026-11-24T10:30:00+09:00"])
    assert set(read_times(times, zone_of("Asia/Shanghai"), "tracks")) == {1_795_483_800.0}


def test_frames_of_real_times_are_read_too():
    naive = pd.Series(pd.to_datetime(["2026-11-24 09:30"]))
    aware = pd.Series(pd.to_datetime(["2026-11-24 01:30"], utc=True))
    assert read_times(naive, zone_of("Asia/Shanghai"), "t") == read_times(aware, zone_of("Europe/Paris"), "t")


def test_the_hour_that_comes_twice_means_its_first_coming():
    found = read_times(pd.Series(["2026-10-25 02:30"]), zone_of("Europe/Paris"), "tracks")
    assert local_times(found, zone_of("UTC"))[0].hour == 0


def test_times_are_written_on_the_local_clock():
    assert written(read_times(pd.Series(["2026-11-24T20:00:00Z"]), zone_of("UTC"), "t"), zone_of("Asia/Shanghai")) == [
        "2026-11-25 04:00:00"
    ]


@pytest.mark.parametrize(
    ("cell", "words"), [("noon", "'noon' is no time"), (None, "empty"), ("1980-01-06T00:00:00Z", "after the year 2000")]
)
def test_a_cell_that_is_no_time_is_named(cell, words):
    with pytest.raises(BadInput, match=f"tracks, row 2, column 'time': .*{words}"):
        read_times(pd.Series(["2026-11-24T01:30:00Z", cell], name="time"), zone_of("UTC"), "tracks")


def test_an_unknown_zone_is_named():
    with pytest.raises(BadInput, match="time zone 'Mars/Olympus' is unknown"):
        zone_of("Mars/Olympus")
