"""Pages of long lists: "what came before this one", which costs the same on the first page and on the thousandth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    older: str  # the query of the next page; empty on the last


def page_of(rows: QuerySet[Row], *, by: str, asked: QueryDict) -> Page[Row]:
    """The newest first, from the cursor in `asked` on. `by`: the field that holds the time."""
    if cursor := _read(asked.get("before", "")):
        moment, pk = cursor
        rows = rows.filter(**{f"{by}__lte": moment}).exclude(**{by: moment, "pk__gte": pk})
    found = list(rows.order_by(f"-{by}", "-pk")[: PER_PAGE + 1])
    if len(found) <= PER_PAGE:
        return Page(found, "")
    last = found[PER_PAGE - 1]
    query = asked.copy()
    query["before"] = f"{_microseconds(getattr(last, by))}-{last.pk}"
    return Page(found[:PER_PAGE], query.urlencode())


def _read(cursor: str) -> tuple[datetime, int] | None:
    moment, _dash, pk = cursor.partition("-")
    try:
        return datetime.fromtimestamp(int(moment) / 1_000_000, UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def _microseconds(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
