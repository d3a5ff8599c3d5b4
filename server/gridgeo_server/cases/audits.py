"""Which looks at personal data somebody may read: those at cases and photos that they see, and those at rosters with a right of its own."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo_server.auth import looks
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.cases.looking import Looker
from gridgeo_server.store import access_tables, hook_tables, tables


def readable(bearer: Bearer, looker: Looker) -> list[sa.ColumnElement[bool]]:
    """The conditions on the rows of looks.

    Looks at a roster are of the whole place: whoever speaks for an area isn't told of them. A case is where it lies now.
    """
    rosters = bearer.area is None and bearer.holds("rosters.audit")
    where = looker.where()
    if rosters and not where:
        return []
    cases = sa.select(tables.cases.c.case).where(*where)
    photos = sa.select(hook_tables.photos.c.photo).where(hook_tables.photos.c.case.in_(cases))
    log = access_tables.looks.c
    kinds = [
        sa.and_(log.what == looks.OF_REPORTER, log.of.in_(cases)),
        sa.and_(log.what == looks.OF_PHOTO, log.of.in_(photos)),
    ]
    if rosters:
        kinds.append(log.what.in_(looks.OF_ROSTERS))
    return [sa.or_(*kinds)]
