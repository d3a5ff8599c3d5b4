"""What the server decides by itself is set by nobody, at every door for reports."""

from __future__ import annotations

import json

import pytest

from server.bad_input.asking import AT, LAT, LON, Server, refused

ASSIGNED = {
    "stage": "closed", "due_at": "2030-01-01T00:00:00Z", "case": "C-1", "version": 9, "grid": "02", "area": "A",
    "owner": "me", "reported_at": AT, "limit_s": 1, "level": 3, "simulated": True, "actor": "admin", "department": "x",
    "id": 7, "closed_at": AT, "told": {}, "__proto__": {}, "filed": True,
}  # fmt: skip


@pytest.mark.parametrize("name", ASSIGNED)
def test_nobody_sets_what_the_server_decides(server: Server, name: str) -> None:
    report = {"category": "noise", "lon": LON, "lat": LAT, name: ASSIGNED[name]}
    refused(server, lambda lang: server.json("POST", "/api/v1/cases", json.dumps(report), **{"Accept-Language": lang}), name)  # fmt: skip
    items = {"items": [{"client_id": "m", "at": AT, "report": report}]}
    refused(server, lambda lang: server.json("POST", "/api/v1/cases/batch", json.dumps(items), **{"Accept-Language": lang}), name)  # fmt: skip
    header = f"id,category,lon,lat,{name if name != 'id' else 'stage'}\nm1,noise,{LON},{LAT},x"
    refused(server, lambda lang: server.send("POST", "/api/v1/cases/bulk", header, "text/csv", **{"Accept-Language": lang}), "no field")  # fmt: skip
