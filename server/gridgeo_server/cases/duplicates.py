"""Cases that may be the same thing reported twice: of one kind, within 50 m and 24 h, the most alike in words first."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from gridgeo_server.cases.cells import cells_within, metres_between
from gridgeo_server.store import tables

NEAR_M = 50.0
WITHIN = timedelta(hours=24)
MOST = 50
"""Most cases that are compared: the nearest."""


@dataclass(frozen=True)
class Alike:
    """A case like the one in hand: how far off, and how alike in words from 0 to 1 (None where one has no words)."""

    case: str
    stage: str
    reported_at: datetime
    description: str
    address: str | None
    metres: float
    likeness: float | None


def alike(
    connection: sa.Connection,
    category: str,
    lon: float,
    lat: float,
    text: str,
    at: datetime,
    but: str | None = None,
    also: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Alike]:
    """Cases of `category` near a place (degrees) and a time, the most alike first, then the nearest.

    Refused, withdrawn and merged cases aren't offered, nor is the case `but`; `also` are further conditions.
    """
    table = tables.cases
    wide = math.cos(math.radians(lat))
    east, north = (table.c.lon - lon) * wide, table.c.lat - lat
    query = (
        sa.select(*(table.c[name] for name in ("case", "stage", "reported_at", "description", "address", "lon", "lat")))
        .where(
            table.c.cell.in_(cells_within(lon, lat, NEAR_M)),
            table.c.category == category,
            table.c.reported_at.between(at - WITHIN, at + WITHIN),
            table.c.stage.not_in(("refused", "withdrawn", "merged")),
            table.c.case != (but or ""),
            *also,
        )
        .order_by(east * east + north * north, table.c.number)
        .limit(MOST)
    )
    words = _trigrams(text)
    found = []
    for row in connection.execute(query):
        metres = metres_between(lon, lat, row.lon, row.lat)
        if metres <= NEAR_M:
            same = _dice(words, _trigrams(row.description))
            found.append(
                Alike(row.case, row.stage, row.reported_at, row.description, row.address, round(metres, 1), same)
            )
    return sorted(found, key=lambda one: (-(one.likeness or 0.0), one.metres, one.case))


def likeness(one: str, other: str) -> float | None:
    """How alike two texts are: Dice's coefficient of their sets of three signs in a row; None where one is empty.

    Letters are compared without case and width, so that it serves Chinese and English alike. After L. R. Dice, *Measures of
    the amount of ecologic association between species*, Ecology 26 (1945), on trigrams as in G. W. Adamson and J. Boreham,
    Information Storage and Retrieval 10 (1974).

    Examples
    --------
    >>> likeness("路边有暴露垃圾", "路边暴露垃圾"), likeness("noise", ""), likeness("Noise!", "noise!")
    (0.667, None, 1.0)
    """
    return _dice(_trigrams(one), _trigrams(other))


def _dice(one: set[str], other: set[str]) -> float | None:
    if not one or not other:
        return None
    return round(2 * len(one & other) / (len(one) + len(other)), 3)


def _trigrams(text: str) -> set[str]:
    """Three signs in a row of the normalised text, its ends marked; nothing where it is empty."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    marked = f"  {plain} "
    return {marked[i : i + 3] for i in range(len(marked) - 2)} if plain else set()
