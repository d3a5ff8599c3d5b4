from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gridgeo.dispatch import ground_of
from gridgeo.dispatch.ground import road_times
from gridgeo.errors import BadInput


def test_every_grid_has_an_officer_who_waits_in_the_middle_of_it(plan):
    place = ground_of(plan)
    assert place.names == ["01", "02", "03", "04", "05", "06"]
    assert place.grids[place.ground.base].tolist() == place.names
    assert place.ground.owner.tolist() == [int(grid) - 1 for grid in place.grids]
    assert place.ground.demand.sum() == plan.jurisdiction.units["households"].sum()
    for who, base in enumerate(place.ground.base):
        mine = np.flatnonzero(place.ground.owner == who)
        cost = place.ground.seconds[np.ix_(mine, mine)] @ place.ground.demand[mine]
        assert cost[mine.tolist().index(base)] == cost.min()


def test_labels_of_units_that_are_shuffled_stay_with_their_grids(plan):
    from dataclasses import replace

    other = replace(plan, assignment=plan.assignment.sample(frac=1, random_state=1))
    assert ground_of(other).grids.tolist() == ground_of(plan).grids.tolist()


def test_an_officer_waits_where_the_table_says(plan):
    from gridgeo import crs

    spot = plan.jurisdiction.units.geometry.iloc[17].representative_point()
    lon, lat = (float(value) for value in crs.transform(spot.x, spot.y, plan.jurisdiction.crs, crs.WGS84))
    crew = pd.DataFrame({"officer": ["wang", "li"], "grid": ["01;02", None], "lon": [lon, None], "lat": [lat, None]})
    place = ground_of(plan, crew)
    assert place.ground.base[0] == 17
    assert set(place.ground.owner.tolist()) == {-1, 0}


def test_road_times_are_between_all_units_and_never_nothing(plan):
    ways = road_times(plan, "foot")
    assert np.isfinite(ways).all()
    assert (ways > 0).all()


def test_demand_that_says_nothing_is_refused(plan):
    with pytest.raises(BadInput, match="no column 'cats'"):
        ground_of(plan, demand="cats")
    with pytest.raises(BadInput, match="says nothing of where cases come from"):
        ground_of(plan, demand="part")
