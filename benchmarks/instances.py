"""The partition instances by name: public ones from a folder, others made by rule."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gridgeo.benching import best_known, unit_of
from gridgeo_solvers.partition import read_instance
from gridgeo_solvers.problems import PartitionProblem

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Instance:
    """A problem with what is known of it: divide objectives by `scale` to compare them with `best`."""

    name: str
    problem: PartitionProblem
    scale: float = 1.0
    best: float | None = None
    document: Mapping[str, Any] | None = None


@cache
def generated() -> ModuleType | None:
    """The module of generators beside this file, where it is."""
    return importlib.import_module("generated") if (HERE / "generated.py").exists() else None


def _module(name: str, path: Path) -> ModuleType | None:
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE: dict[str, Callable[[ModuleType], PartitionProblem]] = {
    "delaunay 100000 × 3": lambda made: made.delaunay(100_000, 500, 3, 0.05, 1),
    "delaunay 100000": lambda made: made.delaunay(100_000, 500, 1, 0.05, 1),
    "baitao": lambda made: made.baitao(),
    "zhucheng": lambda made: made.zhucheng(),
    "household groups 20000": lambda made: made.household_groups(20_000),
}
"""Generated problems by the names of the bars."""
COMMUNITIES = "communities 1000 × 60"


def known(name: str, shared: Path) -> bool:
    """Whether an instance can be had here."""
    if name in MADE or name == COMMUNITIES:
        return generated() is not None
    return _file(name, shared).exists()


def instance(name: str, shared: Path) -> Instance:
    """Read or make an instance."""
    if name in MADE:
        made = generated()
        assert made is not None
        return Instance(name, MADE[name](made))
    document = json.loads(_file(name, shared).read_text(encoding="utf-8"))
    problem = read_instance(document)
    return Instance(name, problem, unit_of(problem), best_known(document), document)


def second_opinion(found: Instance, shared: Path, assignment: list[int]) -> dict[str, Any] | None:
    """What the judge that came with the public instances says: ``valid`` and ``objective``; None without it."""
    judge = _module("second_judge", shared / "benchmarks" / "partition" / "check.py")
    if judge is None or found.document is None:
        return None
    told = judge.evaluate(found.document, judge.load_assignment(found.document, assignment), {"moi_km2"})
    valid = bool(told["k_ok"] and told["balanced"] and told["contiguous"])
    return {"valid": valid, "objective": float(told["moi_km2"])}


def connected(problem: PartitionProblem, assignment: list[int]) -> bool:
    """Whether every one of the k grids is there and in one piece, by the components of the graph without cut edges."""
    pieces = problem.graph.within(np.asarray(assignment)).components()
    return len(np.unique(assignment)) == problem.k == int(pieces.max()) + 1


def _file(name: str, shared: Path) -> Path:
    return shared / "benchmarks" / "partition" / f"{name}.json"
