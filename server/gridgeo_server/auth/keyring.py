"""Keys that were proven a moment ago: the next request needn't pay for it again, and what ended meanwhile ends at once.

To prove a key costs 20 ms. What is kept is the SHA-256 of its text and of what the store has of it, for a short time; whether the
key still holds is read at each request, so that one that is revoked by another program opens nothing any more.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from gridgeo_server.auth import keys

KEPT_S = 30.0
"""Seconds for which a proof is good."""
MOST = 4_096
"""Most proofs that are kept."""


class Keyring:
    """Proofs of keys; safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._until)

    def proves(self, secret: str, kept: str) -> bool:
        """Whether `secret` is the one of which `kept` was made, see `keys.proves`."""
        name, now = hashlib.sha256(f"{kept} {secret}".encode()).digest(), self._clock()
        if self._until.get(name, 0.0) > now:
            return True
        if not keys.proves(secret, kept):
            return False
        with self._lock:
            self._until.pop(name, None)
            self._until[name] = now + KEPT_S
            while len(self._until) > MOST or next(iter(self._until.values())) <= now:
                self._until.popitem(last=False)
        return True
