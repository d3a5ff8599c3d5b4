"""Patrols of a period as layers and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.roads import Roads
from gridgeo.routes.clock import Clock
from gridgeo.routes.tables import layer
from gridgeo_solvers.routing.patrol import LONGER_THAN_SHIFT, OTHER_PART
from gridgeo_solvers.routing.period import Period, PeriodPlan, Round, rounds_of
from gridgeo_solvers.routing.tours.plan import Route

NEAR_M = 200.0
"""A hot spot farther than this from every street is off the map."""


@dataclass(frozen=True)
class Answer:
    """Plan of one grid, the routes walked with the seconds after which each sets out, by shift, the routes of the best period where
    shifts were drawn, the greatest gap of each task over all draws (0: none told), and what is told of them.
    """

    plan: PeriodPlan
    walked: list[list[tuple[Route, float]]]
    best: tuple[Route, ...]
    gap: NDArray[np.int64]
    told: dict[str, Any]


def period_layers(
    roads: Roads,
    asked: Mapping[str, pd.DataFrame],
    problems: Mapping[str, Period],
    answers: Mapping[str, Answer],
    placed: pd.DataFrame,
    names: Mapping[int, str | None],
    mode: str,
    clock: Clock,
    crs: Any,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The layers `routes`, `stops` and `unserved` of the answers of all grids."""
    reasons = {
        OTHER_PART: f"in another part of the street network: no way by {mode} from the start and back",
        LONGER_THAN_SHIFT: f"alone, with the way there and back, longer than the shift of {clock.shift_min:g} min",
    }
    routes, stops, unserved = [], [], []
    for grid, answer in answers.items():
        tasks, period = asked[grid], problems[grid]
        for shift, walked in enumerate(answer.walked):
            rounds = rounds_of(period, [route for route, _ in walked])
            for officer, (one, (_, out)) in enumerate(zip(rounds, walked, strict=True), start=1):
                name = f"{grid}-S{shift + 1}-O{officer}"
                metres = roads.network.metres[one.arcs]
                serves = one.serves.copy()
                serves[one.at] = tasks["stay"].to_numpy()[one.tasks] == 0
                own = _stops(roads, period, one, tasks, name, out / 60, names)
                routes.append(
                    {
                        "route": name, "grid": grid, "kind": "patrol", "mode": mode, "minutes": one.seconds / 60,
                        "length_m": float(metres.sum()), "service_m": float(metres[serves].sum()),
                        "stops": len(own), "start_min": out / 60, "shift": shift + 1, "officer": officer,
                        "day": clock.day(shift) + 1, "shift_from": clock.begin(shift), "date": clock.date(shift),
                        "geometry": roads.path(one.arcs, period.start),
                    }
                )  # fmt: skip
                stops += own
        for task, why in answer.plan.left_out:
            row = tasks.iloc[task]
            unserved.append(
                {"what": row["what"], "grid": grid, "reason": reasons[why], "geometry": _middle(roads, row)}
            )
    for lost in placed[placed["reason"] != ""].to_dict("records"):
        why = reasons.get(lost["reason"], f"off the map: no street of a grid within {NEAR_M:g} m")
        unserved.append(
            {"what": f"spot {lost['spot']}", "grid": lost["grid"], "reason": why, "geometry": lost["point"]}
        )
    lines = _dated(layer("routes", routes, crs), clock)
    return lines, _with_gaps(layer("stops", stops, crs), lines, clock), layer("unserved", unserved, crs)


def _dated(routes: gpd.GeoDataFrame, clock: Clock) -> gpd.GeoDataFrame:
    return routes if clock.start is not None or routes.empty else gpd.GeoDataFrame(routes.drop(columns="date"))


def _with_gaps(stops: gpd.GeoDataFrame, routes: gpd.GeoDataFrame, clock: Clock) -> gpd.GeoDataFrame:
    """The stops with `gap_h`, hours since what is served was served before; of the first time NaN."""
    if stops.empty:
        return stops
    shift = stops["route"].map(routes.set_index("route")["shift"]) - 1
    hours = (shift.map(clock.minute) + stops["arrive_min"]) / 60
    order = hours.sort_values(kind="stable").index
    gap = hours.loc[order].groupby(stops["what"].loc[order], sort=False).diff()
    return gpd.GeoDataFrame(stops.assign(gap_h=gap.reindex(stops.index)))


