import numpy as np
import pytest
import shapely

from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.labels import Labels, short_codes


@pytest.fixture
def labels():
    """Labels on an empty sheet of 100 × 100 mm."""
    return Labels(Frame.around((0, 0, 1000, 1000), 100, 100))


MIDDLE = np.array([50.0, 50.0]) * PER_MM
STREET = np.array([[10.0, 50.0], [90.0, 50.0]]) * PER_MM


def test_labels_never_lie_on_each_other(labels):
    labels.code("01", "Market", MIDDLE, 8.0 * PER_MM)
    for number in range(12):
        labels.chip(f"{number} → 1", MIDDLE)
        labels.street("Long Lane", STREET)
    taken = labels._taken
    assert len(taken) > 8
    tree = shapely.STRtree(taken)
    left, right = tree.query(taken, predicate="intersects")
    assert (left == right).all()


def test_a_street_too_short_or_too_bent_for_its_name_has_none(labels):
    assert not labels.street("Boulevard du Jardin Exotique", STREET[:1] + np.array([[0.0, 0.0], [5.0, 0.0]]) * PER_MM)
    zigzag = np.array([[10 + 3 * i, 50 + 6 * (i % 2)] for i in range(20)]) * PER_MM
    assert not labels.street("Boulevard du Jardin Exotique", zigzag)


def test_a_name_stands_beside_the_border_that_runs_on_its_street(labels):
    labels.avoid(np.array([shapely.linestrings(STREET)], dtype=object))
    assert labels.street("Long Lane", STREET)
    assert not labels._taken[0].intersects(shapely.linestrings(STREET))


def test_names_read_from_left_to_right(labels):
    assert labels.street("Long Lane", STREET[::-1])
    assert "rotate(0.0)" in labels.parts[-1] or "rotate(-0.0)" in labels.parts[-1]


@pytest.mark.parametrize(
    ("codes", "short"),
    [
        (["110101001001007", "110101001001012"], ["07", "12"]),
        (["01", "02"], ["01", "02"]),
        (["A-1", "B-1"], ["A-1", "B-1"]),
        (["110101"], ["110101"]),
        (["100", "1001"], ["00", "001"]),
    ],
)
def test_codes_lose_the_beginning_they_share_and_stay_different(codes, short):
    assert list(short_codes(codes).values()) == short


def test_what_moves_is_pointed_at_beside_the_code_that_lies_on_it(labels):
    field = shapely.box(20 * PER_MM, 20 * PER_MM, 50 * PER_MM, 40 * PER_MM)
    labels.code("06", "", shapely.get_coordinates(field.centroid)[0], 8 * PER_MM)
    (code,) = labels._taken
    spot = shapely.Point(labels.open_spot(np.array([field], dtype=object)))
    assert field.contains(spot)
    assert not code.intersects(spot)


def test_a_field_that_a_label_hides_is_pointed_at_all_the_same(labels):
    labels.reserve(0, 0, 100 * PER_MM, 100 * PER_MM)
    field = shapely.box(20 * PER_MM, 20 * PER_MM, 50 * PER_MM, 40 * PER_MM)
    assert field.contains(shapely.Point(labels.open_spot(np.array([field], dtype=object))))
