"""Every kind of bad input meets every door that it concerns: a 4xx that names the field and the mend, and nothing is stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx import Response

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.conftest import degrees
from server.plans.conftest import make_key

LON, LAT = degrees(480, 200)
WEB_LON, WEB_LAT = "825100.5", "5422900.25"
"""The town in metres of web mercator."""
AT = "2026-11-18T09:00:00+00:00"


class Server:
    """A server with one case, and what its store holds."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.state = client.app.state.gridgeo  # type: ignore[attr-defined]
        _, self.token = make_key(self.state.store, "admin", "Admin Li")
        body = {"category": "noise", "lon": LON, "lat": LAT}
        self.case = client.post("/api/v1/cases", json=body).json()["case"]

    def rows(self) -> dict[str, int]:
        with self.state.store.reading() as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: connection.exec_driver_sql(f'SELECT count(*), total(rowid) FROM "{name}"').one()[0]
                for name in names
                if name != "alembic_version"
            }

    def send(self, method: str, path: str, body: str | bytes | None, kind: str | None, **headers: str) -> Response:
        told = {**({"Content-Type": kind} if kind is not None else {}), **headers}
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        answer: Response = self.client.request(method, path, content=content, headers=told)
        return answer

    def json(self, method: str, path: str, body: str | bytes, **headers: str) -> Response:
        return self.send(method, path, body, "application/json", **headers)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, town: Town, new_clock: Callable[[], Any]
) -> Iterator[Server]:
    """A server on the lattice town."""
    folder = tmp_path_factory.mktemp("bad")
    copy(empty_store, folder)
    settings = Settings(data=folder, indicators_s=3_600, webhooks_s=3_600)
    app = create_app(settings, town, new_clock())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield Server(client)


def refused(server: Server, ask: Callable[[str], Response], *words: str, status: tuple[int, ...] = (422, 400)) -> None:
    """Ask in English and in Chinese: refused in the door's form, with `words` in it, and nothing is stored."""
    before = server.rows()
    for lang in ("en", "zh-CN"):
        answer = ask(lang)
        told = f"{answer.status_code} {answer.text[:600]}"
        results = answer.json()["results"] if "/batch" in str(answer.url) and answer.status_code == 200 else None
        assert (results[0]["status"] if results else answer.status_code) in status, told
        assert "Traceback" not in answer.text, told
        if results is None and "/open311/" not in str(answer.url):
            assert answer.headers["content-type"] == "application/problem+json", told
            assert answer.json()["status"] == answer.status_code, told
        if lang == "en":
            for word in words:
                assert word in answer.text, f"{word!r} isn't in {told}"
        else:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.text), told
            assert answer.headers.get("content-language", "zh-CN") == "zh-CN", told
    assert server.rows() == before


# Places -------------------------------------------------------------------------------------------------------------

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


# Texts --------------------------------------------------------------------------------------------------------------

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


# Bodies -------------------------------------------------------------------------------------------------------------

GOOD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "report": ("POST", "/api/v1/cases", {"category": "noise", "lon": LON, "lat": LAT}),
    "batch": ("POST", "/api/v1/cases/batch", {"items": [{"client_id": "q", "at": AT, "of": "r"}]}),
    "action": ("POST", "/api/v1/cases/{case}/actions", {"action": "note", "note": "x"}),
    "many": ("POST", "/api/v1/cases/actions", {"action": "note", "note": "x", "cases": [{"case": "y"}]}),
    "position": ("POST", "/api/v1/responders/officer-01/positions", {"lon": LON, "lat": LAT}),
    "duty": ("PATCH", "/api/v1/responders/officer-01", {"on_duty": True}),
    "webhook": ("POST", "/api/v1/webhooks", {"url": "https://example.org/hook"}),
    "plan": ("POST", "/api/v1/plans", {"name": "x", "copy_of": "P-2026-001"}),
    "term": ("POST", "/api/v1/rosters/terms", {"grid": "01", "role": "grid_officer", "person": "Li"}),
}


