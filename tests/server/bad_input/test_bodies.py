"""Bodies that readers may read differently, or not at all, at every door for JSON."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from httpx import Response

from server.bad_input.asking import GOOD, LAT, LON, Server, refused


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
