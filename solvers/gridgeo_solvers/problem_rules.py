"""What a partition problem must keep to make sense, asked before anything is solved."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.measures import refuse_imprecise
from gridgeo_solvers.objectives import Objective, Term, objective_named

if TYPE_CHECKING:
    from gridgeo_solvers.problems import PartitionProblem

MOST_NAMED = 5


def normal_fields(p: PartitionProblem) -> dict[str, Any]:
    """The fields of `p` in the types that its class promises: arrays of numbers, tuples of whole numbers."""
    fields: dict[str, Any] = {name: _floats(name, getattr(p, name)) for name in ("mass", "x", "y")}
    fields |= {name: _floats(name, getattr(p, name)) for name in ("seconds", "ties") if getattr(p, name) is not None}
    fields |= {name: _labels(name, getattr(p, name)) for name in ("group", "zone") if getattr(p, name) is not None}
    fields |= {name: _whole(name, getattr(p, name)) for name in ("k", "splits")}
    fields["objective"] = _objective(p.objective)
    fields["together"] = tuple(_positions(f"together {number}", units) for number, units in enumerate(p.together))
    fields["apart"] = tuple(_positions(f"apart {number}", units) for number, units in enumerate(p.apart))
    fields["seeds"] = _positions("seeds", p.seeds)
    fields["measures"] = tuple(p.measures)
    return fields


def refuse_contradictions(p: PartitionProblem) -> None:
    """Refuse what no plan could ever keep, or what has no meaning; the message names field and item."""
    if p.n < 1:
        raise BadProblem("the graph is empty: there is no unit to assign")
    if p.k < 1:
        raise BadProblem(f"k is {p.k}: at least one grid is needed")
    for field in ("names", "mass", "x", "y", "group", "zone"):
        values = getattr(p, field)
        if values is not None and np.shape(values) != (p.n,):
            raise BadProblem(f"{field} has {len(values)} items, the graph has {p.n} units: give one for each unit")
    _refuse_negative(p, "mass", p.mass)
    refuse_imprecise("mass", p.mass)
    for field in ("x", "y"):
        bad = ~np.isfinite(getattr(p, field))
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            raise BadProblem(f"{field} of {p.unit_name(i)} is {getattr(p, field)[i]}: it must be a finite number")
    _check_measures(p)
    _check_seconds(p)
    _check_ties(p)
    _check_objectives(p)
    _check_groups(p)
    bundle = _check_links(p)
    _check_seeds(p, bundle)
    _check_limits(p)


def _floats(field: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadProblem(f"{field} must be an array of numbers, not {values!r}") from None


def _labels(field: str, values: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(values)
    if given.dtype.kind in "iu":
        return given.astype(np.int64, copy=False)
    numbers = _floats(field, values)
    bad = np.flatnonzero(~(np.isfinite(numbers) & (numbers == np.rint(numbers))))
    if len(bad):
        raise BadProblem(f"{field} of unit {bad[0]} is {numbers.flat[bad[0]]}: it must be a whole number")
    return numbers.astype(np.int64)


def _whole(field: str, value: object) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]  # what it refuses is what is asked
    except TypeError:
        raise BadProblem(f"{field} is {value!r}: it must be a whole number") from None


def _positions(field: str, units: Iterable[object]) -> tuple[int, ...]:
    return tuple(_whole(f"{field} names a unit that", unit) for unit in units)


def _objective(given: object) -> Objective | tuple[Term, ...]:
    if not isinstance(given, tuple | list):
        return objective_named(given)
    if not given:
        raise BadProblem("objective has no term: name at least one")
    for number, term in enumerate(given):
        if not isinstance(term, Term):
            raise BadProblem(f"objective {number} is {term!r}: several objectives are given as Term values")
    return tuple(given)


def _refuse_negative(p: PartitionProblem, field: str, values: NDArray[np.float64]) -> None:
    bad = ~(values >= 0) | np.isinf(values)
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise BadProblem(f"{field} of {p.unit_name(i)} is {values[i]}: it must be a finite number ≥ 0")


def _check_measures(p: PartitionProblem) -> None:
    seen: set[str] = set()
    for measure in p.measures:
        if len(measure.weights) != p.n:
            raise BadProblem(f"measure {measure.name} has {len(measure.weights)} weights for {p.n} units")
        if measure.name in seen:
            raise BadProblem(f"measure {measure.name} stands twice: give every measure once")
        seen.add(measure.name)
        for field in ("lower", "upper", "target"):
            value = getattr(measure, field)
            if np.ndim(value) and len(value) != p.k:
                raise BadProblem(
                    f"measure {measure.name}: {field} has {len(value)} numbers for {p.k} grids: "
                    "give one number, or one for each grid"
                )
        if measure.unequal and not p.seeds:
            raise BadProblem(
                f"measure {measure.name} has unequal bands or targets but the problem has no seeds: grids have no order "
                "without them; name a unit of each grid in `seeds`"
            )


def _check_seconds(p: PartitionProblem) -> None:
    if p.seconds is None:
        return
    if p.seconds.shape != (p.n, p.n):
        raise BadProblem(f"seconds has shape {p.seconds.shape}, expected ({p.n}, {p.n})")
    bad = ~(p.seconds >= 0) | np.isinf(p.seconds)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        ends = f"{p.unit_name(i)} to {p.unit_name(j)}"
        raise BadProblem(f"seconds from {ends} is {p.seconds[i, j]}: it must be a finite number ≥ 0")


def _check_ties(p: PartitionProblem) -> None:
    if p.ties is None:
        return
    u, v, _ = p.graph.edges()
    if p.ties.shape != (len(u),):
        raise BadProblem(f"ties has shape {p.ties.shape}, the graph has {len(u)} edges: give one number for each edge")
    bad = ~(p.ties >= 0) | np.isinf(p.ties)
    if bad.any():
        e = int(np.flatnonzero(bad)[0])
        ends = f"{p.unit_name(int(u[e]))} and {p.unit_name(int(v[e]))}"
        raise BadProblem(f"ties between {ends} (edge {e}) is {p.ties[e]}: it must be a finite number ≥ 0")


def _check_objectives(p: PartitionProblem) -> None:
    asked = {term.objective for term in p.terms}
    if Objective.TRAVEL in asked and p.seconds is None:
        raise BadProblem("objective travel needs `seconds`, a matrix of road times between the units")
    if Objective.TIES in asked and p.ties is None:
        raise BadProblem("objective ties needs `ties`, what parting two neighbours costs, one number for each edge")
    if Objective.BALANCE in asked and not any(measure.aim or measure.banded for measure in p.measures):
        raise BadProblem("objective balance needs a measure with an aim or a band")


def _check_groups(p: PartitionProblem) -> None:
    if p.grids_per_group is None:
        return
    if p.group is None:
        raise BadProblem("grids_per_group is given but no group")
    known = set(p.group.tolist())
    for label, count in p.grids_per_group.items():
        if label not in known:
            raise BadProblem(f"grids_per_group names group {label}, which no unit has")
        if _whole(f"grids_per_group of {p.group_name(label)}", count) < 1:
            raise BadProblem(f"grids_per_group of {p.group_name(label)} is {count}: at least one grid is needed")
    fixed = sum(p.grids_per_group.values())
    free = len(known) - len(p.grids_per_group)
    if fixed + free > p.k or (not free and fixed != p.k):
        others = f", {free} more groups need one each" if free else ""
        raise BadProblem(f"grids_per_group asks for {fixed} grids{others}; k is {p.k}: make them agree")


def _check_links(p: PartitionProblem) -> NDArray[np.int64]:
    """Refuse links that contradict themselves; the number of the must-link set of every unit."""
    for number, units in enumerate(p.together):
        if not units:
            raise BadProblem(f"together {number} names no unit")
        _refuse_outside(p, f"together {number}", units)
        if p.group is not None and len({int(p.group[i]) for i in units}) > 1:
            named = ", ".join(p.unit_name(i) for i in units[:MOST_NAMED])
            raise BadProblem(f"together {number} joins units of different groups: {named}")
    bundle = _bundles(p)
    for number, units in enumerate(p.apart):
        if len(units) != 2:
            raise BadProblem(f"apart {number} names {len(units)} units: it must be a pair")
        _refuse_outside(p, f"apart {number}", units)
        i, j = units
        if i == j:
            raise BadProblem(f"apart {number} parts {p.unit_name(i)} from itself")
        if bundle[i] == bundle[j]:
            raise BadProblem(
                f"apart {number} parts {p.unit_name(i)} from {p.unit_name(j)}, but `together` forces both into "
                f"one grid{_by_way_of(p, bundle, i, j)}: these rules are contradictory, drop one"
            )
    return bundle


def _bundles(p: PartitionProblem) -> NDArray[np.int64]:
    pairs = [(units[0], other) for units in p.together for other in units[1:]]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(p.n, p.n))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def _by_way_of(p: PartitionProblem, bundle: NDArray[np.int64], i: int, j: int) -> str:
    """The other units of the set that `i` and `j` are forced into."""
    others = [int(one) for one in np.flatnonzero(bundle == bundle[i]) if one not in (i, j)]
    if not others:
        return ""
    more = " and others" if len(others) > MOST_NAMED else ""
    return f" (with {', '.join(p.unit_name(one) for one in others[:MOST_NAMED])}{more})"


def _refuse_outside(p: PartitionProblem, field: str, units: Sequence[int]) -> None:
    for i in units:
        if not 0 <= i < p.n:
            raise BadProblem(f"{field} names unit {i}, the units are 0..{p.n - 1}")


def _check_seeds(p: PartitionProblem, bundle: NDArray[np.int64]) -> None:
    if not p.seeds:
        return
    if len(p.seeds) != p.k:
        raise BadProblem(f"seeds names {len(p.seeds)} units for {p.k} grids: name one unit of each grid, or none")
    _refuse_outside(p, "seeds", p.seeds)
    first: dict[int, int] = {}
    for g, i in enumerate(p.seeds):
        earlier = first.setdefault(int(bundle[i]), g)
        if earlier == g:
            continue
        other = p.seeds[earlier]
        if other == i:
            raise BadProblem(f"{p.unit_name(i)} is the seed of grid {earlier} and of grid {g}: name it once")
        raise BadProblem(
            f"{p.unit_name(other)} and {p.unit_name(i)} are seeds of two grids, but `together` forces both into one grid"
            f"{_by_way_of(p, bundle, other, i)}: these rules are contradictory, drop one"
        )
    if p.group is None:
        return
    labels, sizes = np.unique(p.group[list(p.seeds)], return_counts=True)
    held = dict(zip(labels.tolist(), sizes.tolist(), strict=True))
    for label in np.unique(p.group).tolist():
        if label not in held:
            raise BadProblem(f"{p.group_name(label)} holds no seed, so that no grid could lie in it: name one there")
        asked = (p.grids_per_group or {}).get(label)
        if asked is not None and asked != held[label]:
            raise BadProblem(f"{p.group_name(label)} holds {held[label]} seeds, grids_per_group asks for {asked} grids")


def _check_limits(p: PartitionProblem) -> None:
    if not p.reach > 0:
        raise BadProblem(f"reach is {p.reach}: it must be above 0, or left out")
    if p.splits < 0:
        raise BadProblem(f"splits is {p.splits}: it must be a whole number ≥ 0")
    if p.zone is not None and (p.zone < -1).any():
        i = int(np.flatnonzero(p.zone < -1)[0])
        raise BadProblem(f"zone of {p.unit_name(i)} is {p.zone[i]}: it must be an area ≥ 0, or -1 for none")
