"""Guesses at keys: counted, limited, told when to come again; whoever has a key is let in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from httpx import Response
from jwt.algorithms import ECAlgorithm

from gridgeo_server.app import create_app
from gridgeo_server.auth import guesses, keyring, keys, store
from gridgeo_server.auth.guesses import Guesses
from gridgeo_server.auth.keyring import Keyring
from gridgeo_server.auth.oidc import Issuer
from gridgeo_server.auth.sessions import COOKIE
from gridgeo_server.errors import NotSignedIn, TooManyGuesses
from gridgeo_server.settings import Settings
from gridgeo_server.texts import say
from gridgeo_server.town import Town
from server.offices import People

WHY = say("auth.unknown", how=say("auth.how"))


@pytest.fixture
def seconds() -> list[float]:
    """A clock of seconds that stands still until it is moved."""
    return [1_000.0]


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put to the proof, which here costs nothing."""
    found: list[str] = []

    def proves(secret: str, kept: str) -> bool:
        found.append(secret)
        return kept.endswith(f":{secret}")

    monkeypatch.setattr(keys, "proves", proves)
    monkeypatch.setattr(keys, "hashed", lambda secret: f":{secret}")
    return found


@pytest.fixture
def guarded(settings: Settings, town: Town, clock: Any, seconds: list[float], paid: list[str]) -> Iterator[People]:
    """A server that takes two wrong keys of an address at once, and four of all; a dispatcher with a key."""
    app = create_app(settings.model_copy(update={"auth": "required"}), town, clock)
    limits = Guesses(6, 12, lambda: seconds[0])
    app.state.gridgeo = replace(app.state.gridgeo, guesses=limits, keyring=Keyring(lambda: seconds[0]))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        people = People(client, {}, {})
        people.join("dispatcher", "dispatcher")
        yield people


def wrong(people: People, number: int, **more: Any) -> Response:
    """What a wrong key is answered."""
    headers = {"Authorization": f"Bearer gridgeo_{number:010x}_wrong", **more.pop("headers", {})}
    answer: Response = people.client.get("/api/v1/me", headers=headers, **more)
    return answer


def test_more_wrong_keys_than_an_address_may_try_cost_no_proof_and_are_told_when_to_come_again(
    guarded: People, paid: list[str], seconds: list[float]
) -> None:
    assert [wrong(guarded, number).status_code for number in range(4)] == [401, 401, 429, 429]
    assert len(paid) == 2
    refused = wrong(guarded, 5, headers={"Accept-Language": "zh"})
    assert refused.headers["retry-after"] == "600"
    assert refused.json()["type"] == "urn:gridgeo:problem:too-many-guesses"
    assert refused.json()["detail"] == "此处送来的未知密钥过多；请在 600 秒后再试"
    seconds[0] += 600
    assert [wrong(guarded, number).status_code for number in (6, 7)] == [401, 429]


def test_every_door_that_takes_a_key_counts(guarded: People) -> None:
    def sign_in(number: int) -> Response:
        answer: Response = guarded.client.post("/api/v1/session", json={"key": f"gridgeo_{number}_wrong"})
        return answer

    def report(number: int) -> Response:
        form = {"api_key": f"gridgeo_{number}_wrong", "service_code": "noise", "lat": "43.7", "long": "7.4"}
        answer: Response = guarded.client.post("/open311/v2/requests.json", data=form)
        return answer

    assert [sign_in(1).status_code, report(2).status_code] == [401, 403]  # as Open311 wants it
    refused = [wrong(guarded, 3), sign_in(4), report(5)]
    assert [(one.status_code, one.headers["retry-after"]) for one in refused] == [(429, "600")] * 3


def test_a_key_that_was_proven_is_let_in_whatever_others_of_its_address_try(
    guarded: People, seconds: list[float], paid: list[str]
) -> None:
    guarded.join("late", "dispatcher")
    guarded.get("dispatcher", "/me")
    session = guarded.client.post("/api/v1/session", json={"key": guarded.tokens["dispatcher"]})
    assert session.status_code == 204
    for number in range(3):
        wrong(guarded, number)
    assert guarded.get("dispatcher", "/me")["role"] == "dispatcher"
    paid.clear()
    seconds[0] += keyring.KEPT_S
    assert guarded.get("dispatcher", "/me")["role"] == "dispatcher"
    assert len(paid) == 1  # proven anew, though nobody else's key is
    assert guarded.get(None, "/me")["signed_in_by"] == "session"
    assert guarded.ask("late", "GET", "/me").status_code == 429
    seconds[0] += 600
    assert guarded.get("late", "/me")["role"] == "dispatcher"


def test_what_is_refused_again_and_again_is_paid_for_and_counted_once(
    guarded: People, paid: list[str], seconds: list[float]
) -> None:
    assert [wrong(guarded, 1).status_code for _ in range(10)] == [401] * 10
    assert len(paid) == 1
    assert wrong(guarded, 2).status_code == 401
    seconds[0] += guesses.REFUSED_S
    assert wrong(guarded, 1).status_code == 429


