"""What a simulation comes to: response times, lateness, load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.dispatching.cases import Cases
from gridgeo_solvers.dispatching.simulator import Record


@dataclass(frozen=True)
class Figures:
    """Figures of one run.

    Parameters
    ----------
    cases, served
        Cases reported, and those that somebody came to.
    mean, p50, p90
        Seconds from report to arrival of those served; nan where none was.
    late
        Cases that somebody came to after the limit, or nobody at all.
    late_share
        Of all cases; nan without any.
    lateness
        Mean seconds after the limit of those who came late.
    load
        Shape (m,): share of the time from the first report to the last, or to the end of the last case where that is later, that
        each officer was busy.
    turned
        How often an officer on the way was sent elsewhere.
    """

    cases: int
    served: int
    mean: float
    p50: float
    p90: float
    late: int
    late_share: float
    lateness: float
    load: NDArray[np.float64]
    turned: int


def figures(record: Record, cases: Cases) -> Figures:
    """The figures of a run."""
    response = record.arrived - cases.at
    served = np.isfinite(response)
    late = is_late(record, cases)
    after = (response - cases.limit)[served & late]
    over = record.done[np.isfinite(record.done)].max(initial=cases.at[-1]) if len(cases) else 0.0
    span = float(over - cases.at[0]) if len(cases) else 0.0
    half, most = np.quantile(response[served], [0.5, 0.9]).tolist() if served.any() else (np.nan, np.nan)
    return Figures(
        cases=len(cases),
        served=int(served.sum()),
        mean=float(response[served].mean()) if served.any() else np.nan,
        p50=half,
        p90=most,
        late=int(late.sum()),
        late_share=float(late.mean()) if len(cases) else np.nan,
        lateness=float(after.mean()) if len(after) else 0.0,
        load=record.busy / span if span else np.zeros(len(record.busy)),
        turned=record.turned,
    )


def is_late(record: Record, cases: Cases) -> NDArray[np.bool_]:
    """Shape (n,): whether somebody came after the limit, or nobody at all."""
    return np.asarray(~(record.arrived - cases.at <= cases.limit))
