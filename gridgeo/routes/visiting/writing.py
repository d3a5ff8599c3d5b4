"""Rounds for a phone (GPX), a diary (iCalendar) and a spreadsheet (CSV), beside the formats of all routes."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from gridgeo import crs
from gridgeo.errors import BadInput
from gridgeo.routes.tables import Routes
from gridgeo.routes.writing import OWN, Event, gpx, icalendar, moment
from gridgeo.sources import write_csv, write_text

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
        write_text(round_gpx(routes) if ending == ".gpx" else icalendar(round_events(routes), "visits"), path)


def round_table(routes: Routes) -> pd.DataFrame:
    """One row a stop, in the order of date, officer and time; places in degrees."""
    stops = crs.to_wgs84(_dated(routes).stops)
    table = pd.DataFrame(stops.drop(columns=stops.geometry.name))
    table["lon"], table["lat"] = stops.geometry.x.round(6), stops.geometry.y.round(6)
    return table[list(COLUMNS)].sort_values(["date", "officer", "order"], kind="stable", ignore_index=True)


def round_gpx(routes: Routes) -> str:
    """A GPX 1.1 document: a track for each round, its line; a way point for each stop, with date and time in its name."""
    rows = round_table(routes).to_dict("records")
    stops = [
        (
            row["lon"],
            row["lat"],
            f"{row['begin']} {row['name']}",
            f"{row['date']} {row['route']}, {row['visit']}/{row['visits']}",
        )
        for row in rows
    ]
    return gpx(stops, routes.routes)


def round_events(routes: Routes) -> list[Event]:
    """An entry of a diary for each stop."""
    events = []
    for row in round_table(routes).to_dict("records"):
        about = [f"{row['visit']}/{row['visits']}", *(str(part) for part in (row["tasks"], row["with"]) if part)]
        begin = moment(str(row["date"]), str(row["begin"]))
        events.append(
            Event(
                uid=f"{row['what']}-{row['visit']}-{row['officer']}-{begin.year}",
                begin=begin,
                end=moment(str(row["date"]), str(row["leave"])),
                summary=str(row["name"]),
                description="; ".join(about),
                lon=row["lon"],
                lat=row["lat"],
            )
        )
    return events


def _dated(routes: Routes) -> Routes:
    if "date" not in routes.stops.columns:
        raise BadInput("these rounds have no dates; plan them with a first day, e.g. --from 2026-12-01")
    return routes
