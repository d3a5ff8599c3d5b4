import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads import FAR, Network, Places, Travel
from streetnets import networks, places_on


def cross() -> Network:
    """A crossing: junction 0 in the middle, streets 0 to 3 lead to junctions 1 to 4, ten seconds each way (street 2: 30); street 4 joins 4 to 2 in 5."""
    pairs = [(0, 1), (0, 2), (0, 3), (0, 4), (4, 2)]
    tail, head = np.array([end for a, b in pairs for end in ((a, b), (b, a))]).T
    piece = np.repeat(np.arange(5), 2)
    xy = np.array([(0, 0), (-1, 0), (0, 1), (1, 0), (0, -1)], dtype=float) * 100
    seconds = np.array([10.0, 10.0, 30.0, 10.0, 5.0])[piece]
    return Network(5, tail, head, seconds, np.full(10, 100.0), piece, xy)


def test_a_forbidden_turn_is_driven_round():
    network = cross()
    into, out_of = 1, 2  # along street 0 towards the crossing, then into street 1
    start, goal = Places(np.array([0]), np.array([0.5])), Places(np.array([1]), np.array([0.5]))
    assert Travel.of(network).table(start, goal)[0, 0] == 10_000
    travel = Travel.of(network, np.array([[into, out_of]]))
    # Into street 3, along 4, and down street 1.
    assert travel.table(start, goal)[0, 0] == 5_000 + 10_000 + 5_000 + 5_000
    (route,) = travel.routes(start, goal)
    assert network.piece[route.arcs].tolist() == [0, 3, 4, 1]
    assert travel.table(goal, start)[0, 0] == 10_000


@settings(max_examples=80, deadline=None)
@given(network=networks(), data=st.data())
def test_times_are_those_of_the_expanded_graph_in_networkx(network, data):
    meeting = [
        (a, b) for a, b in itertools.product(range(len(network.tail)), repeat=2) if network.head[a] == network.tail[b]
    ]
    chosen = data.draw(st.lists(st.sampled_from(meeting), max_size=8, unique=True)) if meeting else []
    # Places in the middle of streets: at their ends one may already have turned.
    places = data.draw(places_on(network))
    places = Places(places.piece, np.full(len(places), 0.5))
    forbidden = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    expanded = nx.DiGraph()
    for arc, ms in enumerate(network.ms.tolist()):
        expanded.add_edge(("in", arc), ("out", arc), ms=ms)
    expanded.add_edges_from([(("out", a), ("in", b), {"ms": 0}) for a, b in meeting if (a, b) not in set(chosen)])
    for i, piece in enumerate(places.piece.tolist()):
        for arc in (int(network.forward[piece]), int(network.back[piece])):
            if arc >= 0:
                before = round(0.5 * int(network.ms[arc]))
                after = int(network.ms[arc]) - before
                if arc != network.forward[piece]:
                    before, after = (
                        round(0.5 * int(network.ms[arc])),
                        int(network.ms[arc]) - round(0.5 * int(network.ms[arc])),
                    )
                expanded.add_edge(("start", i), ("out", arc), ms=after)
                expanded.add_edge(("in", arc), ("goal", i), ms=before)
    table = Travel.of(network, forbidden).table(places, places)
    for i, j in itertools.product(range(len(places)), repeat=2):
        if places.piece[i] == places.piece[j]:
            assert table[i, j] == 0
            continue
        known = nx.single_source_dijkstra_path_length(expanded, ("start", i), weight="ms")
        assert table[i, j] == known.get(("goal", j), FAR)


@pytest.mark.parametrize(
    ("turn", "message"), [((1, 99), "outside 0..9"), ((0, 2), "doesn't lead to where arc 2 begins")]
)
def test_turns_that_are_none_are_refused(turn, message):
    with pytest.raises(BadProblem, match=message):
        Travel.of(cross(), np.array([turn]))
