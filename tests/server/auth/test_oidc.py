"""Tokens of an issuer, really signed, its keys really fetched: the good one passes, and nothing that only looks like it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from gridgeo.errors import BadInput
from gridgeo_server.app import create_app
from gridgeo_server.auth.oidc import RELOAD_S, Issuer, KeySet
from gridgeo_server.errors import NotSignedIn
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town

ISSUER, AUDIENCE = "https://sign-in.example", "gridgeo"
Key = Any


@pytest.fixture(scope="module")
def rsa_key() -> Key:
    """The issuer's RSA key."""
    return rsa.generate_private_key(65_537, 2_048)


@pytest.fixture(scope="module")
def ec_key() -> Key:
    """The issuer's key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def _jwk(key: Key, name: str, **more: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": name, **more}


class Published:
    """A web server on this machine that publishes keys, and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.whole: bytes | None = None
        published = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                published.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(published.whole or json.dumps({"keys": published.keys}).encode())

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/keys"


@pytest.fixture
def published(rsa_key: Key, ec_key: Key) -> Iterator[Published]:
    """The issuer's keys at an address."""
    made = Published()
    made.keys = [_jwk(rsa_key, "r", alg="RS256", use="sig"), _jwk(ec_key, "e")]
    threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def issuer(published: Published) -> Issuer:
    """The issuer, with the claims that are usual here."""
    settings = Settings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=published.address)
    found = Issuer.of(settings)
    assert found is not None
    return found


def _claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "exp": now + 300,
        "name": "Li Na",
        "gridgeo_role": "dispatcher",
    }
    return {name: value for name, value in {**told, **more}.items() if value is not None}


def _signed(key: Key, claims: dict[str, Any], name: str | None = "r", algorithm: str = "RS256") -> str:
    return jwt.encode(claims, key, algorithm, headers={} if name is None else {"kid": name})


def test_a_token_signs_its_bearer_in_with_role_area_and_name(
    published: Published, settings: Settings, town: Town, rsa_key: Key, ec_key: Key
) -> None:
    told = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_keys": published.address, "auth": "required"}
    app = create_app(settings.model_copy(update=told), town)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for token in (
            _signed(rsa_key, _claims(gridgeo_area="west")),
            _signed(ec_key, _claims(gridgeo_area="west"), "e", "ES256"),
        ):
            headers = {"Authorization": f"Bearer {token}"}
            me = client.get("/api/v1/me", headers=headers).json()
            assert (me["key"], me["name"], me["role"], me["area"]) == ("oidc:u-1", "Li Na", "dispatcher", "west")
            assert me["signed_in_by"] == "oidc"
            assert client.get("/api/v1/responders", headers=headers).status_code == 200
            assert client.post("/api/v1/session", json={"key": token}).status_code in {401, 422}
        assert client.get("/api/v1/me", headers={"Authorization": "Bearer a.b.c"}).status_code == 401
    assert published.asked == 1


def test_what_is_over_not_yet_good_for_others_or_half_is_refused(issuer: Issuer, rsa_key: Key) -> None:
    now = int(time.time())
    assert issuer.bearer(_signed(rsa_key, _claims(exp=now - 30, nbf=now + 30))).role == "dispatcher"
    for wrong in (
        {"exp": now - 90}, {"nbf": now + 90}, {"iss": "https://evil.example"}, {"aud": "other"}, {"aud": ["other"]},
        {"exp": None}, {"aud": None}, {"iss": None}, {"sub": None}, {"exp": "never"}, {"exp": 10**400},
        {"gridgeo_role": None}, {"gridgeo_role": "king"}, {"gridgeo_role": "local"}, {"gridgeo_role": {"a": 1}},
        {"gridgeo_role": "officer"}, {"gridgeo_area": ["west"]}, {"gridgeo_area": " "}, {"gridgeo_officer": 7},
    ):  # fmt: skip
        with pytest.raises(NotSignedIn):
            issuer.bearer(_signed(rsa_key, _claims(**wrong)))
    assert issuer.bearer(_signed(rsa_key, _claims(aud=["x", AUDIENCE]))).key == "oidc:u-1"


