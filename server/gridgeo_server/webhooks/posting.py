"""One POST of a message over HTTP/1.1: to a checked address, within a time, with no more read than the answer's first line.

It is written by hand since the usual clients resolve the name themselves; what matters here is that nobody does so after the
addresses were judged. Redirects are answers like any other: they aren't followed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping

from gridgeo import __version__
from gridgeo_server.webhooks.addresses import Target, inside
from gridgeo_server.webhooks.model import Outcome

_MOST = 16_384
"""Most bytes read of an answer."""


async def post(
    target: Target, headers: Mapping[str, str], body: bytes, wait_s: float, context: ssl.SSLContext
) -> Outcome:
    """Send `body`, and tell what was answered; whatever goes wrong is an outcome too, in words.

    Parameters
    ----------
    wait_s
        Longest time from resolving the name to the first line of the answer, seconds.
    """
    try:
        async with asyncio.timeout(wait_s):
            return await _posted(target, headers, body, context)
    except TimeoutError:
        return Outcome(fault=f"no answer within {wait_s:g} s")
    except ssl.SSLError as error:
        return Outcome(fault=f"no secure connection: {error.reason or error}")
    except (OSError, UnicodeError) as error:
        return Outcome(fault=f"no connection: {getattr(error, 'strerror', None) or error}")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return Outcome(fault="what was answered is no HTTP")


async def _posted(target: Target, headers: Mapping[str, str], body: bytes, context: ssl.SSLContext) -> Outcome:
    found = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if (wrong := inside(target, addresses)) is not None:
        return Outcome(fault=f"{target.host} lies inside ({wrong}); nothing is sent there")
    reader, writer = await _connected(target, addresses, context)
    try:
        writer.write(_request(target, headers, body))
        await writer.drain()
        return Outcome(answer=await _status(reader))
    finally:
        writer.close()


async def _connected(
    target: Target, addresses: list[str], context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of `addresses` that takes one; the certificate must be that of the name."""
    used, name = (context, target.host) if target.secure else (None, None)
    for last, address in zip([False] * (len(addresses) - 1) + [True], addresses, strict=True):
        try:
            return await asyncio.open_connection(address, target.port, limit=_MOST, ssl=used, server_hostname=name)
        except OSError:
            if last:
                raise
    raise OSError("the name has no address")


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    told = {
        "Host": target.authority,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": f"gridgeo/{__version__}",
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of the answer; those before it (100 Continue, 103 Early Hints) are passed over."""
    for _ in range(8):
        version, status, *_ = (await reader.readuntil(b"\n")).split(None, 2)
        if not version.startswith(b"HTTP/1.") or not status.isdigit() or len(status) != 3:
            break
        if int(status) >= 200:
            return int(status)
        while (await reader.readuntil(b"\n")).strip():
            pass
    raise ValueError("no HTTP")
