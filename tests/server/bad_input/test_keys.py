"""Keys that make a request safe to repeat: odd ones, and those that come again."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from httpx import Response

from server.bad_input.asking import GOOD, LAT, LON, Server, refused


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "x" * 20_000, "schlüssel", "\x01", "a\tb"])
def test_an_odd_key_is_refused(server: Server, key: str) -> None:
    body = json.dumps({"category": "noise", "lon": LON, "lat": LAT}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": key.encode()}

    def ask(lang: str) -> Response:
        answer: Response = server.client.post(
            "/api/v1/cases", content=body, headers={**headers, "Accept-Language": lang}
        )
        return answer

    refused(server, ask, "idempotency-key")


@pytest.mark.parametrize("door", ["report", "action", "open311"])
def test_a_key_that_comes_again_with_another_body_is_refused(server: Server, door: str) -> None:
    headers = {"Idempotency-Key": f"again-{door}"}
    if door == "open311":
        fields = {"api_key": server.token, "service_code": "noise", "lat": str(LAT), "long": str(LON)}
        kind, path = "application/x-www-form-urlencoded", "/open311/v2/requests.json"
        first, other = urlencode(fields), urlencode({**fields, "description": "other"})
    else:
        _, path, good = GOOD[door]
        kind, path, first = "application/json", path.format(case=server.case), json.dumps(good)
        other = json.dumps({**good, "description" if door == "report" else "note": "other"})
    assert server.send("POST", path, first, kind, **headers).status_code in {200, 201}
    refused(
        server,
        lambda lang: server.send("POST", path, other, kind, **headers, **{"Accept-Language": lang}),
        "again",
        status=(400,) if door == "open311" else (422,),
    )
