"""Texts that can't be kept, and those that are, at every door that takes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from httpx import Response

from server.bad_input.asking import AT, LAT, LON, Server, refused

Say = Callable[[Server, str, str], Response]


def _saying() -> dict[str, Say]:
    def report(server: Server, text: str, lang: str) -> Response:
        body = json.dumps({"category": "noise", "lon": LON, "lat": LAT, "description": text})
        return server.json("POST", "/api/v1/cases", body, **{"Accept-Language": lang})

    def batch(server: Server, text: str, lang: str) -> Response:
        inner = {"category": "noise", "lon": LON, "lat": LAT, "description": text}
        body = json.dumps({"items": [{"client_id": f"t{len(text)}", "at": AT, "report": inner}]})
        return server.json("POST", "/api/v1/cases/batch", body, **{"Accept-Language": lang})

    def note(server: Server, text: str, lang: str) -> Response:
        body = json.dumps({"action": "note", "note": text})
        return server.json("POST", f"/api/v1/cases/{server.case}/actions", body, **{"Accept-Language": lang})

    def csv(server: Server, text: str, lang: str) -> Response:
        quoted = text.replace('"', '""')
        body = f'id,category,lon,lat,description\nx{len(text)},noise,{LON},{LAT},"{quoted}"'
        return server.send("POST", "/api/v1/cases/bulk", body, "text/csv", **{"Accept-Language": lang})

    def geojson(server: Server, text: str, lang: str) -> Response:
        point = {"type": "Point", "coordinates": [LON, LAT]}
        properties = {"category": "noise", "description": text}
        one = {"type": "Feature", "id": f"g{len(text)}", "properties": properties, "geometry": point}
        body = json.dumps({"type": "FeatureCollection", "features": [one]})
        return server.send("POST", "/api/v1/cases/bulk", body, "application/geo+json", **{"Accept-Language": lang})

    def open311(server: Server, text: str, lang: str) -> Response:
        fields = {"api_key": server.token, "service_code": "noise", "lat": str(LAT), "long": str(LON)}
        body = urlencode({**fields, "description": text}, errors="surrogatepass")
        kind = "application/x-www-form-urlencoded"
        return server.send("POST", "/open311/v2/requests.json", body, kind, **{"Accept-Language": lang})

    return {"report": report, "batch": batch, "note": note, "csv": csv, "geojson": geojson, "open311": open311}


SAYING = _saying()


@pytest.mark.parametrize("door", SAYING)
@pytest.mark.parametrize("text", ["a\0b", "a\x1b[31mb", "a\x7fb", "a\x85b"], ids=["NUL", "escape", "DEL", "NEL"])
def test_control_signs_are_refused(server: Server, door: str, text: str) -> None:
    refused(server, lambda lang: SAYING[door](server, text, lang), "U+00")


@pytest.mark.parametrize("door", SAYING)
def test_half_a_character_is_refused(server: Server, door: str) -> None:
    refused(server, lambda lang: SAYING[door](server, "a\ud800b", lang))


@pytest.mark.parametrize("door", SAYING)
def test_a_text_of_4001_characters_is_refused(server: Server, door: str) -> None:
    refused(server, lambda lang: SAYING[door](server, "好" * 4_001, lang), "000")


KEPT = '<script>alert("1")</script> & </case> ]]> =cmd()|x \\u0000 👩‍👩‍👧 \U0001f1f2\U0001f1e8 שלום'


@pytest.mark.parametrize("door", SAYING)
def test_markup_quotes_and_emoji_are_kept_and_shown_as_text_and_turning_marks_are_taken_out(
    server: Server, door: str
) -> None:
    text = KEPT + "好" * (3_990 - len(KEPT)) + " \u202e\u2066\u200fend"
    told = SAYING[door](server, text, "en")
    assert told.status_code in {200, 201}, told.text
    newest = server.client.get("/api/v1/cases", params={"limit": 1}).json()["cases"][0]
    kept = KEPT + "好" * (3_990 - len(KEPT)) + " end"
    if door == "note":
        assert told.json()["events"][-1]["note"] == kept
        return
    assert newest["description"] == kept
    xml = server.client.get(f"/open311/v2/requests/{newest['case']}.xml")
    assert xml.headers["content-type"].startswith("text/xml")
    assert "<script" not in xml.text
    assert "&lt;script&gt;" in xml.text
    features = server.client.get(f"/ogc/collections/cases/items/{newest['case']}")
    assert features.headers["content-type"].startswith("application/geo+json")
    assert features.headers["x-content-type-options"] == "nosniff"
