"""An answer leaves a connection in one piece, and nothing of it is kept back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gridgeo_server.connections import _Whole
from loops import run

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire(asyncio.Transport):
    """Keeps what goes out, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Any] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.sent.append("closed")

    def write_eof(self) -> None:
        self.sent.append("end")

    def is_closing(self) -> bool:
        return "closed" in self.sent

    def pause_reading(self) -> None:
        self.sent.append("paused")


@pytest.mark.parametrize(
    ("done", "sent"),
    [
        (lambda one: (one.write(HEAD), one.write(b"{}")), [HEAD + b"{}"]),
        (lambda one: (one.write(HEAD), one.write(b"")), [HEAD]),
        (lambda one: one.write(HEAD), [HEAD]),
        (lambda one: (one.write(HEAD), one.write(b"a"), one.write(b"b")), [HEAD + b"a", b"b"]),
        (lambda one: [one.write(data) for data in (HEAD, b"a", HEAD, b"b")], [HEAD + b"a", HEAD + b"b"]),
        (lambda one: (one.write(HEAD), one.close()), [HEAD, "closed"]),
        (lambda one: (one.write(HEAD), one.write_eof()), [HEAD, "end"]),
        (lambda one: one.pause_reading(), ["paused"]),
    ],
)
def test_a_head_leaves_with_what_follows_it_and_alone_where_nothing_does(
    done: Callable[[Any], Any], sent: list[Any]
) -> None:
    async def sent_by() -> list[Any]:
        wire = Wire()
        done(_Whole(wire, asyncio.get_running_loop()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return wire.sent

    assert run(sent_by()) == sent
