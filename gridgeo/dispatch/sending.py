"""Several cases to several officers, over a town's streets: who goes, in how many minutes, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.between import Between
from gridgeo.coverage.times import local_times, read_times, zone_of
from gridgeo.dispatch.duty import Limits, Refusal, Standing, refusal, works_at
from gridgeo.dispatch.ground import ground_of
from gridgeo.dispatch.policies import POLICIES, name_of, policy_of
from gridgeo.dispatch.tables import Sent
from gridgeo.dispatch.words import not_offered, offered
from gridgeo.errors import BadInput
from gridgeo.location import SNAP_M
from gridgeo.placed import Placed, placed
from gridgeo.plans.plan import Plan
from gridgeo.routes.reading import Rows
from gridgeo.routes.visiting.officers import check_officers
from gridgeo_solvers.assignment import assign_batch, assign_teams
from gridgeo_solvers.dispatching import Policy, Situation


@dataclass(frozen=True)
class Choice:
    """How officers are chosen.

    Parameters
    ----------
    policy
        One of `gridgeo.dispatch.policies.POLICIES`, or a policy of your own.
    room
        How many of the cases an officer may be given, by ``together`` alone.
    busy_min
        Minutes by which each case in hand, or given before, puts an officer back.
    limit_min
        Minutes from report to arrival after which a case is late, where its row doesn't say.
    fix_age_min, open_cases
        The oldest position and the most cases in hand with which somebody is still sent; None for any.
    per_day, handling_min
        Cases a day and minutes on the spot, for the policies that look ahead.
    mode
        foot, ebike or car, of officers whose row doesn't say.
    """

    policy: str | Policy = "together"
    room: int = 1
    busy_min: float = 0.0
    limit_min: float = 30.0
    fix_age_min: float | None = None
    open_cases: int | None = None
    per_day: float = 50.0
    handling_min: float = 20.0
    mode: str = "foot"

    def __post_init__(self) -> None:
        if isinstance(self.policy, str) and self.policy not in POLICIES:
            raise BadInput(f"unknown policy '{self.policy}'; choose one of {', '.join(POLICIES)}")
        if self.room < 1:
            raise BadInput(f"room is {self.room}; an officer may be given 1 case or more")
        for name in ("busy_min", "limit_min", "handling_min", "per_day"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise BadInput(f"{name} is {value}; give a number of 0 or more")


def send(
    plan: Plan,
    cases: pd.DataFrame,
    officers: pd.DataFrame,
    *,
    at: str | None = None,
    zone: str = "UTC",
    choice: Choice | None = None,
) -> Sent:
    """Decide who goes to which case.

    Parameters
    ----------
    plan
        Whose grids have owners, and whose streets are used.
    cases
        Columns `case` (unique) and `lon`, `lat` (degrees) or a geometry; perhaps `skills` (with ; between), `persons` (how many
        officers with these skills), `urgency` (the lower goes first), `reported` (a time) and `limit_min`.
    officers
        Columns as for `gridgeo.routes.visiting.check_officers`; and perhaps `fix_at`, the time of the position `lon`, `lat`, and
        `open_cases`, cases in hand. An officer without a position is taken to be in the middle of the first grid.
    at
        The moment of the decision; now if not set.
    zone
        Time zone of times that name none.
    choice
        How officers are chosen.

    Returns
    -------
    Who goes, everybody who could go to each case with the reason, and everybody who couldn't.

    Raises
    ------
    BadInput
        A row or an option can't be used; the message names it.
    """
    choice = choice or Choice()
    clock = zone_of(zone)
    now = (
        float(pd.Timestamp.now(tz="UTC").timestamp())
        if at is None
        else float(read_times(pd.Series([at], name="at"), clock, "--at")[0])
    )
    town = plan.jurisdiction
    wants = placed(cases, "case", "cases", town)
    crew = check_officers(officers, plan, mode=choice.mode)
    rows = Rows(officers, "officer", "officers")
    told = _told_of(wants, clock, now, choice)
    when = local_times(np.array([now]), clock)[0].to_pydatetime()
    standings = _standings(crew, rows, clock, now, when)
    limits = Limits(None if choice.fix_age_min is None else choice.fix_age_min * 60, choice.open_cases)
    seconds = _seconds(plan, crew, wants.xy)
    refused = _refused(standings, told["need"], limits, seconds, crew)
    allowed = np.array([[one is None for one in row] for row in refused]).reshape(seconds.shape)
    situation = _situation(plan, crew, wants, standings, np.where(allowed, seconds, np.inf), told)
    officer, turn, arrival = _chosen(plan, officers, situation, told, choice)
    return _answer(plan, crew, wants, situation, refused, (officer, turn, arrival), told, choice, now)


def _told_of(wants: Placed, clock: Any, now: float, choice: Choice) -> dict[str, Any]:
    """What the rows of cases say beside the place."""
    table = wants.table
    rows = Rows(table, "case", "cases")
    reported = np.full(len(table), now)
    if "reported" in table.columns:
        reported = read_times(table["reported"], clock, "cases")
        rows.refuse(reported > now + 1, "reported", "lies after the moment of the decision; mend it, or --at")
    persons = rows.numbers("persons", 1.0)
    rows.refuse((persons < 1) | (persons % 1 != 0), "persons", "is no number of officers; write 1 or more")
    urgency = rows.numbers("urgency", 0.0)
    rows.refuse(urgency % 1 != 0, "urgency", "is no whole number; the lower goes first")
    limit = rows.numbers("limit_min", choice.limit_min)
    rows.refuse(limit < 0, "limit_min", "is below 0; give minutes from report to arrival")
    return {
        "need": rows.lists("skills"),
        "persons": persons.astype(np.int64),
        "urgency": urgency.astype(np.int64),
        "limit": limit * 60,
        "waited": np.maximum(now - reported, 0.0),
    }


def _standings(crew: gpd.GeoDataFrame, rows: Rows, clock: Any, now: float, when: Any) -> list[Standing]:
    load = rows.numbers("open_cases", 0.0)
    rows.refuse((load < 0) | (load % 1 != 0), "open_cases", "is no number of cases; write 0 or more")
    age: list[float | None] = [None] * len(crew)
    if rows.has("fix_at"):
        given = np.flatnonzero(rows.table["fix_at"].notna().to_numpy())
        if len(given):
            fixed = read_times(rows.table["fix_at"].iloc[given], clock, "officers")
            for row, second in zip(given.tolist(), fixed.tolist(), strict=True):
                age[row] = max(0.0, now - second)
    found = []
    for row, officer in enumerate(crew.itertuples(index=False)):
        on, away = works_at(when, officer.from_min, officer.to_min, officer.weekdays, officer.leave)
        found.append(Standing(on, away, officer.skills, age[row], int(load[row])))
    return found


def _seconds(plan: Plan, crew: gpd.GeoDataFrame, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (cases, officers): road time of each officer in their own mode, in tenths of a second."""
    middle = plan.grids.set_index("grid").geometry.representative_point()
    whole = plan.jurisdiction.boundary.geometry.iloc[0].representative_point()
    starts = [
        point if point is not None and not point.is_empty else (middle[grids[0]] if grids else whole)
        for point, grids in zip(crew.geometry, crew["grids"], strict=True)
    ]
    here = shapely.get_coordinates(starts)
    seconds = np.full((len(xy), len(crew)), np.inf)
    for mode in sorted(set(crew["mode"])):
        who = np.flatnonzero(crew["mode"] == mode)
        seconds[:, who] = Between.of(plan.jurisdiction, mode).one_way(here[who], xy).T
    # What is equally near on the ground must not differ by a rounding error.
    return np.round(seconds, 1)


