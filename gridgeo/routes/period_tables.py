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
from gridgeo.routes.tables import layer
from gridgeo_solvers.routing.patrol import LONGER_THAN_SHIFT, OTHER_PART
from gridgeo_solvers.routing.period import Period, PeriodPlan, Round, rounds_of
from gridgeo_solvers.routing.period.problem import SPOT
from gridgeo_solvers.routing.tours.plan import Route

NEAR_M = 200.0
"""A hot spot farther than this from every junction is off the map."""


@dataclass(frozen=True)
class Answer:
    """Plan of one grid, the routes walked with the seconds after which each sets out, by shift, and what is told of them."""

    plan: PeriodPlan
    walked: list[list[tuple[Route, float]]]
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
    shift_min: float,
    crs: Any,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The layers `routes`, `stops` and `unserved` of the answers of all grids."""
    reasons = {
        OTHER_PART: f"in another part of the street network: no way by {mode} from the start and back",
        LONGER_THAN_SHIFT: f"alone, with the way there and back, longer than the shift of {shift_min:g} min",
    }
    routes, stops, unserved = [], [], []
    for grid, answer in answers.items():
        what, period = asked[grid]["what"].tolist(), problems[grid]
        for shift, walked in enumerate(answer.walked, start=1):
            rounds = rounds_of(period, [route for route, _ in walked])
            for officer, (one, (_, out)) in enumerate(zip(rounds, walked, strict=True), start=1):
                name = f"{grid}-S{shift}-O{officer}"
                metres = roads.network.metres[one.arcs]
                routes.append(
                    {
                        "route": name, "grid": grid, "kind": "patrol", "mode": mode, "minutes": one.seconds / 60,
                        "length_m": float(metres.sum()), "service_m": float(metres[one.serves].sum()),
                        "stops": len(one.tasks), "start_min": out / 60, "shift": shift, "officer": officer,
                        "geometry": roads.path(one.arcs, period.start),
                    }
                )  # fmt: skip
                stops += _stops(roads, period, one, name, out / 60, what, names)
        for task, why in answer.plan.left_out:
            unserved.append(
                {"what": what[task], "grid": grid, "reason": reasons[why], "geometry": _middle(roads, period, task)}
            )
    for row in placed[placed["node"] == -1].itertuples():
        why = f"off the map: no street of a grid within {NEAR_M:g} m"
        unserved.append({"what": f"spot {row.spot}", "grid": None, "reason": why, "geometry": row.point})
    return layer("routes", routes, crs), layer("stops", stops, crs), layer("unserved", unserved, crs)


def _stops(
    roads: Roads,
    period: Period,
    one: Round,
    route: str,
    out: float,
    what: Sequence[str],
    names: Mapping[int, str | None],
) -> list[dict[str, Any]]:
    network, rows, behind, gone = roads.network, [], 0.0, 0
    for order, (task, begin, finish, at) in enumerate(
        zip(one.tasks.tolist(), one.begin / 60, one.finish / 60, one.at.tolist(), strict=True)
    ):
        street = period.piece[task] != SPOT
        node = int(network.tail[one.arcs[at]]) if street else int(period.place[task])
        rows.append(
            {
                "route": route, "order": order, "what": what[task],
                "name": names[int(roads.streets[period.piece[task]])] if street else what[task].removeprefix("spot "),
                "arrive_min": out + float(begin), "leave_min": out + float(finish),
                "travel_m": float(network.metres[one.arcs[gone:at]].sum()), "travel_min": float(begin) - behind,
                "wait_min": 0.0, "geometry": roads.point(node),
            }
        )  # fmt: skip
        behind, gone = float(finish), at + int(street)
    return rows


def _middle(roads: Roads, period: Period, task: int) -> shapely.Point:
    piece = int(period.piece[task])
    if piece == SPOT:
        return roads.point(int(period.place[task]))
    return roads.lines[roads.network.forward[piece]].interpolate(0.5, normalized=True)


def period_figures(
    asked: Mapping[str, pd.DataFrame], answers: Mapping[str, Answer], routes: gpd.GeoDataFrame
) -> dict[str, Any]:
    """The greatest gap by class, as walked and as promised, minutes, and with draws extra seconds and entropy, of all grids."""
    promise: dict[str, int] = {}
    for grid, answer in answers.items():
        tasks = asked[grid]
        gap = answer.gap if answer.gap.any() else _walked_gap(answer, len(tasks))
        for kind, most in zip(tasks["class"], gap.tolist(), strict=True):
            if most:
                promise[kind] = max(promise.get(kind, 0), most)
    told = {grid: answer.told for grid, answer in answers.items()}
    figures: dict[str, Any] = {"promised_gap": promise, "grids": told}
    drawn = [one for one in told.values() if one.get("tasks")]
    if drawn:
        best = sum(one["best_minutes"] for one in drawn)
        tasks_ = sum(one["tasks"] for one in drawn)
        bits, highest = (sum(one[name] * one["tasks"] for one in drawn) / tasks_ for name in ("bits", "bits_highest"))
        figures |= {
            "best_minutes": round(best, 1),
            "extra_mean": round(sum(one["extra"] * one["best_minutes"] for one in drawn) / best, 4),
            "bits": round(bits, 3),
            "bits_share": round(bits / highest, 4),
        }
    total = round(float(routes["minutes"].sum()), 3)
    longest = round(max((one["longest_min"] for one in told.values()), default=0.0), 3)
    return figures | {"objective": total, "longest_min": longest, "status": "feasible", "bound": None, "gap": None}


def _walked_gap(answer: Answer, tasks: int) -> NDArray[np.int64]:
    """The greatest gap of each task over the shifts walked, which repeat; 0 where it isn't done."""
    when: list[list[int]] = [[] for _ in range(tasks)]
    for shift, walked in enumerate(answer.walked):
        for route, _ in walked:
            for task, _ in route:
                when[task].append(shift)
    length = len(answer.walked)
    return np.array([int(np.diff([*one, one[0] + length]).max()) if one else 0 for one in when], dtype=np.int64)
