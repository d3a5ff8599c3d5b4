"""Days and moments as requests write them: RFC 3339, never a bare number, which would be read as seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt_ ].*)?", re.ASCII | re.DOTALL)


def _day(value: Any) -> Any:
    if value is None or isinstance(value, dt.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "must be a day, e.g. 2026-11-24")


def _moment(value: Any) -> Any:
    if value is None or isinstance(value, dt.datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError("moment", "must be a moment, e.g. 2026-11-24T08:00:00Z")


Day = Annotated[dt.date, BeforeValidator(_day)]
Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
"""A moment, with or without a zone."""
MomentInZone = Annotated[AwareDatetime, BeforeValidator(_moment)]
