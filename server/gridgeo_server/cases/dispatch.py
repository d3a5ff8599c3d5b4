"""Who goes: everybody who can be sent to a case, in the order of the policy and with the reason; several cases together."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.dispatch import Limits, Refusal, Standing, not_offered, offered, refusal
from gridgeo.errors import NoPath
from gridgeo.roads import Arrivals, Way
from gridgeo_server.approaches import Spot
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

    @property
    def limited(self) -> bool:
        """Whether anything is too little."""
        return self.fix_age_min is not None or self.open_cases is not None


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


@dataclass(frozen=True)
class Choice:
    """Everybody who can be sent to a case in the order of the policy; only of those who are asked for the way is found.

    Parameters
    ----------
    able
        Who can be sent, as far as nobody looks at the streets, and `ways` theirs, by mode: which of them, and how they get there.
    order
        Positions in `able` of those who get there, first the one who should go.
    """

    case: Case
    able: list[Responder]
    refused: list[Refused]
    ways: list[tuple[list[int], Arrivals]]
    order: list[int]
    load: Mapping[str, int]
    need: tuple[str, ...]

    @property
    def first(self) -> Candidate | None:
        """Who should go."""
        return self._candidate(1, self.order[0]) if self.order else None

    def everybody(self) -> tuple[list[Candidate], list[Refused]]:
        """Who can be sent, first the one who should go, and who can't."""
        gets = set(self.order)
        lost = [one for row, one in enumerate(self.able) if row not in gets]
        no_road = [Refused(one, Refusal("no_road", {"mode": one.mode})) for one in lost]
        return [self._candidate(*one) for one in enumerate(self.order, start=1)], [*self.refused, *no_road]

    def _candidate(self, rank: int, row: int) -> Candidate:
        officer = self.able[row]
        way = self._way(row)
        assert way is not None
        open_cases = self.load.get(officer.responder, 0)
        return Candidate(officer, way, open_cases, self.case.grid in officer.grids, rank, self.need)

    def _way(self, row: int) -> Way | None:
        for rows, arrivals in self.ways:
            place = bisect_left(rows, row)
            if place < len(rows) and rows[place] == row:
                return arrivals.way(place)
        return None


def choice(
    town: Town,
    case: Case,
    officers: Sequence[Responder],
    load: Mapping[str, int],
    rules: Rules | None = None,
    now: datetime | None = None,
    need: tuple[str, ...] = (),
    barred: Mapping[str, Refusal] | None = None,
) -> Choice:
    """Everybody who can be sent to `case`, first the one who should go by the policy, and those who can't.

    `need` are the skills that the case needs; `barred` are officers that something speaks against already, e.g. their leave.

    Time is by road in each officer's own mode. Among equals the one who is there first goes first, then the one with fewer open
    cases, then the officer of the case's grid, then the lower identifier. The age of a position is looked at where `now` is told.
    """
    rules = rules or Rules()
    able, refused = _able(town, officers, load, rules, now, need=need, barred=barred)
    ways = _ways(town, able, case.lon, case.lat)
    order: list[int] = []
    if able:
        # The policy breaks ties by position: the officers of the case's own grid stand first.
        other = [case.grid not in one.grids for one in able]
        turn = np.array(other).argsort(kind="stable")
        ranked = [able[row] for row in turn.tolist()]
        situation = Situation.of(
            _seconds(ways, len(able))[turn][None],
            limit=60 * rules.response_min,
            owner=-1 if all(other) else 0,
            load=np.array([load.get(one.responder, 0) for one in ranked], dtype=np.float64),
        )
        order = turn[_policy(town, ranked, rules).order(situation, 0)].tolist()
    return Choice(case, able, refused, ways, order, load, need)


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
    able, _ = _able(town, officers, load, rules, now)
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
        way = town.approaches.ways(officer.mode, [officer], case.lon, case.lat).way(0)
        if way is not None:
            sent.append((case, Candidate(officer, way, int(work[who]) + turn, case.grid in officer.grids)))
    return sent


def _able(
    town: Town,
    officers: Sequence[Responder],
    load: Mapping[str, int],
    rules: Rules,
    now: datetime | None,
    need: tuple[str, ...] = (),
    barred: Mapping[str, Refusal] | None = None,
) -> tuple[list[Responder], list[Refused]]:
    """Who may be sent as far as the officer goes, by identifier, and who may not."""
    able: list[Responder] = []
    refused: list[Refused] = []
    modes, barred = town.roads, barred or {}
    # Where nothing is asked but that they are on duty, as in most towns, no more is looked at.
    asked = bool(need) or rules.limited
    for officer in sorted(officers, key=_identifier):
        name = officer.responder
        why = barred.get(name)
        if why is None and (asked or not officer.on_duty):
            age = None if now is None else officer.fix_age_s(now)
            standing = Standing(officer.on_duty, skills=officer.skills, fix_age_s=age, open_cases=load.get(name, 0))
            why = refusal(standing, need, rules.limits)
        if why is None and officer.mode not in modes:
            why = Refusal("no_street", {"mode": officer.mode})
        if why is None:
            able.append(officer)
        else:
            refused.append(Refused(officer, why))
    return able, refused


_identifier = attrgetter("responder")


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
    way = town.approaches.ways(officer.mode, [officer], lon, lat).way(0)
    if way is None:
        raise NoPath(f"no road that may be used by {officer.mode} leads from there to the goal")
    return way


def _ways(town: Town, officers: list[Responder], lon: float, lat: float) -> list[tuple[list[int], Arrivals]]:
    """The quickest ways of officers to one place, by mode: which of them, and how they get there."""
    found = []
    for mode in sorted({officer.mode for officer in officers}):
        rows = [row for row, officer in enumerate(officers) if officer.mode == mode]
        who = officers if len(rows) == len(officers) else [officers[row] for row in rows]
        found.append((rows, town.approaches.ways(mode, who, lon, lat)))
    return found


def _seconds(ways: list[tuple[list[int], Arrivals]], count: int) -> NDArray[np.float64]:
    """Shape (count,): seconds of each, in tenths: what is equally near on the ground must not differ by a rounding error."""
    if len(ways) == 1:
        return ways[0][1].seconds.round(1)
    seconds = np.full(count, np.inf)
    for rows, arrivals in ways:
        seconds[rows] = arrivals.seconds.round(1)
    return seconds


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
            way = town.approaches.ways(mode, [Spot(middle)], west, south).way(0)
            logger.debug("the first way by %s is %.0f m long", mode, way.metres if way else 0.0)
    except Exception:
        logger.exception("the first ways could not be found ahead")
