"""Tables cut by time: SQL for migrations, and new pieces ahead of need.

Sources: PostgreSQL manual, "Table Partitioning". A DEFAULT piece takes what no piece covers, so that nothing is refused.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from django.db import connection

Span = Literal["month", "week"]


def ensure(table: str, *, span: Span, first: date, last: date) -> int:
    """Makes the missing pieces that cover `first` to `last`; says how many were made."""
    made = 0
    start = _start_of(span, first)
    with connection.cursor() as cursor:
        cursor.execute("select relid::regclass::text from pg_partition_tree(%s::regclass) where level = 1", [table])
        existing = {name for (name,) in cursor.fetchall()}
        while start <= last:
            end = _next(span, start)
            piece = f"{table}_{start:%Y%m%d}"
            if piece not in existing:
                cursor.execute(
                    f'create table "{piece}" partition of "{table}" '
                    f"for values from ('{start} 00:00+00') to ('{end} 00:00+00')"
                )
                made += 1
            start = end
    return made


def _start_of(span: Span, day: date) -> date:
    return day.replace(day=1) if span == "month" else day - timedelta(days=day.weekday())


def _next(span: Span, start: date) -> date:
    return (start + timedelta(days=32)).replace(day=1) if span == "month" else start + timedelta(days=7)
