import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from gridgeo.errors import BadInput
from gridgeo.graphs import unit_graph
from gridgeo.plans.objectives import read_objective
from gridgeo.plans.rules import Rules
from gridgeo.plans.ties import border_ties, with_ties


def graph_of(town):
    return unit_graph(town.units, town.borders)


def ties_of(town, **wishes):
    return border_ties(town, graph_of(town), Rules(k=2, **wishes))


@pytest.fixture(scope="module")
def river(lattice):
    """The lattice town without streets, with a river along the western quarter's eastern border that one may cross."""
    x, y = lattice.units.total_bounds[0] + 300, lattice.units.total_bounds[1]
    line = gpd.GeoDataFrame(
        {"barrier": ["river-1"], "kind": ["river"], "name": ["Brook"], "crossings": [4]},
        geometry=[LineString([(x, y), (x, y + 400)])],
        crs=lattice.crs,
    )
    return dataclasses.replace(lattice, barriers=line, road_edges=lattice.road_edges.iloc[:0])


def test_without_a_wish_nothing_costs(lattice):
    assert ties_of(lattice) is None


def test_neighbours_of_one_custom_cost_the_length_of_their_border(lattice):
    ties = ties_of(lattice, customs={"U000": "hui", "U001": "hui", "U002": "han", "U003": "hui"})
    u, v, _ = graph_of(lattice).edges()
    assert {(int(a), int(b)): float(t) for a, b, t in zip(u, v, ties, strict=True) if t} == {(0, 1): 100.0}


def test_a_link_between_units_of_one_custom_costs_like_a_border(lattice):
    rules = Rules(k=2, customs={"U000": "hui", "U023": "hui"}, links=(("U000", "U023"),))
    graph = unit_graph(lattice.units, lattice.borders, links=rules.links)
    assert border_ties(lattice, graph, rules).sum() == 100.0


def test_borders_along_roads_cost_nothing(lattice):
    assert ties_of(lattice, prefer_borders=("roads",)).tolist() == [0.0] * 38


def test_only_borders_along_the_river_cost_nothing(river):
    ties = ties_of(river, prefer_borders=("rivers",))
    u, v, _ = graph_of(river).edges()
    free = {(int(a), int(b)) for a, b, t in zip(u, v, ties, strict=True) if t < 1}
    assert free == {(6 * r + 2, 6 * r + 3) for r in range(4)}
    assert ties.max() == pytest.approx(100.0)


def test_lines_that_are_not_there_are_told(lattice):
    with pytest.raises(BadInput, match="no rivers"):
        ties_of(lattice, prefer_borders=("rivers",))


def test_the_order_and_index_of_borders_and_units_change_nothing(river):
    order = np.random.default_rng(2).permutation(len(river.borders))
    shuffled = dataclasses.replace(
        river, borders=river.borders.iloc[order], units=river.units.set_index(pd.Index(range(100, 148, 2)))
    )
    assert np.array_equal(ties_of(shuffled, prefer_borders=("rivers",)), ties_of(river, prefer_borders=("rivers",)))


@pytest.mark.parametrize("objective", ["compactness", "boundary", "travel", "balance,compactness"])
def test_soft_ties_join_the_last_goal_with_a_weight_that_can_be_read(lattice, objective):
    rules = with_ties(lattice, Rules(k=3, objective=objective, customs={"U000": "hui"}))
    terms = read_objective(rules.objective)
    assert str(terms[-1].objective) == "ties"
    assert terms[-1].rank == max(term.rank for term in read_objective(objective))
    assert terms[-1].weight > 0
    assert with_ties(lattice, rules) == rules


def test_ties_that_the_objective_weighs_itself_keep_their_weight(lattice):
    rules = Rules(k=3, objective="ties,compactness", customs={"U000": "hui"})
    assert with_ties(lattice, rules) == rules
