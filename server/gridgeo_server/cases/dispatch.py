"""Who goes: everybody who can be sent to a case, in the order of the policy and with the reason; several cases together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.dispatch import Limits, Refusal, Standing, not_offered, offered, refusal
from gridgeo.errors import NoPath
from gridgeo.roads import Way
from gridgeo_server.cases.model import Case
from gridgeo_server.responders.model import Responder
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from gridgeo_solvers.assignment import assign_batch
from gridgeo_solvers.dispatching import Coverage, NearestIdle, OwnerFirst, Policy, Situation

logger = logging.getLogger(__name__)

Name = Literal["nearest", "owner", "coverage"]


@dataclass(frozen=True)
class Rules:
    """How officers are chosen.

    Parameters
    ----------
    policy
        Whoever is there first, the officer of the grid first, or of those in time the one who is missed least.
    busy_min
        Minutes by which each open case puts an officer back.
    response_min
        Minutes to arrival that coverage is told by.
    turn_min
        Minutes by which a second case given at the same moment is put back.
    fix_age_min, open_cases
        The oldest position and the most cases in hand with which somebody is still sent; None for any.
    answer_s
        Seconds within which whoever is sent has to answer before the next one is asked; 0 waits for nobody.
    """

    policy: Name = "nearest"
    busy_min: float = 0.0
    response_min: float = 15.0
    turn_min: float = 10.0
    fix_age_min: float | None = None
    open_cases: int | None = None
    answer_s: float = 0.0

    @property
    def limits(self) -> Limits:
        """What is still good enough."""
        return Limits(None if self.fix_age_min is None else self.fix_age_min * 60, self.open_cases)


def rules_of(settings: Settings) -> Rules:
    """The rules that the settings of a server ask for."""
    return Rules(
        policy=settings.policy,
        busy_min=settings.busy_min,
        response_min=settings.response_min,
        fix_age_min=settings.fix_age_min,
        open_cases=settings.open_cases,
        answer_s=settings.answer_s,
    )


@dataclass(frozen=True)
class Candidate:
    """An officer who can be sent, the way to the case, and the place in the order, 1 being the one who should go."""

    officer: Responder
    way: Way
    open_cases: int
    own_grid: bool
    rank: int = 1
    need: tuple[str, ...] = ()
    """Skills that the case needs, all of which the officer has."""

    def explanation(self, lang: str = "en") -> str:
        """Why, in words."""
        return offered(self.way.seconds, need=self.need, open_cases=self.open_cases, own_grid=self.own_grid, lang=lang)


@dataclass(frozen=True)
class Refused:
    """An officer who can't be sent, and why: a code that stays the same, and words."""

    officer: Responder
    why: Refusal

    @property
    def code(self) -> str:
        """The code."""
        return self.why.code

    @property
    def reason(self) -> str:
        """The words in English."""
        return not_offered(self.why)

    @property
    def reason_zh(self) -> str:
        """The words in Chinese."""
        return not_offered(self.why, "zh")


def candidates(
    town: Town,
    case: Case,
    officers: list[Responder],
    load: Mapping[str, int],
    rules: Rules | None = None,
    now: datetime | None = None,
    need: tuple[str, ...] = (),
    barred: Mapping[str, Refusal] | None = None,
) -> tuple[list[Candidate], list[Refused]]:
    """Everybody who can be sent to `case`, first the one who should go by the policy, and those who can't.

    `need` are the skills that the case needs; `barred` are officers that something speaks against already, e.g. their leave.

    Time is by road in each officer's own mode. Among equals the one who is there first goes first, then the one with fewer open
    cases, then the officer of the case's grid, then the lower identifier. The age of a position is looked at where `now` is told.
    """
    rules = rules or Rules()
    able, refused = _able(town, officers, load, rules, now, first=case.grid, need=need, barred=barred)
    ways = _ways(town, able, case.lon, case.lat)
    work = np.array([load.get(officer.responder, 0) for officer in able], dtype=np.float64)
    # Tenths of a second: what is equally near on the ground must not differ by a rounding error.
    seconds = np.array([[np.inf if way is None else round(way.seconds, 1) for way in ways]]).reshape(1, len(able))
    chosen = []
    if able:
        situation = _situation(seconds, case, able, work, rules)
        for rank, row in enumerate(_policy(town, able, rules).order(situation, 0).tolist(), start=1):
            officer, way = able[row], ways[row]
            if way is not None:
                chosen.append(Candidate(officer, way, int(work[row]), case.grid in officer.grids, rank, need))
    refused += [
        Refused(officer, Refusal("no_road", {"mode": officer.mode}))
        for officer, way in zip(able, ways, strict=True)
        if way is None
    ]
    return chosen, refused


