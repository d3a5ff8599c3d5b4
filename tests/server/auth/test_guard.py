"""Who asks: by nothing, by a key, by a session; from here, from elsewhere, from the page of another site."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gridgeo.errors import BadInput
from gridgeo_server.app import create_app
from gridgeo_server.auth import keyring, keys, store
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.guard import asker, is_loopback
from gridgeo_server.auth.keyring import KEPT_S, LOOK_S, Keyring
from gridgeo_server.auth.listening import check_listening
from gridgeo_server.auth.sessions import COOKIE
from gridgeo_server.cases.asking import asking
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store import access_tables
from gridgeo_server.town import Town
from server.offices import People

SAME = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}


@pytest.fixture
def guarded(settings: Settings, town: Town, clock: Any) -> Iterator[People]:
    """A server that takes keys, and a planner with one."""
    app = create_app(settings.model_copy(update={"auth": "required"}), town, clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        people = People(client, {}, {})
        people.join("dispatcher", "dispatcher", expires_at=clock.now + timedelta(days=2))
        yield people


def _sign_in(people: People, **more: Any) -> Any:
    return people.client.post("/api/v1/session", json={"key": people.tokens["dispatcher"]}, **more)


def test_without_a_key_it_is_this_machine_or_where_one_is_needed_the_public(
    client: TestClient, guarded: People
) -> None:
    local = client.get("/api/v1/me", headers={"Accept-Language": "zh"}).json()
    assert (local["key"], local["role"], local["name"], local["sign_in"]) == (None, "local", "本机", "optional")
    assert {"cases.any", "cases.report"} <= set(local["may"])
    assert not any(one.startswith(("plans", "rosters", "webhooks", "access")) for one in local["may"])
    public = guarded.get(None, "/me")
    assert (public["key"], public["role"], public["signed_in_by"]) == (None, "public", "nothing")
    assert public["sign_in"] == "required"


def test_what_comes_from_elsewhere_is_never_taken_for_this_machine(settings: Settings, town: Town) -> None:
    app = create_app(settings, town)
    for client, headers, role in (
        (("127.0.0.1", 1), {}, "local"),
        (("::1", 1), {}, "local"),
        (("192.0.2.7", 1), {}, "public"),
        (("2001:db8::7", 1), {}, "public"),
        (("127.0.0.1", 1), {"X-Forwarded-For": "192.0.2.7"}, "public"),
    ):
        asking = TestClient(app, base_url="http://127.0.0.1", client=client)
        assert asking.get("/api/v1/me", headers=headers).json()["role"] == role, (client, headers)
    app.state.gridgeo.store.close()


def test_a_session_stands_for_its_key_and_its_cookie_is_kept_from_scripts_and_other_sites(guarded: People) -> None:
    answer = _sign_in(guarded)
    assert answer.status_code == 204
    told = answer.headers["set-cookie"]
    assert all(part in told for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"))
    assert "Secure" not in told
    me = guarded.get(None, "/me")
    assert (me["key"], me["role"], me["signed_in_by"]) == (guarded.names["dispatcher"], "dispatcher", "session")
    secure = TestClient(guarded.client.app, base_url="https://127.0.0.1")
    again = secure.post("/api/v1/session", json={"key": guarded.tokens["dispatcher"]})
    assert "Secure" in again.headers["set-cookie"]


def test_the_store_keeps_of_a_session_a_hash_alone(guarded: People, tmp_path: Path) -> None:
    _sign_in(guarded)
    cookie = guarded.client.cookies[COOKIE]
    with guarded.state.store.reading() as connection:
        rows = connection.execute(sa.select(access_tables.sessions)).all()
    assert len(rows) == 1
    assert cookie not in str(rows)
    assert not any(cookie.encode() in path.read_bytes() for path in tmp_path.glob("*.sqlite*"))


def test_signing_in_again_ends_the_session_before_and_signing_out_ends_it_for_good(guarded: People) -> None:
    _sign_in(guarded)
    first = guarded.client.cookies[COOKIE]
    _sign_in(guarded, headers=SAME)
    second = guarded.client.cookies[COOKIE]
    assert first != second
    out = guarded.client.delete("/api/v1/session", headers=SAME)
    assert out.status_code == 204
    assert COOKIE not in guarded.client.cookies
    for cookie in (first, second, "made up", "é" * 40):
        guarded.client.cookies.clear()
        told = guarded.client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={cookie}".encode()})
        assert told.json()["role"] == "public"


def test_a_session_that_ends_while_it_is_proven_is_let_in_no_more(
    guarded: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_in(guarded)
    cookie, ring = guarded.client.cookies[COOKIE], guarded.state.keyring
    real = ring.keep

    def keep(*given: Any) -> None:
        monkeypatch.undo()
        assert guarded.client.delete("/api/v1/session", headers=SAME).status_code == 204
        real(*given)

    monkeypatch.setattr(ring, "keep", keep)
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    assert [guarded.client.get("/api/v1/me", headers=headers).json()["role"] for _ in range(2)] == ["public"] * 2


def test_a_session_ends_with_its_time_and_with_its_key(
    guarded: People, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_in(guarded)
    clock.pass_seconds(12 * 3600 - 1)
    assert guarded.get(None, "/me")["signed_in_by"] == "session"
    clock.pass_seconds(1)
    assert guarded.get(None, "/me")["signed_in_by"] == "nothing"
    _sign_in(guarded)
    assert guarded.get(None, "/me")["role"] == "dispatcher"
    key = guarded.names["dispatcher"]
    monkeypatch.setattr(keyring, "LOOK_S", 0.0)
    guarded.state.store.write(lambda t: store.revoke(t.connection, key, clock.now))
    assert guarded.get(None, "/me")["role"] == "public"
    assert _sign_in(guarded).status_code == 401


def test_a_session_outlives_a_restart(guarded: People, settings: Settings, town: Town, clock: Any) -> None:
    _sign_in(guarded)
    cookie = guarded.client.cookies[COOKIE]
    other = create_app(settings.model_copy(update={"auth": "required"}), town, clock)
    client = TestClient(other, base_url="http://127.0.0.1", cookies={COOKIE: cookie})
    assert client.get("/api/v1/me").json()["role"] == "dispatcher"
    other.state.gridgeo.store.close()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:81"},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_the_page_of_another_site_writes_nothing_in_the_name_of_a_session(
    guarded: People, headers: dict[str, str]
) -> None:
    case = guarded.report()["case"]
    _sign_in(guarded)
    answer = guarded.client.post(f"/api/v1/cases/{case}/actions", json={"action": "withdraw"}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridgeo:problem:not-allowed")
    assert guarded.client.get(f"/api/v1/cases/{case}", headers=headers).status_code == 200
    done = guarded.client.post(f"/api/v1/cases/{case}/actions", json={"action": "withdraw"}, headers=SAME)
    assert done.status_code == 200


def test_the_page_of_another_site_writes_nothing_at_this_machine_either(client: TestClient, at: Any) -> None:
    lon, lat = at(480, 200)
    body = {"category": "noise", "lon": lon, "lat": lat}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/api/v1/cases", json=body, headers=headers).status_code == 403
        assert client.post("/api/v1/session", json={"key": "x"}, headers=headers).status_code == 403
    assert client.post("/api/v1/cases", json=body, headers=SAME).status_code == 201
    assert client.post("/api/v1/cases", json=body).status_code == 201


def test_a_key_is_paid_for_once_and_ends_within_a_second_of_being_revoked(
    guarded: People, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    paid = []
    real = keys.proves
    monkeypatch.setattr(keys, "proves", lambda *given: (paid.append(1), real(*given))[1])
    for _ in range(5):
        guarded.get("dispatcher", "/me")
    assert len(paid) == 1
    key = guarded.names["dispatcher"]
    monkeypatch.setattr(keyring, "LOOK_S", 0.0)
    guarded.get("dispatcher", "/me")
    guarded.state.store.write(lambda t: store.revoke(t.connection, key, clock.now))
    assert guarded.ask("dispatcher", "GET", "/me").status_code == 401


def test_a_proof_is_kept_for_its_time_and_forgotten_when_a_key_is_revoked() -> None:
    now, moment = [0.0], datetime(2026, 11, 18, tzinfo=UTC)
    ring = Keyring(lambda: now[0])
    li = Bearer("k", "Li", "planner", until=moment + timedelta(hours=1))
    ring.look(3)
    ring.keep("secret", li, 3)
    assert (ring.fresh("secret", moment), ring.fresh("other", moment)) == (li, None)
    assert ring.fresh("secret", moment + timedelta(hours=1)) is None
    now[0] = LOOK_S
    assert ring.fresh("secret", moment) is None
    assert ring.kept("secret", moment) == li
    ring.look(4)
    assert ring.kept("secret", moment) is None
    # Proven while the key was being revoked: what was read before isn't kept.
    ring.keep("secret", li, 3)
    assert len(ring) == 0
    ring.keep("secret", li, 4)
    now[0] = LOOK_S + KEPT_S
    assert ring.kept("secret", moment) is None


def test_nothing_is_read_of_the_store_for_whoever_carries_nothing(
    client: TestClient, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("the store was read")

    monkeypatch.setattr(type(state.store), "reading", never)
    assert client.get("/api/v1/me").json()["role"] == "local"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "::ffff:192.0.2.7"])
def test_to_listen_beyond_this_machine_takes_keys(tmp_path: Path, empty_store: Path, town: Town, host: str) -> None:
    shutil.copy(empty_store, tmp_path)
    with pytest.raises(BadInput, match="add --auth required"):
        create_app(Settings(data=tmp_path, host=host), town)
    check_listening(Settings(data=tmp_path, host=host, auth="required"))


def test_a_name_that_leads_elsewhere_is_found_out_and_loopback_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.7", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: told)
    with pytest.raises(BadInput, match=r"192\.0\.2\.7"):
        check_listening(Settings(host="here.example"))
    check_listening(Settings(host="here.example"), "127.0.0.1")
    monkeypatch.undo()
    for host in ("127.0.0.1", "localhost", "::1", "127.8.0.1"):
        check_listening(Settings(host=host))
    assert not is_loopback("fe80::1%eth0")


def test_a_proxy_is_believed_when_it_is_named_and_not_before(settings: Settings, town: Town) -> None:
    for proxies, address, quota in (((), "127.0.0.1", 1), (("127.0.0.1",), "192.0.2.7", 1)):
        app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), town)
        seen = []
        app.state.quota.spend = seen.append
        client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        client.post("/api/v1/reports", json={}, headers={"X-Forwarded-For": "198.51.100.9, 192.0.2.7"})
        assert seen == [address] * quota
        app.state.gridgeo.store.close()


ASKED = ("cases", "photos", "responders", "positions", "routes", "live", "indicators", "me", "access-log")
"""Doors below /api/v1 to cases, officers and what is told of them; reports of the public know whom they ask."""


def test_every_door_to_cases_and_officers_asks_who_comes(client: TestClient) -> None:
    def asks(part: Any) -> bool:
        return part.call in (asker, asking) or any(asks(one) for one in part.dependencies)

    def doors(routes: Any) -> Iterator[APIRoute]:
        for route in routes:
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "original_router"):
                yield from doors(route.original_router.routes)

    found = [one for one in doors(client.app.routes) if one.path.removeprefix("/api/v1/").split("/")[0] in ASKED]  # type: ignore[attr-defined]
    assert len(found) > 20
    assert [one.path for one in found if not asks(one.dependant)] == []


def test_every_such_door_refuses_a_key_that_nobody_gave_out(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    doors = [
        (method, path.replace("{", "").replace("}", ""))
        for path, item in paths.items()
        for method in item
        if path.removeprefix("/api/v1/").split("/")[0] in ASKED
    ]
    assert len(doors) > 20
    told = {door: client.request(*door, headers={"Authorization": "Bearer gg_nobody_gave_this"}) for door in doors}
    assert {door: answer.status_code for door, answer in told.items()} == dict.fromkeys(doors, 401)
