"""Balanced, connected, compact partitions of a graph, with bounds.

The door is `solve`; `PartitionProblem` says what is asked and `Partition` what is answered.
"""

from gridgeo_solvers.partition.answer import Partition, PartitionParams
from gridgeo_solvers.partition.engine import solve
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
