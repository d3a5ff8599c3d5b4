"""Re-drawing a plan in force: new rules, and as few households as possible that change their grid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.building import build_problem
from gridgeo.plans.changes import ties_kept
from gridgeo.plans.judging import check
from gridgeo.plans.objectives import objective_values
from gridgeo.plans.partitioning import Search, fewest_that_hold
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.redraw_rules import Locks, locks_of, redraw_rules
from gridgeo.plans.rules import Rules, measure
from gridgeo.plans.wishes import Wishes
from gridgeo_solvers import clock
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw import Fewest, Redrawing, solve
from gridgeo_solvers.redraw import Redrawn as Answer
from gridgeo_solvers.redraw import fewest as fewest_grids
from gridgeo_solvers.stop import StopRule

FEWEST = 0.5
"""Share of the time limit after which the number of grids is settled and moves are looked at."""

SMALL = 0.2
"""Share of the mean below which a new grid is told to be small."""


@dataclass(frozen=True)
class Redrawn:
    """A plan drawn anew, and what that changes for people.

    Parameters
    ----------
    plan
        The new plan. Grids that go on keep their identifier, code, name and owner; new ones have identifiers that no old
        grid had.
    before
        The plan that was in force.
    bound
        No plan under these rules, locks and this number of grids moves fewer households; None where nothing is proven.
    gap
        Share of the households moved that may still be saved; None where no bound is known.
    status
        ``optimal`` where it is proven that fewer can't move, else ``feasible``.
    grids_at_least
        With `fewest`: no plan under these rules and locks has fewer grids; else None.
    traded, traded_at_least
        With a price: what the plan is worth, price times households moved and the objective of its rules together, and
        what no plan is worth less than; a weak bound. Else None.
    """

    plan: Plan
    before: Plan
    bound: float | None
    gap: float | None
    status: str
    grids_at_least: int | None = None
    traded: float | None = None
    traded_at_least: float | None = None

    @property
    def moved(self) -> pd.DataFrame:
        """Every unit that changes its grid: columns `unit`, `from`, `to`, `households`."""
        return self.before.diff(self.plan)

    @property
    def moves(self) -> pd.DataFrame:
        """Units and households that go from one grid to another: columns `from`, `to`, `units`, `households`."""
        table = self.moved.groupby(["from", "to"], sort=True).agg(
            units=("unit", "size"), households=("households", "sum")
        )
        return table.reset_index()

    @property
    def households_moved(self) -> int:
        """Households whose grid changes."""
        return int(self.moved["households"].sum())

    @property
    def share_moved(self) -> float:
        """Households whose grid changes, as a share of all; 0 where there are none."""
        total = int(self.plan.jurisdiction.units["households"].sum())
        return self.households_moved / total if total else 0.0

    @property
    def ties_kept(self) -> float:
        """Share of the neighbouring units of one old grid that share a grid still; 1 where there were none."""
        return ties_kept(self.plan.jurisdiction, self.before.assignment, self.plan.assignment)

    @property
    def new_grids(self) -> list[str]:
        """Grids that continue no old one."""
        return sorted(set(self.plan.assignment) - set(self.before.assignment))

    @property
    def dissolved(self) -> list[str]:
        """Old grids that no new one continues."""
        return sorted(set(self.before.assignment) - set(self.plan.assignment))

    def figures(self) -> dict[str, Any]:
        """What is told of a re-drawing, in words and numbers."""
        told = {} if self.grids_at_least is None else {"grids_at_least": self.grids_at_least}
        worth = {} if self.traded is None else {"traded": self.traded, "traded_at_least": self.traded_at_least}
        return {
            "grids": int(self.plan.assignment.nunique()),
            **told,
            "grids_before": int(self.before.assignment.nunique()),
            "units_moved": len(self.moved),
            "households_moved": self.households_moved,
            "share_moved": round(self.share_moved, 4),
            "at_least": self.bound,
            "gap": None if self.gap is None else round(self.gap, 4),
            "status": self.status,
            **worth,
            "ties_kept": round(self.ties_kept, 4),
            "new_grids": self.new_grids,
            "dissolved": self.dissolved,
            "seed": self.plan.figures.seed,
        }

    def to_file(self, path: Any) -> None:
        """Write the new plan as `Plan.to_file` does."""
        self.plan.to_file(path)


@proven
def redraw(
    jurisdiction: Jurisdiction,
    plan: Plan,
    k: int | tuple[int, int] | None = None,
    *,
    fewest: bool = False,
    officers: int = 0,
    max_moved: float | None = None,
    lock: Iterable[str] = (),
    lock_units: Iterable[str] = (),
    areas: Iterable[str] = (),
    price: float | None = None,
    without: Iterable[str] = (),
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> Redrawn:
    """Draw the plan in force anew: every rule holds, and as few households as possible change their grid.

    A grid goes on as at most one new grid; a household is moved when its new grid doesn't continue its old one. How to
    state each wish is told in the how-to "Draw a plan anew".

    Parameters
    ----------
    jurisdiction
        The place as it is now.
    plan
        The plan in force, of the same units. It may break the new rules.
    k
        Number of grids, or the fewest and the most: the fewest that keep every rule are drawn. As many as there are where
        left out.
    fewest
        The least number of grids of which none is above what it may hold: `officer_hours`, `households` or a range of
        `balance` says how much; lower ends don't count.
    officers
        So many grids more than there are (fewer, where negative).
    max_moved
        Most households that may be moved, as a share of all.
    lock
        Grids, by identifier, code or name, that keep exactly their units.
    lock_units
        Units that stay in the continuation of their grid.
    areas
        Areas of any level, by identifier or name, that are drawn anew; units outside are locked, and so are grids wholly
        outside, which need not keep the new rules. Everything where left out.
    price
        What moving one household is worth, in the unit of the objective, which is then traded against moves. Left out:
        moves come first, whatever the shapes.
    without
        Rules of the plan in force that are lifted, by the name of their keyword, e.g. ``reach``.
    time_limit
        Seconds at the most. Without it the search ends by work, and the same input, seed and versions give the same plan.
    gap
        Share of moves at which the proof may end.
    seed, stop, progress
        As in `gridgeo.partition`.
    wishes
        Rules that replace those of the plan; see `gridgeo.partition`.

    Raises
    ------
    BadInput
        A plan of other units, a grid, unit, area or rule that doesn't exist, or rules that contradict each other.
    NoFeasiblePlan
        No plan keeps rules, locks and cap, or none was found in time.
    """
    began = clock.now()
    search = Search(time_limit, gap, seed, stop, progress or Progress())
    rules = redraw_rules(jurisdiction, plan, k, fewest, officers, wishes, search.progress, tuple(without))
    locks = locks_of(jurisdiction, plan, tuple(lock), tuple(lock_units), tuple(areas))
    most = _cap(jurisdiction, max_moved, price)
    _tell_faults(jurisdiction, plan, rules, locks.outside, search.progress)

    found: Fewest | None = None
    if fewest:
        found = _fewest(jurisdiction, plan, rules, locks, search)
        # A cap on moves may need more grids than hold everything.
        rules = replace(rules, k=(found.k, max(found.k, rules.most)) if np.isfinite(most) else found.k)
        search = replace(search, time_limit=None if time_limit is None else time_limit - (clock.now() - began))

    def attempt(held: Rules, problem: PartitionProblem, limit: float | None) -> Redrawn:
        asked = asked_of(jurisdiction, plan, problem, locks, most, price)
        known = found.plans if found is not None and found.k == held.fewest else None
        answer = solve(
            asked, stop=stop, time_limit=limit, gap=gap, seed=seed, progress=search.progress, known=known
        )  # fmt: skip
        least = None if found is None else found.least
        drawn = named(jurisdiction, plan, held, problem, answer, locks.outside)
        return replace(drawn, grids_at_least=least)

    redrawn = fewest_that_hold(jurisdiction, rules, search, attempt)
    _tell_small(redrawn, search.progress)
    return redrawn


def _fewest(jurisdiction: Jurisdiction, plan: Plan, rules: Rules, locks: Locks, search: Search) -> Fewest:
    """How few grids were found to be enough.

    Raises
    ------
    NoFeasiblePlan
        No number is.
    """
    problem = build_problem(jurisdiction, replace(rules, k=rules.fewest))
    limit = None if search.time_limit is None else FEWEST * search.time_limit
    try:
        return fewest_grids(
            asked_of(jurisdiction, plan, problem, locks), stop=search.stop, time_limit=limit, seed=search.seed,
            progress=search.progress,
        )  # fmt: skip
    except Infeasible as error:
        raise NoFeasiblePlan(error.reasons) from None


def asked_of(
    jurisdiction: Jurisdiction,
    plan: Plan,
    problem: PartitionProblem,
    locks: Locks,
    most: float = np.inf,
    price: float | None = None,
) -> Redrawing:
    """The question in arrays: old grids numbered in the order of their identifiers."""
    grids = sorted(set(plan.assignment))
    number = {grid: g for g, grid in enumerate(grids)}
    units = jurisdiction.units["unit"]
    at = pd.Series(np.arange(len(units)), index=units)
    try:
        return Redrawing(
            problem=problem,
            old=plan.assignment.map(number).to_numpy(dtype=np.int64),
            moving=jurisdiction.units["households"].to_numpy(dtype=float),
            locked_units=tuple(int(i) for i in at[list(locks.units)]),
            locked_grids=tuple(number[grid] for grid in locks.grids),
            spared_grids=tuple(number[grid] for grid in locks.outside),
            most_moved=most,
            price=price,
            old_names=tuple(grids),
        )
    except BadProblem as error:
        raise BadInput(str(error)) from None


def named(
    jurisdiction: Jurisdiction,
    before: Plan,
    rules: Rules,
    problem: PartitionProblem,
    answer: Answer,
    outside: Collection[str] = (),
) -> Redrawn:
    """The solver's answer under the planner's names, when the judge finds no fault in it but `outside` what is drawn anew.

    Raises
    ------
    NoFeasiblePlan
        It breaks a rule.
    """
    grids = sorted(set(before.assignment))
    goes_on = {g: grids[old] for g, old in enumerate(answer.continues.tolist()) if old >= 0}
    fresh = _fresh_names(jurisdiction, before, answer, goes_on)
    names = [goes_on.get(g, fresh.get(g, "")) for g in range(answer.k)]
    assignment = pd.Series([names[g] for g in answer.assignment.tolist()], index=before.assignment.index, name="grid")
    values = objective_values(problem, answer.assignment)
    figures = Figures(
        objective=_objective(rules, values), status=str(answer.status), seed=answer.seed, objectives=values
    )
    kept = before.identities.loc[before.identities.index.isin(list(goes_on.values()))]
    plan = Plan(jurisdiction, assignment, rules, figures, kept)
    faults = [fault for fault in check(jurisdiction, plan).faults if fault.grid not in outside]
    if faults:
        told = [f"the plan found breaks a rule and is not handed out: {fault}" for fault in faults]
        raise NoFeasiblePlan(told, nearest=plan)
    traded = None if answer.objective_bound is None else answer.objective
    return Redrawn(
        plan, before, answer.bound, answer.gap, str(answer.status), None, traded, answer.objective_bound,
    )  # fmt: skip


def _objective(rules: Rules, values: dict[str, float]) -> float:
    """What the plan is worth by the terms of the first rank."""
    first = min(term.rank for term in rules.terms)
    return float(sum(term.weight * values[str(term.objective)] for term in rules.terms if term.rank == first))


def _fresh_names(jurisdiction: Jurisdiction, before: Plan, answer: Answer, goes_on: dict[int, str]) -> dict[int, str]:
    """Identifiers for new grids: numbers after the last one, from west to east, then north to south.

    None is an identifier or code of the old plan, so that whoever looks a grid up never finds another.
    """
    labels = [g for g in range(answer.k) if g not in goes_on]
    if not labels:
        return {}
    taken = set(before.assignment) | set(before.identities["code"])
    numbers = [int(name) for name in set(before.assignment) if name.isdecimal()]
    width = max((len(name) for name in set(before.assignment) if name.isdecimal()), default=2)
    centre = jurisdiction.units.geometry.representative_point()
    places = pd.DataFrame({"label": answer.assignment, "x": centre.x.to_numpy(), "y": -centre.y.to_numpy()})
    order = places[places["label"].isin(labels)].groupby("label").mean().round(1).sort_values(["x", "y"], kind="stable")
    names: dict[int, str] = {}
    number = max(numbers, default=0)
    for label in order.index.tolist():
        number += 1
        while f"{number:0{width}d}" in taken:
            number += 1
        names[label] = f"{number:0{width}d}"
    return names


def _cap(jurisdiction: Jurisdiction, max_moved: float | None, price: float | None) -> float:
    """Most households that may be moved."""
    if price is not None and not 0 <= price < np.inf:
        raise BadInput(f"price is {price:g}; give a number, 0 or more: what moving one household is worth")
    if max_moved is None:
        return np.inf
    if not 0 <= max_moved <= 1:
        raise BadInput(f"max_moved is {max_moved:g}; give a share of all households between 0 and 1, 0.05 is 5 %")
    return float(np.floor(max_moved * float(jurisdiction.units["households"].sum()) + 1e-9))


def _tell_faults(
    jurisdiction: Jurisdiction, plan: Plan, rules: Rules, outside: Collection[str], progress: Progress
) -> None:
    """Say which of the new rules the plan in force breaks already, and which of its grids stay as they are all the same."""
    held = replace(rules, k=rules.fewest)
    faults = [fault for fault in check(jurisdiction, plan, held).faults if fault.rule != "count"]
    if not faults:
        return
    grids = sorted({fault.grid for fault in faults if fault.grid})
    progress.note(f"the plan in force breaks the new rules {len(faults)} times, in grids {_some(grids)}")
    staying = sorted(set(grids) & set(outside))
    if staying:
        progress.note(f"outside the areas that are drawn anew stay, as they are, grids {_some(staying)}")


def _tell_small(redrawn: Redrawn, progress: Progress) -> None:
    """Say which new grids have next to nothing of what is balanced by an upper end alone: few moves leave them small."""
    units = redrawn.plan.jurisdiction.units.set_index("unit")
    for name, band in redrawn.plan.rules.balance.items():
        if band.low != 0 or band.high is None:
            continue
        sums = measure(units, name).groupby(redrawn.plan.assignment).sum()
        small = [grid for grid in redrawn.new_grids if sums[grid] < SMALL * sums.mean()]
        if small:
            progress.note(
                f"next to no {name} has new grid {_some(small)}: few moves leave it so; "
                f"a lower end of the band helps, e.g. --balance {name}={sums.mean() / 2:.0f}:{band.high:g}"
            )


def _some(grids: list[str]) -> str:
    return ", ".join(grids[:5]) + (f", … ({len(grids)} grids)" if len(grids) > 5 else "")
