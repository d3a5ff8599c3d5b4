"""Who was proven a moment ago: their next request needn't pay for it again, and who is revoked meanwhile is forgotten.

To prove a key costs 20 ms, to read it a third of one. A proof is kept under the SHA-256 of what proved it, for half a minute. Keys
are never deleted or changed but by being revoked, so it is enough to look, once a second, how many are: when that has changed, by
whatever program, every proof is forgotten.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gridgeo_server.auth.bearers import Bearer

KEPT_S = 30.0
"""Seconds for which a proof is good."""
LOOK_S = 1.0
"""Seconds after which it is looked again whether a key was revoked."""
MOST = 4_096
"""Most proofs that are kept."""


@dataclass(frozen=True)
class _Proof:
    bearer: Bearer
    until: float


class Keyring:
    """Proofs of keys, sessions and tokens; safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._proofs: OrderedDict[bytes, _Proof] = OrderedDict()
        self._revoked = -1
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._proofs)

    def fresh(self, token: str, now: datetime) -> Bearer | None:
        """Who was proven by `token`, without a look at the store; None where one is due."""
        return self.kept(token, now) if self._clock() - self._looked < LOOK_S else None

    def kept(self, token: str, now: datetime) -> Bearer | None:
        """Who was proven by `token`, if that is still good at `now`."""
        proof = self._proofs.get(_name(token))
        if proof is None or proof.until <= self._clock():
            return None
        until = proof.bearer.until
        return proof.bearer if until is None or now < until else None

    def look(self, revoked: int) -> None:
        """Be told how many keys are revoked."""
        with self._lock:
            if revoked != self._revoked:
                self._proofs.clear()
            self._revoked, self._looked = revoked, self._clock()

    def keep(self, token: str, bearer: Bearer, revoked: int) -> None:
        """Keep a proof that was made when so many keys were revoked."""
        now = self._clock()
        with self._lock:
            if revoked != self._revoked:
                return
            name = _name(token)
            self._proofs.pop(name, None)
            self._proofs[name] = _Proof(bearer, now + KEPT_S)
            while len(self._proofs) > MOST or next(iter(self._proofs.values())).until <= now:
                self._proofs.popitem(last=False)

    def forget(self, token: str) -> None:
        """Forget the proof of `token`."""
        with self._lock:
            self._proofs.pop(_name(token), None)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
