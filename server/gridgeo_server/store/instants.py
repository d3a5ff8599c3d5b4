"""Times in the store: UTC, to the millisecond, as text that sorts like the times themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa


@lru_cache(4_096)
def to_text(moment: datetime) -> str:
    """RFC 3339 with milliseconds and Z; what happens at once says the same moment many times.

    Examples
    --------
    >>> to_text(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    '2026-11-22T08:00:00.000Z'
    """
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{orjson.dumps(moment)[1:20].decode()}.{moment.microsecond // 1_000:03}Z"


def from_text(text: str) -> datetime:
    """The moment that `to_text` wrote."""
    return datetime.fromisoformat(text)


def to_millisecond(moment: datetime) -> datetime:
    """`moment` in UTC, cut to what the store can hold, so that what is written reads back equal."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    rest = moment.microsecond % 1_000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


class Instant(sa.types.TypeDecorator[datetime]):
    """A column of moments."""

    impl = sa.String(24)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        """Text of a moment."""
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        """Moment of a text."""
        return None if value is None else from_text(value)
