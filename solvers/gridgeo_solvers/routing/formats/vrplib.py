"""Vehicle routing instances as VRPLIB writes them (``.vrp``): capacities, longest tours, time windows.

Clients are numbered as in published solutions: 1, 2, … in the order of the file, without the depot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.lines import Line, lines_of, short

MOST_PLACES = 20_000
"""Places at the most: distances between all of them are held at once."""
ROUNDINGS = {"EUC_2D": np.rint, "CEIL_2D": np.ceil, "FLOOR_2D": np.floor}
"""Kinds of straight distance, and how each is made whole."""
TENTHS = 10.0
"""Straight distances of files with time windows are cut to tenths, as best known costs are published."""
MATRICES = ("FULL_MATRIX", "LOWER_ROW", "LOWER_DIAG_ROW", "UPPER_ROW", "UPPER_DIAG_ROW")
TYPES = ("CVRP", "ACVRP", "DCVRP", "VRPTW")
SECTIONS = (
    "NODE_COORD_SECTION",
    "EDGE_WEIGHT_SECTION",
    "DEMAND_SECTION",
    "SERVICE_TIME_SECTION",
    "TIME_WINDOW_SECTION",
    "DEPOT_SECTION",
)


@dataclass(frozen=True)
class VehicleInstance:
    """Clients 1..n to be called at once each; place 0 is the depot, place i client i.

    Parameters
    ----------
    name
        Name that the file gives.
    distance
        Shape (n + 1, n + 1): travel between places, in the unit of published costs.
    demand, service
        Shape (n + 1,): load and duration of each visit; 0 for the depot.
    capacity
        Load of a tour at the most.
    longest
        Travel and service of a tour at the most, infinite where there is no limit.
    vehicles
        Tours at the most, None for any number.
    windows
        Shape (n + 1, 2): when a visit may begin, first and last, and the depot be left and come back to. None without.
    """

    name: str
    distance: NDArray[np.float64]
    demand: NDArray[np.float64]
    service: NDArray[np.float64]
    capacity: float
    longest: float
    vehicles: int | None
    windows: NDArray[np.float64] | None


class _File:
    """Headings and sections of a file, each with the line where it stands."""

    def __init__(self, text: str) -> None:
        self.headings: dict[str, tuple[Line, str]] = {}
        self.sections: dict[str, tuple[Line, list[Line]]] = {}
        lines = lines_of(text)
        self.last = lines[-1]
        current: list[Line] | None = None
        for line in lines:
            key, colon, told = (part.strip() for part in line.text.partition(":"))
            if key == "EOF":
                break
            if key.endswith("_SECTION"):
                if key not in SECTIONS:
                    raise line.wrong(f"{key} is unknown; known are {', '.join(SECTIONS)}")
                if key in self.sections:
                    raise line.wrong(f"{key} stands twice, first in line {self.sections[key][0].number}; keep one")
                current = []
                self.sections[key] = (line, current)
            elif colon:
                self.headings[key] = (line, told.strip('"'))
                current = None
            elif current is not None:
                current.append(line)
            else:
                raise line.wrong(f"'{short(line.text)}' is neither 'HEADING : value' nor in a section")

    def heading(self, key: str) -> tuple[Line, str]:
        if key not in self.headings:
            raise BadProblem(
                f"the file ends in line {self.last.number} without '{key} :'; it is cut off or of another kind"
            )
        return self.headings[key]

    def section(self, key: str) -> tuple[Line, list[Line]]:
        if key not in self.sections:
            raise BadProblem(
                f"the file ends in line {self.last.number} without {key}; it is cut off or of another kind"
            )
        return self.sections[key]


def read_vrp(text: str) -> VehicleInstance:
    """Instance that the text of a VRPLIB file describes.

    Raises
    ------
    BadProblem
        Names the line and the mend.
    """
    file = _File(text)
    line, kind = file.heading("TYPE")
    if kind.upper() not in TYPES:
        raise line.wrong(f"the type is {short(kind)}; known are {', '.join(TYPES)}")
    line, word = file.heading("DIMENSION")
    n = line.whole(word, "DIMENSION", 2, MOST_PLACES)
    timed = "TIME_WINDOW_SECTION" in file.sections
    if kind.upper() == "VRPTW" and not timed:
        file.section("TIME_WINDOW_SECTION")
    distance = _distance(file, n, timed)
    line, word = file.heading("CAPACITY")
    capacity = line.value(word, "CAPACITY")
    depot = _depot(file, n)
    demand = _column(file, "DEMAND_SECTION", n)[:, 0]
    _refuse_heavy(file, demand, capacity, depot)
    windows = _column(file, "TIME_WINDOW_SECTION", n, 2) if timed else None
    if windows is not None and (windows[:, 0] > windows[:, 1]).any():
        node = int(np.flatnonzero(windows[:, 0] > windows[:, 1])[0])
        raise _line_of(file, "TIME_WINDOW_SECTION", node).wrong("the window closes before it opens; swap its two ends")
    order = np.concatenate([[depot], np.delete(np.arange(n), depot)])
    instance = VehicleInstance(
        name=file.headings["NAME"][1] if "NAME" in file.headings else "",
        distance=distance[np.ix_(order, order)],
        demand=demand[order],
        service=_service(file, n, depot)[order],
        capacity=capacity,
        longest=_optional(file, "DISTANCE") or math.inf,
        vehicles=int(_optional(file, "VEHICLES")) or None,
        windows=None if windows is None else windows[order],
    )
    _refuse_unreachable(file, instance, order)
    return instance


def _optional(file: _File, key: str) -> float:
    """Value of a heading that may be left out, 0 then."""
    line, word = file.headings.get(key, (file.last, "0"))
    return line.value(word, key) if key == "DISTANCE" else line.whole(word, key)


def _distance(file: _File, n: int, timed: bool) -> NDArray[np.float64]:
    line, kind = file.heading("EDGE_WEIGHT_TYPE")
    if kind in ROUNDINGS:
        x, y = _column(file, "NODE_COORD_SECTION", n, 2, least=-math.inf).T
        straight = np.hypot(x[:, None] - x, y[:, None] - y)
        return np.floor(straight * TENTHS) / TENTHS if timed else ROUNDINGS[kind](straight)
    if kind != "EXPLICIT":
        raise line.wrong(f"EDGE_WEIGHT_TYPE is {short(kind)}; known are {', '.join(ROUNDINGS)} and EXPLICIT")
    line, form = file.heading("EDGE_WEIGHT_FORMAT")
    if form not in MATRICES:
        raise line.wrong(f"EDGE_WEIGHT_FORMAT is {short(form)}; known are {', '.join(MATRICES)}")
    return _matrix(file, form, n)


def _matrix(file: _File, form: str, n: int) -> NDArray[np.float64]:
    """An explicit matrix, written row by row, however the rows are broken into lines."""
    line, rows = file.section("EDGE_WEIGHT_SECTION")
    values = np.array([row.value(word, "a distance") for row in rows for word in row.text.split()])
    table = np.zeros((n, n))
    if form == "FULL_MATRIX":
        u, v = (axis.ravel() for axis in np.indices((n, n)))
    elif form.startswith("LOWER"):
        u, v = np.tril_indices(n, 0 if "DIAG" in form else -1)
    else:
        u, v = np.triu_indices(n, 0 if "DIAG" in form else 1)
    if len(values) != len(u):
        raise line.wrong(f"{form} of {n} places has {len(u)} numbers, {len(values)} are written; mend the section")
    table[u, v] = values
    if form != "FULL_MATRIX":
        table[v, u] = values
    np.fill_diagonal(table, 0.0)
    return table


def _column(file: _File, key: str, n: int, wide: int = 1, least: float = 0.0) -> NDArray[np.float64]:
    """Shape (n, wide): numbers of every place in a section whose lines begin with the number of the place."""
    line, rows = file.section(key)
    found = np.full((n, wide), np.nan)
    for row in rows:
        words = row.words(1 + wide, f"the number of a place and {wide} numbers")
        place = row.whole(words[0], "the number of a place", 1, n) - 1
        if not np.isnan(found[place, 0]):
            raise row.wrong(f"place {words[0]} stands twice in {key}; keep one line")
        found[place] = [row.value(word, f"{key[:-8].lower().replace('_', ' ')}", least) for word in words[1 : 1 + wide]]
    missing = np.flatnonzero(np.isnan(found[:, 0]))
    if len(missing):
        raise line.wrong(f"{key} has {n - len(missing)} of {n} places, {missing[0] + 1} is missing; add its line")
    return found


def _line_of(file: _File, key: str, place: int) -> Line:
    return next(row for row in file.section(key)[1] if int(float(row.text.split()[0])) == place + 1)


def _depot(file: _File, n: int) -> int:
    line, rows = file.section("DEPOT_SECTION")
    words = [(row, word) for row in rows for word in row.text.split() if word != "-1"]
    if len(words) != 1:
        raise line.wrong(f"names {len(words)} depots; name one, then -1")
    row, word = words[0]
    return row.whole(word, "the depot", 1, n) - 1


def _service(file: _File, n: int, depot: int) -> NDArray[np.float64]:
    """Service of every place, from its section or from the one heading for all clients."""
    if "SERVICE_TIME_SECTION" in file.sections:
        return _column(file, "SERVICE_TIME_SECTION", n)[:, 0]
    line, word = file.headings.get("SERVICE_TIME", (file.last, "0"))
    service = np.full(n, line.value(word, "SERVICE_TIME"))
    service[depot] = 0.0
    return service


def _refuse_heavy(file: _File, demand: NDArray[np.float64], capacity: float, depot: int) -> None:
    for place in np.flatnonzero(demand > capacity):
        line = _line_of(file, "DEMAND_SECTION", int(place))
        raise line.wrong(
            f"the demand {demand[place]:g} is above the capacity {capacity:g}; no tour can serve this client"
        )
    if demand[depot]:
        raise _line_of(file, "DEMAND_SECTION", depot).wrong(f"the depot has a demand of {demand[depot]:g}; write 0")


def _refuse_unreachable(file: _File, instance: VehicleInstance, order: NDArray[np.int64]) -> None:
    """Refuse a client that a tour to it alone can't serve in time."""
    there, back = instance.distance[0], instance.distance[:, 0]
    alone = there + instance.service + back
    for i in np.flatnonzero(alone > instance.longest * (1 + 1e-9)):
        line = _line_of(file, "DEMAND_SECTION", int(order[i]))
        raise line.wrong(f"a tour to this client alone takes {alone[i]:g}, DISTANCE allows {instance.longest:g}")
    if instance.windows is None:
        return
    opens, closes = instance.windows.T
    begin = np.maximum(opens[0] + there, opens)
    late = (begin > closes + 1e-9) | (begin + instance.service + back > closes[0] + 1e-9)
    late[0] = False
    for i in np.flatnonzero(late):
        line = _line_of(file, "TIME_WINDOW_SECTION", int(order[i]))
        raise line.wrong(f"a tour to this client alone begins its visit at {begin[i]:g} and is late; widen the window")
