"""What a connection may take: so long for a request's head to arrive and so long a head, so long for a reader to read on, so many at once.

uvicorn lets a client open a connection and say nothing, or stop reading in the middle of an answer, for ever. It takes heads of
hundreds of headers, and appends the trailers of a chunked body to the headers of a request that is served already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gridgeo_server.errors import refusal
from gridgeo_server.texts import Text, language_of, say
from gridgeo_server.texts.language import LANGUAGES, TAGS

HEAD_BYTES = 32_768
"""Longest head of a request."""
LINE_BYTES = 16_384
"""Longest address in a request's first line."""
HEADERS = 100
"""Most headers of a request."""
REST_S = 1.0
"""Seconds for which what a refused client still sends is read and dropped: closed before, it would lose the answer."""
_SAID: dict[int, tuple[str, Text, Text]] = {
    400: ("no-http", say("http.400"), say("guard.no-http")),
    414: ("too-large", say("title.too-large"), say("guard.long-address", bytes=f"{LINE_BYTES:,}")),
    431: ("too-large", say("title.too-large"), say("guard.long-head", bytes=f"{HEAD_BYTES:,}", headers=HEADERS)),
    503: ("overloaded", say("title.overloaded"), say("guard.full")),
}
"""What is said where no request was read: the name of the problem, its title and its detail."""


class _TooMuch(Exception):
    """A head is longer than it may be."""


class _Whole:
    """A transport that sends the head of an answer together with what follows it at once, and alone where nothing does.

    uvicorn writes the two one after the other: two packets, two calls of the system, and a client that wakes up twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send `data`; a head that begins waits for what is written before the loop goes on."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(b"HTTP/"):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close it once everything is sent."""
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        """Send everything, and say that nothing follows."""
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """One connection of a client.

    Parameters
    ----------
    head_wait_s
        Longest time from its first byte, or from the opening of the connection, to the end of a request's head.
    reader_wait_s
        Longest time that a client with a full buffer may read nothing.
    most
        Most connections at once.
    """

    def __init__(self, *given: Any, head_wait_s: float, reader_wait_s: float, most: int, **more: Any) -> None:
        super().__init__(*given, **more)
        self._head_wait_s = head_wait_s
        self._reader_wait_s = reader_wait_s
        self._most = most
        self._head: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._read_bytes = 0
        self._in_head = self._in_line = False
        self._refused: asyncio.TimerHandle | None = None
        self._too_much: int | None = None
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, unless there are too many connections."""
        super().connection_made(_Whole(transport, self.loop))  # type: ignore[arg-type]
        if len(self.connections) > self._most:
            transport.write(_answer(503, wait_s=2))
            transport.close()
        else:
            self._head = self.loop.call_later(self._head_wait_s, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_head()
        self._stop_reader()
        if self._refused is not None:
            self._refused.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came; a head that begins must end in time, and within its length."""
        if self._refused is not None:
            return
        if self._head is None and self._between_requests():
            self._head = self.loop.call_later(self._head_wait_s, self.transport.abort)
        super().data_received(data)
        if not self._between_requests():
            self._stop_head()
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES and self._refused is None:
            self._refuse(414 if self._in_line else 431)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser stumbled over: a head that is too long, or no HTTP."""
        self._refuse(self._too_much or 400)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._in_line, self._read_bytes = True, True, 0

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        super().on_url(url)
        if len(self.url) > LINE_BYTES:
            self._stop_parsing(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what comes behind a body is none."""
        if not self._in_head:
            return
        self._in_line = False
        self._read_bytes += len(name) + len(value) + 4
        if len(self.headers) >= HEADERS or self._read_bytes + len(self.url) > HEAD_BYTES:
            self._stop_parsing(431)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is at its end."""
        self._in_head = False
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The client's buffer is full: it must read on in time."""
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(self._reader_wait_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The client read."""
        self._stop_reader()
        super().resume_writing()

    def _stop_parsing(self, status: int) -> None:
        self._too_much = status
        raise _TooMuch

    def _refuse(self, status: int) -> None:
        """Answer in the connection's own words and hear nothing more; where another request isn't answered yet just close."""
        if not self._between_requests():
            of_this = not self._in_head and self.cycle.more_body and not self.cycle.response_started
            if not of_this or self.pipeline:
                self.transport.abort()
                return
            # Whoever serves it is told that the client is gone, and isn't heard any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._stop_head()
        self.transport.write(_answer(status, *self._known_of_head()))
        self._refused = self.loop.call_later(REST_S, self.transport.abort)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _known_of_head(self) -> tuple[bytes, Sequence[tuple[bytes, bytes]]]:
        """Address and headers of what is refused, as far as they were read."""
        return (b"", ()) if self.headers is None else (self.url, self.headers)

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _stop_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None


def _answer(
    status: int, url: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = (), wait_s: int | None = None
) -> bytes:
    """A whole answer that ends the connection, for what is known of the request's head; every language where none was asked for yet."""
    name, title, detail = _SAID[status]
    more = {"Connection": "close"} | ({} if wait_s is None else {"Retry-After": str(wait_s)})
    path = url.partition(b"?")[0].decode("latin-1")
    accepted = dict(headers).get(b"accept-language")
    if accepted is None:
        more["Content-Language"] = ", ".join(TAGS[lang] for lang in LANGUAGES)
        told = refusal(path, status, name, _in_all(title), _in_all(detail), None, **more)
    else:
        told = refusal(path, status, name, title, detail, None, lang=language_of(accepted.decode("latin-1")), **more)
    head = [f"HTTP/1.1 {told.status_code} {HTTPStatus(told.status_code).phrase}".encode("ascii")]
    head += [b": ".join(one) for one in told.raw_headers]
    return b"\r\n".join([*head, b"", bytes(told.body)])


def _in_all(said: Text) -> str:
    return " · ".join(said.told(lang) for lang in LANGUAGES)
