"""`gridgeo visits`: rounds to a list of doors, for a day or for a month, and changes to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridgeo.commands.options import Json, Mode, PlanFile, Seed, Shift, Town, rows
from gridgeo.commands.unserved import tell_unserved
from gridgeo.commands.visit_options import (
    Borders,
    Change,
    ClosedDoors,
    Compare,
    Days,
    Doors,
    FirstDay,
    Join,
    Now,
    Officers,
    Output,
    Processes,
    Rounds,
    ShiftFrom,
    Sick,
    Urgent,
)
from gridgeo.errors import BadInput
from gridgeo.terminal import progress, show

if TYPE_CHECKING:
    import pandas as pd

    from gridgeo.plans.plan import Plan
    from gridgeo.routes.tables import Routes
    from gridgeo.routes.visiting import VisitPlan


def visits(
    town: Town,
    plan: PlanFile,
    doors: Doors,
    output: Output,
    officers: Officers = None,
    first: FirstDay = None,
    days: Days = 28,
    mode: Mode = "foot",
    shift: Shift = 240.0,
    shift_from: ShiftFrom = "08:00",
    rounds: Rounds = None,
    borders: Borders = "kept",
    join: Join = True,
    compare: Compare = False,
    change: Change = None,
    now: Now = None,
    sick: Sick = None,
    closed: ClosedDoors = None,
    urgent: Urgent = None,
    seed: Seed = 0,
    jobs: Processes = 1,
    as_json: Json = False,
) -> None:
    """Plan visit rounds to a list of doors: a day, or with --from a month, within windows and shifts."""
    from gridgeo.plans.files import read_plan
    from gridgeo.routes.visiting.writing import write_visits
    from gridgeo.routes.writing import OWN, check_ending
    from gridgeo.sources import read_csv, read_jurisdiction

    check_ending(output)
    drawn = read_plan(plan, read_jurisdiction(town))
    table = read_csv(doors)
    mend = _Mend(change, now, sick or [], closed or [], urgent)
    options: dict[str, Any] = {"mode": mode, "shift_min": shift, "shift_from": shift_from}
    if first is None:
        of_days = {"--officers": officers, "--change": change, **mend.named(), "--compare": compare}
        of_days |= {"--borders": borders != "kept", f"-o {output}": output.suffix.lower() in OWN}
        _refuse(of_days, "needs a first day: add --from, e.g. --from 2026-12-01")
        if "task" in table.columns:
            raise BadInput(f"{doors}: tasks are joined in plans with a first day: add --from, e.g. --from 2026-12-01")
        routes = _one_day(drawn, table, options | {"rounds": rounds, "seed": seed})
        figures, told = routes.figures(), routes.summary()
    else:
        crew = None if officers is None else read_csv(officers)
        work = _Work(drawn, table, crew, first, days, options | {"each": rounds or 1, "borders": borders}, seed, jobs)
        routes, saved = _over_days(work, mend, join, compare)
        figures, told = _figures(routes) | saved, _by_officer(routes)
    write_visits(routes, output)
    tell_unserved(routes)
    show(figures | {"file": str(output)}, as_json, rows(told))


@dataclass(frozen=True)
class _Mend:
    """A change to the plan in a file, as its options say it."""

    of: Path | None
    now: str | None
    sick: list[str]
    closed: list[str]
    urgent: Path | None

    def named(self) -> dict[str, Any]:
        """What the change is, by option."""
        return {"--now": self.now, "--sick": self.sick, "--closed": self.closed, "--urgent": self.urgent}

    def moment(self) -> datetime:
        """When the change comes."""
        if self.now is None:
            raise BadInput("--change needs --now, the moment of the change, e.g. --now '2026-12-03 10:30'")
        try:
            return datetime.fromisoformat(self.now)
        except ValueError:
            raise BadInput(f"--now '{self.now}' is no moment; write '2026-12-03 10:30'") from None


@dataclass(frozen=True)
class _Work:
    """Visits to be planned over days: where, whom to, by whom, and how."""

    plan: Plan
    doors: pd.DataFrame
    officers: pd.DataFrame | None
    first: str
    days: int
    options: dict[str, Any]
    seed: int
    jobs: int

    def planned(self, join: bool) -> VisitPlan:
        """A plan from nothing."""
        from gridgeo.routes.visiting import plan_visits
        from gridgeo_solvers.processes import helpers

        with helpers(self.jobs, "gridgeo_solvers.routing.visiting") as executor, progress() as observer:
            return plan_visits(
                self.plan, self.doors, self.officers, start=self._start(), days=self.days, join=join, seed=self.seed,
                progress=observer, executor=executor, **self.options,
            )  # fmt: skip

    def mended(self, mend: _Mend, old: Path, join: bool) -> VisitPlan:
        """The plan in the file `old`, changed."""
        from gridgeo.routes.tables import read_routes
        from gridgeo.routes.visiting import plan_again, replan
        from gridgeo.sources import read_csv

        moment = mend.moment()
        made = plan_again(
            self.plan, self.doors, self.officers, read_routes(old), start=self._start(), days=self.days, join=join,
            **self.options,
        )  # fmt: skip
        urgent = None if mend.urgent is None else read_csv(mend.urgent)
        return replan(made, now=moment, sick=mend.sick, closed=mend.closed, urgent=urgent, plan=self.plan)

    def _start(self) -> date:
        from gridgeo.rosters.dates import read_day

        return read_day(self.first, "--from")


def _over_days(work: _Work, mend: _Mend, join: bool, compare: bool) -> tuple[Routes, dict[str, Any]]:
    """Routes over days, and with `compare` what joining tasks saves."""
    from gridgeo.routes.visiting.tasks import saved

    if compare and not (join and "task" in work.doors.columns and mend.of is None):
        raise BadInput(
            "--compare plans task by task as well: give a table with a column task, without --no-join or --change"
        )
    if mend.of is not None:
        return work.mended(mend, mend.of, join).routes, {}
    _refuse(mend.named(), "mends a plan: name it by --change")
    made = work.planned(join)
    return made.routes, {"joined": saved(work.planned(False).routes, made.routes)} if compare else {}


def _figures(routes: Routes) -> dict[str, Any]:
    """A plan of days in a few numbers: what it takes, not its objective, in which left out visits have a high price."""
    names = ("from", "days", "doors", "not_due", "visits", "travel_min", "work_min", "least_day_min", "most_day_min")
    told = {name: value for name, value in routes.figures().items() if name not in ("objective", "bound", "gap")}
    return told | {name: routes.meta[name] for name in (*names, "continuity", "replanned") if name in routes.meta}


def _refuse(options: dict[str, Any], why: str) -> None:
    """Refuse the first option that is given."""
    for name, value in options.items():
        if value:
            raise BadInput(f"{name} {why}")


def _one_day(drawn: Plan, table: pd.DataFrame, options: dict[str, Any]) -> Routes:
    from gridgeo.routes import visit_routes

    with progress() as observer:
        return visit_routes(drawn, table, progress=observer, **options)


def _by_officer(routes: Routes) -> pd.DataFrame:
    table = routes.routes.groupby("officer").agg(
        days=("date", "nunique"), stops=("stops", "sum"), minutes=("minutes", "sum"), length_m=("length_m", "sum")
    )
    return table.round({"minutes": 0, "length_m": 0}).reset_index()
