import itertools
from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.roads import FAR, Network, Places, Travel, travel
from streetnets import networks, places_on, with_places


def lane(*, oneway: bool = False) -> Network:
    """One street of 100 s between junctions 0 and 1, and a way round of 30 s by junction 2."""
    tail, head, seconds = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 0]), np.array([100.0, 100.0, 20.0, 10.0])
    piece = np.array([0, 0, 1, 2])
    kept = np.array([0, 2, 3]) if oneway else np.arange(4)
    xy = np.array([(0.0, 0.0), (100.0, 0.0), (50.0, 50.0)])
    return Network(3, tail[kept], head[kept], seconds[kept], seconds[kept] * 2, piece[kept], xy)


def places(*spots: tuple[int, float]) -> Places:
    piece, share = zip(*spots, strict=True)
    return Places(np.array(piece), np.array(share))


@settings(max_examples=150, deadline=None)
@given(network=networks(), data=st.data())
def test_times_between_places_are_those_of_networkx_on_streets_cut_there(network, data):
    starts = data.draw(places_on(network))
    table = Travel.of(network).table(starts, starts)
    cut = with_places(network, starts)
    for i in range(len(starts)):
        known = nx.single_source_dijkstra_path_length(cut, ("place", i), weight="ms")
        assert table[i].tolist() == [known.get(("place", j), FAR) for j in range(len(starts))]


@settings(max_examples=100, deadline=None)
@given(network=networks(), data=st.data())
def test_a_route_starts_and_ends_at_its_places_and_takes_the_told_time(network, data):
    drawn = data.draw(places_on(network))
    pairs = np.array(list(itertools.product(range(len(drawn)), repeat=2)))
    ways = Travel.of(network)
    table = ways.table(drawn, drawn)
    for (i, j), route in zip(pairs, ways.routes(drawn.rows(pairs[:, 0]), drawn.rows(pairs[:, 1])), strict=True):
        assert route.ms == table[i, j]
        if route.ms == FAR:
            assert len(route.arcs) == 0
            continue
        tail, head, arcs = network.tail, network.head, route.arcs
        assert (head[arcs[:-1]] == tail[arcs[1:]]).all()
        spans = np.ones(len(arcs))
        spans[-1] = route.end
        spans[0] -= route.begin
        if len(arcs) > 1:
            assert 0 <= route.begin < 1
            assert 0 < route.end <= 1
        # Each cut street is rounded to whole milliseconds on its own.
        assert (spans * network.ms[arcs]).sum() == pytest.approx(route.ms, abs=1.01)
        assert route.metres(network) == pytest.approx((spans * network.metres[arcs]).sum())
        _touches(network, drawn, i, int(arcs[0]), route.begin)
        _touches(network, drawn, j, int(arcs[-1]), route.end)


def _touches(network: Network, drawn: Places, i: int, arc: int, share: float) -> None:
    """The place lies at `share` of the arc, or both are the same junction."""
    piece, own = int(drawn.piece[i]), float(drawn.share[i])
    along = own if network.forward[piece] == arc else 1 - own
    if network.piece[arc] == piece and along == pytest.approx(share):
        return
    end = {0.0: network.tail, 1.0: network.head}
    assert end[share][arc] == end[own][network.forward[piece]]


@settings(max_examples=100, deadline=None)
@given(network=networks(), data=st.data())
def test_no_detour_by_a_third_place_is_quicker(network, data):
    drawn = data.draw(places_on(network))
    table = Travel.of(network).table(drawn, drawn).astype(np.int64)
    by = (table[:, :, None] + table[None, :, :]).min(axis=1)
    # A place on a street is rounded to whole milliseconds once for each direction.
    assert (table <= by + 2).all()
    assert (np.diag(table) == 0).all()


@settings(max_examples=60, deadline=None)
@given(network=networks(), data=st.data())
def test_without_coordinates_every_answer_is_the_same(network, data):
    drawn = data.draw(places_on(network))
    blind = Network(network.n, network.tail, network.head, network.seconds, network.metres, network.piece)
    one, two = Travel.of(network), Travel.of(blind)
    assert (one.table(drawn, drawn) == two.table(drawn, drawn)).all()
    back = drawn.rows(np.arange(len(drawn))[::-1])
    assert [route.ms for route in one.routes(drawn, back)] == [route.ms for route in two.routes(drawn, back)]


