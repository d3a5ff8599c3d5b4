"""Small problems of visits made by chance, and the judge of their answers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from gridgeo_solvers.check_visits import Call, Day, visit_faults
from gridgeo_solvers.routing.visiting import Doors, Officers, Rhythm, Visiting, VisitingProblem, Wishes

if TYPE_CHECKING:
    from gridgeo.routes.visiting import VisitPlan

START = date(2026, 11, 30)
"""A Monday."""


def chance_problem(
    seed: int,
    *,
    doors: int = 20,
    officers: int = 2,
    days: int = 10,
    pairs: float = 0.1,
    windows: float = 0.3,
    often: float = 0.3,
    shift_h: float = 4.0,
    wishes: Wishes | None = None,
) -> VisitingProblem:
    """Doors on a square of 2 km, walked at 1.25 m/s; a working week has five days, officers miss a day now and then."""
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 2000, (doors + officers, 2))
    metres = np.abs(xy[:, None] - xy[None]).sum(axis=2)
    travel = np.stack([metres / 1.25, metres / 4.0])
    work = np.arange(days) % 7 < 5
    n, m = doors, officers
    weekly = random.random(n) < often
    count = np.where(weekly, max(1, days // 7 + (days % 7 > 0)), 1)
    end = np.full(n, days - 1)
    rhythm = Rhythm(
        count=count,
        least=np.where(weekly, 5, 1),
        most=np.where(weekly, 9, 1000),
        first_from=np.zeros(n, dtype=np.int64),
        first_to=np.where(weekly, np.minimum(6, end), end),
        last_from=np.where(weekly, np.maximum(0, days - 9), 0),
        last_to=end,
    )
    early = np.where(random.random(n) < windows, random.choice([32400.0, 36000.0], n), 0.0)
    late = np.where(early > 0, early + 3600.0, 86400.0)
    since = np.where(work & (random.random((m, days)) < 0.9), 28800.0, 0.0)
    until = np.where(since > 0, since + shift_h * 3600, 0.0)
    place = np.arange(n)
    return VisitingProblem(
        travel,
        Doors(
            place=place,
            service=random.choice([600.0, 900.0, 1800.0], n),
            early=early,
            late=late,
            open=(random.random((n, days)) < 0.9),
            persons=np.where((random.random(n) < pairs) & (m > 1), 2, 1),
            need=random.choice([0, 0, 0, 1], n),
            weight=random.choice([1.0, 1.0, 3.0], n),
            own=np.where(random.random(n) < 0.3, random.integers(0, m, n), -1),
            may=random.random((n, m)) < 0.9,
            rhythm=rhythm,
        ),
        Officers(
            mode=random.integers(0, 2, m),
            has=random.integers(0, 2, m),
            since=since,
            until=until,
            start=np.tile(n + np.arange(m)[:, None], days),
            end=np.tile(n + np.arange(m)[:, None], days),
            rest=np.full((m, days), 1800.0) * (random.random((m, 1)) < 0.5),
            rest_from=np.full((m, days), 36000.0),
            rest_to=np.full((m, days), 39600.0),
        ),
        wishes or Wishes(),
    )


def faults_of(problem: VisitingProblem, answer: Visiting) -> list[str]:
    """What the judge says of an answer."""
    doors, rhythm = vars(problem.doors), vars(problem.doors.rhythm)
    return visit_faults(
        doors=doors | rhythm,
        officers=vars(problem.officers),
        travel=problem.travel,
        calls=[
            Call(tour.officer, tour.day, stop.door, stop.number, stop.begin, stop.leave)
            for tour in answer.tours
            for stop in tour.stops
        ],
        days=[Day(tour.officer, tour.day, tour.start, tour.end, tour.rest) for tour in answer.tours],
        left_out=[(one.door, one.number) for one in answer.left_out],
    )


def month_faults(made: VisitPlan) -> list[str]:
    """What the judge says of a plan, over the ways and rules of its field."""
    field, booked = made.field, made.booked
    n, m = len(field.doors), len(field.officers)
    crew, works = field.officers, field.works
    due = field.due_doors()
    position = {int(door): row for row, door in enumerate(due)}

    def daily(column: str) -> np.ndarray:
        return np.where(works, crew[column].to_numpy(dtype=float)[:, None] * 60, 0.0)

    about = field.doors.iloc[due]
    doors = {
        "place": due,
        "service": about["minutes"].to_numpy() * 60,
        "early": about["from_min"].to_numpy() * 60,
        "late": about["to_min"].to_numpy() * 60,
        "open": field.open[due],
        "persons": about["persons"].to_numpy(),
        "need": field.need[due],
        "may": field.may.rows(due),
    } | {name: values[due] for name, values in field.due.items()}
    officers = {
        "mode": [field.ways.modes.index(mode) for mode in crew["mode"]],
        "has": field.has,
        "since": daily("from_min"),
        "until": daily("to_min"),
        "start": np.tile(n + np.arange(m)[:, None], field.days),
        "end": np.tile(n + m + np.arange(m)[:, None], field.days),
        "rest": daily("break_min"),
        "rest_from": daily("break_from_min"),
        "rest_to": daily("break_to_min"),
    }
    return visit_faults(
        doors=doors,
        officers=officers,
        travel=field.ways.seconds(np.arange(n + 2 * m)),
        calls=[
            Call(one.officer, one.day, position[one.door], one.number, one.begin, one.leave)
            for one in booked.stops.itertuples()
        ],
        days=[
            Day(one.officer, one.day, one.start, one.end, None if np.isnan(one.rest) else one.rest)
            for one in booked.tours.itertuples()
        ],
        left_out=[(position[one.door], one.number) for one in booked.left_out.itertuples()],
    )