def _refused(
    standings: list[Standing],
    needs: list[tuple[str, ...]],
    limits: Limits,
    seconds: NDArray[np.float64],
    crew: gpd.GeoDataFrame,
) -> list[list[Refusal | None]]:
    modes = crew["mode"].tolist()
    return [
        [
            refusal(standing, need, limits)
            or (None if np.isfinite(seconds[case, who]) else Refusal("no_road", {"mode": modes[who]}))
            for who, standing in enumerate(standings)
        ]
        for case, need in enumerate(needs)
    ]


def _situation(
    plan: Plan,
    crew: gpd.GeoDataFrame,
    wants: Placed,
    standings: list[Standing],
    seconds: NDArray[np.float64],
    told: dict[str, Any],
) -> Situation:
    lies = _grids_at(plan, wants.xy)
    owner = [
        next((who for who, own in enumerate(crew["grids"]) if lies[case] in own), -1) for case in range(len(wants.ids))
    ]
    load = np.array([float(one.open_cases) for one in standings])
    away = np.array([not one.on_duty or one.on_leave for one in standings])
    return Situation.of(
        seconds,
        limit=told["limit"],
        waited=told["waited"],
        urgency=told["urgency"],
        owner=np.array(owner, dtype=np.int64),
        load=load,
        back=np.where(away, np.inf, np.where(load > 0, 3_600.0, 0.0)),
    )


def _grids_at(plan: Plan, xy: NDArray[np.float64]) -> list[str | None]:
    """The grid of each place, the first by name on a shared border; one just outside belongs to the nearest."""
    grids = plan.grids
    names = grids["grid"].astype(str).to_numpy()
    which, found = shapely.STRtree(grids.geometry.to_numpy()).query_nearest(shapely.points(xy), max_distance=SNAP_M)
    lies = dict(sorted(zip(which.tolist(), names[found].tolist(), strict=True), reverse=True))
    return [lies.get(case) for case in range(len(xy))]


