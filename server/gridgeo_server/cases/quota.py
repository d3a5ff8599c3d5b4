"""How often those without a key may report: a token bucket for each address, and one for all of them together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fastapi import Request

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.buckets import Buckets, address_of, network_of, whole
from gridgeo_server.errors import TooMany
from gridgeo_server.texts import say


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
                raise TooMany(say("report.too_many", seconds=whole(wait)), wait)
            wait = self._all.wait_s("")
            if wait:
                raise TooMany(say("report.too_many_all", seconds=whole(wait)), wait)
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
    quota.spend(bearer.key or address_of(request))