def _wrong_bodies(body: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    """Name → what is sent instead of `body`, and a word of the answer."""
    text = json.dumps(body)
    name = next(iter(body))
    more = text[:-1] + ","
    return {
        "twice": (f'{more}"{name}":{json.dumps(body[name])}}}'.encode(), f"'{name}'"),
        "twice inside": (f'{more}"x":{{"deep":1,"deep":2}}}}'.encode(), "'deep'"),
        "deep lists": (f'{more}"x":{"[" * 10_000}{"]" * 10_000}}}'.encode(), "64"),
        "deep objects": (more.encode() + b'"x":' + b'{"a":' * 900 + b"1" + b"}" * 901, "64"),
        "too many figures": (f'{more}"x":{"9" * 50_000}}}'.encode(), "figures"),
        "no utf-8": (f'{more}"x":"\xe4"}}'.encode("latin-1"), "UTF-8"),
        "utf-16": (text.encode("utf-16-le"), "JSON"),
        "half a character": (f'{more}"x":"\\ud800"}}'.encode(), "U+D800"),
        "nul": (f'{more}"x":["a\\u0000"]}}'.encode(), "U+0000"),
        "nul in a name": (f'{more}"a\\u0000":1}}'.encode(), "U+0000"),
        "nan": (f'{more}"x":NaN}}'.encode(), "x"),
        "unknown": (f'{more}"colour":"red"}}'.encode(), "colour"),
        "cut": (text[:-1].encode(), "JSON"),
        "bytes": (bytes(range(256)), "UTF-8"),
        "list": (b"[]", ""),
        "null": (b"null", ""),
        "number": (b"1", ""),
        "empty": (b"", ""),
        "blank": (b"  ", "JSON"),
    }


@pytest.mark.parametrize("door", GOOD)
def test_a_body_that_readers_may_read_differently_or_not_at_all_is_refused(server: Server, door: str) -> None:
    method, path, good = GOOD[door]
    for name, (body, word) in _wrong_bodies(good).items():

        def ask(lang: str, body: bytes = body) -> Response:
            headers = {"Accept-Language": lang, "Authorization": f"Bearer {server.token}"}
            return server.json(method, path.format(case=server.case), body, **headers)

        try:
            # Of a batch every item is judged by itself: what is wrong with one stands in its own result.
            refused(
                server, ask, "" if door == "batch" and name in {"half a character", "nul", "nul in a name"} else word
            )
        except AssertionError as wrong:
            raise AssertionError(f"{name}: {wrong}") from wrong


@pytest.mark.parametrize("door", GOOD)
def test_json_must_be_sent_as_json_and_not_packed(server: Server, door: str) -> None:
    method, path, good = GOOD[door]
    path, body = path.format(case=server.case), json.dumps(good).encode()
    key = {"Authorization": f"Bearer {server.token}"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", None):
        refused(
            server,
            lambda lang, kind=kind: server.send(method, path, body, kind, **key, **{"Accept-Language": lang}),  # type: ignore[misc]
            "application/json",
            status=(415,),
        )
    bomb = gzip.compress(b" " * 2_000_000 + body)
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        refused(
            server,
            lambda lang, how=encoding: server.json(  # type: ignore[misc]
                method, path, bomb, **key, **{"Accept-Language": lang, "Content-Encoding": how}
            ),
            "Content-Encoding",
            status=(415,),
        )


def test_a_byte_order_mark_before_json_is_passed_over(server: Server) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"lon": LON, "lat": LAT}).encode()
    assert server.json("POST", "/api/v1/responders/officer-01/positions", body).status_code == 202


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


# Headers, queries, paths ---------------------------------------------------------------------------------------------

NOTE = json.dumps({"action": "note", "note": "x"})


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


@pytest.mark.parametrize("given", ["x", '"x"', '"1', "1e3", '"-1"', '"1", "2"', "9" * 65, '"9223372036854775808"'])
def test_a_version_that_is_none_is_refused(server: Server, given: str) -> None:
    path = f"/api/v1/cases/{server.case}/actions"
    refused(
        server,
        lambda lang: server.json("POST", path, NOTE, **{"If-Match": given, "Accept-Language": lang}),
        status=(412, 422),
    )


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


@pytest.mark.parametrize(
    "name",
    ["0", "-1", "C-2026-1%2F..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "x" * 5_000, "%F0%9F%98%80", "%FF%FE", "'--", "null",
     "1' OR '1'='1", "{case}", "%E2%80%AE"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/v1/cases/{}", "/api/v1/cases/{}/candidates", "/api/v1/cases/{}/photos", "/open311/v2/requests/{}.json", "/ogc/collections/cases/items/{}", "/api/v1/photos/{}"])  # fmt: skip
def test_a_case_that_is_none_is_not_found(server: Server, path: str, name: str) -> None:
    before = server.rows()
    answer = server.client.get(path.format(name))
    assert answer.status_code in {404, 422}, answer.text
    assert server.rows() == before


@pytest.mark.parametrize(
    "path",
    ["/api/v1/cases/%00", "/api/v1/cases/C%00/actions", "/ogc/collections/%00", "/api/v1/board?x=%00", "/%00", "/open311/v2/requests/%00.xml"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_an_address_with_a_nul_is_refused(server: Server, method: str, path: str) -> None:
    answer = server.client.request(method, path)
    assert answer.status_code in {400, 422}, answer.text
    assert "U+0000" in answer.text


@pytest.mark.parametrize("accepted", ["zh" * 3_000, "\xff", ";;;,,,=", "zh;q=nan", "zh;q=1e999"])
def test_an_odd_language_is_no_fault_of_the_request_unless_it_is_endless(server: Server, accepted: str) -> None:
    answer = server.client.get("/api/v1/cases/none", headers={"Accept-Language": accepted.encode("latin-1")})
    assert answer.status_code == 404
