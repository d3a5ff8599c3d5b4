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


@pytest.mark.parametrize(
    ("charset", "encoding", "words"),
    [
        (None, "utf-8-sig", "déchets 说明"),
        (None, "gb18030", "说明"),
        (None, "utf-16", "déchets 说明"),
        ("utf-16", "utf-16", "déchets"),
        ("windows-1252", "cp1252", "déchets près du n° 3 – 2 €"),
        ("iso-8859-1", "cp1252", "déchets près"),
        ("big5", "big5", "說明"),
        ("gbk", "utf-8", "说明"),
    ],
)
def test_a_csv_is_read_in_the_charset_that_it_is_declared_to_be_in(
    charset: str | None, encoding: str, words: str
) -> None:
    data = f"id;category;lon;lat;description\r\na;noise;1;2;{words}\r\n".encode(encoding)
    (row,) = csv_rows(data, charset)
    assert row.values["description"] == words


def test_a_csv_that_is_in_another_charset_than_declared_is_refused_by_its_name() -> None:
    with pytest.raises(Unreadable, match="isn't in big5"):
        list(csv_rows(b"id,category,lon,lat\na,noise,1,2\xff", "big5"))


def test_columns_without_a_heading_and_cells_left_out_at_the_end_of_a_row_say_nothing() -> None:
    data = (
        b"id,category,lon,lat,description,reporter,,\na,noise,1,2,x,y,,\nb,noise,1,2,x\nc,noise,1,2\nd,noise,1,2,,, , "
    )
    rows = list(csv_rows(data))
    assert [row.faults for row in rows] == [()] * 4
    assert [row.values.get("description") for row in rows] == ["x", "x", None, ""]


@pytest.mark.parametrize("cells", ["a,noise,1", "a,noise,1,2,x,y", "a,noise,1,2,x,,,", "a,noise,1,2,x,,y"])
def test_a_row_without_a_needed_cell_or_with_one_below_no_heading_is_a_fault(cells: str) -> None:
    (row,) = csv_rows(f"id,category,lon,lat,description,,\n{cells}\n".encode())
    assert row.faults
