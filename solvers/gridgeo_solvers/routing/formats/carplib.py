"""Arc routing instances as CARPLIB writes them (``.dat``; gdb, val and egl, with Spanish or English words)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.lines import Line, lines_of, short

NUMBER = r"-?[\d.]+(?:[eE][+-]?\d+)?"
STREET = re.compile(
    rf"\(\s*([^\s,()]+)\s*,\s*([^\s,()]+)\s*\)\s*(?:coste?|costo?)?\s*({NUMBER})(?:\s+(?:demanda?d?)?\s*({NUMBER}))?$",
    re.I,
)
LISTS = {
    "LISTA_ARISTAS_REQ": ("ARISTAS_REQ", True, True),
    "LISTA_ARCOS_REQ": ("ARCOS_REQ", True, False),
    "LISTA_ARISTAS_NOREQ": ("ARISTAS_NOREQ", False, True),
    "LISTA_ARCOS_NOREQ": ("ARCOS_NOREQ", False, False),
}
"""Heading of each list: the heading that counts it, whether its streets are to be served, whether both ways are open."""
ENGLISH = {
    "NAME": "NOMBRE",
    "VERTICES": "VERTICES",
    "REQUIRED_EDGES": "ARISTAS_REQ",
    "NON_REQUIRED_EDGES": "ARISTAS_NOREQ",
    "REQUIRED_ARCS": "ARCOS_REQ",
    "NON_REQUIRED_ARCS": "ARCOS_NOREQ",
    "VEHICLES": "VEHICULOS",
    "CAPACITY": "CAPACIDAD",
    "DEPOT": "DEPOSITO",
    "LIST_REQUIRED_EDGES": "LISTA_ARISTAS_REQ",
    "LIST_REQUIRED_ARCS": "LISTA_ARCOS_REQ",
    "LIST_NON_REQUIRED_EDGES": "LISTA_ARISTAS_NOREQ",
    "LIST_NON_REQUIRED_ARCS": "LISTA_ARCOS_NOREQ",
}


@dataclass(frozen=True)
class StreetInstance:
    """Streets of a town, those that must be served first.

    Parameters
    ----------
    name
        Name that the file gives.
    n, depot
        Number of junctions, and the one where every tour begins and ends.
    tail, head, cost
        Ends and cost of every street. The first ones, as many as `demand` is long, are the tasks.
    two_way
        Whether a street may also be gone from head to tail, at the same cost.
    demand
        What each task adds to the load of its tour.
    capacity
        Load of a tour at the most.
    vehicles
        Tours that the file names, None where it names none. Best known costs are published without this limit.
    """

    name: str
    n: int
    depot: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    cost: NDArray[np.float64]
    two_way: NDArray[np.bool_]
    demand: NDArray[np.float64]
    capacity: float
    vehicles: int | None

    @property
    def tasks(self) -> int:
        """Number of streets to serve."""
        return len(self.demand)

    def ways(self) -> NDArray[np.float64]:
        """Shape (n, n): cost of the cheapest way between every two junctions; infinite where there is none."""
        tail, head = (
            np.concatenate([one, other[self.two_way]])
            for one, other in ((self.tail, self.head), (self.head, self.tail))
        )
        cost = np.concatenate([self.cost, self.cost[self.two_way]])
        # The cheapest of parallel streets comes last and stays; a free street is still a way.
        order = np.argsort(-cost, kind="stable")
        cheapest = np.full((self.n, self.n), np.inf)
        cheapest[tail[order], head[order]] = cost[order]
        np.fill_diagonal(cheapest, np.inf)
        u, v = np.nonzero(np.isfinite(cheapest))
        matrix = coo_array((cheapest[u, v], (u, v)), shape=(self.n, self.n)).tocsr()
        return np.asarray(dijkstra(matrix), dtype=np.float64)


def read_carp(text: str) -> StreetInstance:
    """Instance that the text of a CARPLIB file describes.

    Raises
    ------
    BadProblem
        Names the line and the mend.
    """
    headings: dict[str, tuple[Line, str]] = {}
    streets: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    lines = lines_of(text)
    for line in lines:
        if line.text.startswith("("):
            if current is None:
                raise line.wrong("a street stands before any list; begin the list with 'LISTA_ARISTAS_REQ :'")
            current.append(line)
            continue
        key, colon, told = (part.strip() for part in line.text.partition(":"))
        key = ENGLISH.get(key.upper(), key.upper())
        if not colon:
            raise line.wrong(
                f"'{short(line.text)}' is neither 'HEADING : value' nor a street '(1, 2) coste 3 demanda 4'"
            )
        if key in headings:
            raise line.wrong(f"{key} stands twice, first in line {headings[key][0].number}; keep one of them")
        headings[key] = (line, told)
        current = streets.setdefault(key, []) if key in LISTS else None
    return _instance(headings, streets, lines[-1])


def _instance(headings: dict[str, tuple[Line, str]], streets: dict[str, list[Line]], last: Line) -> StreetInstance:
    def told(key: str) -> tuple[Line, str]:
        if key not in headings:
            raise BadProblem(f"the file ends in line {last.number} without '{key} :'; it is cut off or of another kind")
        return headings[key]

    def count(key: str, least: int = 0, most: int | None = None) -> int:
        line, word = told(key)
        return line.whole(word, key, least, most)

    n = count("VERTICES", 1)
    line, word = told("CAPACIDAD")
    capacity = line.value(word, "CAPACIDAD")
    _refuse_costs_of_another_kind(headings)
    rows: list[tuple[int, int, float, float, bool, Line]] = []
    tasks = 0
    told("LISTA_ARISTAS_REQ" if "LISTA_ARCOS_REQ" not in headings else "LISTA_ARCOS_REQ")
    for key, (counted, required, both) in LISTS.items():
        given = streets.get(key, [])
        if counted in headings and count(counted) != len(given):
            heading = headings[counted][0]
            at = f"the list in line {headings[key][0].number}" if key in headings else "the file"
            raise heading.wrong(f"{counted} is {count(counted)}, but {at} has {len(given)}; mend the one that is wrong")
        rows += [(*_street(line, n, capacity, required), both, line) for line in given]
        tasks += len(given) if required else 0
    if not tasks:
        raise BadProblem("no street is to be served; list at least one under 'LISTA_ARISTAS_REQ :'")
    vehicles = count("VEHICULOS") if "VEHICULOS" in headings else 0
    instance = StreetInstance(
        name=headings["NOMBRE"][1] if "NOMBRE" in headings else "",
        n=n,
        depot=count("DEPOSITO", 1, n) - 1,
        tail=np.array([row[0] for row in rows], dtype=np.int64),
        head=np.array([row[1] for row in rows], dtype=np.int64),
        cost=np.array([row[2] for row in rows]),
        two_way=np.array([row[4] for row in rows]),
        demand=np.array([row[3] for row in rows[:tasks]]),
        capacity=capacity,
        vehicles=vehicles or None,
    )
    _refuse_unreachable(instance, [row[5] for row in rows[:tasks]])
    return instance


def _refuse_costs_of_another_kind(headings: dict[str, tuple[Line, str]]) -> None:
    line, kind = headings.get("TIPO_COSTES_ARISTAS", (None, "EXPLICITOS"))
    if line is not None and not kind.upper().startswith("EXPLICIT"):
        raise line.wrong(f"TIPO_COSTES_ARISTAS is {short(kind)}; only EXPLICITOS, a cost beside every street, is known")


def _street(line: Line, n: int, capacity: float, required: bool) -> tuple[int, int, float, float]:
    found = STREET.match(line.text)
    if found is None or (required and found[4] is None):
        form = "(1, 2) coste 3 demanda 4" if required else "(1, 2) coste 3"
        raise line.wrong(f"'{short(line.text)}' isn't a street; write it as '{form}'")
    u, v = (line.whole(found[end], "a junction", 1, n) - 1 for end in (1, 2))
    demand = line.value(found[4], "the demand") if required else 0.0
    if demand > capacity:
        raise line.wrong(f"the demand {demand:g} is above the capacity {capacity:g}; no tour can serve this street")
    return u, v, line.value(found[3], "the cost"), demand


def _refuse_unreachable(instance: StreetInstance, lines: list[Line]) -> None:
    ways = instance.ways()
    there, back = np.isfinite(ways[instance.depot]), np.isfinite(ways[:, instance.depot])
    tail, head = instance.tail[: instance.tasks], instance.head[: instance.tasks]
    lost = np.flatnonzero(~(there[tail] & back[head]))
    if len(lost):
        raise lines[lost[0]].wrong("no way leads from the depot to this street and back; add the streets between")
