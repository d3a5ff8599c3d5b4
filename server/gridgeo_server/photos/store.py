"""Photos in the store: rows in, values out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.auth import looks as log
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import NotFound
from gridgeo_server.photos.pictures import Origin
from gridgeo_server.store import hook_tables as tables
from gridgeo_server.texts import say

KINDS = ("before", "after", "other")


@dataclass(frozen=True)
class Photo:
    """A photo of a case; `original` and `copy` name its files, `width` and `height` are those of the copy, in pixels."""

    photo: str
    case: str
    kind: str
    at: datetime
    format: str
    bytes: int
    width: int
    height: int
    original: str
    copy: str


_TABLE, _ORIGINS = tables.photos, tables.photo_origins
_COLUMNS = [_TABLE.c[field.name] for field in fields(Photo)]


def insert(connection: sa.Connection, photo: Photo, origin: Origin) -> None:
    """Add a photo; where and when it was taken is kept apart."""
    connection.execute(_TABLE.insert().values(**{field.name: getattr(photo, field.name) for field in fields(Photo)}))
    values = {field.name: getattr(origin, field.name) for field in fields(Origin)}
    if any(value is not None for value in values.values()):
        connection.execute(_ORIGINS.insert().values(photo=photo.photo, **values))


def of_case(connection: sa.Connection, case: str) -> list[Photo]:
    """Photos of a case, the oldest first."""
    query = sa.select(*_COLUMNS).where(_TABLE.c.case == case).order_by(_TABLE.c.number)
    return [Photo(**row._mapping) for row in connection.execute(query)]


def get(connection: sa.Connection, photo: str) -> Photo:
    """One photo, or `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(_TABLE.c.photo == photo)).one_or_none()
    if row is None:
        raise NotFound(say("photo.unknown", photo=photo))
    return Photo(**row._mapping)


def origin_of(connection: sa.Connection, photo: str) -> Origin:
    """Where and when a photo was taken, as far as its camera said."""
    columns = [_ORIGINS.c[field.name] for field in fields(Origin)]
    row = connection.execute(sa.select(*columns).where(_ORIGINS.c.photo == photo)).one_or_none()
    return Origin() if row is None else Origin(**row._mapping)


def look(connection: sa.Connection, photo: str, bearer: Bearer, now: datetime) -> None:
    """Keep that somebody looked at where and when a photo was taken."""
    log.look(connection, bearer, log.OF_PHOTO, now, of=photo)


def names(connection: sa.Connection) -> set[str]:
    """Names of all files that a photo needs."""
    return {str(name) for row in connection.execute(sa.select(_TABLE.c.original, _TABLE.c.copy)) for name in row}
