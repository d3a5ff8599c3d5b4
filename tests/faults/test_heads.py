"""Heads of requests that are too long, too many or can be read in two ways: a clean refusal, and others are served."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress

import pytest

from faults.servers import Client, Server, Told
from gridgeo_server.connections import HEAD_BYTES, HEADERS, LINE_BYTES

GET = b"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
POST = b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n"


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A server."""
    return start(settings={"indicators_s": 3_600})


def address(path: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


BOMBS = {
    "one header more than the most": (GET + b"a: b\r\n" * (HEADERS - 1) + b"\r\n", 431),
    "half a million headers": (GET + b"a: b\r\n" * 500_000 + b"\r\n", 431),
    "a header of a megabyte": (GET + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n", 431),
    "a header a little too long": (GET + b"X: " + b"y" * HEAD_BYTES + b"\r\n\r\n", 431),
    "a header's name of a megabyte": (GET + b"y" * 1_000_000 + b": x\r\n\r\n", 431),
    "a cookie of 200 kB": (GET + b"Cookie: gridgeo_session=" + b"y" * 200_000 + b"\r\n\r\n", 431),
    "an address of a megabyte": (address(b"/" + b"a" * 1_000_000), 414),
    "an address a little too long": (address(b"/" + b"a" * LINE_BYTES), 414),
    "a query of 60 kB": (address(b"/api/v1/cases?q=" + b"a" * 60_000), 414),
    "ten thousand parameters": (address(b"/ogc/collections/cases/items?" + b"a=1&" * 10_000), 414),
    "a path of ten thousand parts": (address(b"/a" * 10_000), 414),
    "a path of seven thousand parts": (address(b"/a" * 7_000), 404),
    "a path up and up": (address(b"/assets" + b"/.." * 4_000), 404),
    "two lengths alike": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc", 400),
    "a length below nought": (POST + b"Content-Length: -2\r\n\r\n{}", 400),
    "a length of thirty figures": (POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}", 400),
    "chunks beside a length": (
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"\r\n",
        400,
    ),
    "a length beside chunks": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + CHUNKS + b"\r\n",
        400,
    ),
    "chunks of another coding": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKS + b"\r\n", 415),
    "an unknown coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS + b"\r\n", 400),
    "a chunk beyond all numbers": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}", 400),
    "trailers without end": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"a: b\r\n" * 30_000 + b"\r\n",
        422,
    ),
    "two hosts": (GET + b"Host: evil.example\r\n\r\n", 400),
    "no host": (b"GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "two keys": (GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400),
    "a folded header": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "a header with U+0000": (GET + b"X: a\0b\r\n\r\n", 400),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00" + b"\0" * 500, 400),
}


def _answer(port: int, sent: bytes) -> bytes:
    """What comes until the server closes; a client that is closed before it sent everything hears what was said."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        found = bytearray()
        with suppress(OSError):
            line.sendall(sent)
        with suppress(ConnectionResetError):
            while data := line.recv(65_536):
                found += data
        return bytes(found)


def test_every_head_that_can_not_be_taken_is_refused_cleanly_and_others_are_served(server: Server, told: Told) -> None:
    answers = {name: _answer(server.port, sent) for name, (sent, _) in BOMBS.items()}
    statuses = {name: int(answer[9:12]) if answer else 0 for name, answer in answers.items()}
    assert statuses == {name: status for name, (_, status) in BOMBS.items()}
    assert all(answer.count(b"HTTP/1.1 ") == 1 for answer in answers.values())
    assert b"16,384 bytes" in answers["a path of ten thousand parts"]
    assert b"more than 100" in answers["half a million headers"]
    # Nobody was asked for a language yet: both are said.
    assert "请求头超过 32,768 字节" in answers["a cookie of 200 kB"].decode()
    for name, field in (("two hosts", "Host"), ("two keys", "Authorization")):
        body = json.loads(answers[name].partition(b"\r\n\r\n")[2])
        assert (body["type"], body["errors"][0]["field"]) == ("urn:gridgeo:problem:bad-head", field)
    for name, answer in answers.items():
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head, name
        assert json.loads(body)["status"] == statuses[name], name
    client = Client(server.port)
    assert told.report(client, "after-all") is not None
    client.close()
    assert "Traceback" not in server.log()


def test_a_head_as_long_as_it_may_be_is_served(server: Server) -> None:
    many = GET + b"a: b\r\n" * (HEADERS - 2) + b"\r\n"
    long = GET + b"X: " + b"y" * (HEAD_BYTES - 200) + b"\r\n\r\n"
    far = address(b"/api/v1/me?" + b"a" * (LINE_BYTES - 11))
    assert [_answer(server.port, sent)[:12] for sent in (many, long)] == [b"HTTP/1.1 200"] * 2
    assert _answer(server.port, far).startswith(b"HTTP/1.1 422")  # no such parameter


def test_what_comes_behind_a_body_is_no_header(server: Server) -> None:
    sent = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n{\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(sent)
        line.sendall(b"1\r\n}\r\n0\r\nAccept-Language: zh\r\nAuthorization: Bearer x\r\n\r\n")
        answer = line.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 422")
    assert b"content-language: en" in answer


def test_a_bad_head_behind_a_good_one_is_never_taken_for_its_answer(server: Server) -> None:
    good = b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    answer = _answer(server.port, good + address(b"/" + b"a" * LINE_BYTES))
    assert not answer.startswith((b"HTTP/1.1 414", b"HTTP/1.1 400"))


def test_what_is_known_of_a_head_that_is_refused_says_how_it_is_told(server: Server) -> None:
    long = b"X: " + b"y" * HEAD_BYTES + b"\r\n\r\n"
    chinese = _answer(server.port, GET + b"Accept-Language: zh\r\n" + long)
    head, _, body = chinese.partition(b"\r\n\r\n")
    assert b"content-language: zh-CN\r\n" in head
    assert json.loads(body)["title"] == "请求过大"
    path = b"/open311/v2/requests"
    asked = b"GET " + path + b".json HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\n"
    head, _, body = _answer(server.port, asked + long).partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    assert [set(one) for one in json.loads(body)] == [{"code", "description"}]
    foreign = b"GET " + path + b".xml HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert b"<errors>" in _answer(server.port, foreign)
