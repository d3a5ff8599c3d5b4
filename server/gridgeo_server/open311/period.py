"""Dates as GeoReport v2 writes them (the W3C note's subset of ISO 8601, always with a zone), and the 90 days of a search."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

SPAN = timedelta(days=90)
"""Longest period of a search."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def moment(text: str, field: str) -> datetime:
    """The moment that `text` writes, in UTC; a ``+`` that an address turned into a space is read as one.

    Raises
    ------
    BadRequest
        It is no date and time, or has no zone; `field` is named.

    Examples
    --------
    >>> moment("2010-05-24T08:00:00 08:00", "start_date").isoformat()
    '2010-05-24T00:00:00+00:00'
    """
    meant = re.sub(r" (?=\d{2}:\d{2}$)", "+", text.strip()).upper()
    try:
        if _MOMENT.fullmatch(meant):
            return datetime.fromisoformat(meant).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadRequest(say("open311.moment", field=field, given=text[:40]), field)


def period(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """First and last moment of a search: 90 days from its start or to its end, the last 90 days where neither is given.

    Raises
    ------
    BadRequest
        The end comes before the start, or more than 90 days after it.
    """
    if start is None:
        end = now if end is None else end
        return end - SPAN if end - _FIRST > SPAN else _FIRST, end
    if end is None:
        return start, start + SPAN if _LAST - start > SPAN else _LAST
    if end < start:
        raise BadRequest(say("open311.order"), "end_date")
    if end - start > SPAN:
        raise BadRequest(say("open311.span", days=f"{(end - start) / timedelta(days=1):.6g}"), "end_date")
    return start, end
