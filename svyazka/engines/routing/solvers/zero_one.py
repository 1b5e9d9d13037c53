"""Yes or no, many times over, for the least cost: HiGHS with one thread, which stops when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np


@dataclass(frozen=True, slots=True)
class Column:
    """A choice: what it costs, and what it takes of each row."""

    cost: float
    takes: Sequence[tuple[int, float]]
    may: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    chosen: tuple[int, ...]
    is_proven: bool  # nothing is better


def choose(
    columns: Sequence[Column],
    rows: Sequence[tuple[float, float]],
    *,
    stop: Callable[[], bool],
    known: Sequence[bool] | None = None,
    within: float = 1e-4,
) -> Answer | None:
    """`rows`: from, to. `known`: a choice that keeps them. `within`: what part of the costs is not worth the search.

    None when it was stopped before there was any.
    """
    highs = _Quiet()  # type: ignore[no-untyped-call]
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", within)
    highs.passModel(_model(columns, rows))
    if known is not None:
        solution = highspy.HighsSolution()
        solution.col_value = [float(one) for one in known]
        highs.setSolution(solution)
    highs.cbMipInterrupt += lambda event: event.interrupt(stop())
    highs.cbSimplexInterrupt += lambda event: event.interrupt(stop())
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    values = highs.getSolution().col_value
    chosen = tuple(number for number, value in enumerate(values) if value > 0.5)
    return Answer(chosen, highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)


class _Quiet(highspy.Highs):
    def enableCallbacks(self) -> None:
        """Called while it is being made: the last chance before it prints who it is."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _model(columns: Sequence[Column], rows: Sequence[tuple[float, float]]) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), len(rows)
    lp.col_cost_ = np.array([column.cost for column in columns], float)
    lp.col_lower_ = np.zeros(len(columns))
    lp.col_upper_ = np.array([float(column.may) for column in columns])
    lp.row_lower_ = np.array([row[0] for row in rows], float)
    lp.row_upper_ = np.array([row[1] for row in rows], float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(column.takes) for column in columns)])
    lp.a_matrix_.index_ = np.array([row for column in columns for row, _takes in column.takes])
    lp.a_matrix_.value_ = np.array([takes for column in columns for _row, takes in column.takes], float)
    return lp
