"""Places that need a service, candidates for its sites, and an answer that says how good it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status, relative_gap


@dataclass(frozen=True)
class SitesProblem:
    """Demand, candidates, and the time between them.

    Parameters
    ----------
    minutes
        Shape (n, m): minutes of a round trip from demand i to candidate j; inf where no road leads there.
    weight
        Shape (n,): people or trips of each demand, ≥ 0.
    kept
        Candidates that are open already and stay so.
    capacity
        Shape (m,): the most weight that a candidate can take; None for no limit. All of a demand goes to one site.
    """

    minutes: NDArray[np.float64]
    weight: NDArray[np.float64]
    kept: tuple[int, ...] = ()
    capacity: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.minutes.ndim != 2 or not all(self.minutes.shape):
            raise BadProblem(
                f"minutes has shape {self.minutes.shape}; it needs a row a demand and a column a candidate"
            )
        n, m = self.minutes.shape
        if np.isnan(self.minutes).any() or (self.minutes < 0).any():
            row, column = np.argwhere(np.isnan(self.minutes) | (self.minutes < 0))[0].tolist()
            raise BadProblem(
                f"minutes from demand {row} to candidate {column}: {self.minutes[row, column]}; give 0 or more"
            )
        if self.weight.shape != (n,) or not (np.isfinite(self.weight) & (self.weight >= 0)).all():
            raise BadProblem(f"weight must hold {n} numbers of 0 or more, one for each demand")
        if len(set(self.kept)) != len(self.kept) or any(not 0 <= j < m for j in self.kept):
            raise BadProblem(f"kept is {self.kept}; it must name candidates 0..{m - 1}, each once")
        lonely = ~np.isfinite(self.minutes).any(axis=1)
        if lonely.any():
            raise BadProblem(f"demand {int(np.argmax(lonely))} can reach no candidate; leave it out")
        if self.capacity is not None and (self.capacity.shape != (m,) or not (self.capacity >= 0).all()):
            raise BadProblem(f"capacity must hold {m} numbers of 0 or more, one for each candidate")

    def checked(self, new: int) -> int:
        """`new` sites beside those that are kept, proven to be there to choose from."""
        free = self.minutes.shape[1] - len(self.kept)
        if not 0 <= new <= free or new + len(self.kept) < 1:
            raise BadProblem(f"{new} new sites; choose from 1 to {free}, as many candidates as aren't open already")
        return new + len(self.kept)


@dataclass(frozen=True)
class Sites:
    """Sites and who goes where.

    Parameters
    ----------
    sites
        Open candidates, ascending; those that were kept are among them.
    site_of
        Shape (n,): site of each demand, -1 where a limit leaves it without one.
    objective, bound
        What was asked for, and what no answer is better than: weighted minutes, weight covered, or number of new sites.
    status, seed
        Whether the bound is met; the seed of the search.
    """

    sites: tuple[int, ...]
    site_of: NDArray[np.int64]
    objective: float
    bound: float
    status: Status
    seed: int
    gap: float | None = field(init=False)

    def __post_init__(self) -> None:
        gap = relative_gap(self.objective, self.bound)
        object.__setattr__(self, "gap", None if gap is None else abs(gap))


def nearest_open(minutes: NDArray[np.float64], sites: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest of `sites` for each demand, the first of equals; -1 where none can be reached."""
    best = minutes[:, sites].argmin(axis=1)
    reached = np.isfinite(minutes[np.arange(len(minutes)), sites[best]])
    return np.where(reached, sites[best], -1).astype(np.int64)


def told(sites: NDArray[np.int64], site_of: NDArray[np.int64], objective: float, bound: float, seed: int) -> Sites:
    """The answer; the bound is told as met where only rounding lies between."""
    met = abs(objective - bound) <= 1e-7 * max(1.0, abs(objective))
    status = Status.OPTIMAL if met else Status.FEASIBLE
    ordered = tuple(np.sort(sites).tolist())
    return Sites(ordered, site_of, objective, objective if met else bound, status, seed)
