"""The judge of what a planner wishes for certain units: together, apart, seeds, splits, reach.

Like the rest of the judge it shares no code with the solver or the builder of problems: ways are walked with networkx.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.faults import Fault, some
from gridgeo.plans.rules import Rules

NO_STREET = 4.0
"""Where no street leads, a straight walk counts this often."""

WALKING_M_S = 1.25
SAME_M = 1e-3
SCRAP = 0.01
ASIDE_M = 200.0
SLACK_S = 1e-3
"""Seconds by which a way may pass the reach: the rounding of summed floats."""


def judged_wishes(jurisdiction: Jurisdiction, grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    """Faults against the wishes of `rules`; `grid` is the grid of each unit, indexed by unit."""
    yield from _together(grid, rules)
    yield from _apart(grid, rules)
    yield from _seeds(grid, rules)
    yield from _splits(jurisdiction, grid, rules)
    yield from _reach(jurisdiction, grid, rules)


def _together(grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    for group in rules.keep_together:
        split = grid.reindex(list(group))
        if split.nunique(dropna=False) > 1:
            found = ", ".join(sorted(split.dropna().unique()))
            text = f"{some(group)} must stay together but lie in grids {found}"
            yield Fault("keep together", "", tuple(group), text)


def _apart(grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    for a, b in rules.keep_apart:
        if grid.get(a) is not None and grid.get(a) == grid.get(b):
            text = f"units {a} and {b} must lie in different grids but share grid {grid[a]}"
            yield Fault("keep apart", str(grid[a]), (a, b), text)


def _seeds(grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    held: dict[str, str] = {}
    for seed in rules.seeds:
        if seed not in grid.index:
            yield Fault("seeds", "", (seed,), f"seed {seed} is no unit of the plan")
            continue
        other = held.setdefault(grid[seed], seed)
        if other != seed:
            text = f"grid {grid[seed]} holds two seeds, {other} and {seed}; each has a grid of its own"
            yield Fault("seeds", str(grid[seed]), (other, seed), text)
    for unit, seed in rules.fix.items():
        if grid.get(unit) != grid.get(seed):
            text = f"unit {unit} lies in grid {grid.get(unit)}, but is fixed to that of seed {seed}, {grid.get(seed)}"
            yield Fault("seeds", str(grid.get(unit)), (unit, seed), text)


def _splits(jurisdiction: Jurisdiction, grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    if rules.splits is None:
        return
    area = jurisdiction.area_at(rules.split_level).reindex(grid.index)
    called = jurisdiction.areas.set_index("area")["name"]
    for label, members in grid.groupby(area):
        grids = sorted(members.unique())
        if len(grids) > rules.splits + 1:
            text = (
                f"{rules.split_level} {called[label]} is split between grids {', '.join(grids)}; "
                f"at most {rules.splits + 1} may share it"
            )
            yield Fault("splits", "", tuple(members.index), text)


def _reach(jurisdiction: Jurisdiction, grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    if rules.reach is None:
        return
    most = rules.reach * 60 + SLACK_S
    units = jurisdiction.units.set_index("unit")
    spots = {unit: (point.x, point.y) for unit, point in units.geometry.representative_point().items()}
    streets = _streets(jurisdiction)
    doors = _doors(jurisdiction, streets, spots)
    for name, members in grid.groupby(grid):
        worst: tuple[float, str, str] | None = None
        for a in sorted(members.index):
            node, walk = doors[a]
            ways = nx.single_source_dijkstra_path_length(streets, node, cutoff=most, weight="seconds")
            if any(doors[b][0] not in ways for b in members.index):
                ways = nx.single_source_dijkstra_path_length(streets, node, weight="seconds")
            for b in sorted(members.index):
                if a == b:
                    continue
                end, more = doors[b]
                straight = float(np.hypot(spots[a][0] - spots[b][0], spots[a][1] - spots[b][1])) / WALKING_M_S
                way = ways[end] + walk + more if end in ways else NO_STREET * straight
                if way > most and (worst is None or way > worst[0] + SLACK_S):
                    worst = (way, str(a), str(b))
        if worst is not None:
            text = (
                f"grid {name}: from unit {worst[1]} to unit {worst[2]} one walks {worst[0] / 60:.1f} minutes; "
                f"at most {rules.reach:g} are allowed"
            )
            yield Fault("reach", str(name), worst[1:], text)


def _streets(jurisdiction: Jurisdiction) -> Any:
    """The quickest street of each direction between two junctions, on foot."""
    streets: nx.DiGraph[int] = nx.DiGraph()
    edges = jurisdiction.road_edges
    walked = edges[edges["seconds"].notna()]
    for u, v, seconds in zip(walked["u"], walked["v"], walked["seconds"], strict=True):
        old = streets.get_edge_data(u, v)
        streets.add_edge(u, v, seconds=float(seconds) if old is None else min(float(seconds), old["seconds"]))
    return streets


def _doors(
    jurisdiction: Jurisdiction, streets: Any, spots: dict[Any, tuple[float, float]]
) -> dict[Any, tuple[int, float]]:
    """The junction at which each unit is entered, and the seconds to it: the nearest, the first of equally near ones.

    Streets that the map joins to nothing, of at most 1 % of all junctions, are left aside where others are at most 200 m
    farther.
    """
    nodes = jurisdiction.road_nodes
    nodes = nodes[nodes["node"].isin(list(streets.nodes))]
    x, y, number = nodes.geometry.x.to_numpy(), nodes.geometry.y.to_numpy(), nodes["node"].tolist()
    scraps = [one for one in nx.weakly_connected_components(streets) if len(one) <= SCRAP * len(streets)]
    joined = ~nodes["node"].isin(set().union(*scraps)).to_numpy()
    doors = {}
    for unit, (east, north) in spots.items():
        gap = np.hypot(x - east, y - north)
        best = float(gap.min())
        far = float(gap[joined].min()) if joined.any() else np.inf
        wanted = joined & (gap <= far + SAME_M) if far <= best + ASIDE_M else gap <= best + SAME_M
        first = int(np.flatnonzero(wanted)[0])
        doors[unit] = (number[first], float(gap[first]) / WALKING_M_S)
    return doors
