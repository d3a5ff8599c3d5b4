"""Reports are read out of files, and every fault is told by its row and field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.crs import _wgs84_to_gcj02
from gridgeo_server.cases.intake import MOST, Intake, read_csv, read_geojson
from gridgeo_server.cases.wishes import Report

KINDS = ("noise", "rubbish")
GOOD = {"id": "a1", "category": "noise", "lon": 116.4, "lat": 39.9, "description": "loud"}


def csv_of(*rows: str, heading: str = "id,category,lon,lat,description") -> bytes:
    return "\n".join([heading, *rows]).encode()


def geojson_of(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def feature(**values: Any) -> dict[str, Any]:
    """A feature of `GOOD` with other values; `position` and `geometry` take the place of lon and lat."""
    row = {**GOOD, **values}
    position = row.pop("position", [row.pop("lon"), row.pop("lat")])
    geometry = row.pop("geometry", {"type": "Point", "coordinates": position})
    row.pop("lon", None), row.pop("lat", None)
    return {"type": "Feature", "geometry": geometry, "properties": row}


def told(intake: Intake) -> list[tuple[int, str | None, str]]:
    """Row, field and kind of every fault."""
    return [(one.row, one.field, one.reason.key.removeprefix("bulk.")) for one in intake.faults]


def test_rows_of_a_csv_and_features_of_a_geojson_make_the_same_reports() -> None:
    table = read_csv(csv_of("a1,noise,116.4,39.9,loud"), KINDS)
    points = read_geojson(geojson_of(feature()), KINDS)
    assert (table.faults, points.faults) == ((), ())
    assert [one.report for one in table.taken] == [one.report for one in points.taken]
    assert table.taken[0].report == Report("noise", 116.4, 39.9, "loud", None, {"channel": "bulk"})
    assert [(one.row, one.id) for one in (*table.taken, *points.taken)] == [(2, "a1"), (1, "a1")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_are_read_as_spreadsheets_write_them(separator: str, encoding: str) -> None:
    lines = ["ID,Category,Lon,Lat,Description", 'a1,noise,116.4,39.9,"噪声\n扰民 😀"', "", "a2,rubbish,116.5,39.8,"]
    found = read_csv("\r\n".join(lines).replace(",", separator).encode(encoding), KINDS)
    assert found.faults == ()
    assert [(one.row, one.id, one.report.description) for one in found.taken] == [
        (2, "a1", "噪声\n扰民 😀"),
        (5, "a2", ""),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a1,noise,nan,39.9,x", ("lon", "no_number")),
        ("a1,noise,116.4,Infinity,x", ("lat", "no_number")),
        ("a1,noise,1e999,39.9,x", ("lon", "no_number")),
        ("a1,noise,east,39.9,x", ("lon", "no_number")),
        ("a1,noise,1_16,39.9,x", ("lon", "no_number")),
        ("a1,noise,１１６,39.9,x", ("lon", "no_number")),
        ('a1,noise,"116,4",39.9,x', ("lon", "comma")),
        ("a1,noise,,39.9,x", ("lon", "empty")),
        ("a1,noise,39.9,116.4,x", ("lat", "swapped")),
        ("a1,noise,0,0.0,x", ("lon", "zero")),
        ("a1,noise,449000,4417000,x", ("lon", "metres")),
        ("a1,noise,190,39.9,x", ("lon", "range")),
        ("a1,noise,116.4,-100,x", ("lat", "range")),
        ("a1,noise,16.4,-200,x", ("lat", "range")),
        (f"a1,noise,116.4,39.9,{'x' * 4001}", ("description", "too_long")),
        ("a1,noise,116.4,39.9,a\0b", ("description", "control")),
        ("a1,,116.4,39.9,x", ("category", "empty")),
        ("a1,fire,116.4,39.9,x", ("category", "category")),
        (",noise,116.4,39.9,x", ("id", "id")),
        ("a 1,noise,116.4,39.9,x", ("id", "id")),
        (f"{'a' * 65},noise,116.4,39.9,x", ("id", "id")),
        ("a1,noise,116.4,39.9,one, two", (None, "cells")),
    ],
)
def test_each_fault_of_a_row_is_told_and_the_others_are_taken(row: str, fault: tuple[str | None, str]) -> None:
    found = read_csv(csv_of("b1,noise,116.4,39.9,x", row, "b2,noise,116.4,39.9,x"), KINDS)
    assert told(found) == [(3, *fault)]
    assert [one.id for one in found.taken] == ["b1", "b2"]


def test_every_fault_of_a_row_is_told_at_once() -> None:
    found = read_csv(csv_of("a 1,fire,east,north,x"), KINDS)
    assert [field for _, field, _ in told(found)] == ["category", "lon", "lat", "id"]


def test_an_id_that_comes_twice_is_a_fault_of_the_second_row() -> None:
    found = read_csv(csv_of("a1,noise,1,2,x", "a1,noise,1,2,x"), KINDS)
    assert told(found) == [(3, "id", "id_twice")]
    assert found.faults[0].reason.values == {"id": "a1", "row": 2}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", (1, "id", "no_field")),
        (csv_of(), (0, None, "no_rows")),
        (csv_of("a1,noise,1", heading="id,category,lon"), (1, "lat", "no_field")),
        (csv_of(heading="id,category,lon,lat,state"), (1, "state", "unknown_field")),
        (csv_of(heading="id,category,lon,lat,due_at"), (1, "due_at", "unknown_field")),
        (csv_of(heading="id,category,lon,lat,lat"), (1, "lat", "field_twice")),
        (csv_of('a1,noise,1,2,"x'), (2, None, "broken")),
        (b"\xff\xff\xff", (0, None, "encoding")),
        (csv_of(*[f"a{n},noise,1,2,x" for n in range(MOST + 1)]), (MOST + 2, None, "too_many")),
    ],
)
def test_a_table_that_cant_be_read_is_refused_whole(data: bytes, fault: tuple[int, str | None, str]) -> None:
    found = read_csv(data, KINDS)
    assert (found.taken, told(found)) == ((), [fault])


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (feature(lon="116.4"), ("lon", "no_number")),
        (feature(lon=float("nan")), ("lon", "no_number")),
        (feature(lat=float("inf")), ("lat", "no_number")),
        (feature(lat=True), ("lat", "no_number")),
        (feature(lat=None), ("lat", "empty")),
        (feature(lat=10**400), ("lat", "no_number")),
        (feature(position=[116.4]), ("geometry", "no_point")),
        (feature(position=[116.4, 39.9, 1, 2]), ("geometry", "no_point")),
        (feature(position="116.4,39.9"), ("geometry", "no_point")),
        (feature(geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]}), ("geometry", "no_point")),
        (feature(geometry=None), ("geometry", "no_point")),
        (feature(state="closed"), ("state", "unknown_field")),
        (feature(description=7), ("description", "no_text")),
        (feature(description="\ud800"), ("description", "control")),
        (feature(category=None), ("category", "empty")),
        (feature(id=[1]), ("id", "id")),
        (7, (None, "no_feature")),
        ({"type": "Feature", "properties": "x"}, ("properties", "no_feature")),
    ],
)
def test_each_fault_of_a_feature_is_told(one: Any, fault: tuple[str | None, str]) -> None:
    found = read_geojson(geojson_of(feature(id="b1"), one), KINDS)
    assert (2, *fault) in told(found)
    assert [one.id for one in found.taken] == ["b1"]


def test_a_feature_may_have_a_height_a_number_as_its_id_and_its_id_beside_its_properties() -> None:
    high = feature(position=[116.4, 39.9, 44.0], id=7)
    found = read_geojson(geojson_of(high, {**feature(id="x"), "id": "own"}), KINDS)
    assert (found.faults, [one.id for one in found.taken]) == ((), ["7", "own"])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{", "broken"),
        (b"[" * 100_000, "broken"),
        (b"[]", "no_collection"),
        (b'{"type": "FeatureCollection"}', "no_collection"),
        (geojson_of(), "no_rows"),
    ],
)
def test_what_is_no_collection_is_refused_whole(data: bytes, kind: str) -> None:
    found = read_geojson(data, KINDS)
    assert (found.taken, [one.reason.key for one in found.faults]) == ((), [f"bulk.{kind}"])


def test_a_name_that_stands_twice_in_an_object_is_a_fault() -> None:
    text = geojson_of(feature()).decode().replace('"category": "noise"', '"category": "noise", "category": "rubbish"')
    assert told(read_geojson(text.encode(), KINDS)) == [(1, "category", "field_twice")]


def test_shifted_coordinates_are_converted_only_when_declared() -> None:
    lon, lat = _wgs84_to_gcj02(116.4, 39.9)
    data = csv_of(f"a1,noise,{lon!r},{lat!r},x")
    report = read_csv(data, KINDS, "gcj02").taken[0].report
    assert (report.lon, report.lat) == pytest.approx((116.4, 39.9), abs=1e-8)
    assert read_csv(data, KINDS).taken[0].report.lon == lon


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: csv_of(text, text))))
def test_whatever_is_sent_is_read_or_told(data: bytes) -> None:
    for read in (read_csv, read_geojson):
        found = read(data, KINDS)
        assert found.taken or found.faults
        assert all(one.reason.told("zh") for one in found.faults)


def test_marks_that_turn_a_text_are_taken_out_of_it() -> None:
    found = read_csv(csv_of("a1,noise,116.4,39.9,\u202etxt.exe", "a2,noise,116.4,39.9,\u200fשלום"), KINDS)
    assert [one.report.description for one in found.taken] == ["txt.exe", "שלום"]
