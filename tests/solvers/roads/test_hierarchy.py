import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.roads import FAR, Ends, Hierarchy, Search, TravelGraph
from streetnets import as_networkx, travel_graphs

ENGINES = [Hierarchy.of, Search]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=80, deadline=None)
@given(graph=travel_graphs())
def test_times_are_those_of_networkx(engine, graph):
    nodes = Ends.at(np.arange(graph.n))
    table = engine(graph).table(nodes, nodes)
    known = dict(nx.all_pairs_dijkstra_path_length(as_networkx(graph), weight="ms"))
    assert table.tolist() == [[known[a].get(b, FAR) for b in range(graph.n)] for a in range(graph.n)]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=80, deadline=None)
@given(graph=travel_graphs(), data=st.data())
def test_a_path_follows_arc_upon_arc_and_takes_the_told_time(engine, graph, data):
    node = st.integers(0, graph.n - 1)
    a, b = np.array(data.draw(st.lists(st.tuples(node, node), min_size=1, max_size=4))).T
    asked = engine(graph)
    arcs, told = asked.paths(Ends.at(a), Ends.at(b))
    assert told.tolist() == [asked.table(Ends.at(a[[i]]), Ends.at(b[[i]]))[0, 0] for i in range(len(a))]
    for start, goal, way, ms in zip(a, b, arcs, told, strict=True):
        if ms < FAR:
            assert graph.ms[way].sum() == ms
            assert [start, *graph.head[way]] == [*graph.tail[way], goal]
        else:
            assert len(way) == 0


@settings(max_examples=60, deadline=None)
@given(graph=travel_graphs(), data=st.data())
def test_two_ends_of_a_place_count_with_their_own_distance(graph, data):
    arc = st.integers(0, len(graph.tail) - 1)
    chosen = np.array(data.draw(st.lists(arc, min_size=1, max_size=4)))
    away = data.draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=len(chosen), max_size=len(chosen))
    )
    node = np.column_stack([graph.tail[chosen], graph.head[chosen]])
    node[data.draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen))), 1] = -1
    ends = Ends(node, np.array(away, dtype=np.int32))
    hierarchy, search = Hierarchy.of(graph), Search(graph)
    assert (hierarchy.table(ends, ends) == search.table(ends, ends)).all()
    assert (hierarchy.paths(ends, ends)[1] == search.paths(ends, ends)[1]).all()
    for i in range(len(ends)):
        one = ends.rows(slice(i, i + 1))
        assert (hierarchy.reach(one) == search.reach(one)).all()


@settings(max_examples=60, deadline=None)
@given(graph=travel_graphs(), data=st.data())
def test_weighed_anew_it_answers_as_one_that_is_built_anew(graph, data):
    many = len(graph.ms)
    ms = np.array(data.draw(st.lists(st.integers(0, 50), min_size=many, max_size=many)), dtype=np.int32)
    nodes = Ends.at(np.arange(graph.n))
    fresh = Hierarchy.of(type(graph)(graph.n, graph.tail, graph.head, ms, graph.xy, graph.joined))
    again = Hierarchy.of(graph).reweighed(ms)
    assert (again.table(nodes, nodes) == fresh.table(nodes, nodes)).all()
    assert (Search(graph).reweighed(ms).table(nodes, nodes) == fresh.table(nodes, nodes)).all()


@settings(max_examples=30, deadline=None)
@given(graph=travel_graphs())
def test_it_travels_to_other_processes_whole(graph):
    nodes = Ends.at(np.arange(graph.n))
    hierarchy = Hierarchy.of(graph)
    assert (pickle.loads(pickle.dumps(hierarchy)).table(nodes, nodes) == hierarchy.table(nodes, nodes)).all()


def test_no_places_make_an_empty_table():
    one = np.array([0])
    graph = TravelGraph(2, one, one + 1, np.array([5], np.int32), np.zeros((2, 2)), np.empty((0, 2), np.int64))
    none = Ends.at(np.empty(0, dtype=np.int64))
    for engine in (Hierarchy.of(graph), Search(graph)):
        assert engine.table(none, Ends.at(one)).shape == (0, 1)
        assert engine.table(Ends.at(one), none).shape == (1, 0)
        assert engine.paths(none, none)[0] == []
