from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_server.plans.cells import cells_near, cells_of

degrees = st.floats(-1, 1)


@settings(deadline=None)
@given(st.floats(-179, 179), st.floats(-89, 89), st.floats(0, 2), st.floats(0, 2), degrees, degrees)
def test_a_box_is_kept_in_four_squares_at_the_most_and_found_from_every_place_in_it(
    west: float, south: float, width: float, height: float, x: float, y: float
) -> None:
    east, north = west + width, south + height
    cells = cells_of(west, south, east, north)
    assert 1 <= len(cells) <= 4
    lon, lat = west + width * (x + 1) / 2, south + height * (y + 1) / 2
    assert set(cells) & set(cells_near(lon, lat, 0.0, 0.0))


@settings(deadline=None)
@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(1e-6, 0.01), st.floats(0, 0.999), st.floats(0, 0.999))
def test_a_box_is_found_from_beside_it_within_reach(lon: float, lat: float, reach: float, x: float, y: float) -> None:
    cells = cells_of(lon, lat, lon + 0.003, lat + 0.003)
    assert set(cells) & set(cells_near(lon - reach * x, lat - reach * y, reach, reach))


def test_squares_of_different_levels_and_places_differ() -> None:
    near = cells_near(7.4, 43.7, 0.0, 0.0)
    assert len(set(near)) == len(near)
    assert not set(near[8:]) & set(cells_near(114.1, 22.5, 0.0, 0.0))
    assert max(cells_near(180.0, 90.0, 0.0, 0.0)) < 2**63
