import math

import pytest

from gridgeo_solvers.words import against, figures


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((1107.6, 2300.8), ["1,108", "2,301"]),
        ((1108.2, 1107.9), ["1,108.2", "1,107.9"]),
        ((0.04,), ["0.04"]),
        ((0.0, 5000.0), ["0", "5,000"]),
    ],
)
def test_different_numbers_never_read_the_same(values, texts):
    assert figures(*values) == texts


@pytest.mark.parametrize(
    ("lower", "upper", "band"),
    [(10, 20, "10 to 20"), (-math.inf, 20, "at most 20"), (10, math.inf, "at least 10"), (20, 20, "exactly 20")],
)
def test_open_ends_of_a_band_are_left_out(lower, upper, band):
    assert against(30, lower, upper) == ("30", band)
