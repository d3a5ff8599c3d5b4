"""Many reports in one file: CSV or GeoJSON in, reports out, and every fault by its row and field.

Pure reading: whether a place lies in a grid and whether a row came before is asked later. A row with a fault gives no report; a file that
can't be read at all gives one fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gridgeo import crs
from gridgeo_server import wording
from gridgeo_server.cases.rows import Row, Unreadable, Written, csv_rows, geojson_rows
from gridgeo_server.cases.wishes import Report
from gridgeo_server.places import no_degrees
from gridgeo_server.texts import Listed, Text, say
from gridgeo_server.town import Town

MOST = 1_000
"""Most rows of one file."""
LONGEST = {"category": 64, "description": wording.LONGEST, "reporter": 200}
"""Most signs of a text."""
_ID = re.compile(r"[\x21-\x7e]{1,64}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field of a row; a line of a CSV, the number of a feature in GeoJSON, 0 for the whole file."""

    row: int
    field: str | None
    reason: Text
    id: str | None = None


@dataclass(frozen=True)
class Taken:
    """A report that can be filed, with the row it stands in and the name its sender gave it."""

    row: int
    id: str
    report: Report


@dataclass(frozen=True)
class Intake:
    """What a file holds."""

    taken: tuple[Taken, ...]
    faults: tuple[Fault, ...]


def read_csv(
    data: bytes,
    categories: Collection[str],
    system: str = "wgs84",
    town: Town | None = None,
    charset: str | None = None,
) -> Intake:
    """Reports of a CSV in UTF-8 or GBK, with a heading of `rows.FIELDS`; commas, semicolons or tabs between.

    Parameters
    ----------
    categories
        Kinds of case that may be reported.
    system
        What the coordinates are declared to be in, see `gridgeo.crs.declared`.
    town
        Where known, numbers that aren't degrees are tried as its metres, to tell what they may be.
    charset
        One of `rows.CHARSETS`, where the sender declares it.
    """
    return _intake(partial(csv_rows, charset=charset), data, categories, system, town)


def read_geojson(data: bytes, categories: Collection[str], system: str = "wgs84", town: Town | None = None) -> Intake:
    """Reports of a GeoJSON collection of points (RFC 7946): the rest of `rows.FIELDS` are `properties`, `id` may be the feature's own.

    A third number of a position, its height, is left out.
    """
    return _intake(geojson_rows, data, categories, system, town)


def _intake(
    rows: Callable[[bytes], Iterator[Row]], data: bytes, categories: Collection[str], system: str, town: Town | None
) -> Intake:
    taken: list[Taken] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    count = 0
    try:
        for row in rows(data):
            count += 1
            if count > MOST:
                raise Unreadable(None, say("bulk.too_many", most=MOST), row.number)
            if not row.values:
                faults += [Fault(row.number, field, reason) for field, reason in row.faults]
                continue
            name = row.values.get("id")
            told = name if isinstance(name, str) and _ID.fullmatch(name) else None
            wrong = list(row.faults)
            report = _report(row.values, categories, system, town, wrong)
            if told is None:
                wrong.append(("id", say("bulk.id")))
            elif told in seen:
                wrong.append(("id", say("bulk.id_twice", id=told, row=seen[told])))
            else:
                seen[told] = row.number
            faults += [Fault(row.number, field, reason, told) for field, reason in wrong]
            if not wrong and report is not None and told is not None:
                taken.append(Taken(row.number, told, report))
    except Unreadable as error:
        return Intake((), (Fault(error.row, error.field, error.reason),))
    if not count:
        return Intake((), (Fault(0, None, say("bulk.no_rows")),))
    return Intake(tuple(taken), tuple(faults))


def _report(
    values: Mapping[str, Any],
    categories: Collection[str],
    system: str,
    town: Town | None,
    wrong: list[tuple[str | None, Text]],
) -> Report | None:
    """The report that a row makes; what stands against it is added to `wrong`."""
    texts: dict[str, str] = {}
    for field, most in LONGEST.items():
        try:
            texts[field] = _text(values.get(field), most)
        except ValueError as error:
            wrong.append((field, error.args[0]))
    if texts.get("category") == "":
        wrong.append(("category", say("bulk.empty")))
    elif "category" in texts and texts["category"] not in categories:
        known = Listed(tuple(sorted(categories)), 40)
        wrong.append(("category", say("bulk.category", category=texts["category"], known=known)))
    degrees: dict[str, float] = {}
    for field in ("lon", "lat"):
        try:
            degrees[field] = _number(values.get(field))
        except ValueError as error:
            wrong.append((field, error.args[0]))
    if len(degrees) == 2:
        lon, lat = degrees["lon"], degrees["lat"]
        found = ("lon", say("bulk.zero")) if lon == 0 == lat else no_degrees(lon, lat, town)
        wrong += [found] if found is not None else []
    if wrong:
        return None
    lon, lat = crs.declared(degrees["lon"], degrees["lat"], system)
    return Report(texts["category"], lon, lat, texts["description"], texts["reporter"] or None, {"channel": "bulk"})


def _text(value: Any, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(say("bulk.no_text"))
    text = value.strip()
    if len(text) > most:
        raise ValueError(say("bulk.too_long", signs=len(text), most=most))
    if fault := wording.fault_of(text):
        raise ValueError(say("bulk.control", code=fault[1]))
    return wording.plain(text)


def _number(value: Any) -> float:
    if value is None or value == "":
        raise ValueError(say("bulk.empty"))
    if isinstance(value, Written):
        text = value.strip()
        if re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
            raise ValueError(say("bulk.comma", value=text))
        number = float(text) if _NUMBER.fullmatch(text) else math.nan
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) < 1e300 else math.inf
    else:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(say("bulk.no_number", value=str(value)[:40]))
    return number
