"""Rounds for a phone (GPX), a diary (iCalendar) and a spreadsheet (CSV), beside the formats of all routes."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from gridgeo import crs
from gridgeo.errors import BadInput
from gridgeo.routes.reading import minutes_of_day
from gridgeo.routes.tables import Routes
from gridgeo.sources import writable, write_csv, write_text
from gridgeo.sources.vectors import FORMATS

COLUMNS = (
    "date",
    "officer",
    "route",
    "order",
    "begin",
    "leave",
    "what",
    "name",
    "visit",
    "visits",
    "with",
    "tasks",
    "lon",
    "lat",
)
"""Columns of a table of rounds."""


OWN = (".gpx", ".ics", ".csv")
"""Endings of the formats that are written here."""


def check_ending(path: str | os.PathLike[str]) -> None:
    """Prove that rounds can be written to `path`: worth asking before long work.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the folder doesn't exist.
    """
    if Path(path).suffix.lower() not in (*FORMATS, *OWN):
        known = ", ".join(dict.fromkeys((*FORMATS, *OWN)))
        raise BadInput(f"{path}: '{Path(path).suffix}' isn't written; choose one of {known}")
    writable(path)


def write_visits(routes: Routes, path: str | os.PathLike[str]) -> None:
    """Write the rounds of a plan of visits: `.gpx`, `.ics`, `.csv`, and what `Routes.to_file` writes.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the routes have no dates.
    """
    ending = Path(path).suffix.lower()
    if ending not in OWN:
        routes.to_file(path)
    elif ending == ".csv":
        write_csv(round_table(routes), path)
    else:
        write_text(gpx(routes) if ending == ".gpx" else icalendar(routes), path)


def round_table(routes: Routes) -> pd.DataFrame:
    """One row a stop, in the order of date, officer and time; places in degrees."""
    stops = crs.to_wgs84(_dated(routes).stops)
    table = pd.DataFrame(stops.drop(columns=stops.geometry.name))
    table["lon"], table["lat"] = stops.geometry.x.round(6), stops.geometry.y.round(6)
    return table[list(COLUMNS)].sort_values(["date", "officer", "order"], kind="stable", ignore_index=True)


def gpx(routes: Routes) -> str:
    """A GPX 1.1 document: a track for each round, its line; a way point for each stop, with date and time in its name."""
    table = round_table(routes)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<gpx version="1.1" creator="gridgeo" xmlns="http://www.topografix.com/GPX/1/1">')
    for row in table.itertuples():
        told = escape(f"{row.begin} {row.name}")
        about = escape(f"{row.date} {row.route}, {row.visit}/{row.visits}")
        lines.append(f'<wpt lat="{row.lat:.6f}" lon="{row.lon:.6f}"><name>{told}</name><desc>{about}</desc></wpt>')
    tracks = crs.to_wgs84(routes.routes)
    for name, line in zip(tracks["route"], tracks.geometry, strict=True):
        points = "".join(f'<trkpt lat="{y:.6f}" lon="{x:.6f}"/>' for x, y in line.coords)
        lines.append(f"<trk><name>{escape(name)}</name><trkseg>{points}</trkseg></trk>")
    return "\n".join([*lines, "</gpx>", ""])


def icalendar(routes: Routes) -> str:
    """An iCalendar (RFC 5545): an event for each stop, in the local time of whoever opens it.

    Identifiers stay the same when a plan is changed, so that a diary renews its events.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gridgeo//visits//EN"]
    table = round_table(routes).rename(columns={"with": "second"})
    for row in table.to_dict("records"):
        about = [f"{row['visit']}/{row['visits']}", *(str(part) for part in (row["tasks"], row["second"]) if part)]
        day = date.fromisoformat(str(row["date"]))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(row['what'])}-{row['visit']}-{_text(row['officer'])}-{day.year}@gridgeo",
            f"DTSTAMP:{day:%Y%m%d}T000000Z",
            f"DTSTART:{_moment(day, str(row['begin']))}",
            f"DTEND:{_moment(day, str(row['leave']))}",
            f"SUMMARY:{_text(row['name'])}",
            f"DESCRIPTION:{_text('; '.join(about))}",
            f"GEO:{row['lat']:.6f};{row['lon']:.6f}",
            "END:VEVENT",
        ]
    return "".join(_folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def _dated(routes: Routes) -> Routes:
    if "date" not in routes.stops.columns:
        raise BadInput("these rounds have no dates; plan them with a first day, e.g. --from 2026-12-01")
    return routes


def _moment(day: date, told: str) -> str:
    moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes_of_day(told) or 0.0)
    return f"{moment:%Y%m%dT%H%M%S}"


def _text(value: object) -> str:
    """Text as RFC 5545 escapes it."""
    text = str(value).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n").replace("\r", "")


def _folded(line: str) -> str:
    """A line cut into pieces of 75 bytes at the most, never within a letter."""
    pieces, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 74:
            pieces.append(" ")
            size = 1
        pieces[-1] += letter
        size += width
    return "\r\n".join(pieces)
