import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.routing.visiting.spans import joined

SHIFT = 100
join = joined.py_func
"""As Python: the compiled one has no door of its own."""


def quickest(windows: list[tuple[int, int]], spent: list[int], ways: list[int]) -> tuple[int, int] | None:
    """Fewest seconds of a chain of stops, and the earliest begin that makes it so; None where no begin is in time."""
    found = []
    for start in range(SHIFT + 1):
        clock = start
        for (early, late), service, way in zip(windows, spent, ways, strict=True):
            clock = max(clock + way, early)
            if clock > late:
                break
            clock += service
        else:
            found.append((clock - start, start))
    return min(found, default=None)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 100_000), stops=st.integers(1, 5))
def test_joined_stretches_take_what_the_best_begin_takes_however_they_are_cut(seed, stops):
    random = np.random.default_rng(seed)
    early = random.integers(0, 60, stops)
    windows = [(int(a), int(a + width)) for a, width in zip(early, random.integers(0, 40, stops), strict=True)]
    spent, ways = random.integers(0, 10, stops).tolist(), [0, *random.integers(0, 10, stops - 1).tolist()]
    known = quickest(windows, spent, ways)
    if known is None:
        return
    parts = [(float(service), float(a), float(b)) for service, (a, b) in zip(spent, windows, strict=True)]
    for cut in range(1, stops + 1):
        whole = forwards(parts[:cut], ways[:cut])
        if cut < stops:
            whole = join(*whole, ways[cut], *backwards(parts[cut:], ways[cut:]))
        assert whole[:2] == known


def forwards(parts: list[tuple[float, float, float]], ways: list[int]) -> tuple[float, float, float]:
    """Stretches as one, joined from the first on."""
    whole = parts[0]
    for part, way in zip(parts[1:], ways[1:], strict=True):
        whole = join(*whole, way, *part)
    return whole


def backwards(parts: list[tuple[float, float, float]], ways: list[int]) -> tuple[float, float, float]:
    """Stretches as one, joined from the last on."""
    return parts[0] if len(parts) == 1 else join(*parts[0], ways[1], *backwards(parts[1:], ways[1:]))