def _stops(
    roads: Roads,
    period: Period,
    one: Round,
    tasks: pd.DataFrame,
    route: str,
    out: float,
    names: Mapping[int, str | None],
) -> list[dict[str, Any]]:
    network = roads.network
    what, share, stay = (tasks[name].to_numpy() for name in ("what", "share", "stay"))
    rows: list[dict[str, Any]] = []
    behind = beyond = 0.0
    gone = 0
    for order, (task, begin, finish, at) in enumerate(
        zip(one.tasks.tolist(), one.begin / 60, one.finish / 60, one.at.tolist(), strict=True)
    ):
        arc, piece = int(one.arcs[at]), int(period.piece[task])
        ahead = arc == network.forward[piece]
        along = (share[task] if ahead else 1 - share[task]) if stay[task] else 0.0
        arrive = float(begin) + along * (period.service[task] - stay[task]) / 60
        leave = arrive + stay[task] / 60 if stay[task] else float(finish)
        metres = float(network.metres[arc])
        rows.append(
            {
                "route": route, "order": order, "what": what[task],
                "name": what[task].removeprefix("spot ") if stay[task] else names[int(roads.streets[piece])],
                "arrive_min": out + arrive, "leave_min": out + leave,
                "travel_m": beyond + float(network.metres[one.arcs[gone:at]].sum()) + along * metres,
                "travel_min": arrive - behind, "wait_min": 0.0,
                "geometry": roads.lines[arc].interpolate(along, normalized=True),
            }
        )  # fmt: skip
        behind, gone = leave, at + 1
        beyond = (1 - along) * metres if stay[task] else 0.0
    return rows


def _middle(roads: Roads, task: pd.Series) -> shapely.Point:
    line = roads.lines[roads.network.forward[task["piece"]]]
    return line.interpolate(task["share"] if task["stay"] else 0.5, normalized=True)


def period_figures(
    roads: Roads,
    asked: Mapping[str, pd.DataFrame],
    problems: Mapping[str, Period],
    answers: Mapping[str, Answer],
    tables: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame],
    clock: Clock,
    periods: int,
) -> dict[str, Any]:
    """The greatest gap by class, as walked and as promised, minutes, and with draws what they take above the best plan and their entropy."""
    routes, stops, _ = tables
    promise: dict[str, int] = {}
    for grid, answer in answers.items():
        tasks = asked[grid]
        gap = answer.gap if answer.gap.any() else _walked_gap(answer, len(tasks))
        for kind, most in zip(tasks["kind"], gap.tolist(), strict=True):
            if most:
                promise[kind] = max(promise.get(kind, 0), most)
    told = {grid: answer.told for grid, answer in answers.items()}
    figures: dict[str, Any] = {
        "promised_gap": promise,
        "promised_gap_h": {kind: round(clock.most_hours(gap), 1) for kind, gap in promise.items()},
        "walked_gap_h": _walked_hours(asked, stops, routes),
        "grids": told,
    }
    drawn = [one for one in told.values() if one.get("tasks")]
    if drawn:
        best = sum(one["best_minutes"] for one in drawn)
        metres = sum(_metres(roads, problems[grid], answer.best) for grid, answer in answers.items())
        tasks_ = sum(one["tasks"] for one in drawn)
        bits, highest = (sum(one[name] * one["tasks"] for one in drawn) / tasks_ for name in ("bits", "bits_highest"))
        figures |= {
            "best_minutes": round(best, 1),
            "extra_mean": round(sum(one["extra"] * one["best_minutes"] for one in drawn) / best, 4),
            "best_m": round(metres),
            "extra_m": round(float(routes["length_m"].sum()) / periods - metres),
            "bits": round(bits, 3),
            "bits_share": round(bits / highest, 4),
        }
    total = round(float(routes["minutes"].sum()), 3)
    longest = round(max((one["longest_min"] for one in told.values()), default=0.0), 3)
    return figures | {"objective": total, "longest_min": longest, "status": "feasible", "bound": None, "gap": None}


def _metres(roads: Roads, period: Period, routes: Sequence[Route]) -> float:
    return sum(float(roads.network.metres[one.arcs].sum()) for one in rounds_of(period, routes))


def _walked_hours(
    asked: Mapping[str, pd.DataFrame], stops: gpd.GeoDataFrame, routes: gpd.GeoDataFrame
) -> dict[str, float]:
    """Greatest hours between passes by class, of what was passed twice."""
    kind = {
        (grid, what): name
        for grid, tasks in asked.items()
        for what, name in zip(tasks["what"], tasks["kind"], strict=True)
    }
    if stops.empty:
        return {}
    grid = stops["route"].map(routes.set_index("route")["grid"])
    by = pd.Series([kind[key] for key in zip(grid, stops["what"], strict=True)], index=stops.index)
    return {str(name): round(float(hours), 1) for name, hours in stops["gap_h"].groupby(by).max().dropna().items()}


def _walked_gap(answer: Answer, tasks: int) -> NDArray[np.int64]:
    """The greatest gap of each task over the shifts walked, which repeat; 0 where it isn't done."""
    when: list[list[int]] = [[] for _ in range(tasks)]
    for shift, walked in enumerate(answer.walked):
        for route, _ in walked:
            for task, _ in route:
                when[task].append(shift)
    length = len(answer.walked)
    return np.array([int(np.diff([*one, one[0] + length]).max()) if one else 0 for one in when], dtype=np.int64)
