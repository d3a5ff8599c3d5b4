import numpy as np
import pytest
import roads

from gridgeo_solvers.roads import Travel


@pytest.fixture
def shared(tmp_path):
    """A lattice of 8 × 8 junctions under the name of the city's graph; its southernmost row is one-way."""
    side = 8
    spots = np.arange(side * side).reshape(side, side)
    pairs = [*zip(spots[:, :-1].ravel(), spots[:, 1:].ravel(), strict=True)]
    pairs += [*zip(spots[:-1].ravel(), spots[1:].ravel(), strict=True)]
    arcs = pairs + [(b, a) for a, b in pairs if max(a, b) >= side]
    u, v = np.array(arcs).T
    y, x = np.divmod(np.arange(side * side), side)
    path = tmp_path / roads.GRAPH
    path.parent.mkdir(parents=True)
    np.savez(
        path, xy=np.column_stack([x, y]) / 1000.0, u=u, v=v, length=np.full(len(u), 111.0), sec=np.full(len(u), 9.0)
    )
    return tmp_path


def test_both_directions_of_a_street_are_one_piece_and_a_one_way_is_one_alone(shared):
    network = roads.city(shared)
    assert (network.back < 0).sum() == 7
    assert network.pieces == 2 * 7 * 8


def test_cities_side_by_side_are_joined(shared):
    network = roads.city(shared, (2, 2))
    assert network.n == 4 * 64
    assert len(np.unique(Travel.of(network).part)) == 1


def test_figures_are_told_against_their_bars_with_their_peers():
    row = {
        "measured": {"build": 6.0, "re-weigh": 0.01, "snapping": 60_000.0, "extra": 1.0},
        "others": {"scipy": {"build": 0.5}},
    }
    text = roads.table({"cases": {"roads porto_alegre": row}})
    assert "| porto_alegre: build | ✗ ≤ 5 | ✗ ≤ 1 | 6 CPU s | scipy 0.5 |" in text
    assert "| porto_alegre: snapping | ✓ ≥ 50,000 | ✗ ≥ 500,000 | 6e+04 points a CPU s |" in text
    assert "| porto_alegre: extra | – | – | 1 CPU s |" in text
    assert roads.table({"cases": {}}) == ""


def test_without_the_graph_there_is_no_case(tmp_path):
    assert roads.cases(tmp_path) == {}
