"""The rounds of visits on paper: for each officer and day a map, the stops in order with their times, and room to tick them off."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.reports.maps import Look, look_of
from gridgeo.reports.paper import environment, packaged, paper_files, write_paper
from gridgeo.reports.round_maps import round_map
from gridgeo.reports.wording import Words
from gridgeo.routes.reading import minutes_of_day
from gridgeo.routes.tables import Routes

MAP_MM = (174.0, 96.0)
"""Size of a round's map, width and height."""


def report_rounds(
    plan: Plan,
    routes: Routes,
    *,
    out: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    officers: Sequence[str] = (),
    day: date | None = None,
    lang: str = "en",
) -> list[Path]:
    """Write the rounds of visits for print, each on a page of its own: a map, then the stops with times and a box to tick.

    Parameters
    ----------
    plan
        The plan that the rounds were made for.
    routes
        Rounds of `visit_routes` or of `gridgeo.routes.visiting.plan_visits`.
    out
        File to write, .pdf or .html, or several.
    officers
        Officers whose rounds are wanted; everybody's if empty.
    day
        Day whose rounds are wanted; every day if None.
    lang
        ``en``, ``zh``, or ``both``.

    Returns
    -------
    The files that were written.

    Raises
    ------
    BadInput
        An ending, a language, an officer or a day isn't known, or the routes are no rounds of visits in this place.
    NotInstalled
        A PDF is wanted, and WeasyPrint, pango or a font for the text is missing.

    Notes
    -----
    The same input gives the same bytes, HTML and PDF alike.
    """
    files = paper_files(out)
    return write_paper(render_rounds(plan, routes, officers=officers, day=day, lang=lang), files)


def render_rounds(
    plan: Plan, routes: Routes, *, officers: Sequence[str] = (), day: date | None = None, lang: str = "en"
) -> str:
    """The page that `report_rounds` writes as HTML and sets as a PDF; parameters as there."""
    words = Words(lang)
    chosen = _chosen(plan, routes, officers, day)
    look = look_of(plan, words)
    by_route = dict(list(routes.stops.sort_values("order", kind="stable").groupby("route", sort=False)))
    rounds = [_round(plan, routes, look, row, by_route.get(row["route"])) for row in chosen.to_dict("records")]
    return (
        environment()
        .from_string(packaged("rounds.html.j2"))
        .render(
            w=words,
            css=Markup(packaged("paper.css")),  # noqa: S704 - our own file
            place=words.name(plan.jurisdiction.areas.iloc[0]),
            hash=plan.fingerprint(),
            rounds=rounds,
        )
    )


def _chosen(plan: Plan, routes: Routes, officers: Sequence[str], day: date | None) -> pd.DataFrame:
    """The lines of the rounds that are wanted, by day and officer."""
    lines = routes.routes
    if len(lines) and (lines["kind"] != "visits").any():
        raise BadInput("these routes are patrols; give rounds made with 'gridgeo visits'")
    if lines.crs != plan.jurisdiction.crs:
        raise BadInput(f"the rounds are in {lines.crs}, the plan in {plan.jurisdiction.crs}: they belong to two places")
    dated = "date" in lines.columns
    if (officers or day is not None) and not dated:
        raise BadInput("these rounds have no officers and days; plan them with a first day, e.g. --from 2026-12-01")
    for column, wanted in (("officer", list(officers)), ("date", [] if day is None else [day.isoformat()])):
        known = [] if not dated else sorted(routes.routes[column].astype(str).unique())
        for name in wanted:
            if name not in known:
                some = ", ".join(known[:6]) + (", …" if len(known) > 6 else "")
                raise BadInput(f"no round of {column} '{name}'; the file has {some}")
        if wanted:
            lines = lines[lines[column].isin(wanted)]
    if lines.empty:
        raise BadInput("there is no round to print; choose other officers or another day")
    return pd.DataFrame(lines.sort_values(["date", "officer"] if dated else ["route"], kind="stable"))


def _round(
    plan: Plan, routes: Routes, look: Look, row: Mapping[Any, Any], stops: pd.DataFrame | None
) -> dict[str, Any]:
    """What the page of one round shows."""
    own = routes.stops.iloc[:0] if stops is None else stops
    began = minutes_of_day(str(row.get("shift_from") or routes.meta.get("shift_from") or "08:00")) or 0.0
    words = look.words
    day = row.get("date")
    return {
        "route": row["route"],
        "officer": row.get("officer") or row["route"],
        "day": words.day(date.fromisoformat(day)) if isinstance(day, str) else "",
        "weekday": words(f"weekday_{date.fromisoformat(day).weekday()}") if isinstance(day, str) else "",
        "grid": _code(plan, str(row["grid"])),
        "out": _clock(began + float(row.get("start_min") or 0.0)),
        "back": _clock(began + float(row.get("start_min") or 0.0) + float(row["minutes"])),
        "rest": row.get("break") if isinstance(row.get("break"), str) else "",
        "minutes": float(row["minutes"]),
        "km": float(row["length_m"]) / 1000,
        "drawing": round_map(row["geometry"], list(own.geometry), str(row["grid"]), plan, look, *MAP_MM),
        "stops": [_stop(number, stop, began) for number, stop in enumerate(own.to_dict("records"), start=1)],
    }


def _stop(number: int, stop: Mapping[Any, Any], began: float) -> dict[str, Any]:
    begin = began + float(stop["arrive_min"]) + _number(stop.get("wait_min"))
    return {
        "number": number,
        "begin": _clock(begin),
        "leave": _clock(began + float(stop["leave_min"])),
        "walk": _number(stop.get("travel_min")),
        "name": stop["name"] if isinstance(stop["name"], str) and stop["name"] else stop["what"],
        "what": stop["what"],
        "visit": f"{stop['visit']}/{stop['visits']}" if stop.get("visits", 1) != 1 else "",
        "tasks": stop["tasks"] if isinstance(stop.get("tasks"), str) else "",
        "second": stop["with"] if isinstance(stop.get("with"), str) else "",
    }


def _number(value: Any) -> float:
    return 0.0 if value is None or pd.isna(value) else float(value)


def _code(plan: Plan, grid: str) -> str:
    found = plan.grids.loc[plan.grids["grid"].astype(str) == grid, "code"]
    return str(found.iloc[0]) if len(found) else grid


def _clock(minutes: float) -> str:
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}"
