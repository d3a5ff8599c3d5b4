"""From what a planner says of a jurisdiction to the rules of a plan, every name proven before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypedDict, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.crs import to_metric
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.rules import DEFAULT_BALANCE, MEASURES, Band, Rules, measure
from gridgeo.plans.ties import with_ties

BLUR = 0.01
"""Share of an area that may lie outside the area of a coarser level: the rounding of mapped outlines."""

Pairs = Iterable[Sequence[str]]


class Wishes(TypedDict, total=False):
    """What `gridgeo.partition` takes beside `k`: the fields of `Rules`, and wishes from which some of them follow."""

    households: tuple[float, float] | None
    officer_hours: float | None
    balance: Mapping[str, float | str | tuple[float, float] | Band] | None
    aim: Iterable[str]
    targets: pd.DataFrame | Mapping[str, Mapping[str, float]]
    objective: str
    within: str | Iterable[str] | None
    keep_together: Pairs
    keep_apart: Pairs
    seeds: Iterable[str] | gpd.GeoDataFrame
    fix: Mapping[str, str]
    splits: int | None
    split_level: str | None
    customs: Mapping[str, str]
    prefer_borders: Iterable[str]
    reach: float | None
    links: Pairs


def make_rules(jurisdiction: Jurisdiction, k: int | tuple[int, int] | None = None, **wishes: Unpack[Wishes]) -> Rules:
    """The rules that `wishes` come to in `jurisdiction`; see `gridgeo.partition` for their meaning.

    Raises
    ------
    BadInput
        A wish that can't be read, contradicts another, or names a unit, level or measure that doesn't exist.
    NoFeasiblePlan
        No number of grids can meet them.
    """
    odd = sorted(set(wishes) - set(Wishes.__annotations__))
    if odd:
        raise TypeError(f"no rule is called '{odd[0]}'; there are {', '.join(Wishes.__annotations__)}")
    targets = _targets(wishes.get("targets"))
    seeds = _seeds(jurisdiction, wishes.get("seeds"), targets)
    fix = {str(unit): str(seed) for unit, seed in wishes.get("fix", {}).items()}
    k, balance = _count_and_balance(jurisdiction, k, wishes, targets, seeds)
    within = wishes.get("within")
    rules = Rules(
        k=k,
        balance=balance,
        aim=tuple(wishes.get("aim", ())),
        targets={name: tuple(targets[name].reindex(seeds).tolist()) for name in targets.columns},
        objective=wishes.get("objective", "compactness"),
        within=within if within is None or isinstance(within, str) else ",".join(within),
        keep_together=tuple(tuple(map(str, group)) for group in wishes.get("keep_together", ())),
        keep_apart=_pairs(wishes.get("keep_apart", ()), "keep-apart"),
        seeds=seeds or tuple(dict.fromkeys(fix.values())),
        fix=fix,
        splits=wishes.get("splits"),
        split_level=wishes.get("split_level"),
        customs={str(unit): str(custom) for unit, custom in wishes.get("customs", {}).items()},
        prefer_borders=tuple(wishes.get("prefer_borders", ())),
        reach=wishes.get("reach"),
        links=_pairs(wishes.get("links", ()), "links"),
    )
    return settled(jurisdiction, rules)


def settled(jurisdiction: Jurisdiction, rules: Rules) -> Rules:
    """`rules` as they are held: every name proven, levels from the coarsest to the finest, soft ties with their weight.

    Raises
    ------
    BadInput
        They name a unit or level that `jurisdiction` doesn't have, levels that don't nest, or wishes that contradict.
    """
    known = set(jurisdiction.units["unit"])
    for what, unit in _named(rules):
        if unit not in known:
            raise BadInput(
                f"{what} names unit '{unit}', which {jurisdiction.name} doesn't have; "
                f"units look like {jurisdiction.units['unit'].iloc[0]}"
            )
    if rules.split_level is not None:
        jurisdiction.area_at(rules.split_level)
    levels = _nested(jurisdiction, rules.levels)
    _refuse_contradictions(jurisdiction, rules, levels[-1] if levels else None)
    return with_ties(jurisdiction, replace(rules, within=",".join(levels) or None))


def grid_count(total: int, households: tuple[float, float]) -> int:
    """Number of grids whose mean of `total` households lies nearest the middle of the range.

    Examples
    --------
    >>> grid_count(6_000, (300, 500))
    15
    """
    low, high = households
    fewest, most = max(1, math.ceil(total / high)) if high else 1, math.floor(total / low) if low else total
    if fewest > most:
        raise NoFeasiblePlan([f"no number of grids gives {low:g} to {high:g} households each of {total} in all"])
    middle = (low + high) / 2
    return min(range(fewest, most + 1), key=lambda count: (abs(total / count - middle), count))


def _count_and_balance(
    jurisdiction: Jurisdiction,
    k: int | tuple[int, int] | None,
    wishes: Wishes,
    targets: pd.DataFrame,
    seeds: tuple[str, ...],
) -> tuple[int | tuple[int, int], dict[str, Band]]:
    given, hours, households = wishes.get("balance"), wishes.get("officer_hours"), wishes.get("households")
    if given is not None:
        bands = {name: Band.parse(band) for name, band in given.items()}
    elif len(targets.columns):
        bands = {str(name): Band(tolerance=0.10) for name in targets.columns}
    else:
        bands = {} if hours is not None else dict(DEFAULT_BALANCE)
    if households is not None:
        bands["households"] = Band.parse(households)
        k = grid_count(int(jurisdiction.units["households"].sum()), households) if k is None else k
    if hours is not None:
        if not 0 < hours < math.inf:
            raise BadInput(f"officer hours are {hours:g} a month; give a number above 0")
        bands["workload"] = Band(low=0.0, high=hours * 60)
        k = _officers(jurisdiction.units, hours) if k is None else k
    if k is None and seeds:
        k = len(seeds)
    if k is None:
        raise BadInput(
            "how many grids? give k, the fewest and the most, or what they follow from: households of a grid, "
            "hours of an officer, seeds or targets"
        )
    return k, bands


def _officers(units: pd.DataFrame, hours: float) -> tuple[int, int]:
    """Fewest officers by the sum of work, and twice that: connection and heavy units cost some more."""
    work = measure(units, "workload")
    heavy = work > hours * 60
    if heavy.any():
        unit, minutes = units["unit"][heavy].iloc[0], float(work[heavy].iloc[0])
        raise NoFeasiblePlan(
            [f"unit {unit} alone has {minutes / 60:,.1f} hours of work a month; an officer has {hours:g}"]
        )
    fewest = max(1, math.ceil(float(work.sum()) / (hours * 60)))
    return fewest, max(fewest, min(len(units), 2 * fewest + 8))


def _targets(given: pd.DataFrame | Mapping[str, Mapping[str, float]] | None) -> pd.DataFrame:
    """Targets indexed by seed, one column a measure, floats."""
    if given is None:
        return pd.DataFrame()
    if isinstance(given, pd.DataFrame):
        table = given.copy()
    else:
        odd = [seed for seed, row in given.items() if not isinstance(row, Mapping)]
        if odd:
            raise BadInput(
                f"targets, seed {odd[0]}: {given[odd[0]]!r} names no measure; write {{'{odd[0]}': {{'households': 300}}}}"
            )
        table = pd.DataFrame([{"seed": seed} | dict(row) for seed, row in given.items()])
    if "seed" in table.columns:
        table = table.set_index("seed")
    elif table.index.name != "seed":
        raise BadInput("targets need the column seed, the unit that each grid holds, and a column for each measure")
    table.index = table.index.map(str)
    again = table.index[table.index.duplicated()]
    if len(again):
        raise BadInput(f"targets, seed {again[0]}: stands twice; give each grid one row")
    for name in table.columns:
        if name not in MEASURES:
            raise BadInput(f"targets, column '{name}': no such measure; name columns {', '.join(MEASURES)}")
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.isna().any():
            seed = table.index[numbers.isna().to_numpy()][0]
            raise BadInput(f"targets, seed {seed}: {name} is '{table[name][seed]}'; give a number above 0")
        table = table.assign(**{name: numbers.astype(float)})
    return table


def _seeds(
    jurisdiction: Jurisdiction, given: Iterable[str] | gpd.GeoDataFrame | None, targets: pd.DataFrame
) -> tuple[str, ...]:
    if isinstance(given, gpd.GeoDataFrame | gpd.GeoSeries):
        seeds = units_of_points(jurisdiction, gpd.GeoDataFrame(geometry=given.geometry))
    elif isinstance(given, str):
        raise BadInput(f"seeds is '{given}'; give a list of units")
    else:
        seeds = () if given is None else tuple(map(str, given))
    again = [unit for unit in seeds if seeds.count(unit) > 1]
    if again:
        raise BadInput(f"seeds name unit {again[0]} twice; two grids can't hold one unit")
    if len(targets) and seeds and set(seeds) != set(targets.index):
        odd = sorted(set(seeds) ^ set(targets.index))[0]
        raise BadInput(f"seeds and targets name different units, e.g. {odd}; leave the seeds out")
    return tuple(targets.index) if len(targets) else seeds


def units_of_points(jurisdiction: Jurisdiction, points: gpd.GeoDataFrame) -> tuple[str, ...]:
    """The unit in which each point lies, in the order of the points: stations become seeds.

    Parameters
    ----------
    jurisdiction
        The place.
    points
        Points in any declared CRS.

    Raises
    ------
    BadInput
        A row is no point, lies in no unit, or in the unit of an earlier row.
    """
    spots = to_metric(points, jurisdiction.crs)
    units = jurisdiction.units
    found: dict[str, object] = {}
    tree = shapely.STRtree(units.geometry.to_numpy())
    for row, spot in zip(spots.index, spots.geometry, strict=True):
        if spot is None or spot.geom_type != "Point" or spot.is_empty:
            raise BadInput(f"stations, row {row}: no point; draw each station as one point")
        inside = np.sort(tree.query(spot, predicate="intersects"))
        if not len(inside):
            raise BadInput(f"stations, row {row}: lies in no unit of {jurisdiction.name}; move it or remove the row")
        unit = str(units["unit"].iloc[inside[0]])
        if unit in found:
            raise BadInput(
                f"stations, rows {found[unit]} and {row}: both lie in unit {unit}, and a grid has one; "
                f"move or remove one of them"
            )
        found[unit] = row
    return tuple(found)


def _pairs(given: Pairs, what: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for row, pair in enumerate(given):
        if isinstance(pair, str) or len(pair) != 2:
            raise BadInput(f"{what}, row {row}: {pair!r} is no pair of units; give two")
        a, b = str(pair[0]), str(pair[1])
        if a == b:
            raise BadInput(f"{what}, row {row}: names unit {a} twice; give two different units")
        pairs.append((a, b))
    return tuple(pairs)


def _named(rules: Rules) -> Iterator[tuple[str, str]]:
    """Every unit that the rules name, with the rule that names it."""
    for what, groups in (
        ("keep-together", rules.keep_together),
        ("keep-apart", rules.keep_apart),
        ("links", rules.links),
        ("fix", tuple(rules.fix.items())),
        ("seeds", (rules.seeds,)),
        ("customs", (tuple(rules.customs),)),
    ):
        yield from ((what, unit) for group in groups for unit in group)


def _nested(jurisdiction: Jurisdiction, levels: Sequence[str]) -> list[str]:
    """`levels` from the coarsest to the finest, when every area of one lies in one area of the one before it."""
    areas = {level: jurisdiction.area_at(level) for level in levels}
    order = sorted(areas, key=jurisdiction.levels().index)
    shape = jurisdiction.areas.set_index("area").geometry
    name = jurisdiction.areas.set_index("area")["name"]
    for coarse, fine in pairwise(order):
        pairs = pd.DataFrame({"fine": areas[fine], "coarse": areas[coarse]}).drop_duplicates()
        twice = pairs["fine"][pairs["fine"].duplicated()]
        for inner, outer in pairs.sort_values(["fine", "coarse"]).itertuples(index=False):
            outside = shapely.difference(shape[inner], shape[outer]).area
            if inner in set(twice) or outside > BLUR * shape[inner].area:
                raise BadInput(
                    f"levels {coarse} and {fine} don't nest: {fine} {name[inner]} ({inner}) doesn't lie inside "
                    f"{coarse} {name[outer]} ({outer}); nest grids in one of the two"
                )
    return order


def _refuse_contradictions(jurisdiction: Jurisdiction, rules: Rules, level: str | None) -> None:
    """Units that some rules force into one grid and others apart, named."""
    leader: dict[str, str] = {}

    def find(unit: str) -> str:
        while leader.get(unit, unit) != unit:
            unit = leader[unit]
        return unit

    bound = [*rules.keep_together, *rules.fix.items()]
    for group in bound:
        for unit in group[1:]:
            leader[find(unit)] = find(group[0])
    for unit, seed in rules.fix.items():
        if seed not in rules.seeds:
            raise BadInput(f"fix binds unit {unit} to '{seed}', which is no seed; the seeds are {_some(rules.seeds)}")
    for a, b in rules.keep_apart:
        if find(a) == find(b):
            raise BadInput(
                f"units {a} and {b} must be kept apart, but other rules keep them together; mend one of them"
            )
    first: dict[str, str] = {}
    for seed in rules.seeds:
        other = first.setdefault(find(seed), seed)
        if other != seed:
            raise BadInput(f"seeds {other} and {seed} are kept together, but each has a grid of its own; mend one rule")
    if level is None:
        return
    area = jurisdiction.area_at(level)
    for group in bound:
        for unit in group[1:]:
            if area[unit] != area[group[0]]:
                raise BadInput(
                    f"units {group[0]} and {unit} must share a grid, but lie in different areas of level '{level}', "
                    f"{area[group[0]]} and {area[unit]}; leave one out or nest in a coarser level"
                )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