@settings(max_examples=80, deadline=None)
@given(network=networks(), data=st.data(), limit=st.integers(1, 120_000))
def test_what_is_within_reach_is_what_can_be_reached_in_time(network, data, limit):
    start = data.draw(places_on(network, most=1))
    found = Travel.of(network).reach(start, limit)
    every = [(piece, share) for piece in range(network.pieces) for share in np.linspace(0.02, 0.98, 25)]
    times = Travel.of(network).table(start, places(*every))[0]
    for (piece, share), ms in zip(every, times, strict=True):
        own = found.piece == piece
        inside = bool(((found.begin[own] <= share) & (share <= found.end[own])).any())
        slack = 3 / network.ms[network.forward[piece]]
        near = bool(((np.abs(found.begin[own] - share) < slack) | (np.abs(found.end[own] - share) < slack)).any())
        if abs(ms - limit) > 3 and not near:
            assert inside == (ms <= limit)


def test_ahead_on_ones_own_street_is_straight_and_behind_is_round_on_a_one_way():
    two, one = Travel.of(lane()), Travel.of(lane(oneway=True))
    a, b = places((0, 0.2)), places((0, 0.5))
    assert two.table(a, b)[0, 0] == one.table(a, b)[0, 0] == 30_000
    assert two.table(b, a)[0, 0] == 30_000
    assert one.table(b, a)[0, 0] == 50_000 + 30_000 + 20_000


def test_the_way_round_is_taken_where_it_is_quicker_than_ones_own_street():
    a, b = places((0, 0.95)), places((0, 0.05))
    assert Travel.of(lane()).table(a, b)[0, 0] == 5_000 + 30_000 + 5_000
    (route,) = Travel.of(lane()).routes(a, b)
    assert lane().piece[route.arcs].tolist() == [0, 1, 2, 0]


def test_weighed_anew_times_follow_and_the_old_ones_stay():
    ways = Travel.of(lane())
    slow = ways.reweighed(ways.network.seconds * 3)
    a, b = places((0, 0.95)), places((0, 0.05))
    assert slow.table(a, b)[0, 0] == 3 * ways.table(a, b)[0, 0] == 120_000
    assert slow.network.times(np.array([0, 1]))[1, 0] == 90.0


def test_the_nearest_are_told_in_order_and_the_unreachable_never():
    network = lane(oneway=True)
    goals = places((1, 0.5), (0, 0.1), (2, 0.0), (1, 0.5))
    which, ms = Travel.of(network).nearest(places((0, 0.9), (1, 0.0)), goals, k=6)
    assert which.tolist() == [[0, 3, 2, 1, -1, -1], [0, 3, 2, 1, -1, -1]]
    assert ms[1].tolist() == [10_000, 10_000, 20_000, 40_000, FAR, FAR]


def test_blocks_make_up_the_table_and_tell_their_progress(monkeypatch):
    class Heard(Progress):
        done = 0

        def advance(self, steps: int = 1) -> None:
            self.done += steps

    monkeypatch.setattr(travel, "ROWS", 3)
    random = np.random.default_rng(1)
    drawn = Places(random.integers(0, 3, 10), random.random(10))
    ways, heard = Travel.of(lane()), Heard()
    whole = ways.table(drawn, drawn)
    found = [block for _, block in ways.blocks(drawn, drawn, progress=heard)]
    assert [len(block) for block in found] == [3, 3, 3, 1]
    assert (np.concatenate(found) == whole).all()
    assert heard.done == 10
    with ThreadPoolExecutor(2) as executor:
        assert (ways.table(drawn, drawn, executor=executor) == whole).all()


def test_parts_are_those_of_streets_that_can_be_left_and_regained():
    # A triangle of one-ways, and a one-way that leads out of it into a dead end.
    tail, head = np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3])
    network = Network(4, tail, head, np.ones(4), np.array([10.0, 10.0, 10.0, 99.0]), np.arange(4), np.zeros((4, 2)))
    ways = Travel.of(network)
    assert ways.part[3] == -1
    assert len(set(ways.part[:3].tolist())) == 1
    assert ways.part_metres[ways.part[0]] == 30


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: places((9, 0.5)), "outside 0..2"),
        (lambda: places((0, 1.5)), "place 0 lies at share 1.5"),
        (lambda: Places(np.array([0]), np.array([np.nan])), "share nan"),
        (lambda: Places(np.array([0]), np.array([])), "one for each place"),
    ],
)
def test_places_that_are_none_are_refused(wrong, message):
    with pytest.raises(BadProblem, match=message):
        Travel.of(lane()).table(wrong(), places((0, 0.5)))
