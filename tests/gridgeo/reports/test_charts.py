import re

from gridgeo.reports.charts import axis_end, deviation_bar, strip_chart


def centres(drawing):
    return [int(x) for x in re.findall(r'<circle cx="(-?\d+)"', str(drawing))]


def test_dots_stand_in_the_order_of_what_they_show_inside_the_drawing():
    drawing = strip_chart([("before", [0.3, -0.2]), ("now", [0.1, 0.0, -0.1])], (-0.1, 0.1), "x", width_mm=80)
    dots = centres(drawing)
    assert len(dots) == 5
    assert dots[:2] == sorted(dots[:2])
    assert dots[2:] == sorted(dots[2:])
    assert all(0 < x < 80 * 50 for x in dots)


def test_a_grid_out_of_its_band_is_a_diamond_as_well_as_red():
    out, within = (str(deviation_bar(v, None, (-0.1, 0.1), 0.5, "x")) for v in (0.2, 0.05))
    assert "#BE2D1B" in out
    assert "<circle" not in out
    assert "#BE2D1B" not in within
    assert "<circle" in within


def test_a_hollow_dot_shows_where_a_grid_was_if_it_moved():
    assert len(centres(deviation_bar(0.05, -0.2, None, 0.5, "x"))) == 2
    assert len(centres(deviation_bar(0.05, 0.05, None, 0.5, "x"))) == 1


def test_an_axis_reaches_every_value():
    for values in ([0.04], [0.11, -0.5], [3.2], [12345.0], []):
        assert axis_end(values) >= max(map(abs, values), default=0.0)
