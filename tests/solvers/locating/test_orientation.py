import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.locating.orientation import side

NUMBERS = st.one_of(
    st.integers(-4, 4).map(float),
    st.integers(-40, 40).map(lambda n: n * 0.1),
    st.floats(-1e7, 1e7, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-60),
)
"""Few values often, so that points are on one line; and any others."""


def _true_side(*places: float) -> int:
    ax, ay, bx, by, x, y = (Fraction(place) for place in places)
    det = (ax - x) * (by - y) - (ay - y) * (bx - x)
    return (det > 0) - (det < 0)


@given(*[NUMBERS] * 6)
def test_the_side_is_that_of_fractions(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> None:
    assert side(ax, ay, bx, by, x, y) == _true_side(ax, ay, bx, by, x, y)


@given(*[NUMBERS] * 4, st.integers(0, 16), st.integers(-3, 3))
def test_beside_a_line_by_the_last_bits_the_side_is_still_that_of_fractions(
    ax: float, ay: float, bx: float, by: float, share: int, bits: int
) -> None:
    x, y = ax + (bx - ax) * share / 16, ay + (by - ay) * share / 16
    for _ in range(abs(bits)):
        x = math.nextafter(x, math.copysign(math.inf, bits))
    if x == 0 or abs(x) > 1e-60:
        assert side(ax, ay, bx, by, x, y) == _true_side(ax, ay, bx, by, x, y)
        assert side(bx, by, ax, ay, x, y) == -side(ax, ay, bx, by, x, y)


@pytest.mark.parametrize("places", [(0.5, 0.5, 12.0, 12.0, 24.0, 24.0), (1e17, 1e17, 1.0, 1.0, 0.1, 0.1), (0.0,) * 6])
def test_a_point_on_the_line_is_on_no_side(places: tuple[float, ...]) -> None:
    assert side(*places) == 0


def test_a_point_that_plain_arithmetic_puts_on_the_line_is_found_beside_it() -> None:
    places = (0.1, 0.1, 0.3, 0.3, 1e-30, 0.0)
    assert (0.1 - 1e-30) * 0.3 - 0.1 * (0.3 - 1e-30) == 0.0
    assert side(*places) == _true_side(*places) == -1
