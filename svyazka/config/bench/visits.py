"""`svyazka bench visits`: windows during a call, and a plan that holds.

Towns and days are made up by seeds (`dispatch.py`); whatever comes out is judged by the evaluator, which shares nothing
with those who plan.
"""

from __future__ import annotations

from svyazka.config.bench import visits_database, visits_optimising, visits_repair, visits_windows
from svyazka.config.bench.report import Row


def rows(quick: bool) -> list[Row]:
    return [
        *visits_windows.rows(quick),
        *visits_database.rows(quick),
        *visits_repair.rows(quick),
        *visits_optimising.rows(quick),
    ]
