"""A report of what was reported already: which case whoever reports may say it belongs to."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.cases import duplicates, store
from gridgeo_server.cases.looking import DIGITS, Looker
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.stages import machine
from gridgeo_server.errors import BadRequest, NotFound
from gridgeo_server.texts import say


def check(
    connection: sa.Connection, case: Case, into: str, now: datetime, bearer: Bearer | None, looker: Looker | None
) -> None:
    """Refuse a main case that whoever reports may not name.

    Whoever merges cases may name any that they see; everybody else those that are offered to them as alike, so that no report is
    hidden behind a case that it has nothing to do with. Nobody at all is the server itself, which is asked nothing.

    Raises
    ------
    NotFound, BadRequest
        The case isn't there for them, or isn't among those alike.
    """
    if bearer is None or looker is None:
        return
    merge = machine().actions["merge"]
    if looker.holds("cases.any") or bearer.role in merge.who:
        if not looker.sees(vars(store.get(connection, into))):
            raise NotFound(say("case.unknown", case=into))
        return
    lon, lat = case.lon, case.lat
    if not looker.holds("cases.inside"):
        # As they are offered: nothing may be found out about a place by trying.
        lon, lat = round(lon, DIGITS), round(lat, DIGITS)
    near = duplicates.alike(connection, case.category, lon, lat, "", now, case.case, looker.where())
    if into not in {one.case for one in near}:
        raise BadRequest(say("report.not_alike", case=into), "into")
