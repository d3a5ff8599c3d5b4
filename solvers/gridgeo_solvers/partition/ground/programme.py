"""A 0/1 programme held in HiGHS: stated once as arrays, then given more rows as answers break lazy rules.

PuLP states the models of proofs and conflicts (see `highs`); a model that is solved, cut and solved again many times a
second is kept in the solver instead, where the basis and the incumbent survive a new row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from gridgeo_solvers.partition.ground.parts import FloatArray

WALL = 60.0
"""Seconds after which one solve is given up unless told otherwise; node limits end it far earlier."""


@dataclass(frozen=True)
class Answer:
    """What a solve gave: `values` (None where no solution is known), its objective, a bound, and whether it ended."""

    values: FloatArray | None
    objective: float
    bound: float
    ended: bool
    infeasible: bool


class Programme:
    """Minimise ``cost @ x`` under rows ``low ≤ A x ≤ high`` with x between `floor` and `ceiling`.

    `whole` marks the columns that are 0 or 1; `searching` programmes also look for answers by smaller programmes.
    """

    def __init__(
        self, cost: FloatArray, floor: FloatArray, ceiling: FloatArray, whole: FloatArray, *, searching: bool = True
    ) -> None:
        import highspy

        self._kinds = highspy.HighsVarType
        self._status = highspy.HighsModelStatus
        self._feasible = highspy.SolutionStatus.kSolutionStatusFeasible
        self._model: Any = highspy.Highs()
        self._model.setOptionValue("output_flag", False)
        self._model.setOptionValue("threads", 1)
        if not searching:
            for heuristic in ("rins", "rens", "root_reduced_cost"):
                self._model.setOptionValue(f"mip_heuristic_run_{heuristic}", False)
        self.count = len(cost)
        self._whole = np.flatnonzero(whole).astype(np.int32)
        empty = np.zeros(0)
        self._model.addCols(
            self.count, np.asarray(cost, dtype=float), np.asarray(floor, dtype=float),
            np.asarray(ceiling, dtype=float), 0, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), empty,
        )  # fmt: skip

    def add_rows(self, matrix: csr_array, low: FloatArray, high: FloatArray) -> None:
        """More rules; `matrix` has shape (rules, columns)."""
        rows = csr_array(matrix)
        self._model.addRows(
            rows.shape[0], np.asarray(low, dtype=float), np.asarray(high, dtype=float), rows.nnz,
            rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data.astype(float),
        )  # fmt: skip

    def add_needs(self, needs: list[tuple[int, list[int]]]) -> None:
        """Lazy rules "column is used only together with one of these others"."""
        indptr = np.cumsum([0, *(1 + len(others) for _, others in needs)])
        indices = np.array([c for column, others in needs for c in (column, *others)], dtype=np.int64)
        data = np.array([v for _, others in needs for v in (1.0, *([-1.0] * len(others)))])
        rows = csr_array((data, indices, indptr), shape=(len(needs), self.count))
        self.add_rows(rows, np.full(len(needs), -np.inf), np.zeros(len(needs)))

    def add_rivals(self, pairs: list[tuple[int, int]]) -> None:
        """Lazy rules "at most one of the two columns"."""
        ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        rows = csr_array(
            (np.ones(ends.size), ends.ravel(), np.arange(0, ends.size + 1, 2)), shape=(len(ends), self.count)
        )
        self.add_rows(rows, np.full(len(ends), -np.inf), np.ones(len(ends)))

    def begin_from(self, values: FloatArray) -> None:
        """A solution to begin the next whole solve from."""
        self._model.setSolution(self.count, np.arange(self.count, dtype=np.int32), np.asarray(values, dtype=float))

    def prove_above(self, objective: float) -> None:
        """Have whole solves refute solutions below `objective` rather than look for good ones."""
        self._model.setOptionValue("objective_bound", objective)
        self._model.setOptionValue("mip_heuristic_effort", 0.0)

    def relax(self) -> Answer:
        """Solve with shares of columns allowed."""
        self._set(self._kinds.kContinuous)
        return self._run(WALL)

    def solve(self, *, nodes: int, gap: float = 1e-5, seconds: float = WALL) -> Answer:
        """Solve with whole columns, up to `nodes` nodes of branch and bound."""
        self._set(self._kinds.kInteger)
        self._model.setOptionValue("mip_max_nodes", nodes)
        self._model.setOptionValue("mip_rel_gap", gap)
        return self._run(seconds)

    def _set(self, kind: Any) -> None:
        kinds = np.full(len(self._whole), int(kind), dtype=np.uint8)
        self._model.changeColsIntegrality(len(self._whole), self._whole, kinds)

    def _run(self, seconds: float) -> Answer:
        # HiGHS counts the time of all its runs.
        self._model.setOptionValue("time_limit", float(self._model.getRunTime()) + seconds)
        self._model.run()
        status, info = self._model.getModelStatus(), self._model.getInfo()
        known = info.primal_solution_status == self._feasible
        values = np.array(self._model.getSolution().col_value) if known else None
        ended = status == self._status.kOptimal
        whole = info.mip_node_count >= 0
        bound = float(info.mip_dual_bound) if whole else (info.objective_function_value if ended else -np.inf)
        infeasible = status in (self._status.kInfeasible, self._status.kUnboundedOrInfeasible)
        return Answer(values, float(info.objective_function_value), bound, ended, infeasible)