def together(
    town: Town,
    cases: Sequence[Case],
    officers: list[Responder],
    load: Mapping[str, int],
    rules: Rules | None = None,
    now: datetime | None = None,
    without: Sequence[Collection[str]] | None = None,
) -> list[tuple[Case, Candidate]]:
    """Whom to send to several cases at once: the earliest possible worst arrival first, then the least total.

    `without` names for each case the officers who don't go to it.

    An officer may be given several, each later one `Rules.turn_min` minutes after the one before. Cases that nobody can be sent to are
    left out; the others stand in the order in which they were given.
    """
    rules = rules or Rules()
    able, _ = _able(town, officers, load, rules, now, first=None)
    if not able or not cases:
        return []
    seconds = np.column_stack([_times(town, officer, cases) for officer in able])
    for row, names in enumerate(without or ()):
        seconds[row, [officer.responder in names for officer in able]] = np.inf
    work = np.array([load.get(officer.responder, 0) for officer in able])
    most = len(cases) if rules.open_cases is None else rules.open_cases - work
    room = np.clip(most, 0, len(cases)) + np.zeros_like(work)
    batch = assign_batch(
        seconds + 60 * rules.busy_min * work,
        room=room,
        wait=60 * max(rules.turn_min, rules.busy_min),
        urgency=np.arange(len(cases)),
    )
    sent = []
    for case, who, turn in zip(cases, batch.officer.tolist(), batch.turn.tolist(), strict=True):
        if who < 0:
            continue
        officer = able[who]
        (way,) = _ways(town, [officer], case.lon, case.lat)
        if way is not None:
            sent.append((case, Candidate(officer, way, int(work[who]) + turn, case.grid in officer.grids)))
    return sent


def _able(
    town: Town,
    officers: list[Responder],
    load: Mapping[str, int],
    rules: Rules,
    now: datetime | None,
    first: str | None,
    need: tuple[str, ...] = (),
    barred: Mapping[str, Refusal] | None = None,
) -> tuple[list[Responder], list[Refused]]:
    """Who may be sent as far as the officer goes, the officers of grid `first` first, and who may not."""
    able: list[Responder] = []
    refused: list[Refused] = []
    for officer in sorted(officers, key=lambda one: (first not in one.grids, one.responder)):
        age = None if now is None else officer.fix_age_s(now)
        in_hand = load.get(officer.responder, 0)
        standing = Standing(officer.on_duty, skills=officer.skills, fix_age_s=age, open_cases=in_hand)
        why = (barred or {}).get(officer.responder) or refusal(standing, need, rules.limits)
        if why is None and officer.mode not in town.roads:
            why = Refusal("no_street", {"mode": officer.mode})
        if why is None:
            able.append(officer)
        else:
            refused.append(Refused(officer, why))
    return able, refused


def _situation(
    seconds: NDArray[np.float64], case: Case, able: list[Responder], work: NDArray[np.float64], rules: Rules
) -> Situation:
    owner = next((row for row, one in enumerate(able) if case.grid in one.grids), -1)
    return Situation.of(seconds, limit=60 * rules.response_min, owner=owner, load=work)


def _policy(town: Town, able: list[Responder], rules: Rules) -> Policy:
    busy = 60 * rules.busy_min
    if rules.policy == "owner":
        return OwnerFirst(busy=busy)
    if rules.policy == "nearest":
        return NearestIdle(busy=busy)
    return Coverage(town.reach.within(able, 60 * rules.response_min), town.reach.share)


def _times(town: Town, officer: Responder, cases: Sequence[Case]) -> NDArray[np.float64]:
    """Seconds of an officer to each case, in tenths; inf where no road leads there."""
    spots = [town.locator.to_metric(case.lon, case.lat) for case in cases]
    return np.round(_seconds_to(town, officer, shapely.get_coordinates(spots)), 1)


def _seconds_to(town: Town, officer: Responder, spots: NDArray[np.float64]) -> NDArray[np.float64]:
    roads = town.roads[officer.mode]
    here = roads.snap_at(shapely.get_coordinates(town.locator.to_metric(*officer.place)), within_m=np.inf)
    there = roads.snap_at(spots, within_m=np.inf)
    return roads.times(here, there).to_numpy(dtype=np.float64)[0]


def way_to(town: Town, officer: Responder, lon: float, lat: float) -> Way:
    """The quickest way of `officer` to a place; `NoPath` where no road leads there."""
    (way,) = _ways(town, [officer], lon, lat)
    if way is None:
        raise NoPath(f"no road that may be used by {officer.mode} leads from there to the goal")
    return way


def _ways(town: Town, officers: list[Responder], lon: float, lat: float) -> list[Way | None]:
    """The quickest way of each officer to one place, None where there is none."""
    found: list[Way | None] = [None] * len(officers)
    # In an order that doesn't hang on the case, so that the same officers are recognised.
    order = sorted(range(len(officers)), key=lambda row: officers[row].responder)
    for mode in sorted({officer.mode for officer in officers}):
        rows = [row for row in order if officers[row].mode == mode]
        ways = town.approaches.ways(mode, tuple(officers[row].place for row in rows), lon, lat)
        for row, way in zip(rows, ways, strict=True):
            found[row] = way
    return found


def first_ways(town: Town, stop: threading.Event) -> None:
    """Find a way by each mode before anybody asks: what is compiled on first use keeps no case waiting.

    Ends early when `stop` is set. What fails here fails when it is asked for.
    """
    try:
        west, south, east, north = town.bounds
        middle = ((west + east) / 2, (south + north) / 2)
        for mode in town.roads:
            if stop.is_set():
                return
            roads = town.roads[mode]
            corner = roads.snap_at(np.array([[roads.x[0], roads.y[0]]]), within_m=np.inf)
            roads.times(corner, corner)
            for way in town.approaches.ways(mode, (middle,), west, south):
                logger.debug("the first way by %s is %.0f m long", mode, way.metres if way else 0.0)
    except Exception:
        logger.exception("the first ways could not be found ahead")
