"""Balanced, connected, compact partitions of a graph, with bounds.

The door is `solve`; `PartitionProblem` says what is asked and `Partition` what is answered.

Its rooms, each of which sees only those below it (the order is held by a contract in `pyproject.toml`): `choices` (several
plans of one problem) and `many` (many problems at once); `engine`, the door; `search`, the course on one connected part;
`proof`; `heuristics`, `bounds`, `large`, `objectives` and `refusal`, none of which sees another; and `ground`, which they
all stand on.
"""

from gridgeo_solvers.partition.engine import solve
from gridgeo_solvers.partition.ground.answer import Partition, PartitionParams
from gridgeo_solvers.partition.instances import read_instance, write_solution
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term

__all__ = [
    "Measure",
    "Objective",
    "Partition",
    "PartitionParams",
    "PartitionProblem",
    "Term",
    "read_instance",
    "solve",
    "write_solution",
]
