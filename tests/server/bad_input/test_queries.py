"""Queries that make no sense."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from server.bad_input.asking import LAT, LON, Server, refused


@pytest.mark.parametrize(
    "query",
    [
        "after=x", "after=-1", "after=1%27--", "after=" + "9" * 30, "after=", "after=%D9%A3", "limit=0", "limit=1001",
        "limit=1e3", "limit=5&limit=6", "open=maybe", "stage=lost", "light=red", "due_after=yesterday", "from=x",
        "due_after=0",
        "due_before=1600000000",
        "figure=none", "text=", "text=" + "x" * 201, "area=nowhere", "stat=open", "grid=01&grid=02", "text=a%00b",
        "grid=" + "x" * 65,
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(server: Server, query: str) -> None:
    refused(server, lambda lang: server.send("GET", f"/api/v1/cases?{query}", None, None, **{"Accept-Language": lang}))


@pytest.mark.parametrize("day", ["0", "1600000000", "-7e-273", "20261124", "2026-11-24T00:00", "2026-02-30", "today"])
def test_a_number_is_no_day(server: Server, day: str) -> None:
    path = f"/api/v1/locate?{urlencode({'lon': LON, 'lat': LAT, 'date': day})}"
    refused(server, lambda lang: server.send("GET", path, None, None, **{"Accept-Language": lang}), "2026-11-24")
