"""A linear or 0/1 programme held in HiGHS: columns stated once, rows added as answers break lazy rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from gridgeo_solvers.redraw.asking import FloatArray, IntArray

HEURISTIC = 0.005
"""Share of the work of branch and bound that looks for answers where one is known already."""
WALL = 120.0
"""Seconds after which one solve is given up unless told otherwise; node limits end it far earlier."""


@dataclass(frozen=True)
class Answer:
    """What a solve gave: `values` (None where no solution is known), their objective, a bound, whether it ended, whether
    there is no solution (better than the cutoff), reduced costs of columns, and nodes spent.
    """

    values: FloatArray | None
    objective: float
    bound: float
    ended: bool
    infeasible: bool
    reduced: FloatArray
    nodes: int = 0


class Programme:
    """Minimise ``cost @ x`` under rows ``low ≤ A x ≤ high`` with x between `floor` and `ceiling`; `whole` marks integers."""

    def __init__(self, cost: FloatArray, floor: FloatArray, ceiling: FloatArray, whole: IntArray) -> None:
        import highspy

        self._kinds = highspy.HighsVarType
        self._status = highspy.HighsModelStatus
        self._feasible = highspy.SolutionStatus.kSolutionStatusFeasible
        self._model: Any = highspy.Highs()
        self._model.setOptionValue("output_flag", False)
        self._model.setOptionValue("threads", 1)
        self.count = len(cost)
        self._whole = np.asarray(whole, dtype=np.int32)
        none = np.zeros(0, dtype=np.int32)
        self._model.addCols(
            self.count, np.asarray(cost, dtype=float), np.asarray(floor, dtype=float),
            np.asarray(ceiling, dtype=float), 0, none, none, np.zeros(0),
        )  # fmt: skip

    def add_rows(self, matrix: csr_array, low: FloatArray, high: FloatArray) -> None:
        """More rules; `matrix` has shape (rules, columns)."""
        rows = csr_array(matrix)
        self._model.addRows(
            rows.shape[0], np.asarray(low, dtype=float), np.asarray(high, dtype=float), rows.nnz,
            rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data.astype(float),
        )  # fmt: skip

    def set_ceilings(self, columns: IntArray, ceiling: FloatArray) -> None:
        """Other upper ends for `columns`, whose lower end is 0."""
        which = np.asarray(columns, dtype=np.int32)
        self._model.changeColsBounds(len(which), which, np.zeros(len(which)), np.asarray(ceiling, dtype=float))

    def begin_from(self, values: FloatArray) -> None:
        """A solution to begin the next whole solve from."""
        self._model.setSolution(self.count, np.arange(self.count, dtype=np.int32), np.asarray(values, dtype=float))

    def relax(self, seconds: float = WALL) -> Answer:
        """Solve with shares of columns allowed."""
        self._set(self._kinds.kContinuous)
        # For linear programmes HiGHS counts the time of all its runs, for integer ones that of the run alone.
        return self._run(float(self._model.getRunTime()) + max(seconds, 0.01))

    def solve(self, *, nodes: int, seconds: float = WALL, gap: float = 1e-7, cutoff: float = np.inf) -> Answer:
        """Solve with whole columns, up to `nodes` nodes; solutions that reach `cutoff` are of no interest."""
        self._set(self._kinds.kInteger)
        self._model.setOptionValue("mip_max_nodes", max(nodes, 1))
        self._model.setOptionValue("mip_rel_gap", gap)
        self._model.setOptionValue("objective_bound", cutoff)
        # Where a plan is known the work goes into refuting better ones.
        self._model.setOptionValue("mip_heuristic_effort", HEURISTIC if np.isfinite(cutoff) else 0.05)
        return self._run(max(seconds, 0.01))

    def _set(self, kind: Any) -> None:
        kinds = np.full(len(self._whole), int(kind), dtype=np.uint8)
        self._model.changeColsIntegrality(len(self._whole), self._whole, kinds)

    def _run(self, seconds: float) -> Answer:
        self._model.setOptionValue("time_limit", seconds)
        self._model.run()
        status, info = self._model.getModelStatus(), self._model.getInfo()
        known = info.primal_solution_status == self._feasible
        solution = self._model.getSolution()
        ended = status == self._status.kOptimal
        infeasible = status in (
            self._status.kInfeasible, self._status.kUnboundedOrInfeasible, self._status.kObjectiveBound,
        )  # fmt: skip
        nodes = max(int(info.mip_node_count), 0)
        bound = float(info.mip_dual_bound) if info.mip_node_count >= 0 else -np.inf
        if info.mip_node_count < 0 and ended:
            bound = float(info.objective_function_value)
        return Answer(
            np.array(solution.col_value) if known else None, float(info.objective_function_value), bound, ended,
            infeasible, np.array(solution.col_dual), nodes,
        )  # fmt: skip
