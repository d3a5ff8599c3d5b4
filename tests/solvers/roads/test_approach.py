import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.roads import Approach, Network, Travel
from streetnets import networks, places_on


@settings(max_examples=100, deadline=None)
@given(network=networks(), data=st.data())
def test_goals_that_come_singly_are_reached_as_a_table_and_its_routes_say(network: Network, data: st.DataObject):
    travel, drawn = Travel.of(network), data.draw(places_on(network))
    approach, table = Approach(travel, drawn), travel.table(drawn, drawn)
    for column, (piece, share) in enumerate(zip(drawn.piece.tolist(), drawn.share.tolist(), strict=True)):
        assert approach.ms(piece, share).tolist() == table[:, column].tolist()
        goal = drawn.rows(np.full(len(drawn), column))
        for row, route in enumerate(travel.routes(drawn, goal)):
            found = approach.route(row, piece, share)
            assert (found.arcs.tolist(), found.begin, found.end, found.ms) == (
                route.arcs.tolist(),
                route.begin,
                route.end,
                route.ms,
            )
