"""Token buckets by name, a bounded number of them, and whose bucket a request draws from.

Turner, *New directions in communications (or which way to the information age?)*, IEEE Communications 24 (1986). Buckets are kept
in memory: the one that was asked for longest ago goes first.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request

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


def address_of(request: Request) -> str:
    """The address that a request comes from; that of a proxy unless the proxy is believed."""
    return "" if request.client is None else request.client.host


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


def whole(seconds: float) -> int:
    """Seconds to wait as they are told: whole ones, one at the least."""
    return max(1, int(-(-seconds // 1)))
