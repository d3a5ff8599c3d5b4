"""Assignments that somebody hands in: every fault of the table is told at once, before anything is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from gridgeo.plans.exchange.columns import IDENTITY_NAMES
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Band, Rules
from gridgeo.sources import parse_csv
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town

GRID_LENGTH = 64
"""Most characters of a grid's identifier."""
_CODES = IDENTITY_NAMES["code"]


def read_table(data: bytes) -> dict[str, str]:
    """Unit → grid of a CSV table with the columns `unit` and `grid` (also 单元, 网格), in UTF-8 or GBK.

    Where it has `grid_code` (网格编码), as `gridgeo export` writes it, grids are called by their code.

    Raises
    ------
    BadInput, BadRequest
        It is no such table; a cell is empty; a unit stands twice; a grid has two codes, or two grids have one.
    """
    table = parse_csv(data, "the table")
    missing = [name for name in ("unit", "grid") if name not in table.columns]
    if missing:
        raise BadRequest(say("table.no_column", columns=Listed(tuple(missing), key="columns")), "body")
    empty = table["unit"].isna() | table["grid"].isna()
    if empty.any():
        line = int(empty.to_numpy().argmax()) + 2
        raise BadRequest(say("table.blank", line=line), "body")
    twice = table["unit"][table["unit"].duplicated()].unique()
    if len(twice):
        raise BadRequest(say("table.twice", count=len(twice), units=_some(twice)), "body")
    called = next((table[name] for name in _CODES if name in table.columns), table["grid"])
    pairs = pd.DataFrame({"grid": table["grid"], "code": called.fillna(table["grid"])}).drop_duplicates()
    for one, other, key in (("grid", "code", "table.codes"), ("code", "grid", "table.grids")):
        again = pairs[pairs[one].duplicated(keep=False)]
        if len(again):
            first = again[again[one] == again[one].iloc[0]]
            raise BadRequest(say(key, name=first[one].iloc[0], others=_some(first[other])), "body")
    codes = dict(zip(pairs["grid"], pairs["code"], strict=True))
    return dict(zip(table["unit"].astype(str), table["grid"].map(codes).astype(str), strict=True))


def tidy_part(town: Town, part: Mapping[str, str], field: str) -> dict[str, str]:
    """`part` of an assignment with its units known and its grids named properly.

    Raises
    ------
    BadRequest
        Units don't exist, or a grid's name can't be used; all are counted, the first few named.
    """
    tidy = {unit.strip(): grid.strip() for unit, grid in part.items()}
    unknown = sorted(set(tidy) - set(town.plan.assignment.index))
    if unknown:
        like, place = town.plan.assignment.index[0], town.jurisdiction.name
        told = say("units.unknown", count=len(unknown), place=place, units=_some(unknown), like=like)
        raise BadRequest(told, field)
    bad = [unit for unit, grid in tidy.items() if not 0 < len(grid) <= GRID_LENGTH or not grid.isprintable()]
    if bad:
        raise BadRequest(say("units.bad_grid", count=len(bad), units=_some(bad), most=GRID_LENGTH), field)
    return tidy


def whole_plan(
    town: Town,
    part: Mapping[str, str],
    like: Plan,
    balance: Mapping[str, str | float] | None = None,
    field: str = "assignment",
) -> Plan:
    """The plan that assigns every unit as `part` says, by the rules of `like`; grids of the same code keep name and owner.

    Raises
    ------
    BadRequest, BadInput
        A unit is missing or unknown; a band can't be read.
    """
    tidy = tidy_part(town, part, field)
    missing = [unit for unit in town.plan.assignment.index if unit not in tidy]
    if missing:
        raise BadRequest(say("units.missing", count=len(missing), units=_some(missing)), field)
    assignment = pd.Series(tidy, name="grid").rename_axis("unit")
    rules = fitting(like.rules, assignment)
    if balance is not None:
        rules = replace(rules, balance={name: Band.parse(text) for name, text in balance.items()})
    known = like.identities.reset_index().drop_duplicates("code")
    by_code = known.assign(grid=known["code"]).set_index("grid")
    return Plan(town.jurisdiction, assignment, rules, Figures(), by_code)


def fitting(rules: Rules, assignment: pd.Series) -> Rules:
    """`rules` for the number of grids that `assignment` has; wishes that name grids one by one are left out."""
    count = int(assignment.nunique())
    if rules.k == count:
        return rules
    balance = {name: band for name, band in rules.balance.items() if name not in rules.targets or band.tolerance}
    return replace(rules, k=count, balance=balance, seeds=(), fix={}, targets={})


def _some(names: Iterable[object]) -> Listed:
    return Listed(tuple(str(name) for name in names))
