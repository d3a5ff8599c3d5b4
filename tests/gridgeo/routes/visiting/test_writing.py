import dataclasses
import xml.etree.ElementTree as ET
from datetime import datetime

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import read_routes, visit_routes
from gridgeo.routes.visiting import VisitPlan, write_visits
from gridgeo.routes.visiting.writing import round_events, round_gpx, round_table
from gridgeo.routes.writing import icalendar


def test_a_table_of_rounds_has_a_row_for_every_stop_in_the_order_of_the_day(made: VisitPlan):
    table = round_table(made.routes)
    assert len(table) == len(made.routes.stops)
    assert table["lon"].between(7, 8).all()
    for _, day in table.groupby(["date", "officer"]):
        assert day["begin"].is_monotonic_increasing


def test_gpx_holds_a_track_for_each_round_and_a_point_for_each_stop(made: VisitPlan):
    root = ET.fromstring(round_gpx(made.routes))
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    assert len(root.findall("g:trk", space)) == len(made.routes.routes)
    assert len(root.findall("g:wpt", space)) == len(made.routes.stops)


def test_a_calendar_holds_an_event_for_each_stop_with_its_times(made: VisitPlan):
    text = icalendar(round_events(made.routes), "visits")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == len(made.routes.stops)
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)
    first = round_table(made.routes).iloc[0]
    begin = datetime.fromisoformat(f"{first['date']} {first['begin']}")
    assert f"DTSTART:{begin:%Y%m%dT%H%M%S}" in lines


def test_signs_of_the_format_in_a_name_do_no_harm(made: VisitPlan):
    stops = made.routes.stops.assign(name="Anna; <b>, 二楼" * 10)
    routes = dataclasses.replace(made.routes, stops=stops)
    assert "Anna\\; <b>\\, 二楼" in icalendar(round_events(routes), "visits").replace("\r\n ", "")
    assert ET.fromstring(round_gpx(routes)) is not None


@pytest.mark.parametrize("ending", ["gpx", "ics", "csv", "geojson", "gpkg"])
def test_every_format_is_written(made: VisitPlan, tmp_path, ending: str):
    path = tmp_path / f"month.{ending}"
    write_visits(made.routes, path)
    assert path.stat().st_size > 1000
    if ending == "gpkg":
        assert len(read_routes(path).stops) == len(made.routes.stops)
    if ending == "csv":
        assert len(pd.read_csv(path)) == len(made.routes.stops)


def test_rounds_without_dates_are_refused_for_a_diary(plan: Plan, tmp_path):
    doors = pd.DataFrame({"door": ["a"], "building": plan.jurisdiction.buildings["building"].iloc[:1], "minutes": [5]})
    with pytest.raises(BadInput, match="have no dates"):
        write_visits(visit_routes(plan, doors, iterations=5), tmp_path / "day.ics")
