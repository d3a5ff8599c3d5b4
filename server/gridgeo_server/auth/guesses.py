"""How often a key, token or session may be tried that isn't one: a token bucket for each address, and one for all of them together.

To prove a text costs 20 ms whether it is a key or not, so whoever sends many wrong ones takes the machine from everybody. Only what
failed is counted. A text that was proven once is no guess: its bearer is let in whatever others at the same address do. One that
was refused a moment ago is refused again without another proof and isn't counted again: a device that goes on with a key that is
over keeps nobody out. A token of an issuer and a session cost next to nothing: they are put to the proof first, so that a good one is
let in though it was never seen, and counted apart, so that many browsers with sessions of another store bar nobody's key. All of it is
kept in memory, under hashes, and bounded.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gridgeo_server.auth.sessions import digest_of
from gridgeo_server.buckets import Buckets, network_of, whole
from gridgeo_server.errors import NotSignedIn, TooManyGuesses
from gridgeo_server.texts import Text, say

REFUSED_S = 300.0
"""Seconds for which a text that was refused isn't proven again."""
MOST = 4_096
"""Most texts that are remembered as proven, and as refused."""


class _Limit:
    """How many texts may turn out wrong: from one address, and from all together."""

    def __init__(self, hourly: int, hourly_all: int, clock: Callable[[], float]) -> None:
        self._each = Buckets(hourly, clock=clock)
        self._all = Buckets(hourly_all, clock=clock)

    def __len__(self) -> int:
        return len(self._each)

    def check(self, address: str) -> None:
        """Raise `TooManyGuesses` where too many from `address`, or from all, did."""
        if wait := self._each.wait_s(network_of(address)):
            raise TooManyGuesses(say("auth.guesses", seconds=whole(wait)), wait)
        if wait := self._all.wait_s(""):
            raise TooManyGuesses(say("auth.guesses_all", seconds=whole(wait)), wait)

    def count(self, address: str) -> None:
        """Count one that did."""
        self._each.take(network_of(address))
        self._all.take("")


class Guesses:
    """Which texts may be put to the proof now; safe from any thread.

    Parameters
    ----------
    hourly, hourly_all
        Texts an hour that may turn out wrong, from one address and from all; a third of them at once.
    """

    def __init__(self, hourly: int, hourly_all: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = _Limit(hourly, hourly_all, clock)
        self._others = _Limit(hourly, hourly_all, clock)
        self._clock = clock
        self._wrong: OrderedDict[str, None] = OrderedDict()
        self._proven: OrderedDict[str, None] = OrderedDict()
        self._refused: OrderedDict[str, tuple[float, Text]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._keys) + len(self._others) + len(self._proven) + len(self._refused) + len(self._wrong)

    def check(self, token: str, address: str) -> None:
        """Let `token` from `address` be put to the proof.

        Raises
        ------
        NotSignedIn
            It was refused a moment ago.
        TooManyGuesses
            Too many others were refused that came from there, or from anywhere.
        """
        name = digest_of(token)
        with self._lock:
            until, why = self._refused.get(name, (float("-inf"), None))
            if why is not None and self._clock() < until:
                raise NotSignedIn(why)
            if name in self._proven:
                return
            self._keys.check(address)

    def prove(self, token: str) -> None:
        """Remember that `token` is the text of a key."""
        with self._lock:
            _put(self._proven, digest_of(token), None)

    def refuse(self, token: str, why: Text) -> NotSignedIn:
        """Remember that `token` was refused, and why; the error that says so."""
        with self._lock:
            name = digest_of(token)
            self._proven.pop(name, None)
            _put(self._refused, name, (self._clock() + REFUSED_S, why))
        return NotSignedIn(why)

    def found_wrong(self, token: str, address: str) -> None:
        """Count, once, a text that was put to the proof unasked, and is no token or session.

        Raises
        ------
        TooManyGuesses
            Too many others were that came from there, or from anywhere.
        """
        name = digest_of(token)
        with self._lock:
            if name not in self._wrong:
                self._others.check(address)
                self._others.count(address)
            _put(self._wrong, name, None)

    def count(self, address: str) -> None:
        """Count a text from `address` that is no key's; those tried at the same moment may draw more than there is."""
        with self._lock:
            self._keys.count(address)


def _put(held: OrderedDict[str, Any], name: str, value: Any) -> None:
    held.pop(name, None)
    held[name] = value
    if len(held) > MOST:
        held.popitem(last=False)
