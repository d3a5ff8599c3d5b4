"""What a connection may take: so long for a request's head to arrive, so long for a reader to read on, so many at once.

uvicorn lets a client open a connection and say nothing, or stop reading in the middle of an answer, for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32_768
"""Longest head of a request."""
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 48\r\n\r\ntoo many connections are open; try again shortly"
)


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
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, unless there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.write(_FULL)
            transport.close()
        else:
            self._head = self.loop.call_later(self._head_wait_s, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_head()
        self._stop_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came; a head that begins must end in time."""
        if self._head is None and self._between_requests():
            self._head = self.loop.call_later(self._head_wait_s, self.transport.abort)
        super().data_received(data)
        if not self._between_requests():
            self._stop_head()
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.transport.abort()

    def pause_writing(self) -> None:
        """The client's buffer is full: it must read on in time."""
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(self._reader_wait_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The client read."""
        self._stop_reader()
        super().resume_writing()

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
