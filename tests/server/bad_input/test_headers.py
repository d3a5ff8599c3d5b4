"""Headers that make no sense."""

from __future__ import annotations

import json

import pytest

from server.bad_input.asking import Server, refused

NOTE = json.dumps({"action": "note", "note": "x"})


@pytest.mark.parametrize("given", ["x", '"x"', '"1', "1e3", '"-1"', '"1", "2"', "9" * 65, '"9223372036854775808"'])
def test_a_version_that_is_none_is_refused(server: Server, given: str) -> None:
    path = f"/api/v1/cases/{server.case}/actions"
    refused(
        server,
        lambda lang: server.json("POST", path, NOTE, **{"If-Match": given, "Accept-Language": lang}),
        status=(412, 422),
    )


@pytest.mark.parametrize("accepted", ["zh" * 3_000, "\xff", ";;;,,,=", "zh;q=nan", "zh;q=1e999"])
def test_an_odd_language_is_no_fault_of_the_request_unless_it_is_endless(server: Server, accepted: str) -> None:
    answer = server.client.get("/api/v1/cases/none", headers={"Accept-Language": accepted.encode("latin-1")})
    assert answer.status_code == 404
