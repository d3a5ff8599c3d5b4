"""Which new grid goes on as which old one: codes, names and owners stay with the people they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.graphs import positions
from gridgeo.plans.changes import Shared, share_out, what_changed
from gridgeo.plans.plan import Plan
from gridgeo_solvers.assignment import pair_most_shared

Numbering = Callable[[Plan, Collection[str]], Plan]
"""Gives codes to the grids that keep none, e.g. `gridgeo.register.number_grids`; the second argument is codes not to use."""


@dataclass(frozen=True)
class Continued:
    """A new plan whose grids go on as old ones where they can.

    Parameters
    ----------
    plan
        The new plan with codes, names and owners.
    changes
        What became of every grid: columns as in `gridgeo.plans.changes.CHANGES`, and `code`, `parents` and `heirs`
        (codes with a space between, the largest share of households first).
    """

    plan: Plan
    changes: pd.DataFrame


@proven
def keep_identities(before: Plan, after: Plan, number: Numbering | None = None, *, least: float = 0.0) -> Continued:
    """`after` with the code, name and owner of the old grid that each of its grids goes on as.

    Each new grid goes on as at most one old grid and the other way round, so that as many households as possible stay
    under their code; among equally good ways, as much land as possible. Grids without a household in common are never
    taken for each other; where nobody lives in either, land decides.

    Parameters
    ----------
    before, after
        The old and the new plan of the same units. Carry an old plan of other units over first
        (`gridgeo.crosswalks.carry_over`).
    number
        Gives codes to the grids that go on as none, and to those whose code isn't valid where they lie now. Without it
        they are called by their identifier, or by the next free one of it: ``07``, ``07-2``, ….
    least
        Least share of an old grid's households that a new one must have to go on as it: 0.5 lets no code go to a
        minority of its people.

    Raises
    ------
    BadInput
        The plans partition different units, or two old grids have the same code.
    """
    if list(before.assignment.index) != list(after.assignment.index):
        raise BadInput("the two plans partition different units; carry the old plan over to the new units first")
    told = before.identities
    again = told["code"][told["code"].duplicated()]
    if len(again):
        raise BadInput(f"two grids of the old plan have the code '{again.iloc[0]}'; number the old plan first")
    units = after.jurisdiction.units
    shared = share_out(before.assignment.to_numpy(), after.assignment.to_numpy(), units)
    kept = match_grids(shared, least=least)
    code = dict(zip(told.index.astype(str), told["code"].astype(str), strict=True))
    called = after.identities.copy()
    called.loc[list(kept)] = told.loc[list(kept.values())].to_numpy()
    taken = set(code.values())
    fresh = called.index.difference(list(kept)).astype(str)
    called.loc[fresh, "code"] = [_free(grid, taken) for grid in fresh]
    plan = replace(after, identities=called)
    if number is not None:
        plan = number(plan, set(code.values()))
    # A grid that numbering gave another code goes on under its name and owner alone; its old code is retired.
    now = dict(zip(plan.identities.index.astype(str), plan.identities["code"].astype(str), strict=True))
    lasting = {new: old for new, old in kept.items() if now[new] == code[old]}
    return Continued(plan, _coded(what_changed(shared, lasting), code, now))


def match_grids(shared: Shared, *, least: float = 0.0) -> dict[str, str]:
    """New grid → the old grid that it goes on as: most households stay, then most land.

    Parameters
    ----------
    shared
        What old and new grids have in common.
    least
        As for `keep_identities`.
    """
    pairs, old, new = shared.pairs, shared.before, shared.after
    left = positions(old.index.to_series(name="grid"), pairs["before"], "pairs")
    right = positions(new.index.to_series(name="grid"), pairs["after"], "pairs")
    people = pairs["households"].to_numpy(dtype=float)
    living = old["households"].to_numpy(dtype=float)[left], new["households"].to_numpy(dtype=float)[right]
    may = ((people > 0) & (people >= least * living[0])) | ((living[0] == 0) & (living[1] == 0))
    rows = may.nonzero()[0]
    land = pairs["area_m2"].to_numpy(dtype=float)[rows]
    chosen = rows[pair_most_shared(left[rows], right[rows], people[rows].round(), land)]
    names = pairs.iloc[chosen]
    return dict(zip(names["after"].astype(str), names["before"].astype(str), strict=True))


def _coded(changes: pd.DataFrame, old: Mapping[str, str], new: Mapping[str, str]) -> pd.DataFrame:
    """The table of changes with `code`, and with codes instead of identifiers among `parents` and `heirs`."""
    code = [new[grid] if grid else old[was] for grid, was in zip(changes["grid"], changes["before"], strict=True)]
    table = changes.assign(
        parents=[" ".join(old[grid] for grid in grids) for grids in changes["parents"]],
        heirs=[" ".join(new[grid] for grid in grids) for grids in changes["heirs"]],
    )
    table.insert(0, "code", code)
    return table


def _free(grid: str, taken: set[str]) -> str:
    """The identifier, or the next free one of it, which is then taken."""
    name, number = grid, 1
    while name in taken:
        number += 1
        name = f"{grid}-{number}"
    taken.add(name)
    return name
