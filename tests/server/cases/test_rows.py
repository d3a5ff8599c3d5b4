from __future__ import annotations

import pytest

from gridgeo_server.cases.rows import Unreadable, csv_rows, geojson_rows


def test_rows_are_numbered_by_the_line_in_which_they_begin() -> None:
    text = 'id,category,lon,lat,description\na,noise,1,2,"x\ny\nz"\n\n , \nb,noise,1,2,w\n'
    assert [(row.number, row.values["id"]) for row in csv_rows(text.encode())] == [(2, "a"), (7, "b")]


def test_a_heading_may_stand_in_any_order_and_case_with_spaces_around() -> None:
    (row,) = csv_rows(b" LAT ,Lon,ID,Category\n2,1, a ,noise\n")
    assert dict(row.values) == {"lat": "2", "lon": "1", "id": "a", "category": "noise"}


def test_features_are_numbered_in_their_order() -> None:
    assert [row.number for row in geojson_rows(b'{"type": "FeatureCollection", "features": [{}, 1]}')] == [1, 2]


@pytest.mark.parametrize(("rows", "data"), [(csv_rows, b"\xff\xff\xff"), (csv_rows, b"id\n"), (geojson_rows, b"{} {}")])
def test_what_cant_be_used_is_refused_by_its_reason(rows, data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        list(rows(data))
    assert refused.value.reason.told("en")
