import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.tracking import Cells


def crossing() -> Cells:
    """Four streets of 20 m that meet at junction 0; the last is one-way, towards it."""
    lines = [[(0, 0), (20, 0)], [(0, 0), (0, 20)], [(0, 0), (-12, 0), (-20, 0)], [(0, -20), (0, 0)]]
    return Cells.of(
        [0, 0, 0, 4], [1, 2, 3, 0], [2, 2, 3, 2], np.concatenate(lines), both=[True, True, True, False], cell_m=10
    )


def following(cells: Cells, state: int) -> dict[int, int]:
    own = slice(cells.indptr[state], cells.indptr[state + 1])
    return dict(zip(cells.ahead[own].tolist(), cells.back[own].tolist(), strict=True))


def test_cells_lie_along_their_street_and_share_its_length():
    cells = crossing()
    assert cells.first.tolist() == [0, 2, 4, 6, 8]
    assert cells.metres.tolist() == [10.0] * 8
    assert list(zip(cells.x.tolist(), cells.y.tolist(), strict=True))[4:6] == [(-5.0, 0.0), (-15.0, 0.0)]
    assert cells.share(np.array([0, 1, 5])).tolist() == [0.0, 0.5, 0.5]


def test_a_junction_leads_into_every_other_street_but_not_against_a_one_way():
    cells = crossing()
    # Back along the first street, towards the junction: into the second and third, or round on the spot.
    assert following(cells, 2 * 0 + 1) == {2 * 2: 0, 2 * 4: 0, 2 * 0: 1}
    # Out of the one-way street into all three others; into it from none.
    assert following(cells, 2 * 7) == {0: 0, 4: 0, 8: 0}
    assert not any(state in (2 * 6, 2 * 7 + 1, 2 * 6 + 1) for state in cells.ahead[cells.indptr[1] : cells.indptr[2]])


def test_turning_back_at_a_dead_end_is_marked():
    cells = crossing()
    assert following(cells, 2 * 1) == {2 * 1 + 1: 2}
    assert following(cells, 2 * 0) == {2 * 1: 0, 1: 1}


def test_a_loop_can_be_walked_on_and_on():
    ring = Cells.of([0], [0], [5], [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], cell_m=10)
    assert following(ring, 2 * 3) == {0: 0, 2 * 3 + 1: 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vertices": [1]}, "two points"),
        ({"xy": [(0, 0), (np.nan, 1)]}, "not a number"),
        ({"tail": [], "head": [], "vertices": [], "xy": []}, "no piece"),
        ({"cell_m": 0}, "above 0"),
    ],
)
def test_numbers_that_contradict_themselves_are_named(change, words):
    told = {"tail": [0], "head": [1], "vertices": [2], "xy": [(0, 0), (1, 1)]} | change
    with pytest.raises(BadProblem, match=words):
        Cells.of(**told)
