import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.reports.frames import PER_MM, Frame, path_data


@given(st.floats(10, 1e5), st.floats(10, 1e5), st.floats(40, 300), st.floats(40, 300))
def test_everything_asked_for_lies_inside_the_frame(wide, high, width_mm, height_mm):
    frame = Frame.around((500.0, 900.0, 500.0 + wide, 900.0 + high), width_mm, height_mm)
    spots = frame.place(np.array([[500.0, 900.0], [500.0 + wide, 900.0 + high]]))
    assert (spots >= 5.9 * PER_MM).all()
    assert (spots <= np.array([width_mm, height_mm]) * PER_MM - 5.9 * PER_MM).all()


def test_north_is_up_and_a_millimetre_is_as_long_as_the_scale_says():
    frame = Frame.around((0, 0, 1000, 1000), 112, 112)
    (x0, y0), (x1, y1) = frame.place(np.array([[0.0, 0.0], [100.0, 200.0]]))
    assert x1 > x0
    assert y1 < y0
    assert (x1 - x0) / PER_MM == pytest.approx(100_000 / frame.scale)


def traced(path):
    """The points of a path of relative steps."""
    rings = []
    for x, y, rest in re.findall(r"M(-?\d+) (-?\d+)l([-\d ]*)", path):
        steps = np.array([int(n) for n in rest.split()], dtype=int).reshape(-1, 2)
        rings.append(np.vstack([[int(x), int(y)], np.array([int(x), int(y)]) + steps.cumsum(axis=0)]))
    return rings


def test_a_path_traces_every_ring_of_a_polygon():
    shape = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(10, 10), (20, 10), (20, 30)]])
    path = path_data([shape])
    assert path.count("M") == path.count("z") == 2
    assert [shapely.Polygon(ring).area for ring in traced(path)] == [8100.0, 100.0]


def test_lines_stay_open_and_points_draw_nothing():
    assert path_data([shapely.LineString([(0, 0), (5, 5)]), shapely.Point(1, 1)]) == "M0 0l5 5"


def test_what_lies_outside_the_frame_is_left_out():
    frame = Frame.around((0, 0, 100, 100), 50, 50)
    assert frame.path([shapely.box(900, 900, 950, 950)]) == ""
    assert frame.path([]) == ""
    inside = traced(frame.path([shapely.box(-1e6, -1e6, 1e6, 1e6)]))[0]
    assert np.abs(inside).max() < 60 * PER_MM
