"""A webhook, a message of its outbox, how a message is signed and when it is tried again. Pure values.

Signatures follow the *Standard Webhooks* specification (standardwebhooks.com, 2023): HMAC-SHA256 with the webhook's secret over
``id.timestamp.body``, so that any of its libraries verifies them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
STATES = (WAITING, DELIVERED, DEAD)

LONGEST = timedelta(days=3)
"""A message that waited longer is tried once and then given up, so that no outbox grows for ever."""
KEPT = timedelta(days=30)
"""How long delivered and dead messages are kept."""

MOST_FORMER = 4
"""Most secrets of before that still sign: each makes the header longer by 48 bytes."""

_FIRST_S, _FACTOR, _MOST_S = 5.0, 4.0, 21_600.0
_PREFIX = "whsec_"


@dataclass(frozen=True)
class Former:
    """A secret in whose place another came, and until when it signs beside that."""

    secret: str
    until: datetime


@dataclass(frozen=True)
class Webhook:
    """Where events go, signed with which secret; no `events` or `areas` are all of them."""

    webhook: str
    url: str
    secret: str
    events: tuple[str, ...]
    areas: tuple[str, ...]
    note: str
    made_at: datetime
    made_by: str
    stopped_at: datetime | None = None
    stopped_why: str | None = None
    former: tuple[Former, ...] = ()

    def signing(self, now: datetime) -> tuple[Former, ...]:
        """The secrets of before that sign at `now`, the newest first."""
        return tuple(one for one in self.former if now < one.until)

    def renewed(self, secret: str, now: datetime, overlap: timedelta) -> Webhook:
        """The same with a new secret; none of before signs for longer than `overlap` from `now` on."""
        until = now + overlap
        before = (Former(self.secret, until), *self.signing(now))
        kept = tuple(replace(one, until=min(one.until, until)) for one in before)
        return replace(self, secret=secret, former=kept if overlap else ())

    @property
    def state(self) -> str:
        """``active`` or ``stopped``."""
        return "active" if self.stopped_at is None else "stopped"

    def wants(self, event: str, lineage: tuple[str, ...]) -> bool:
        """Whether an event of a case that lies in the areas of `lineage` is to be sent."""
        here = not self.areas or not set(self.areas).isdisjoint(lineage)
        return here and (not self.events or event in self.events)


@dataclass(frozen=True)
class Message:
    """One event for one webhook, and how far its delivery is."""

    number: int
    message: str
    webhook: str
    seq: int
    case: str
    type: str
    body: str
    state: str
    queued_at: datetime
    next_at: datetime
    attempts: int
    tried_at: datetime | None = None
    answer: int | None = None
    fault: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: the status that was answered, or why there was none."""

    answer: int | None = None
    fault: str | None = None

    @property
    def delivered(self) -> bool:
        """It was received."""
        return self.answer is not None and 200 <= self.answer < 300

    @property
    def gone(self) -> bool:
        """The receiver wants nothing more (410)."""
        return self.answer == 410


def new_secret() -> str:
    """A secret of 256 random bits, as it is handed over."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def headers(message: str, secret: str, body: str, now: datetime, *former: str) -> dict[str, str]:
    """The headers by which a receiver proves who sent `body`, and when.

    Parameters
    ----------
    former
        Secrets of before that sign too. Signatures stand in a row with spaces between, as the specification has it, and one
        that fits is enough.

    Examples
    --------
    >>> from datetime import UTC
    >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> signed = headers("msg_1", secret, '{"test": 2432232314}', datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    >>> signed["webhook-timestamp"], signed["webhook-signature"][:3], len(signed["webhook-signature"])
    ('1795334400', 'v1,', 47)
    """
    at = str(int(now.timestamp()))
    text = f"{message}.{at}.{body}".encode()
    return {
        "webhook-id": message,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(_signature(one, text) for one in (secret, *former)),
    }


def _signature(secret: str, text: bytes) -> str:
    signed = hmac.digest(base64.b64decode(secret.removeprefix(_PREFIX)), text, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode('ascii')}"


def pause(attempts: int, random: Random) -> timedelta:
    """How long to wait after that many failed attempts: 5 s, four times longer each time, 6 h at the most.

    A random half of it is left out, so that what failed together isn't tried again together.
    """
    seconds = min(_MOST_S, _FIRST_S * _FACTOR ** min(attempts - 1, 10))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))


def given_up(message: Message, attempts: int, now: datetime, most: int) -> bool:
    """Whether a message that failed `attempts` times isn't tried again."""
    return attempts >= most or now - message.queued_at >= LONGEST
