"""Simulated annealing whose moves are ruin and recreate: one compiled loop. Worse plans are taken with a probability that falls."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.visiting.desk import Desk
from gridgeo_solvers.routing.visiting.journal import Journal, dearer, forget, restore
from gridgeo_solvers.routing.visiting.recreate import BLINK, absent_doors, recreate
from gridgeo_solvers.routing.visiting.ruin import ruin
from gridgeo_solvers.routing.visiting.state import Facts, Floats, State

BEGIN = -1
"""The step that sets in all doors in the order of ``desk.absent``."""


@bare_kernel
def search(
    f: Facts,
    st: State,
    best: State,
    log: Journal,
    desk: Desk,
    cost: Floats,
    first: int,
    last: int,
    all_steps: int,
    hot: float,
    cold: float,
) -> None:
    """Steps `first` … `last` of `all_steps`; `cost` holds the price of the plan `st` and of the best one, and is renewed."""
    mean = 1.0
    for step in range(first, last):
        heat = hot * (cold / hot) ** (step / all_steps)
        if step == first or step % 100 == 0:
            mean = _stops_of_a_day(st)
        count = len(f.place)
        if step != BEGIN:
            ruin(f, st, log, desk, mean)
            count = absent_doors(f, st, log, desk)
        recreate(f, st, log, desk, count, 0.0 if step == BEGIN else BLINK)
        new = cost[0] + dearer(f, st, log)
        taken = step == BEGIN or new < cost[0] - heat * np.log(max(draw(desk), 1e-300))
        if taken and log.counts[2] == 0:
            cost[0] = new
            if new < cost[1] - 1e-6:
                cost[1] = new
                _keep(st, best)
        else:
            restore(f, st, log)
        forget(log)


@folded_kernel
def _stops_of_a_day(st: State) -> float:
    made, used = 0, 1
    for v in range(len(st.when)):
        made += 1 if st.when[v] >= 0 else 0
    for s in range(len(st.length)):
        used += 1 if st.length[s] > 0 else 0
    return made / used


@folded_kernel
def _keep(st: State, best: State) -> None:
    """Copy the plan `st` into `best`."""
    for s in range(len(st.length)):
        best.length[s], best.work[s], best.way[s] = st.length[s], st.work[s], st.way[s]
        for q in range(st.length[s]):
            best.item[s, q] = st.item[s, q]
    for v in range(len(st.when)):
        best.when[v], best.one[v], best.two[v], best.fixed[v] = st.when[v], st.one[v], st.two[v], st.fixed[v]