def _by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims)]
    mac = hmac.digest(secret, b".".join(parts), hashlib.sha256)
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_no_signature_a_foreign_one_and_a_public_key_taken_for_a_secret_are_refused(
    issuer: Issuer, rsa_key: Key, ec_key: Key
) -> None:
    good = _signed(rsa_key, _claims())
    pem = rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    none = jwt.encode(_claims(), "", "none", headers={"kid": "r"})
    stranger = rsa.generate_private_key(65_537, 2_048)
    for token in (
        none,
        good[: good.rindex(".") + 1],
        good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        _by_hand({"alg": "HS256", "kid": "r", "typ": "JWT"}, _claims(), pem),
        _by_hand({"alg": "RS256", "kid": "r"}, _claims(), pem),
        _signed(stranger, _claims()),
        _signed(rsa_key, _claims(), "r", "RS512"),
        _signed(rsa_key, _claims(), "r", "PS256"),
        _signed(ec_key, _claims(), "r", "ES256"),
        _signed(rsa_key, _claims(), "e"),
        _signed(rsa_key, _claims(), "unknown"),
        _signed(rsa_key, _claims(), None),
        _signed(rsa_key, _claims(more="x" * 20_000)),
        "..",
    ):
        with pytest.raises(NotSignedIn):
            issuer.bearer(token)
    assert issuer.bearer(good).role == "dispatcher"


def test_a_key_that_isnt_known_is_looked_for_once_a_minute_at_the_most(published: Published, rsa_key: Key) -> None:
    now = [0.0]
    keys = KeySet(published.address, lambda: now[0])
    assert keys.key("r") is not None
    fresh = rsa.generate_private_key(65_537, 2_048)
    published.keys.append(_jwk(fresh, "new"))
    for _ in range(50):
        assert keys.key("new") is None
    assert published.asked == 1
    now[0] = RELOAD_S
    assert keys.key("new") is not None
    published.keys = [_jwk(fresh, "new")]
    now[0] = 2 * RELOAD_S
    assert keys.key("elsewhere") is None
    assert keys.key("r") is None
    published.whole = b"<html>"
    now[0] = 3 * RELOAD_S
    assert keys.key("elsewhere") is None
    assert keys.key("new") is not None


def test_keys_for_other_uses_and_weak_ones_are_left_aside(tmp_path: Path, rsa_key: Key) -> None:
    weak = rsa.generate_private_key(65_537, 1_024)
    curve = ec.generate_private_key(ec.SECP384R1())
    secret = {"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode(), "kid": "s"}
    path = tmp_path / "keys.json"
    told = [_jwk(weak, "w"), _jwk(curve, "c"), secret, _jwk(rsa_key, "enc", use="enc"), {"kty": "RSA", "kid": "half"}]
    path.write_text(json.dumps({"keys": [*told, _jwk(rsa_key, "r")]}))
    keys = KeySet(str(path))
    assert [name for name in ("w", "c", "s", "enc", "half", "r") if keys.key(name) is not None] == ["r"]
    assert keys.key(None) is not None


def test_roles_are_read_by_a_path_and_turned_into_those_of_here(published: Published, rsa_key: Key) -> None:
    issuer = Issuer.of(
        Settings(
            oidc_issuer=ISSUER,
            oidc_audience=AUDIENCE,
            oidc_keys=published.address,
            oidc_role_claim="realm.roles",
            oidc_roles={"chief": "supervisor", "walks": "officer"},
            oidc_officer_claim="staff_no",
        )
    )
    assert issuer is not None
    token = _claims(realm={"roles": ["walks", "chief"]}, staff_no="O-1", name="Li\x00\nNa\u202e", gridgeo_role=None)
    found = issuer.bearer(_signed(rsa_key, token))
    assert (found.role, found.officer, found.name) == ("supervisor", "O-1", "Li Na")
    assert found.until is not None
    assert found.until > datetime.now(UTC)
    officer = issuer.bearer(_signed(rsa_key, {**token, "realm": {"roles": "walks"}}))
    assert officer.role == "officer"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"oidc_issuer": ISSUER}, "GRIDGEO_OIDC_AUDIENCE is missing"),
        ({"oidc_keys": "http://sign-in.example/keys"}, "https address"),
        ({"oidc_keys": "no/such/file"}, "no such file"),
        ({"oidc_roles": {"x": "king"}}, "no role 'king'"),
    ],
)
def test_settings_that_cant_work_are_named(told: dict[str, Any], said: str) -> None:
    whole = {} if said.startswith("GRIDGEO") else {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE}
    with pytest.raises(BadInput, match=said):
        Issuer.of(Settings(**{"oidc_keys": None if not whole else __file__, **whole, **told}))
