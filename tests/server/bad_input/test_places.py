"""Places that are none, or can't be, at every door that takes one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from httpx import Response

from server.bad_input.asking import AT, LAT, LON, Server, refused

WEB_LON, WEB_LAT = "825100.5", "5422900.25"
"""The town in metres of web mercator."""

Door = Callable[[Server, str, str, str], Response]


def _json_doors() -> dict[str, Door]:
    def report(server: Server, lon: str, lat: str, lang: str) -> Response:
        text = f'{{"category":"noise","lon":{lon},"lat":{lat}}}'
        return server.json("POST", "/api/v1/cases", text, **{"Accept-Language": lang})

    def batch(server: Server, lon: str, lat: str, lang: str) -> Response:
        inner = f'{{"category":"noise","lon":{lon},"lat":{lat}}}'
        text = f'{{"items":[{{"client_id":"b1","at":"{AT}","report":{inner}}}]}}'
        return server.json("POST", "/api/v1/cases/batch", text, **{"Accept-Language": lang})

    def position(server: Server, lon: str, lat: str, lang: str) -> Response:
        text = f'{{"lon":{lon},"lat":{lat}}}'
        return server.json("POST", "/api/v1/responders/officer-01/positions", text, **{"Accept-Language": lang})

    def action(server: Server, lon: str, lat: str, lang: str) -> Response:
        text = f'{{"action":"note","note":"seen","lon":{lon},"lat":{lat}}}'
        return server.json("POST", f"/api/v1/cases/{server.case}/actions", text, **{"Accept-Language": lang})

    def geojson(server: Server, lon: str, lat: str, lang: str) -> Response:
        point = f'{{"type":"Point","coordinates":[{lon},{lat}]}}'
        one = f'{{"type":"Feature","id":"g1","properties":{{"category":"noise"}},"geometry":{point}}}'
        text = f'{{"type":"FeatureCollection","features":[{one}]}}'
        return server.send("POST", "/api/v1/cases/bulk", text, "application/geo+json", **{"Accept-Language": lang})

    return {"report": report, "batch": batch, "position": position, "action": action, "geojson": geojson}


def _text_doors() -> dict[str, Door]:
    def csv(server: Server, lon: str, lat: str, lang: str) -> Response:
        text = f"id,category,lon,lat\nc1,noise,{lon},{lat}"
        return server.send("POST", "/api/v1/cases/bulk", text, "text/csv", **{"Accept-Language": lang})

    def query(path: str, more: dict[str, str]) -> Door:
        def ask(server: Server, lon: str, lat: str, lang: str) -> Response:
            asked = urlencode({"lon": lon, "lat": lat, **more})
            return server.send("GET", f"{path}?{asked}", None, None, **{"Accept-Language": lang})

        return ask

    def open311(form: str) -> Door:
        def ask(server: Server, lon: str, lat: str, lang: str) -> Response:
            fields = {"api_key": server.token, "service_code": "noise", "lat": lat, "long": lon}
            kind = "application/x-www-form-urlencoded"
            path = f"/open311/v2/requests.{form}"
            return server.send("POST", path, urlencode(fields), kind, **{"Accept-Language": lang})

        return ask

    return {
        "csv": csv,
        "locate": query("/api/v1/locate", {}),
        "duplicates": query("/api/v1/cases/duplicates", {"category": "noise"}),
        "open311 xml": open311("xml"),
        "open311 json": open311("json"),
    }


JSON_DOORS, TEXT_DOORS = _json_doors(), _text_doors()
DOORS = {**JSON_DOORS, **TEXT_DOORS}
NO_NUMBERS = {
    "nan": ("NaN", str(LAT)),
    "infinity": ("Infinity", str(LAT)),
    "minus infinity": ("-Infinity", str(LAT)),
    "beyond floats": ("1e999", str(LAT)),
}
NO_JSON_NUMBERS = {
    "text": (f'"{LON}"', str(LAT)),
    "true": ("true", str(LAT)),
    "null": ("null", str(LAT)),
    "list": (f"[{LON},{LAT},3]", str(LAT)),
    "object": ("{}", str(LAT)),
    "four hundred figures": ("1" + "0" * 400, str(LAT)),
    "a hundred thousand figures": ("1" + "0" * 60_000, str(LAT)),
}


def _lon(door: str) -> str:
    """What a door calls the longitude."""
    return "" if "xml" in door or door == "action" else "lon"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_is_no_finite_number_is_no_coordinate(server: Server, door: str, case: str) -> None:
    lon, lat = NO_NUMBERS[case]
    refused(server, lambda lang: DOORS[door](server, lon, lat, lang), _lon(door))


@pytest.mark.parametrize("door", JSON_DOORS)
@pytest.mark.parametrize("case", NO_JSON_NUMBERS)
def test_what_is_no_number_of_json_is_no_coordinate(server: Server, door: str, case: str) -> None:
    lon, lat = NO_JSON_NUMBERS[case]
    refused(server, lambda lang: DOORS[door](server, lon, lat, lang))


@pytest.mark.parametrize("door", DOORS)
def test_zero_zero_is_a_place_that_was_never_filled_in(server: Server, door: str) -> None:
    if door == "locate":  # a question about a place is answered, with the hint
        answer = DOORS[door](server, "0", "0", "en")
        assert (answer.status_code, answer.json()["outcome"]) == (200, "outside")
        assert "missing" in answer.json()["matches"][0]["hint"]
        return
    refused(server, lambda lang: DOORS[door](server, "0", "-0.0", lang), "missing")


@pytest.mark.parametrize("door", [door for door in DOORS if door not in {"action", "duplicates"}])
def test_a_place_that_lies_in_the_town_only_with_its_numbers_exchanged_is_told_so(server: Server, door: str) -> None:
    if door == "locate":
        answer = DOORS[door](server, str(LAT), str(LON), "en")
        assert answer.json()["matches"][0]["swapped"]
        assert "swapped" in answer.json()["matches"][0]["hint"]
        return
    refused(server, lambda lang: DOORS[door](server, str(LAT), str(LON), lang), "swapped")


@pytest.mark.parametrize("door", DOORS)
def test_numbers_out_of_range_are_told_with_the_range(server: Server, door: str) -> None:
    refused(server, lambda lang: DOORS[door](server, "39.9", "116.4", lang), "116.4 is no coordinate", "90")


@pytest.mark.parametrize("door", [door for door in DOORS if "open311" not in door])
@pytest.mark.parametrize(
    ("east", "north", "system"),
    [("372480", "4844400", "EPSG:32632"), ("4844400", "372480", "EPSG:32632"), (WEB_LON, WEB_LAT, "EPSG:3857")],
)
def test_metres_are_told_with_the_system_in_which_they_lie_in_the_town(
    server: Server, door: str, east: str, north: str, system: str
) -> None:
    refused(server, lambda lang: DOORS[door](server, east, north, lang), f"metres of {system}", "give degrees")


@pytest.mark.parametrize("door", DOORS)
def test_metres_of_elsewhere_are_told_as_metres(server: Server, door: str) -> None:
    refused(server, lambda lang: DOORS[door](server, "449000", "4417000", lang), "metres")


@pytest.mark.parametrize("door", [door for door in DOORS if door not in {"action", "position", "duplicates", "locate"}])
@pytest.mark.parametrize(("lon", "lat"), [("7.6", "43.735"), ("-172.5", "-43.7"), ("180", "90")])
def test_a_report_of_a_place_in_no_grid_gets_no_grid(server: Server, door: str, lon: str, lat: str) -> None:
    refused(server, lambda lang: DOORS[door](server, lon, lat, lang), "no grid")


@pytest.mark.parametrize("system", ["gcj-02", "GCJ02", "epsg:4490", "", "mars"])
@pytest.mark.parametrize("path", ["/api/v1/locate?lon=7.4&lat=43.7&", "/api/v1/cases/bulk?"])
def test_a_system_is_declared_by_a_known_name_or_not_at_all(server: Server, path: str, system: str) -> None:
    asked = path + urlencode({"crs": system})
    text = f"id,category,lon,lat\nc1,noise,{LON},{LAT}"
    method, body, kind = ("GET", None, None) if "locate" in path else ("POST", text, "text/csv")
    refused(server, lambda lang: server.send(method, asked, body, kind, **{"Accept-Language": lang}), "crs", "gcj02")
