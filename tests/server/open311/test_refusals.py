from __future__ import annotations

import json

import pytest

from gridgeo_server.open311.refusals import format_of, is_ours, refused


@pytest.mark.parametrize(
    ("status", "told"), [(401, 403), (403, 403), (404, 404), (409, 400), (412, 400), (422, 400), (400, 400), (503, 503)]
)
def test_the_standard_knows_403_for_keys_404_for_what_there_is_not_and_400_for_the_rest(status: int, told: int) -> None:
    answer = refused("/open311/v2/x.json", status, ["so", "and so"], "en", {"WWW-Authenticate": "Bearer"})
    assert answer.status_code == told
    assert json.loads(bytes(answer.body)) == [
        {"code": told, "description": "so"},
        {"code": told, "description": "and so"},
    ]
    assert ("www-authenticate" in answer.headers) == (status == told)


def test_only_what_lies_below_the_prefix_is_told_in_this_form() -> None:
    assert is_ours("/open311")
    assert is_ours("/open311/v2/requests.xml")
    assert not is_ours("/open3110/v2")
    assert not is_ours("/api/v1/cases")


def test_the_format_is_that_of_the_path_and_xml_where_it_asks_for_none() -> None:
    endings = ("a.json", "a.JSON", "a.xml", "a", "a.b/c", "json", "")
    assert [format_of(f"/open311/{one}") for one in endings] == ["json", "json", "xml", "xml", "xml", "xml", "xml"]
