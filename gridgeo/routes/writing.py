"""Routes for a phone (GPX) and a diary (iCalendar), and patrols as both."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd

from gridgeo import crs, sources
from gridgeo.errors import BadInput
from gridgeo.routes.reading import minutes_of_day
from gridgeo.routes.tables import Routes
from gridgeo.sources import write_text

OWN = (".gpx", ".ics", ".csv")
"""Endings of the formats that are written beside those of all layers."""
NAMED = 20
"""Streets that a patrol's entry in a diary names at the most."""


@dataclass(frozen=True)
class Event:
    """An entry of a diary, in local time; `uid` stays the same when a plan is changed, so that a diary renews its entries."""

    uid: str
    begin: datetime
    end: datetime
    summary: str
    description: str
    lon: float
    lat: float


def check_ending(path: str | os.PathLike[str]) -> None:
    """Prove that routes can be written to `path`: worth asking before long work.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the folder doesn't exist.
    """
    sources.check_ending(path, OWN)


def write_patrols(routes: Routes, path: str | os.PathLike[str]) -> None:
    """Write patrols: `.gpx` (a track for each route, a way point for each hot spot), `.ics` (an entry for each route), and what
    `Routes.to_file` writes.

    Raises
    ------
    BadInput
        The ending names no format that is written, or patrols without dates should go into a diary.
    """
    ending = Path(path).suffix.lower()
    if ending == ".gpx":
        write_text(_patrol_gpx(routes), path)
    elif ending == ".ics":
        write_text(icalendar(_patrol_events(routes), "patrols"), path)
    else:
        routes.to_file(path)


def _patrol_gpx(routes: Routes) -> str:
    spots = crs.to_wgs84(routes.stops[routes.stops["what"].str.startswith("spot ")])
    rows = zip(spots.geometry, spots["name"], spots["route"], spots["leave_min"] - spots["arrive_min"], strict=True)
    return gpx(
        [(point.x, point.y, name, f"{route}, {minutes:.0f} min") for point, name, route, minutes in rows], routes.routes
    )


def _patrol_events(routes: Routes) -> list[Event]:
    if "date" not in routes.routes.columns:
        raise BadInput("these patrols have no dates; plan a period with a first day: --shifts 7 --from 2026-12-01")
    names = {
        route: [name for name, _ in groupby(own["name"].dropna())]
        for route, own in routes.stops.groupby("route", sort=False)
    }
    lines = crs.to_wgs84(routes.routes)
    events = []
    for row in lines.to_dict("records"):
        begin = moment(row["date"], row["shift_from"]) + timedelta(minutes=round(row["start_min"]))
        streets = names.get(row["route"], [])
        more = f", … ({len(streets)})" if len(streets) > NAMED else ""
        lon, lat = row["geometry"].coords[0][:2]
        events.append(
            Event(
                uid=f"{row['route']}-{row['date']}",
                begin=begin,
                end=begin + timedelta(minutes=round(row["minutes"])),
                summary=row["route"],
                description=f"{row['length_m'] / 1000:.1f} km: {', '.join(streets[:NAMED])}{more}",
                lon=lon,
                lat=lat,
            )
        )
    return events


def gpx(points: Iterable[tuple[float, float, str, str]], routes: gpd.GeoDataFrame) -> str:
    """A GPX 1.1 document: way points (lon, lat, name, description), and a track for each route."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<gpx version="1.1" creator="gridgeo" xmlns="http://www.topografix.com/GPX/1/1">')
    for lon, lat, name, about in points:
        told = f"<name>{escape(name)}</name><desc>{escape(about)}</desc>"
        lines.append(f'<wpt lat="{lat:.6f}" lon="{lon:.6f}">{told}</wpt>')
    tracks = crs.to_wgs84(routes)
    for name, line in zip(tracks["route"], tracks.geometry, strict=True):
        way = "".join(f'<trkpt lat="{y:.6f}" lon="{x:.6f}"/>' for x, y in line.coords)
        lines.append(f"<trk><name>{escape(name)}</name><trkseg>{way}</trkseg></trk>")
    return "\n".join([*lines, "</gpx>", ""])


def icalendar(events: Iterable[Event], product: str) -> str:
    """An iCalendar (RFC 5545), in the local time of whoever opens it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//gridgeo//{product}//EN"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(event.uid)}@gridgeo",
            f"DTSTAMP:{event.begin:%Y%m%d}T000000Z",
            f"DTSTART:{event.begin:%Y%m%dT%H%M%S}",
            f"DTEND:{event.end:%Y%m%dT%H%M%S}",
            f"SUMMARY:{_text(event.summary)}",
            f"DESCRIPTION:{_text(event.description)}",
            f"GEO:{event.lat:.6f};{event.lon:.6f}",
            "END:VEVENT",
        ]
    return "".join(_folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def moment(day: str, told: str) -> datetime:
    """The moment of a date and a time of day, HH:MM."""
    return datetime.fromisoformat(day) + timedelta(minutes=minutes_of_day(told) or 0.0)


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
