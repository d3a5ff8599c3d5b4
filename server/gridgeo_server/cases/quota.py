"""How often those without a key may report: a token bucket for each address, and one for all of them together.

Turner, *New directions in communications (or which way to the information age?)*, IEEE Communications 24 (1986). Buckets are kept
in memory, a bounded number of them: the one that was asked for longest ago goes first.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import TooMany
from gridgeo_server.texts import say

MOST = 10_000
"""Most addresses that are remembered."""
_HOUR = 3_600.0


class Buckets:
    """Buckets by name, each of which fills at one rate.

    Parameters
    ----------
    hourly
        Tokens that flow in within an hour; a third of them is what a bucket holds.
    """

    def __init__(self, hourly: int, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = hourly / _HOUR
        self._size = max(1.0, hourly / 3)
        self._most = most
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Seconds until a bucket holds a token; 0 where it does."""
        return max(0.0, (1.0 - self._now(name)) / self._rate)

    def take(self, name: str) -> None:
        """Take a token."""
        left = self._now(name) - 1.0
        self._held.pop(name, None)
        self._held[name] = (left, self._clock())
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)

    def _now(self, name: str) -> float:
        left, at = self._held.get(name, (self._size, 0.0))
        return min(self._size, left + (self._clock() - at) * self._rate)


class Quota:
    """Who may report now; safe from any thread."""

    def __init__(self, hourly: int, hourly_all: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each = Buckets(hourly, clock=clock)
        self._all = Buckets(hourly_all, clock=clock)
        self._lock = threading.Lock()

    def spend(self, who: str) -> None:
        """Let `who`, an address or a key, report once more.

        Raises
        ------
        TooMany
            They, or all together, have reported too often; nothing is spent.
        """
        name = network_of(who)
        with self._lock:
            wait = self._each.wait_s(name)
            if wait:
                raise TooMany(say("report.too_many", seconds=_whole(wait)), wait)
            wait = self._all.wait_s("")
            if wait:
                raise TooMany(say("report.too_many_all", seconds=_whole(wait)), wait)
            self._each.take(name)
            self._all.take("")


def spend(request: Request, bearer: Bearer) -> None:
    """Count a report of the public: by its key, where it carries one, else by the address that it comes from.

    Raises
    ------
    TooMany
        See `Quota.spend`.
    """
    quota: Quota = request.app.state.quota
    address = "" if request.client is None else request.client.host
    quota.spend(bearer.key or address)


def network_of(who: str) -> str:
    """Whom an address belongs to: itself, of IPv6 the /64 of which somebody has every address.

    Examples
    --------
    >>> network_of("192.0.2.7"), network_of("2001:db8::1:2:3:4"), network_of("key")
    ('192.0.2.7', '2001:db8::/64', 'key')
    """
    try:
        address = ipaddress.ip_address(who.partition("%")[0])
    except ValueError:
        return who
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _whole(seconds: float) -> int:
    return max(1, int(-(-seconds // 1)))