def test_wrong_sessions_are_limited_as_wrong_keys_are_and_a_session_is_let_in_whatever_others_of_its_address_try(
    guarded: People, clock: Any
) -> None:
    def begun() -> str:
        assert guarded.ask(None, "POST", "/session", json={"key": guarded.tokens["dispatcher"]}).status_code == 204
        found = guarded.client.cookies[COOKIE]
        guarded.client.cookies.clear()
        return found

    def with_cookie(cookie: str) -> Response:
        answer: Response = guarded.ask(None, "GET", "/me", headers={"Cookie": f"{COOKIE}={cookie}"})
        return answer

    good, others = begun(), [begun() for _ in range(5)]
    assert [with_cookie("wrong 1").json()["role"] for _ in range(5)] == ["public"] * 5  # again and again is once
    assert with_cookie("wrong 2").json()["role"] == "public"
    refused = with_cookie("wrong 3")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert wrong(guarded, 1).status_code == 401  # nobody's key is barred by it
    assert with_cookie(good).json()["role"] == "dispatcher"
    # Who carries nothing guesses nothing; nor does a session whose time is over.
    assert guarded.get(None, "/me")["role"] == "public"
    clock.pass_seconds(guarded.state.settings.session_hours * 3_600)
    assert {with_cookie(cookie).json()["role"] for cookie in others} == {"public"}


def test_wrong_tokens_are_limited_as_wrong_keys_are_and_one_of_the_issuer_is_let_in_whatever_others_of_its_address_try(
    guarded: People, tmp_path: Path
) -> None:
    own, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    keys_of = tmp_path / "keys.json"
    keys_of.write_text(json.dumps({"keys": [{**json.loads(ECAlgorithm.to_jwk(own.public_key())), "kid": "e"}]}))
    issuer = Issuer.of(Settings(oidc_issuer="https://a.example", oidc_audience="here", oidc_keys=str(keys_of)))
    app: Any = guarded.client.app
    app.state.gridgeo = replace(guarded.state, issuer=issuer)

    def sent(number: int, key: Any = other, **more: Any) -> Response:
        claims = {"iss": "https://a.example", "aud": "here", "exp": time.time() + 300, "gridgeo_role": "planner"}
        token = jwt.encode({**claims, "sub": str(number), **more}, key, "ES256", headers={"kid": "e"})
        answer: Response = guarded.ask(None, "GET", "/me", headers={"Authorization": f"Bearer {token}"})
        return answer

    # What is over, or says too little, is the issuer's all the same.
    assert {sent(number, own, exp=time.time() - 300).status_code for number in range(5)} == {401}
    assert {sent(number, own, gridgeo_role=None).status_code for number in range(5)} == {401}
    assert [sent(number).status_code for number in range(4)] == [401, 401, 429, 429]
    assert wrong(guarded, 1).status_code == 401
    assert sent(5, own).json()["role"] == "planner"


def test_a_key_that_is_over_was_no_guess(guarded: People, clock: Any, seconds: list[float], paid: list[str]) -> None:
    guarded.join("old", "planner", expires_at=clock.now + timedelta(hours=1))
    guarded.get("old", "/me")
    clock.pass_seconds(3_600)
    told = [guarded.ask("old", "GET", "/me") for _ in range(5)]
    assert {one.status_code for one in told} == {401}
    assert all("expired" in one.json()["detail"] for one in told)
    assert len(paid) == 2
    guarded.state.store.write(lambda t: store.revoke(t.connection, guarded.names["dispatcher"], clock.now))
    assert {guarded.ask("dispatcher", "GET", "/me").status_code for _ in range(3)} == {401}
    assert [wrong(guarded, number).status_code for number in range(3)] == [401, 401, 429]


def test_what_is_paid_and_told_is_the_same_whether_an_identifier_exists_or_not(
    guarded: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(keys, "proves", lambda secret, kept: bool(asked.append(len(secret))))
    told = []
    for identifier in (guarded.names["dispatcher"], "0" * 10):
        answer = guarded.client.get("/api/v1/me", headers={"Authorization": f"Bearer gridgeo_{identifier}_guessed"})
        told.append((answer.status_code, answer.content))
    assert told[0] == told[1]
    assert asked == [7, 7]


def test_many_addresses_together_are_limited_and_a_network_of_ipv6_is_one(seconds: list[float]) -> None:
    limits = Guesses(6, 12, lambda: seconds[0])

    def guess(token: str, address: str) -> None:
        limits.check(token, address)
        limits.count(address)
        limits.refuse(token, WHY)

    guess("a", "2001:db8::1")
    guess("b", "2001:db8::2")
    with pytest.raises(TooManyGuesses, match="from here"):
        guess("c", "2001:db8::3")
    guess("d", "192.0.2.1")
    guess("e", "192.0.2.2")
    with pytest.raises(TooManyGuesses, match="at once") as refused:
        guess("f", "192.0.2.3")
    assert refused.value.wait_s == pytest.approx(300)
    limits.prove("g")
    limits.check("g", "192.0.2.3")
    with pytest.raises(NotSignedIn, match="isn't known"):
        limits.check("a", "192.0.2.3")


def test_what_is_remembered_is_bounded(seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MOST", 10)
    limits = Guesses(6, 12, lambda: seconds[0])
    for number in range(50):
        limits.refuse(f"wrong {number}", WHY)
        limits.prove(f"good {number}")
        with suppress(TooManyGuesses):
            limits.found_wrong(f"no session {number}", f"192.0.2.{number}")
    assert len(limits) == 20 + 12 // 3 + 12 // 3


def test_a_text_that_was_proven_and_refused_since_is_let_in_by_the_limit_alone(seconds: list[float]) -> None:
    limits = Guesses(3, 12, lambda: seconds[0])
    limits.prove("key")
    limits.count("192.0.2.1")
    limits.check("key", "192.0.2.1")
    limits.refuse("key", WHY)
    seconds[0] += guesses.REFUSED_S
    with pytest.raises(TooManyGuesses):
        limits.check("key", "192.0.2.1")
