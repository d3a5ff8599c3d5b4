"""Many tasks, one door: the tasks of several departments at one address become one stop, and shared fields are asked once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.routes.tables import Routes

FIELD_S = 20.0
"""Seconds that one field of a form takes."""


def join_tasks(tasks: gpd.GeoDataFrame, *, field_s: float = FIELD_S) -> gpd.GeoDataFrame:
    """One row for each stop, from a list of tasks.

    Tasks join where they have the same door and frequency, and their windows, weekdays and preferred officers agree. The stop
    takes their minutes together, less `field_s` for each field that a form before it has asked; it needs all their skills, as
    many persons as the task that needs most, and weighs as the weightiest. Its last visit is the one that lies longest ago.

    Parameters
    ----------
    tasks
        A list proven by `check_visits`.
    field_s
        Seconds that one field takes.

    Returns
    -------
    The same columns. `door` is the address, with ``/2`` and so on where tasks of one address can't join; `tasks` says which.
    """
    stops: dict[Hashable, list[dict[str, Any]]] = {}
    for task in tasks.to_dict("records"):
        kin = stops.setdefault((task["at"], task["every"], task["grid"]), [])
        stop = next((one for one in kin if _agree(one, task)), None)
        if stop is None:
            kin.append(dict(task))
        else:
            _join(stop, task, field_s)
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for stop in (one for kin in stops.values() for one in kin):
        seen[stop["at"]] = seen.get(stop["at"], 0) + 1
        number = seen[stop["at"]]
        rows.append(stop | {"door": stop["at"] if number == 1 else f"{stop['at']}/{number}"})
    return gpd.GeoDataFrame(pd.DataFrame(rows)[list(tasks.columns)], geometry="geometry", crs=tasks.crs)


def saved(apart: Routes, joined: Routes) -> dict[str, dict[str, float]]:
    """Visits, metres and minutes of planning task by task, of joined stops, and what joining saves."""
    return {name: _difference(_totals(apart)[name], _totals(joined)[name]) for name in ("visits", "metres", "minutes")}


def _totals(routes: Routes) -> dict[str, float]:
    lines = routes.routes
    return {
        "visits": float(len(routes.stops)),
        "metres": round(float(lines["length_m"].sum()), 1),
        "minutes": round(float(lines["minutes"].sum()), 1),
    }


def _difference(apart: float, joined: float) -> dict[str, float]:
    return {"apart": apart, "joined": joined, "saved": round(apart - joined, 1)}


def _agree(stop: dict[str, Any], task: dict[str, Any]) -> bool:
    days = any(a == b == "1" for a, b in zip(stop["weekdays"], task["weekdays"], strict=True))
    officers = {stop["officer"], task["officer"]} - {None}
    meet = max(stop["from_min"], task["from_min"]) <= min(stop["to_min"], task["to_min"])
    return days and len(officers) < 2 and meet


def _join(stop: dict[str, Any], task: dict[str, Any], field_s: float) -> None:
    again = len(set(stop["fields"]) & set(task["fields"]))
    last = [day for day in (stop["last"], task["last"]) if day is not None]
    stop |= {
        "minutes": stop["minutes"] + max(0.0, task["minutes"] - again * field_s / 60),
        "from_min": max(stop["from_min"], task["from_min"]),
        "to_min": min(stop["to_min"], task["to_min"]),
        "weekdays": "".join(
            "1" if a == b == "1" else "0" for a, b in zip(stop["weekdays"], task["weekdays"], strict=True)
        ),
        "last": min(last) if len(last) == 2 else None,
        "skills": tuple(dict.fromkeys((*stop["skills"], *task["skills"]))),
        "fields": tuple(dict.fromkeys((*stop["fields"], *task["fields"]))),
        "tasks": (*stop["tasks"], *task["tasks"]),
        "priority": max(stop["priority"], task["priority"]),
        "persons": max(stop["persons"], task["persons"]),
        "officer": stop["officer"] or task["officer"],
    }
