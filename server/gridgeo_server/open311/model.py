"""What GeoReport v2 tells of cases and how they are searched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.looking import DIGITS, Looker
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.stages import machine
from gridgeo_server.clocks import Limit
from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.period import moment, period
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import Listed, say

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MOST = 1_000
"""Most requests of one answer, as the standard has it."""
STATUSES = ("open", "closed")
FILTERS = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size")
FOREIGN = (
    "address", "address_string", "agency_responsible", "bbox", "keyword", "lat", "long", "limit", "offset", "order",
    "q", "radius", "search", "sort", "updated_after", "updated_before", "zipcode",
)  # fmt: skip
"""Filters of other servers. They are refused: left alone, they would let everything through that the client meant to sort out."""


@dataclass(frozen=True)
class Search:
    """Which requests are wanted: those named, or those of some services and states from one moment to another."""

    names: tuple[str, ...]
    services: tuple[str, ...]
    statuses: tuple[str, ...]
    start: datetime
    end: datetime
    page: int = 1
    page_size: int = MOST

    @property
    def skip(self) -> int:
        """How many stand on the pages before."""
        return (self.page - 1) * self.page_size


def search_of(asked: Mapping[str, Sequence[str]], now: datetime) -> Search:
    """The search that a query's parameters ask for; an empty one is as good as none.

    Raises
    ------
    BadRequest
        A parameter can't be used, or is a filter that isn't known here.
    """
    for name in FOREIGN:
        if name in asked:
            raise BadRequest(say("open311.foreign", name=name, known=Listed(FILTERS, len(FILTERS))), name)
    names = _listed(asked.get("service_request_id", ()))
    if len(names) > MOST:
        raise BadRequest(say("open311.many", most=MOST), "service_request_id")
    page = _whole(asked, "page", 1, 10**9, 1)
    page_size = _whole(asked, "page_size", 1, MOST, MOST)
    statuses = _listed(asked.get("status", ()))
    for one in statuses:
        if one not in STATUSES:
            raise BadRequest(say("open311.status", given=one[:40]), "status")
    start, end = (_moment(asked, name) for name in ("start_date", "end_date"))
    return Search(names, _listed(asked.get("service_code", ())), statuses, *period(start, end, now), page, page_size)


def discovery_view(base: str, contact: str, key_service: str, changeset: str, kind: str) -> dict[str, Any]:
    """What a client finds first: where the services are, in which formats, and where keys come from."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base.rstrip('/')}/open311/v2",
        "changeset": changeset,
        "type": kind,
        "formats": ["text/xml", "application/json"],
    }
    return {"changeset": changeset, "contact": contact, "key_service": key_service, "endpoints": [endpoint]}


def request_view(
    case: Case,
    category: Category,
    agency: str | None,
    report: Mapping[str, Any],
    last: datetime,
    lang: str,
    looker: Looker | None = None,
) -> dict[str, Any]:
    """A case as the standard tells it.

    Parameters
    ----------
    report
        What the event that opened it says.
    last
        When something was last done with it.
    looker
        Whom it is told; fields that aren't shown to them are empty. Everything where left out.
    """
    looker = looker or Looker()
    shown = {name: looker.reads(name, vars(case)) for name in ("description", "address", "lon", "department")}
    words, exact = shown["address"], shown["lon"]
    return {
        "service_request_id": case.case,
        "status": "closed" if case.finished else "open",
        "status_notes": status_notes(case, lang),
        "service_name": category.name_zh if lang == "zh" else category.name_en,
        "service_code": case.category,
        "description": (shown["description"] and case.description) or None,
        "agency_responsible": agency if shown["department"] else None,
        "service_notice": notice(category, lang),
        "requested_datetime": _seconds(case.reported_at),
        "updated_datetime": _seconds(case.closed_at or last if case.finished else last),
        "expected_datetime": None if case.paused_at else _seconds(case.due_at),
        "address": (report.get("address_string") or case.address) if words else None,
        "address_id": report.get("address_id") if words else None,
        "zipcode": None,
        "lat": case.lat if exact else round(case.lat, DIGITS),
        "long": case.lon if exact else round(case.lon, DIGITS),
        "media_url": report.get("media_url") if words else None,
    }


def status_notes(case: Case, lang: str) -> str:
    """How a case stands, in words; what officers noted is not for everybody."""
    stage = machine().stages[case.stage]
    name = stage.zh if lang == "zh" else stage.en
    return name if case.main is None else say("open311.merged", stage=name, main=case.main).told(lang)


def notice(category: Category, lang: str) -> str | None:
    """Within which time something of this kind is to be dealt with; None where nothing says so any more."""
    if not category.limit:
        return None
    return say("open311.notice", limit=Limit(category.limit, category.clock).words()[lang]).told(lang)


def _seconds(at: datetime) -> str:
    return re.sub(r"\.\d+Z$", "Z", to_text(at))


def _listed(given: Sequence[str]) -> tuple[str, ...]:
    parts = (part.strip() for one in given for part in one.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _one(asked: Mapping[str, Sequence[str]], name: str) -> str | None:
    given = [one.strip() for one in asked.get(name, ()) if one.strip()]
    if len(given) > 1:
        raise BadRequest(say("open311.twice", field=name), name)
    return given[0] if given else None


def _moment(asked: Mapping[str, Sequence[str]], name: str) -> datetime | None:
    text = _one(asked, name)
    return None if text is None else moment(text, name)


def _whole(asked: Mapping[str, Sequence[str]], name: str, low: int, high: int, usual: int) -> int:
    text = _one(asked, name)
    if text is None:
        return usual
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not low <= int(text) <= high:
        raise BadRequest(say("open311.whole", field=name, low=low, high=high, given=text[:40]), name)
    return int(text)
