import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.tracking import Cells, walked_share
from gridgeo_solvers.tracking.walked import walked_cells, walked_stretches

CELLS = Cells.of([0, 1, 2], [1, 2, 3], [2, 2, 2], [(0, 0), (50, 0), (50, 0), (80, 0), (80, 0), (100, 0)], cell_m=10)

spans = st.lists(
    st.integers(0, 2).flatmap(
        lambda piece: st.tuples(
            st.integers(int(CELLS.first[piece]), int(CELLS.first[piece + 1]) - 1),
            st.integers(int(CELLS.first[piece]), int(CELLS.first[piece + 1]) - 1),
        ).map(sorted)
    ),
    max_size=6,
)


@given(spans)
def test_shares_and_stretches_say_what_a_set_of_cells_says(passed):
    low, high = (np.array([pair[k] for pair in passed], dtype=np.int64) for k in (0, 1))
    told = {cell for a, b in passed for cell in range(a, b + 1)}
    assert set(np.flatnonzero(walked_cells(CELLS, low, high)).tolist()) == told
    count = np.diff(CELLS.first)
    wanted = [len([c for c in told if CELLS.piece[c] == p]) / count[p] for p in range(3)]
    assert np.allclose(walked_share(CELLS, low, high), wanted)
    piece, begin, end = walked_stretches(CELLS, low, high)
    assert np.allclose(np.bincount(piece, weights=end - begin, minlength=3), wanted)
    assert (begin < end).all()
