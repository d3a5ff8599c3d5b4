"""Who should have gone, had all cases been known beforehand: a bound below the late arrivals of every policy.

After the offline model of Jagtenberg, van den Berg and van der Mei 2017 (*Benchmarking online dispatch algorithms for Emergency
Medical Services*): every case goes at once to an officer who waits at the base, who is back there when the work is done. So each pair of
case and officer takes a fixed span of time, and choosing among them is an integer programme. It is the rule of
``simulate(..., after="home first", queue=False)``: whatever a policy does there is a choice of this programme, so its optimum is no
greater than the policy's late arrivals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from gridgeo_solvers.dispatching.cases import DAY, Cases
from gridgeo_solvers.dispatching.ground import Ground
from gridgeo_solvers.progress import Progress


@dataclass(frozen=True)
class Offline:
    """Late arrivals with everything known.

    Parameters
    ----------
    late
        Late or passed on in the choice that was found; windows added up.
    bound
        No choice has fewer; equal to `late` where every window was solved to its end.
    officer
        Shape (n,): who goes, -1 where the case is passed on.
    """

    late: int
    bound: int
    officer: NDArray[np.int64]

    @property
    def proven(self) -> bool:
        """Every window was solved to its end."""
        return self.late == self.bound


def fewest_late(
    ground: Ground, cases: Cases, *, window: float = DAY, time_limit: float = 60.0, progress: Progress | None = None
) -> Offline:
    """The fewest late arrivals, window by window; every window begins with all officers free, which no real one does.

    Parameters
    ----------
    ground, cases
        As in `simulate`.
    window
        Seconds of a window. A window that begins with everybody free can only do better, so the sum stays a bound.
    time_limit
        Seconds of each window's programme at the most.
    progress
        Told of every window.

    Examples
    --------
    The officer nearby should wait for the second case, which nobody else reaches in time:

    >>> way = np.array([[0.0, 300, 900], [300, 0, 600], [900, 600, 0]])
    >>> ground = Ground(way, base=np.array([1, 2]), demand=np.ones(3), owner=np.zeros(3, dtype=np.int64))
    >>> cases = Cases(np.array([0.0, 60]), np.array([1, 0]), np.full(2, 600.0), np.full(2, 600.0))
    >>> fewest_late(ground, cases).officer.tolist()
    [1, 0]
    """
    progress = progress or Progress()
    officer = np.full(len(cases), -1, dtype=np.int64)
    late, bound = 0, 0
    number = np.floor(cases.at / window).astype(np.int64)
    cuts = np.flatnonzero(np.diff(number, prepend=-1, append=number[-1] + 1 if len(number) else 0))
    progress.stage("offline optimum", max(len(cuts) - 1, 0))
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        some = cases.rows(slice(begin, end))
        officer[begin:end], found, least = _window(ground, some, time_limit)
        late, bound = late + found, bound + least
        progress.advance()
    return Offline(late, bound, officer)


def _window(ground: Ground, cases: Cases, time_limit: float) -> tuple[NDArray[np.int64], int, int]:
    n, m = len(cases), ground.officers
    travel = ground.seconds[ground.base[None, :], cases.place[:, None]]
    back = ground.seconds[cases.place[:, None], ground.base[None, :]]
    able = np.isfinite(travel)
    if ground.skills is not None and cases.need is not None:
        able &= (ground.skills[None, :] & cases.need[:, None]) == cases.need[:, None]
    row, who = np.nonzero(able)
    late = travel[row, who] > cases.limit[row]
    ends = cases.at[row] + (travel + cases.handling[:, None] + back)[row, who]
    count = len(row)
    # One column a pair, then one a case for passing it on.
    cost = np.concatenate([late.astype(np.float64), np.ones(n)])
    each = sparse.csr_array(
        (np.ones(count + n), (np.concatenate([row, np.arange(n)]), np.arange(count + n))), shape=(n, count + n)
    )
    busy = _overlaps(cases.at, row, who, ends, m, count + n)
    result = milp(
        cost,
        integrality=np.ones(count + n, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(each, 1, 1), LinearConstraint(busy, -np.inf, 1)],
        options={"time_limit": time_limit, "mip_rel_gap": 0.0},
    )
    officer = np.full(n, -1, dtype=np.int64)
    if result.x is None:
        return officer, n, 0
    chosen = np.flatnonzero(result.x[:count] > 0.5)
    officer[row[chosen]] = who[chosen]
    found = round(float(cost @ np.rint(result.x)))
    least = found if result.status == 0 else max(0, int(np.ceil(result.mip_dual_bound - 1e-6)))
    return officer, found, least


def _overlaps(
    at: NDArray[np.float64],
    row: NDArray[np.int64],
    who: NDArray[np.int64],
    ends: NDArray[np.float64],
    m: int,
    columns: int,
) -> sparse.csr_array:
    """A row for each officer and report: what the officer would be busy with just then. Rows within a later one are left out."""
    last = np.searchsorted(at, ends)  # the first report at which the officer is home again
    n = len(at)
    spans = last - row
    column = np.repeat(np.arange(len(row)), spans)
    moment = np.repeat(row, spans) + np.arange(spans.sum()) - np.repeat(np.cumsum(spans) - spans, spans)
    # A moment's row lies within the next one's unless somebody's span ends between them.
    ended = np.zeros((m, n + 1), dtype=bool)
    ended[who, last] = True
    needed = ended[:, 1:]
    needed[:, n - 1] = True
    kept = needed[who[column], moment]
    key = who[column[kept]] * n + moment[kept]
    names, place = np.unique(key, return_inverse=True)
    return sparse.csr_array((np.ones(len(place)), (place, column[kept])), shape=(len(names), columns))
