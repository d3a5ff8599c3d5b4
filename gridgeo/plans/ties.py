"""What parting two neighbours costs beside the rules: their custom, and a border that follows no road or river."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.graphs import positions
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.objectives import disc_value, read_objective
from gridgeo.plans.rules import Rules
from gridgeo.units.borders import metres_along
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Objective

NEAR_M = 5.0
"""A border follows a road or river where it lies this near to its line, metres."""

STRENGTH = 0.5
"""A plan all of whose borders part against the planner's wish is worth this share less than one of equal discs."""

FOOTWAYS = ("footway", "path", "pedestrian", "steps", "cycleway", "bridleway", "corridor")


def border_ties(jurisdiction: Jurisdiction, graph: Graph, rules: Rules) -> NDArray[np.float64] | None:
    """Cost of parting the two ends of each edge of `graph`, in metres, in the order of ``graph.edges()``.

    Neighbours of one custom cost the length of their border, and a link as much as a middling border. A border costs
    the metres of it that follow none of the lines of `rules.prefer_borders`. None where neither is asked for.

    Raises
    ------
    BadInput
        None of the lines that borders shall follow exists.
    """
    if not rules.customs and not rules.prefer_borders:
        return None
    u, v, length = graph.edges()
    cost = np.zeros(len(u))
    if rules.customs:
        units = jurisdiction.units["unit"]
        custom = pd.factorize(units.map(rules.customs))[0]
        usual = float(np.median(length[length > 0])) if (length > 0).any() else 1.0
        same = (custom[u] == custom[v]) & (custom[u] >= 0)
        cost += np.where(same, np.where(length > 0, length, usual), 0.0)
    if rules.prefer_borders:
        cost += np.maximum(length - _followed(jurisdiction, graph, rules), 0.0)
    return cost


def with_ties(jurisdiction: Jurisdiction, rules: Rules) -> Rules:
    """`rules` whose objective weighs the ties that were asked for, where it doesn't say itself how much.

    Their weight makes metres comparable to the last goal: see `STRENGTH`. It then stands in the objective, so that it
    can be read and changed.
    """
    if not rules.customs and not rules.prefer_borders:
        return rules
    terms = read_objective(rules.objective)
    if any(term.objective is Objective.TIES for term in terms):
        return rules
    last = next(term for term in terms if term.rank == terms[-1].rank)
    units = jurisdiction.units
    scale = (float(unit_mass(units).sum()), float(units["area_m2"].sum()), max(rules.fewest, 1))
    lines = jurisdiction.borders["length_m"]
    mean = float(lines[lines > 0].mean()) if (lines > 0).any() else 1.0
    worth, metres = (disc_value(goal, *scale, mean) for goal in (last.objective, Objective.BOUNDARY))
    weight = STRENGTH * last.weight * worth / metres
    return replace(rules, objective=f"{rules.objective}+{weight:.4g}*ties".replace("e+", "e"))


def unit_mass(units: pd.DataFrame) -> NDArray[np.float64]:
    """What distances weigh: half the households and half the land, scaled to the same total.

    So a park or a port without households still joins the grid it lies in.
    """
    people = units["households"].to_numpy(dtype=float)
    land = units["area_m2"].to_numpy(dtype=float)
    mass = np.asarray(land / land.sum() * max(people.sum(), 1.0))
    return (mass + people) / 2 if people.sum() > 0 else mass


def _followed(jurisdiction: Jurisdiction, graph: Graph, rules: Rules) -> NDArray[np.float64]:
    """Metres of each edge's border that follow a line that is preferred."""
    lines = pd.concat([_lines(jurisdiction, name) for name in rules.prefer_borders], ignore_index=True)
    if not len(lines):
        raise BadInput(
            f"{jurisdiction.name} has no {' or '.join(rules.prefer_borders)} that borders could follow; "
            f"leave prefer-borders out or name other lines"
        )
    borders = jurisdiction.borders[jurisdiction.borders["walkable"].astype(bool)]
    borders = borders[(borders["kind"] == "border").to_numpy()]
    metres = metres_along(borders.geometry.to_numpy(), gpd.GeoDataFrame(geometry=lines, crs=jurisdiction.crs), NEAR_M)
    a = positions(jurisdiction.units["unit"], borders["unit_a"], "borders")
    b = positions(jurisdiction.units["unit"], borders["unit_b"], "borders")
    u, v, _ = graph.edges()
    row = np.searchsorted(u * graph.n + v, np.minimum(a, b) * graph.n + np.maximum(a, b))
    return np.bincount(row, weights=metres, minlength=len(u)).astype(np.float64)


def _lines(jurisdiction: Jurisdiction, name: str) -> gpd.GeoSeries:
    if name == "roads":
        edges = jurisdiction.road_edges
        driven = edges["seconds_car"].notna() | edges["seconds_ebike"].notna()
        return edges[driven & ~edges["highway"].isin(FOOTWAYS)].drop_duplicates("street").geometry
    water = jurisdiction.water[jurisdiction.water["kind"].isin(("river", "canal"))]
    banks = gpd.GeoSeries(shapely.boundary(water.geometry.to_numpy()), crs=jurisdiction.crs)
    return pd.concat([jurisdiction.barriers[jurisdiction.barriers["kind"] == "river"].geometry, banks])
