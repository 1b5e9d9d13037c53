"""Whether what a bank says of its accounts adds up with the documents of the same file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from svyazka.business.money.statement_file import Balance

Sums = tuple[Decimal, Decimal]  # what came in, what went out
NOTHING = Decimal(0)


def judged(account: str, balances: Sequence[Balance], counted: Sums) -> dict[str, Any]:
    """One account with all of its days, as it is stored: sums as texts, `differences` by their codes."""
    days = sorted(balances, key=lambda one: one.begins_on or date.min)
    first, last = days[0], days[-1]
    came_in, went_out = (_total([getattr(one, name) for one in days]) for name in ("came_in", "went_out"))
    return {
        "account": account,
        "begins_on": _said(first.begins_on),
        "ends_on": _said(last.ends_on),
        "opening": _said(first.opening),
        "closing": _said(last.closing),
        "came_in": _said(counted[0]),
        "went_out": _said(counted[1]),
        "differences": [[code, str(by)] for code, by in _differences(days, counted, came_in, went_out) if by],
    }


def _differences(
    days: Sequence[Balance], counted: Sums, came_in: Decimal | None, went_out: Decimal | None
) -> Iterator[tuple[str, Decimal]]:
    opening, closing = days[0].opening, days[-1].closing
    if opening is not None and closing is not None:
        yield "closing", opening + counted[0] - counted[1] - closing
    if came_in is not None:
        yield "in", came_in - counted[0]
    if went_out is not None:
        yield "out", went_out - counted[1]
    for before, after in pairwise(days):
        if before.closing is not None and after.opening is not None:
            yield "gap", after.opening - before.closing


def _total(sums: Sequence[Decimal | None]) -> Decimal | None:
    """None: of one of the days the bank does not say."""
    known = [one for one in sums if one is not None]
    return sum(known, NOTHING) if len(known) == len(sums) else None


def _said(value: object) -> str:
    return "" if value is None else str(value)
