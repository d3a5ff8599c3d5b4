"""A report as GeoReport v2 sends it: a form, read strictly into what the desk is told and into who told it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from gridgeo_server import wording
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

MOST_FIELDS = 200
REPORTER = ("first_name", "last_name", "email", "phone", "account_id", "device_id")
"""Fields about who reports; they are kept apart and shown nowhere."""
FIELDS: Mapping[str, tuple[int, str]] = {
    "api_key": (200, "A key that 'gridgeo keys add' printed; needed."),
    "jurisdiction_id": (200, "Whose services are asked for; the standard wants it only where there are several."),
    "service_code": (64, "What is reported, see services; needed."),
    "lat": (32, "Latitude, degrees, WGS 84."),
    "long": (32, "Longitude, degrees, WGS 84."),
    "address_string": (500, "The place in words; instead of lat and long."),
    "address_id": (64, "The place as the identifier of a building of the map; instead of lat and long."),
    "description": (4_000, "What there is to say."),
    "media_url": (2_000, "Address of a picture or other medium."),
    "first_name": (200, "Kept apart; shown nowhere."),
    "last_name": (200, "Kept apart; shown nowhere."),
    "email": (320, "Kept apart; shown nowhere."),
    "phone": (64, "Kept apart; shown nowhere."),
    "account_id": (200, "Kept apart; shown nowhere."),
    "device_id": (200, "Kept apart; shown nowhere."),
}
"""Field of the form → most characters, and what it is. Others that clients send are left alone."""

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]*)\](?:\[\])?")
_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{0,30})?|[+-]?\d{4,9}(\.\d{0,20})?", re.ASCII)
_URL = re.compile(r"https?://[^\s\x00-\x20\x7f<>\"\\^`{|}]+", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """What a form says: fields as given and not empty, and the answers to attributes by their codes."""

    given: Mapping[str, str]
    attributes: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The service that is asked for."""
        if "service_code" not in self.given:
            raise BadRequest(say("open311.no_code"), "service_code")
        return self.given["service_code"]

    @property
    def reporter(self) -> str | None:
        """Who reports, as one JSON text; None where nothing is told."""
        told = {name: self.given[name] for name in REPORTER if name in self.given}
        return json.dumps(told, ensure_ascii=False) if told else None

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude, degrees; None where the place is told otherwise.

        Raises
        ------
        BadRequest
            One of the two is missing or no number, or there is no place at all.
        """
        told = [name for name in ("long", "lat") if name in self.given]
        if len(told) == 1:
            raise BadRequest(say("open311.pair"), "lat" if told == ["long"] else "long")
        if told:
            return self._degrees("long"), self._degrees("lat")
        if not {"address_string", "address_id"} & self.given.keys():
            raise BadRequest(say("open311.where"), "lat")
        return None

    def kept(self) -> dict[str, Any]:
        """What of the form the event of the report keeps, beside what every report has."""
        if (url := self.given.get("media_url")) is not None and not _URL.fullmatch(url):
            raise BadRequest(say("open311.media"), "media_url")
        told: dict[str, Any] = {
            name: self.given[name] for name in ("address_string", "address_id", "media_url") if name in self.given
        }
        return {**told, "attributes": dict(self.attributes)} if self.attributes else told

    def _degrees(self, name: str) -> float:
        if not _DEGREES.fullmatch(self.given[name]):
            raise BadRequest(say("open311.number", field=name, given=self.given[name][:40]), name)
        return float(self.given[name])


def submission_of(content_type: str | None, body: bytes) -> Submission:
    """The submission that a form's `body` is.

    Raises
    ------
    BadRequest
        It is no form, no UTF-8, has too many fields, or a field is too long or given twice.
    """
    if (content_type or "").partition(";")[0].strip().casefold() != "application/x-www-form-urlencoded":
        raise BadRequest(say("open311.form"), "Content-Type")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS, separator="&"
        )
    except ValueError:
        raise BadRequest(say("open311.broken_form", most=MOST_FIELDS)) from None
    given: dict[str, str] = {}
    attributes: dict[str, list[str]] = {}
    for name, value in pairs:
        if answer := _ATTRIBUTE.fullmatch(name):
            attributes.setdefault(answer[1], []).append(wording.told(value, name))
        elif name in FIELDS and value.strip():
            if name in given:
                raise BadRequest(say("open311.twice", field=name), name)
            if len(value) > FIELDS[name][0]:
                raise BadRequest(say("open311.long", field=name, most=FIELDS[name][0]), name)
            given[name] = wording.told(value, name)
    return Submission(given, attributes)
