"""PuLP's HiGHS with a warm start, a limit on nodes and the proven bound; CBC where HiGHS is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers.partition.ground.distances import FloatArray

WALL = 60.0
"""Seconds after which one programme is given up unless told otherwise; node limits end it far earlier."""


@dataclass(frozen=True)
class Outcome:
    """Whether the variables hold a solution, whether infeasibility is proven, the bound (-inf where none), and the
    branch-and-bound nodes spent (0 where the solver doesn't say).
    """

    solved: bool
    infeasible: bool
    bound: float
    nodes: int = 0


class _Engine(pulp.HiGHS):
    """HiGHS that begins from the variables' initial values."""

    def callSolver(self, lp: Any) -> None:  # noqa: N802 (PuLP's name)
        values = [(v.index, v.varValue) for v in lp.variables() if v.varValue is not None]
        if values:
            index, value = zip(*values, strict=True)
            lp.solverModel.setSolution(len(index), np.array(index, dtype=np.int32), np.array(value, dtype=np.float64))
        lp.solverModel.run()

    def findSolutionValues(self, lp: Any) -> tuple[int, int]:  # noqa: N802 (PuLP's name)
        """PuLP's own knows no node limit: status and values are read here."""
        import highspy

        status = lp.solverModel.getModelStatus()
        stopped = highspy.HighsModelStatus
        if status in (stopped.kInfeasible, stopped.kUnboundedOrInfeasible):
            return pulp.LpStatusInfeasible, pulp.LpSolutionInfeasible
        info = lp.solverModel.getInfo()
        if status != stopped.kOptimal and info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
        values = lp.solverModel.getSolution().col_value
        for variable in lp.variables():
            variable.varValue = values[variable.index]
        best = pulp.LpSolutionOptimal if status == stopped.kOptimal else pulp.LpSolutionIntegerFeasible
        return pulp.LpStatusOptimal, best


def run(model: Any, *, nodes: int | None = None, seconds: float = WALL, gap: float = 1e-6) -> Outcome:
    """Solve `model` on one thread, up to `nodes` nodes or `seconds`, from the initial values of its variables."""
    options: dict[str, Any] = {} if nodes is None else {"mip_max_nodes": nodes}
    engine: Any = _Engine(msg=False, threads=1, timeLimit=seconds, gapRel=gap, **options)
    if not engine.available():
        engine = pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=seconds, gapRel=gap)
    model.solve(engine)
    solved = model.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    bound, spent = -np.inf, 0
    if isinstance(engine, _Engine):
        spent = max(int(model.solverModel.getInfo().mip_node_count), 0)
    if isinstance(engine, _Engine) and model.sol_status != pulp.LpSolutionInfeasible:
        bound = float(model.solverModel.getInfo().mip_dual_bound)
    return Outcome(bool(solved), model.sol_status == pulp.LpSolutionInfeasible, bound, spent)


def row_duals(cost: FloatArray, columns: NDArray[np.bool_], k: int, missing: float) -> FloatArray | None:
    """Duals of the rows of min cost·z, every row in one column, `k` columns, z ≥ 0; None where HiGHS is missing or fails.

    `columns` has shape (variables, rows): which rows each variable holds. A row in no column costs `missing`, and so does
    a column too many or too few, so that there always are duals.
    """
    try:
        import highspy
    except ImportError:
        return None
    variables, rows = columns.shape
    size = variables + rows + 2
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = size, rows + 1
    programme.col_cost_ = np.append(cost, np.full(rows + 2, missing))
    programme.col_lower_, programme.col_upper_ = np.zeros(size), np.full(size, highspy.kHighsInf)
    programme.row_lower_ = programme.row_upper_ = np.append(np.ones(rows), float(k))
    matrix = programme.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    held = columns.sum(axis=1) + 1
    matrix.start_ = np.concatenate([[0], np.cumsum(held), held.sum() + 1 + np.arange(rows + 2)]).astype(np.int32)
    index = np.nonzero(np.column_stack([columns, np.ones(variables, dtype=bool)]))[1]
    matrix.index_ = np.concatenate([index, np.arange(rows + 1), [rows]]).astype(np.int32)
    matrix.value_ = np.append(np.ones(int(held.sum()) + rows + 1), -1.0)
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("threads", 1)
    engine.passModel(programme)
    engine.run()
    if engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(engine.getSolution().row_dual)[:rows]