def _chosen(
    plan: Plan, officers: pd.DataFrame, situation: Situation, told: dict[str, Any], choice: Choice
) -> tuple[list[list[int]], NDArray[np.int64], NDArray[np.float64]]:
    """Officers of each case, the turn in which it is served, and when the last of them is there."""
    k = len(situation.seconds)
    busy = choice.busy_min * 60
    turn, arrival = np.zeros(k, dtype=np.int64), np.full(k, np.inf)
    if (told["persons"] > 1).any():
        if choice.policy != "together" or choice.room > 1:
            raise BadInput(
                "cases that need several persons go by the policy together, one to each officer; leave policy and room out, or give"
                " them in a batch of their own"
            )
        time = situation.seconds + busy * situation.load
        teams = assign_teams(time, np.ones((time.shape[1], 1)), told["persons"][:, None], urgency=situation.turns)
        named = [np.flatnonzero(teams.case == case).tolist() for case in range(k)]
        for case, who in enumerate(named):
            arrival[case] = time[case, who].max(initial=0.0) if who else np.inf
        return named, turn, arrival
    if choice.policy == "together":
        batch = assign_batch(
            situation.seconds + busy * situation.load,
            room=choice.room,
            wait=busy,
            urgency=situation.turns,
        )
        return [[who] if who >= 0 else [] for who in batch.officer.tolist()], batch.turn, batch.seconds
    ground = None
    if isinstance(choice.policy, str) and choice.policy not in ("owner", "nearest"):
        ground = ground_of(plan, officers, mode=choice.mode).ground
    policy = policy_of(
        choice.policy,
        ground,
        limit=choice.limit_min * 60,
        per_day=choice.per_day,
        handling=choice.handling_min * 60,
        busy=busy,
    )
    handling = np.full(k, choice.handling_min * 60)
    chosen = policy.assign(replace(situation, handling=handling))
    sent = np.flatnonzero(chosen >= 0)
    arrival[sent] = situation.seconds[sent, chosen[sent]] + busy * situation.load[chosen[sent]]
    return [[who] if who >= 0 else [] for who in chosen.tolist()], turn, arrival


def _answer(
    plan: Plan,
    crew: gpd.GeoDataFrame,
    wants: Placed,
    situation: Situation,
    refused: list[list[Refusal | None]],
    chosen: tuple[list[list[int]], NDArray[np.int64], NDArray[np.float64]],
    told: dict[str, Any],
    choice: Choice,
    now: float,
) -> Sent:
    named, turn, arrival = chosen
    names = [str(one) for one in crew["officer"]]
    load = situation.load.astype(int)

    def words(case: int, who: int, seconds: float, lang: str) -> str:
        late = float(situation.waited[case] + seconds - situation.limit[case])
        own = int(situation.owner[case]) == who
        need = told["need"][case]
        return offered(seconds, need=need, open_cases=int(load[who]), own_grid=own, late_s=max(0.0, late), lang=lang)

    sent, candidates, others = [], [], []
    for case, case_id in enumerate(wants.ids):
        for who in named[case] or [-1]:
            seconds = float(arrival[case]) if len(named[case]) < 2 else float(situation.seconds[case, who])
            there = who >= 0
            sent.append(
                {
                    "case": case_id,
                    "officer": names[who] if there else None,
                    "minutes": round(seconds / 60, 2) if there else np.nan,
                    "turn": int(turn[case]) + 1 if there else 0,
                    "en": words(case, who, seconds, "en") if there else "nobody is left who can come",
                    "zh": words(case, who, seconds, "zh") if there else "没有可派的人员",
                }
            )
        order = np.lexsort((np.arange(len(names)), load, situation.seconds[case]))
        for rank, who in enumerate(order[np.isfinite(situation.seconds[case, order])].tolist(), start=1):
            seconds = float(situation.seconds[case, who])
            candidates.append(
                {
                    "case": case_id,
                    "rank": rank,
                    "officer": names[who],
                    "minutes": round(seconds / 60, 2),
                    "open_cases": int(load[who]),
                    "own_grid": int(situation.owner[case]) == who,
                    "en": words(case, who, seconds, "en"),
                    "zh": words(case, who, seconds, "zh"),
                }
            )
        others += [
            {
                "case": case_id,
                "officer": names[who],
                "code": why.code,
                "en": not_offered(why),
                "zh": not_offered(why, "zh"),
            }
            for who, why in enumerate(refused[case])
            if why is not None
        ]
    places = dict(zip(wants.ids, np.asarray(shapely.points(wants.xy), dtype=object), strict=True))
    table = pd.DataFrame(sent, columns=["case", "officer", "minutes", "turn", "en", "zh"])
    frame = gpd.GeoDataFrame(table, geometry=[places[name] for name in table["case"]], crs=plan.jurisdiction.crs)
    return Sent(
        frame.astype({"officer": "str"}),
        pd.DataFrame(candidates, columns=["case", "rank", "officer", "minutes", "open_cases", "own_grid", "en", "zh"]),
        pd.DataFrame(others, columns=["case", "officer", "code", "en", "zh"]),
        {"policy": name_of(choice.policy), "at": pd.Timestamp(now, unit="s", tz="UTC").isoformat(timespec="seconds")},
    )
