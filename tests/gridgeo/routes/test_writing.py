import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

import geopandas as gpd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import Draw, Routes, patrol_period, patrol_routes, patrolled_streets
from gridgeo.routes.writing import check_ending, write_patrols


@pytest.fixture(scope="module")
def drawn(plan: Plan) -> Routes:
    """Two drawn periods of two shifts, from the first of December on, with a bank to stay at."""
    at = patrolled_streets(plan).geometry.iloc[0].interpolate(0.5, normalized=True)
    bank = gpd.GeoDataFrame({"spot": ["bank"], "minutes": [12]}, geometry=[at], crs=plan.grids.crs)
    options = {"shifts": 2, "times": {"normal": 1}, "by_highway": {}, "steps": 50}
    return patrol_period(plan, spots=bank, start=date(2026, 12, 1), draw=Draw(periods=2), **options)


def test_drawn_patrols_go_into_a_diary_as_one_entry_for_each_route(drawn: Routes, tmp_path):
    write_patrols(drawn, tmp_path / "p.ics")
    lines = (tmp_path / "p.ics").read_text(encoding="utf-8").replace("\n ", "").splitlines()
    assert lines.count("BEGIN:VEVENT") == len(drawn.routes)
    uids = {line for line in lines if line.startswith("UID:")}
    assert len(uids) == len(drawn.routes)
    row = drawn.routes.iloc[-1]
    begin = datetime(2026, 12, 4, 8) + timedelta(minutes=round(row["start_min"]))
    assert row["date"] == "2026-12-04"
    assert f"DTSTART:{begin:%Y%m%dT%H%M%S}" in lines
    assert f"DTEND:{begin + timedelta(minutes=round(row['minutes'])):%Y%m%dT%H%M%S}" in lines
    assert any("Row " in line or "Column " in line for line in lines if line.startswith("DESCRIPTION:"))


def test_drawn_patrols_go_onto_a_phone_as_tracks_with_their_hot_spots(drawn: Routes, tmp_path):
    write_patrols(drawn, tmp_path / "p.gpx")
    root = ET.fromstring((tmp_path / "p.gpx").read_text(encoding="utf-8"))
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    assert [one.text for one in root.findall("g:trk/g:name", space)] == drawn.routes["route"].tolist()
    stays = root.findall("g:wpt", space)
    assert len(stays) == (drawn.stops["what"] == "spot bank").sum() == 2
    assert stays[0].find("g:desc", space).text.endswith(", 12 min")


def test_patrols_without_dates_are_refused_for_a_diary(plan: Plan, tmp_path):
    with pytest.raises(BadInput, match="no dates; plan a period with a first day: --shifts 7 --from"):
        write_patrols(patrol_routes(plan), tmp_path / "p.ics")


@pytest.mark.parametrize(("name", "words"), [("p.docx", "'.docx' isn't written"), ("no/p.gpkg", "doesn't exist")])
def test_a_path_that_cant_be_written_is_refused(tmp_path, name, words):
    with pytest.raises(BadInput, match=words):
        check_ending(tmp_path / name)
